"""One line of ``relay check``, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass

#: So many names are listed in one line.
NAMED = 5


@dataclass(frozen=True)
class Line:
    """One thing looked at: fine or not, in both languages."""

    ok: bool
    ja: str
    en: str

    def text(self, language: str) -> str:
        return f"{'✓' if self.ok else '✗'} {self.ja if language == 'ja' else self.en}"


def fine(ja: str, en: str) -> Line:
    return Line(True, ja, en)


def trouble(ja: str, en: str) -> Line:
    return Line(False, ja, en)


def named(names: Sequence[str]) -> str:
    """A few names in one breath, and how many there are if that is not all."""
    more = f"…（{len(names)}）" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more
