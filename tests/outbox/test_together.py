"""Doing at once what several threads ask for at the same moment."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from relay.outbox.together import Together


def test_one_alone_waits_for_nobody() -> None:
    runs: list[list[int]] = []

    def work(items: Sequence[int]) -> list[int]:
        runs.append(list(items))
        return [item * 2 for item in items]

    together = Together(work, at_most=10)
    assert [together.do(n) for n in (1, 2, 3)] == [2, 4, 6]
    assert runs == [[1], [2], [3]]


def test_those_that_come_while_it_is_busy_are_done_in_one_run_and_each_gets_its_own_result() -> None:
    runs: list[int] = []
    first_is_in, go = threading.Event(), threading.Event()

    def work(items: Sequence[int]) -> list[int]:
        runs.append(len(items))
        first_is_in.set()
        go.wait(5)
        return [item * 2 for item in items]

    together = Together(work, at_most=100)
    with ThreadPoolExecutor(21) as pool:
        first = pool.submit(together.do, 0)
        first_is_in.wait(5)
        rest = [pool.submit(together.do, n) for n in range(1, 21)]
        while len(together._queue) < 20:
            time.sleep(0.001)
        go.set()
        assert first.result(5) == 0
        assert [one.result(5) for one in rest] == [n * 2 for n in range(1, 21)]
    assert runs == [1, 20]


def test_a_run_takes_no_more_than_it_may() -> None:
    runs: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        runs.append(len(items))
        time.sleep(0.01)
        return list(items)

    together = Together(work, at_most=3)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(together.do, range(50))) == list(range(50))
    assert max(runs) <= 3
    assert sum(runs) == 50


def test_an_error_reaches_all_of_its_run_and_nobody_after_it() -> None:
    together: Together[int, int] = Together(lambda items: [1 // item for item in items], at_most=10)
    with pytest.raises(ZeroDivisionError):
        together.do(0)
    assert together.do(1) == 1
