"""Deciding a report's level anew once a person has corrected it: the rules, with the person's signs and days."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from relay import config_files
from relay.places.table import TownTable
from relay.triage import lexicon
from relay.triage.draft import Judge, draft
from relay.triage.evidence import Finder, Findings, PhraseFinder
from relay.triage.lexicon import Lexicon
from relay.triage.results import Given, Reason
from relay.triage.sheet import Sheet
from relay.vocabulary import Level, Sign


@lru_cache(maxsize=2)
def words_of(folder: Path) -> Lexicon:
    """The lexicon of a config folder, compiled once a process: that takes about a second."""
    return lexicon.load(config_files.path_of(folder, "triage.toml"))


def kept_reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons as they are kept with a report."""
    return [
        {
            "code": reason.code,
            "level": reason.level.value,
            "signs": [sign.value for sign in reason.signs],
            "words": list(reason.words),
        }
        for reason in reasons
    ]


def decide_anew(
    text: str,
    *,
    signs: frozenset[Sign],
    days: int | None,
    heat_alert: bool,
    words: Lexicon,
    towns: TownTable,
) -> tuple[Level, tuple[Reason, ...]]:
    """The level of ``text`` with exactly these signs over so many days, and why. Pure.

    The fine points and circumstances that the text tells (a pain in the chest, a cause of the smell) still count.
    """
    drafted, judge = draft(
        text,
        lexicon=words,
        finder=_Only(PhraseFinder(words), signs),
        table=towns,
        heat_alert=heat_alert,
        given=Given(signs=signs),
    )
    level, reasons = _Told(**vars(judge), told_days=days).decide(signs, drafted.tags)
    return level, tuple(_with_words(reason, drafted.findings) for reason in reasons)


class _Only:
    """A finder that sees no sign but these."""

    def __init__(self, finder: Finder, signs: frozenset[Sign]) -> None:
        self._finder = finder
        self._signs = signs

    def find(self, sheet: Sheet) -> Findings:
        found = self._finder.find(sheet)
        kept = tuple(evidence for evidence in found.evidence if evidence.sign in self._signs)
        return replace(found, evidence=kept)


@dataclass(frozen=True)
class _Told(Judge):
    """A judge who was told the days and does not look for them in the text."""

    told_days: int | None = None

    def days(self, signs: frozenset[Sign]) -> int | None:
        del signs
        return self.told_days


def _with_words(reason: Reason, findings: Findings) -> Reason:
    in_order = sorted(findings.evidence, key=lambda evidence: evidence.start)
    words = dict.fromkeys(evidence.words for evidence in in_order if evidence.sign in reason.signs)
    return replace(reason, words=tuple(words))
