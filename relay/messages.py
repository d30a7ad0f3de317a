"""The words of every outbound message, from ``messages.ja.toml`` and ``messages.en.toml``.

A city may change any text. What a text must hold (the reply code, the receipt number, 119) is checked at start, so
that an edit can't send an officer an alert that can't be answered.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from relay import config_files, settings
from relay.config_files import ConfigError
from relay.vocabulary import Level, Outcome, Sign

LANGUAGES = ("ja", "en")

#: Every text, with the placeholders that it must hold (upper set) and may hold.
_PLACEHOLDERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    key: (frozenset(must.split()), frozenset((must + " " + may).split()))
    for key, must, may in [
        *((f"level.{level}", "", "") for level in Level),
        *((f"sign.{sign}", "", "") for sign in Sign),
        *((f"outcome.{outcome}", "", "") for outcome in Outcome),
        *(
            (f"duty.{key}", "code place what level", "")
            for key in ("alert", "update", "update_owner", "assigned")
        ),
        *((f"duty.{key}", "code place", "") for key in ("reminder", "lease_lost")),
        ("duty.alarm_undelivered", "name reason", ""),
        ("duty.place_by_position", "district", ""),
        ("duty.call_back", "code place phone", "level what"),
        ("duty.phone_behind_link", "", ""),
        *(
            (f"duty.{key}", "", "")
            for key in ("place_unknown", "signs_unknown", "called_119", "not_called_119")
        ),
        ("duty.days", "days", ""),
        ("answer.accepted", "code", "place"),
        ("answer.taken", "code owner time", ""),
        ("answer.not_yours", "code owner", ""),
        *((f"answer.{key}", "code outcome", "") for key in ("closed", "was_closed")),
        *(
            (f"answer.{key}", "code", "place")
            for key in (
                "already_yours",
                "released",
                "progress",
                "called_119",
                "noted",
                "noted_unowned",
                "reopened",
            )
        ),
        ("answer.unknown_code", "code", "phone"),
        ("answer.which_code", "code", ""),
        ("answer.no_case", "", "phone"),
        *((f"receipt.{key}", "number", "phone") for key in (*Level, "spooled")),
        *((f"ask.{key}", "number", "") for key in ("place", "again_place", "place_thanks", "call")),
        *((f"ask.{key}", "number candidates", "") for key in ("place_candidates", "again_candidates")),
        *((f"ask.{key}", "number town", "") for key in ("house", "again_house")),
        ("ask.that_town", "", ""),
        *((f"feedback.{key}", "number", "") for key in ("accepted", "safe", "closed", "reopened")),
        ("search.alert_sms", "city code who seen act link", ""),
        ("search.update_sms", "city code words act link", ""),
        ("search.update_sms_page", "city code act link", ""),
        ("search.alert_mail", "city code facts seen call link", "speak"),
        ("search.update_mail", "city code words call link", "facts seen speak"),
        *((f"search.{key}_subject", "city code", "") for key in ("alert", "update", "closing")),
        *((f"search.closing_{key}", "city code", "") for key in ("found", "ended", "withdrawn")),
        *(
            (f"search.{key}", "", "")
            for key in (
                *("drill", "act", "act_drill", "call", "call_drill", "somebody", "male", "female", "speak"),
                *("by_foot", "by_bicycle", "by_car", "by_train"),
            )
        ),
        ("search.heading", "heading", ""),
        *((f"search.desk_{key}", "city code link", "") for key in ("approval", "widen", "expired")),
        ("search.desk_over", "city code", "link"),
        ("search.desk_warning", "city code time link", ""),
        *((f"neighbour.{key}", "", "") for key in ("event", "restriction", "news")),
        *(
            (f"neighbour.{key}", "", "phone")
            for key in ("instruction", "instruction_drill", "instruction_over")
        ),
        ("neighbour.description", "facts seen", "speak"),
        *((f"neighbour.desk_{key}", "name code link", "city") for key in ("new", "over", "closed")),
        ("neighbour.desk_update", "name code words link", "city"),
        ("sighting.desk", "city code kind place time link", "since heading who"),
        *((f"sighting.kind_{key}", "", "") for key in ("seen", "unsure", "with_now", "danger")),
        ("sighting.kind_which", "codes", ""),
        *((f"sighting.{key}", "", "") for key in ("no_place", "by_staff", "by_other", "by_phone")),
        *((f"sighting.{key}", "heading", "") for key in ("heading", "update_heading")),
        ("sighting.by_staff_of", "name company", ""),
        ("sighting.by_staff_named", "name", ""),
        ("sighting.ring", "phone", ""),
        ("sighting.received", "time", ""),
        ("sighting.update", "time place", "heading"),
        ("sighting.since", "parts", ""),
        *((f"sighting.{key}", "span", "") for key in ("after", "before", "after_brief", "before_brief")),
        ("sighting.distance", "distance", ""),
        *((f"sighting.{key}", "count", "") for key in ("minutes", "hours", "whole_hours")),
        ("sighting.hours_minutes", "hours minutes", ""),
        *(
            (f"sighting.{key}", "code", "")
            for key in (
                "thanks",
                "with_now",
                "emergency",
                "unread",
                "noted",
                "noted_drill",
                "where",
                "over",
                "drill",
            )
        ),
        ("sighting.held", "code", "phone"),
        *((f"sighting.{key}", "codes", "") for key in ("which", "which_drill")),
    ]
}

#: Texts that tools and people look for by these words, in any language.
_MUST_HOLD: Mapping[str, str] = {
    "duty.alert": "返信{code}",
    "duty.update": "返信{code}",
    **{f"receipt.{key}": "受付番号{number}" for key in (*Level, "spooled")},
}
#: Answers to somebody who tells of a life in danger.
_SAY_119_FIRST = frozenset({"receipt.emergency", "sighting.emergency", "sighting.unread"})


@dataclass(frozen=True)
class Messages:
    """All texts. ``text`` fills one in; ``words`` are the replies that officers may send."""

    texts: Mapping[str, Mapping[str, str]]
    commands: Mapping[str, tuple[str, ...]]
    outcomes: Mapping[Outcome, tuple[str, ...]]

    def text(self, key: str, language: str = "ja", **values: object) -> str:
        """The text ``key`` (``duty.alert``) with its placeholders filled in; unknown languages read English."""
        return self.texts[language if language in LANGUAGES else "en"][key].format(**values)


def current() -> Messages:
    """The words of the city that this process serves."""
    return load(settings.current().config)


@lru_cache(maxsize=8)
def load(folder: Path) -> Messages:
    """Read and check both files. Raises ``ConfigError`` with one line per fault."""
    faults: list[str] = []
    texts = {}
    for language in LANGUAGES:
        path = config_files.path_of(folder, f"messages.{language}.toml")
        texts[language] = _texts(config_files.read(path), path.name, faults)
    path = config_files.path_of(folder, "messages.ja.toml")
    reply = config_files.read(path).get("reply", {})
    commands = {
        name: _words(reply.get("words", {}), name, path.name, faults)
        for name in ("accept", "release", "progress", "reopen", "called_119")
    }
    outcomes = {outcome: _words(reply.get("outcome", {}), outcome, path.name, faults) for outcome in Outcome}
    _no_word_twice([*commands.items(), *outcomes.items()], path.name, faults)
    if faults:
        raise ConfigError("\n".join(faults))
    return Messages(texts, commands, outcomes)


def _texts(data: dict[str, Any], name: str, faults: list[str]) -> dict[str, str]:
    found = {}
    for key, (must, may) in _PLACEHOLDERS.items():
        section, _, item = key.partition(".")
        text = data.get(section, {}).get(item)
        if not isinstance(text, str) or not text.strip():
            faults.append(f"{name}: {key} is missing")
            continue
        try:
            used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        except ValueError as error:
            faults.append(f"{name}: {key} can't be filled in: {error}")
            continue
        if missing := must - used:
            faults.append(f"{name}: {key} must hold {_braced(missing)}")
        if unknown := used - may:
            faults.append(f"{name}: {key} can't hold {_braced(unknown)}")
        if (wanted := _MUST_HOLD.get(key)) and wanted not in text:
            faults.append(f"{name}: {key} must hold {wanted!r} letter by letter")
        if key in _SAY_119_FIRST and "119" not in text.split("{")[0]:
            faults.append(f"{name}: {key} must say 119 first")
        found[key] = text
    return found


def _words(table: Any, key: str, name: str, faults: list[str]) -> tuple[str, ...]:
    words = table.get(key) if isinstance(table, dict) else None
    if not isinstance(words, list) or not words or not all(isinstance(w, str) and w.strip() for w in words):
        faults.append(f"{name}: reply words for {key} must be a list of at least one word")
        return ()
    return tuple(words)


def _no_word_twice(groups: list[tuple[str, tuple[str, ...]]], name: str, faults: list[str]) -> None:
    seen: dict[str, str] = {}
    for group, words in groups:
        for word in words:
            first = seen.setdefault(word, group)
            if first != group:
                faults.append(f"{name}: the reply word {word} stands for both {first} and {group}")


def _braced(names: frozenset[str] | set[str]) -> str:
    return ", ".join("{" + name + "}" for name in sorted(names))
