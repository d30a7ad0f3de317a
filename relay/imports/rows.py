"""What all kinds of files share: reading a row's cells, and telling rows that say the same thing twice."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from relay.imports.result import Bad, Column, Result
from relay.imports.sheet import Row

Value = TypeVar("Value")


def need(row: Row, column: Column, result: Result, reader: Callable[[str], Value]) -> Value | None:
    """The cell as ``reader`` reads it; a fault and None where it is empty or can't be read."""
    if not row[column]:
        result.fault(row.line, "cell_empty", column=column)
        return None
    return may(row, column, result, reader)


def may(row: Row, column: Column, result: Result, reader: Callable[[str], Value]) -> Value | None:
    """The cell as ``reader`` reads it, an empty one too; a fault and None where it can't be read."""
    try:
        return reader(row[column])
    except Bad as bad:
        result.fault(row.line, bad.code, **bad.values)
        return None


class Once:
    """Finds values that stand in two rows of one file."""

    def __init__(self, column: Column, result: Result) -> None:
        self._column = column
        self._result = result
        self._lines: dict[Hashable, int] = {}

    def see(self, value: Hashable, line: int, *, shown: str) -> bool:
        """Whether ``value`` is new; otherwise a fault that names the earlier line."""
        earlier = self._lines.setdefault(value, line)
        if earlier == line:
            return True
        self._result.fault(line, "twice", line=earlier, column=self._column, given=shown)
        return False
