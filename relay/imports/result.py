"""What reading and taking in a file came to: faults, warnings, and what is different afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """One column of a kind of file. ``ja`` and ``en`` are the headings we print; ``also`` are accepted too.

    A column that is not ``needed`` may be left out of the file; its cells are then empty.
    """

    ja: str
    en: str
    also: tuple[str, ...] = ()
    needed: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings under which the column is found."""
        return (self.ja, self.en, *self.also)


@dataclass(frozen=True)
class Note:
    """A fault or warning. ``line`` is the row as Excel numbers it, None for the whole file; ``code`` names
    the sentence in ``imports.words`` and ``values`` fill it in."""

    line: int | None
    code: str
    values: Mapping[str, object]


class Bad(Exception):
    """A cell can't be read. Carries the code and values of the sentence that says what to write instead."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Change:
    """One entry that is different afterwards: ``fields`` are (column, before, after)."""

    label: str
    fields: tuple[tuple[Column, str, str], ...]


@dataclass
class Result:
    """Filled while a file is taken in. With any fault, nothing of the file is kept."""

    faults: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """In the database, not in the file, and taken out because that was asked for."""
    missing: list[str] = field(default_factory=list)
    """In the database, not in the file, and left as they are."""
    unchanged: int = 0

    def fault(self, line: int | None, code: str, /, **values: object) -> None:
        self.faults.append(Note(line, code, values))

    def warn(self, line: int | None, code: str, /, **values: object) -> None:
        self.warnings.append(Note(line, code, values))

    def settle(self, label: str, fields: list[tuple[Column, str, str]]) -> None:
        """Count an entry that was there before: changed where any of ``fields`` differs, else unchanged."""
        different = tuple(f for f in fields if f[1] != f[2])
        if different:
            self.changed.append(Change(label, different))
        else:
            self.unchanged += 1
