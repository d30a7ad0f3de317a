"""How many runs of one task go on at the same time."""

import threading

import pytest

from workers.turns import Turns


def test_a_call_during_a_run_makes_it_run_once_more() -> None:
    turns, ran = Turns(1), []

    def work() -> None:
        ran.append(threading.current_thread().name)
        if len(ran) == 1:
            for _ in range(3):
                called = threading.Thread(target=turns.run, args=[lambda: ran.append("elsewhere")])
                called.start()
                called.join()

    turns.run(work)
    assert ran == [threading.current_thread().name] * 2


def test_no_more_than_so_many_run_together() -> None:
    turns, release = Turns(2), threading.Event()
    started: list[int] = []

    def work() -> None:
        started.append(1)
        release.wait(5)

    threads = [threading.Thread(target=turns.run, args=[work]) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(started) < 2:
        release.wait(0.01)
    turns.run(work)  # no room: it returns at once and is done by one of the two
    together = len(started)
    release.set()
    for thread in threads:
        thread.join(5)
    assert (together, len(started)) == (2, 3)


def test_a_run_that_fails_gives_its_room_back() -> None:
    turns, ran = Turns(1), []
    with pytest.raises(ZeroDivisionError):
        turns.run(lambda: 1 // 0)
    turns.run(lambda: ran.append("next"))
    assert ran == ["next"]
