"""How many runs of one task go on at the same time."""

import threading
from collections.abc import Callable


class Turns:
    """At most ``at_most`` runs at a time. A call that finds no room makes one of them run once more instead.

    So a lane's threads are never all taken by one slow task, and work that came in after a run had looked for
    it is still found at once.
    """

    def __init__(self, at_most: int) -> None:
        self._room = at_most
        self._again = False
        self._lock = threading.Lock()

    def run(self, work: Callable[[], object]) -> None:
        """Do the work, or leave it to a run that is going on."""
        with self._lock:
            if self._room == 0:
                self._again = True
                return
            self._room -= 1
        while True:
            try:
                work()
            except BaseException:
                with self._lock:
                    self._room += 1
                raise
            with self._lock:
                if not self._again:
                    self._room += 1
                    return
                self._again = False
