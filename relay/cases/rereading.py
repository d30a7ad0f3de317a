"""Reading a report again once a person has corrected it: the same rules, with the person's signs and days."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from relay import config_files
from relay.places.table import TownTable
from relay.triage import lexicon
from relay.triage.evidence import Finder, Findings, PhraseFinder
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Given, Reader, Reading
from relay.triage.sheet import Sheet
from relay.vocabulary import Sign


@lru_cache(maxsize=2)
def words_of(folder: Path) -> Lexicon:
    """The lexicon of a config folder, compiled once a process: that takes about a second."""
    return lexicon.load(config_files.path_of(folder, "triage.toml"))


def kept_reasons(reading: Reading) -> list[dict[str, Any]]:
    """The reasons of a reading as they are kept with its report."""
    return [
        {
            "code": reason.code,
            "level": reason.level.value,
            "signs": [sign.value for sign in reason.signs],
            "words": list(reason.words),
        }
        for reason in reading.reasons
    ]


def reread(
    text: str,
    *,
    signs: frozenset[Sign],
    days: int | None,
    heat_alert: bool,
    called_119: bool,
    words: Lexicon,
    towns: TownTable,
) -> Reading:
    """The reading of ``text`` with exactly these signs: what else the text seems to say is left out. Pure."""
    reader = _Corrected(words, towns, signs=signs, days=days)
    return reader.read(text, heat_alert=heat_alert, given=Given(signs=signs, called_119=called_119))


class _Corrected(Reader):
    """A reader that believes a person more than the text."""

    def __init__(self, words: Lexicon, towns: TownTable, *, signs: frozenset[Sign], days: int | None) -> None:
        super().__init__(words, towns, finder=_Only(PhraseFinder(words), signs))
        self._corrected_days = days

    def _days(self, sheet: Sheet, findings: Findings) -> int | None:
        del sheet, findings
        return self._corrected_days


class _Only:
    """A finder that sees no sign but these; the fine points of a sign that stays (「胸が痛い」) stay with it."""

    def __init__(self, finder: Finder, signs: frozenset[Sign]) -> None:
        self._finder = finder
        self._signs = signs

    def find(self, sheet: Sheet) -> Findings:
        found = self._finder.find(sheet)
        kept = tuple(evidence for evidence in found.evidence if evidence.sign in self._signs)
        return replace(found, evidence=kept)
