"""The city's own words and thresholds for the triage: ``config/triage.toml``, read and checked as a whole."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from relay.config_files import ConfigError
from relay.triage.patterns import Compiler, Phrase, PhraseError, Searchable
from relay.vocabulary import Sign

_T = TypeVar("_T")

#: Fine points of a sign that change the level; each may have a list of phrases of its own under ``[signs.…]``.
TAGS: Mapping[Sign, frozenset[str]] = {
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
        "confusion", "fraud", "absence_known", "all_clear", "office", "heat_alert", "repeat", "open_case",
    }
)  # fmt: skip
_THRESHOLDS = {
    "days_urgent": 4, "days_several": 3, "days_second_kind": 2, "days_silent_pair": 2, "days_no_answer": 2,
}  # fmt: skip


class LexiconError(ConfigError):
    """``triage.toml`` cannot be used. The message is one line: the file, the key, what to do."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Numbers of days, set by the city (no municipal source names one)."""

    days_urgent: int
    days_several: int
    days_second_kind: int
    days_silent_pair: int
    days_no_answer: int


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Everything that ``triage.toml`` says, compiled."""

    version: str
    thresholds: Thresholds
    masks: tuple[Phrase, ...]
    #: Phrases by sign and tag; the tag "" holds the plain ones.
    signs: Mapping[tuple[Sign, str], tuple[Phrase, ...]]
    #: Look-alikes of a sign: what they cover is no evidence for it.
    unless: Mapping[Sign, tuple[Phrase, ...]]
    facts: Mapping[str, tuple[Phrase, ...]]
    scopes: Mapping[str, tuple[Phrase, ...]]
    durations: Mapping[str, tuple[Phrase, ...]]
    #: Texts of the reasons by code and language.
    reasons: Mapping[str, Mapping[str, str]]

    def warm(self) -> None:
        """Compile every phrase now (about a second), so that the first reports are read as quickly as later ones."""
        lists = (*self.signs.values(), *self.unless.values(), *self.facts.values(), *self.scopes.values())
        for phrases in (self.masks, *lists, *self.durations.values()):
            for phrase in phrases:
                _ = phrase.pattern

    @cached_property
    def gap_stops(self) -> re.Pattern[str] | None:
        """Words over which a gap in a phrase does not bridge; None where the file names none."""
        phrases = self.scopes["gap_stop"]
        return re.compile("|".join(phrase.written for phrase in phrases)) if phrases else None

    def matches(self, name: str, text: str) -> bool:
        """Whether a phrase of ``[durations]`` called ``name`` occurs in ``text``."""
        searchable = Searchable(text)
        return any(next(phrase.find(searchable, None), None) for phrase in self.durations[name])

    def reason(self, code: str, language: str = "ja") -> str:
        """The sentence for a reason's code, in Japanese or English."""
        return self.reasons[code][language]


def load(path: Path) -> Lexicon:
    """Read and check ``triage.toml``. Raises ``LexiconError`` for the first thing that is wrong."""
    try:
        raw = path.read_bytes()
        content = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read ({error.strerror}); copy it from the product") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: is not UTF-8; save it again as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{path}: {error}; correct that line") from error
    return _Loader(path, content).lexicon(hashlib.sha256(raw).hexdigest()[:8])


class _Loader:
    """Checks the sections of the file one after the other."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self._path = path
        self._content = content
        known = {
            "version",
            "thresholds",
            "words",
            "masks",
            "signs",
            "facts",
            "scopes",
            "durations",
            "reasons",
        }
        self._only(content, known, "")
        self._compiler = self._words()

    def lexicon(self, digest: str) -> Lexicon:
        version = self._content.get("version")
        if not isinstance(version, str) or not version:
            raise self._wrong("version", 'must be a text such as "1"')
        signs, unless = self._signs()
        return Lexicon(
            version=f"{version}-{digest}",
            thresholds=self._thresholds(),
            masks=self._phrases(self._content.get("masks", {}).get("say", []), "masks.say"),
            signs=signs,
            unless=unless,
            facts=self._lists("facts", FACTS),
            scopes=self._lists("scopes", SCOPES),
            durations=self._lists("durations", DURATION_LISTS),
            reasons=self._reasons(),
        )

    def _wrong(self, key: str, problem: str) -> LexiconError:
        return LexiconError(f"{self._path}: {key} {problem}")

    def _only(self, table: Mapping[str, Any], known: set[str] | frozenset[str], where: str) -> None:
        for key in table:
            if key not in known:
                raise self._wrong(f"{where}{key}", f"is not known here; known are {', '.join(sorted(known))}")

    def _table(self, name: str) -> dict[str, Any]:
        table = self._content.get(name)
        if not isinstance(table, dict):
            raise self._wrong(f"[{name}]", "is missing; add the section")
        return table

    def _words(self) -> Compiler:
        words = self._table("words")
        for name, entries in words.items():
            self._texts(entries, f"words.{name}")
        return self._guard("words", lambda: Compiler(words))

    def _texts(self, value: object, key: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self._wrong(key, 'must be a list of texts: ["…", "…"]')
        return value

    def _guard(self, key: str, build: Callable[[], _T]) -> _T:
        try:
            return build()
        except PhraseError as error:
            raise self._wrong(key, str(error)) from error

    def _phrases(self, value: object, key: str) -> tuple[Phrase, ...]:
        texts = self._texts(value, key)
        return self._guard(key, lambda: tuple(self._compiler.compile(text) for text in texts))

    def _lists(self, section: str, known: frozenset[str]) -> dict[str, tuple[Phrase, ...]]:
        table = self._table(section)
        self._only(table, known, f"{section}.")
        return {name: self._phrases(table.get(name, []), f"{section}.{name}") for name in known}

    def _signs(self) -> tuple[dict[tuple[Sign, str], tuple[Phrase, ...]], dict[Sign, tuple[Phrase, ...]]]:
        table = self._table("signs")
        self._only(table, {sign.value for sign in Sign}, "signs.")
        signs: dict[tuple[Sign, str], tuple[Phrase, ...]] = {}
        unless: dict[Sign, tuple[Phrase, ...]] = {}
        for sign in Sign:
            lists = table.get(sign.value)
            if not isinstance(lists, dict):
                raise self._wrong(f"[signs.{sign.value}]", "is missing; every sign needs its phrases")
            self._only(lists, {"say", "unless"} | TAGS.get(sign, frozenset()), f"signs.{sign.value}.")
            for name, entries in lists.items():
                phrases = self._phrases(entries, f"signs.{sign.value}.{name}")
                if name == "unless":
                    unless[sign] = phrases
                else:
                    signs[sign, "" if name == "say" else name] = phrases
        return signs, unless

    def _thresholds(self) -> Thresholds:
        table = self._table("thresholds")
        self._only(table, set(_THRESHOLDS), "thresholds.")
        values = _THRESHOLDS | table
        for name, value in values.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise self._wrong(f"thresholds.{name}", "must be a whole number of days from 1")
        return Thresholds(**values)

    def _reasons(self) -> dict[str, dict[str, str]]:
        table = self._table("reasons")
        self._only(table, REASONS, "reasons.")
        for code in sorted(REASONS):
            texts = table.get(code)
            for language in ("ja", "en"):
                if not isinstance(texts, dict) or not isinstance(texts.get(language), str):
                    raise self._wrong(
                        f"reasons.{code}", f'needs its sentence: {code} = {{ ja = "…", en = "…" }}'
                    )
        return table
