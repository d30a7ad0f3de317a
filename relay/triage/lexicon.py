"""The city's own words and thresholds for the triage: everything that ``config/triage.toml`` says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from relay.config_files import ConfigError
from relay.triage.concepts import Concepts
from relay.triage.learned import Model
from relay.triage.patterns import Phrase, Searchable
from relay.vocabulary import Level, Sign

#: Fine points of a sign that change the level; each may have a list of phrases of its own under ``[signs.…]``.
TAGS: Mapping[Sign, frozenset[str]] = {
    Sign.COLLAPSED: frozenset({"sure"}),
    Sign.CRY_FOR_HELP: frozenset({"sure"}),
    Sign.LOST: frozenset({"sure"}),
    Sign.UNWELL: frozenset({"serious"}),
    Sign.SMELL: frozenset({"danger"}),
    Sign.NO_ANSWER: frozenset({"inside", "expected"}),
    Sign.ABUSE: frozenset({"now", "grave"}),
    Sign.FRAUD: frozenset({"now"}),
    Sign.MAIL: frozenset({"box"}),
    Sign.ALL_CLEAR: frozenset({"soft", "undo", "cleared"}),
}
FACTS = frozenset(
    {
        "called_119", "repeat", "correction", "expected", "single", "heaped", "harmless", "own_trouble", "office",
        "uneasy", "today", "editions",
    }
)  # fmt: skip
SCOPES = frozenset(
    {
        "gap_stop", "negated", "negated_before", "imagined", "doubted", "seen", "over", "over_tail", "still",
        "past", "other_person", "new_subject", "rumour", "told", "source",
    }
)  # fmt: skip
DURATION_LISTS = frozenset({"not_lasting"})
REASONS = frozenset(
    {
        "collapsed", "cry_for_help", "unwell_serious", "smell_danger", "inside_silent", "violence_now",
        "items_and_more", "items_two_kinds", "items_long", "item_and_no_answer", "item_expected", "no_answer_and_more",
        "no_answer_expected", "no_answer_long", "lost", "missing", "not_seen_long", "abuse_grave", "fraud_now",
        "unwell", "silent_pair", "items", "shutters", "laundry", "lights", "sound", "usage", "no_answer", "not_seen",
        "self_neglect", "abuse", "smell_harmless", "not_understood", "uneasy", "own_trouble", "item_single", "upkeep",
        "confusion", "fraud", "absence_known", "all_clear", "office", "heat_alert", "repeat", "open_case", "whole_text",
    }
)  # fmt: skip


class LexiconError(ConfigError):
    """``triage.toml`` cannot be used. The message is one line: the file, its line, the key, what to do."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Numbers of days, set by the city (no municipal source names one)."""

    days_urgent: int
    days_several: int
    days_second_kind: int
    days_silent_pair: int
    days_no_answer: int


@dataclass(frozen=True, kw_only=True)
class ReaderSettings:
    """How far the learned reader is believed."""

    learned: bool
    #: A sign counts from this probability on.
    sign: float
    #: A level is taken when it or a higher one has this probability.
    cut: Mapping[Level, float]
    #: From this probability of an emergency on a report is at least urgent.
    suspicion: float
    #: Words for which the middle of a very long text is searched.
    watch: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Everything that ``triage.toml`` says, compiled."""

    version: str
    thresholds: Thresholds
    reader: ReaderSettings
    #: The learned reader, or None where the city switched it off.
    model: Model | None
    masks: tuple[Phrase, ...]
    #: Phrases by sign and tag; the tag "" holds the plain ones.
    signs: Mapping[tuple[Sign, str], tuple[Phrase, ...]]
    #: Look-alikes of a sign: what they cover is no evidence for it.
    unless: Mapping[Sign, tuple[Phrase, ...]]
    #: Where one of these stands, the sign is never read, whatever speaks for it.
    never: Mapping[Sign, tuple[Phrase, ...]]
    facts: Mapping[str, tuple[Phrase, ...]]
    scopes: Mapping[str, tuple[Phrase, ...]]
    durations: Mapping[str, tuple[Phrase, ...]]
    #: Words that mean the same for the learned reader.
    concepts: Concepts
    #: Texts of the reasons by code and language.
    reasons: Mapping[str, Mapping[str, str]]

    def warm(self) -> None:
        """Compile every phrase now (about a second), so that the first reports are read as quickly as later ones."""
        lists = (
            self.masks, *self.signs.values(), *self.unless.values(), *self.never.values(), *self.facts.values(),
            *self.scopes.values(), *self.durations.values(),
        )  # fmt: skip
        for phrases in lists:
            for phrase in phrases:
                _ = phrase.pattern

    @cached_property
    def gap_stops(self) -> re.Pattern[str] | None:
        """Words over which a gap in a phrase does not bridge; None where the file names none."""
        phrases = self.scopes["gap_stop"]
        return re.compile("|".join(phrase.written for phrase in phrases)) if phrases else None

    def matches(self, name: str, text: str) -> bool:
        """Whether a phrase of ``[durations]`` called ``name`` occurs in ``text``."""
        return _occurs(self.durations[name], Searchable(text))

    def never_in(self, text: str) -> frozenset[Sign]:
        """The signs that a phrase in ``text`` rules out (``never`` under ``[signs.…]``)."""
        searchable = Searchable(text)
        return frozenset(sign for sign, phrases in self.never.items() if _occurs(phrases, searchable))

    def reason(self, code: str, language: str = "ja") -> str:
        """The sentence for a reason's code, in Japanese or English."""
        return self.reasons[code][language]


def _occurs(phrases: tuple[Phrase, ...], searchable: Searchable) -> bool:
    return any(next(phrase.find(searchable, None), None) for phrase in phrases)


def load(path: Path, *, with_model: bool = True) -> Lexicon:
    """Read and check ``triage.toml``. Raises ``LexiconError`` for the first thing that is wrong.

    ``with_model``: also load the learned reader, where the file asks for it.
    """
    # The checks need the classes above.
    from relay.triage.lexicon_file import read

    return read(path, with_model=with_model)
