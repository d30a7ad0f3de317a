"""Doing together what several threads ask for at the same moment: one transaction instead of twenty.

Nobody waits for company. The first to come does its own item at once; those that come meanwhile are done by the next
run, all in one.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Waiting(Generic[T, R]):
    """One item and what came of it."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.done = False
        self.result: R | None = None
        self.error: Exception | None = None


class Together(Generic[T, R]):
    """Calls ``work`` with the items of all threads that came while it was busy; it returns a result for each."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, at_most: int) -> None:
        self._work = work
        self._at_most = at_most
        self._queue: list[_Waiting[T, R]] = []
        self._busy = False
        self._changed = threading.Condition()

    def do(self, item: T) -> R:
        """The result for ``item``, once it is done. Raises what ``work`` raised for the run that it was in."""
        mine: _Waiting[T, R] = _Waiting(item)
        with self._changed:
            self._queue.append(mine)
            while self._busy and not mine.done:
                self._changed.wait()
            if not mine.done:
                self._busy = True
        if not mine.done:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]  # it is done

    def _lead(self, mine: _Waiting[T, R]) -> None:
        """Do the work of all who wait, until our own is done."""
        while not mine.done:
            with self._changed:
                run, self._queue = self._queue[: self._at_most], self._queue[self._at_most :]
            try:
                for one, result in zip(run, self._work([one.item for one in run]), strict=True):
                    one.result = result
            except Exception as error:  # each of them hears of it
                for one in run:
                    one.error = error
            with self._changed:
                for one in run:
                    one.done = True
                self._busy = not mine.done
                self._changed.notify_all()
