"""What the supervisor says on the terminal."""

import itertools
from collections.abc import Iterable
from typing import TextIO
from unicodedata import east_asian_width

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)


class Console:
    """Lines on a terminal, or in whatever stands in its place. A reader that has gone away stops nothing."""

    def __init__(self, stream: TextIO, names: Iterable[str] = ()) -> None:
        self._stream: TextIO | None = stream
        names = list(names)
        self._width = max(map(len, names), default=0)
        colours = itertools.cycle(COLOURS)
        self._colours = {name: next(colours) for name in names} if stream.isatty() else {}

    def say(self, text: str) -> None:
        """One line (or several) of our own."""
        if self._stream is None:
            return
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self._stream.flush()
        except OSError:  # the window or the pipe was closed: nobody reads any more, the work goes on
            self._stream = None

    def quote(self, name: str, line: str) -> None:
        """One line of a process, with its name before it."""
        prefix = f"{name:{self._width}} |"
        colour = self._colours.get(name)
        self.say(f"\x1b[{colour}m{prefix}\x1b[0m {line}" if colour else f"{prefix} {line}")


def table(rows: Iterable[tuple[str, str]], *, indent: int = 2) -> str:
    """Two aligned columns. Japanese characters take two places on a terminal."""
    rows = list(rows)
    width = max((_places(left) for left, _ in rows), default=0)
    return "\n".join(" " * indent + left + " " * (width - _places(left) + 2) + right for left, right in rows)


def _places(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
