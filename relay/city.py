"""What one city decides: names, hours, ladders, limits. Read from ``relay.toml`` and checked as a whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from relay import config_files, settings
from relay.config_files import ConfigError
from relay.vocabulary import Level

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHO = ("duty", "backup", "head", "city")
BY = ("sms",)
LANES = ("duty", "bulk", "routine")
#: Levels that wake somebody. ``routine`` has no ladder: the centre reads it in its list.
LADDER_LEVELS = (Level.EMERGENCY, Level.URGENT, Level.PROMPT)

E164 = re.compile(r"\+[1-9]\d{7,14}")
SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Span:
    """Hours of a day, ``start`` included, ``end`` not. May run over midnight (21:00-07:00)."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: ``after`` minutes from its start, tell ``who`` by which channel."""

    after: float
    who: str
    by: str


@dataclass(frozen=True)
class Hours:
    """When a centre is open: one span per weekday (Monday first, None = closed), and the days it stays closed."""

    week: tuple[Span | None, ...]
    closing_days: frozenset[tuple[int, int]]
    closed_on_holidays: bool


@dataclass(frozen=True, kw_only=True)
class City:
    """Every decision of the city in one place. All minutes are real minutes before ``RELAY_TIME_SCALE``."""

    name: str
    name_en: str
    desk_name: str
    desk_name_en: str
    desk_phone: str
    fallback_name: str
    fallback_phone: str
    sms_detail: str
    repeat_minutes: Mapping[Level, float]
    remind_minutes: Mapping[Level, float]
    grace_minutes: float
    gap_warning_days: int
    ladder: Mapping[Level, tuple[Step, ...]]
    hours: Hours
    feedback_quiet: Span | None
    same_content_seconds: int
    unknown_receipts_per_day: int
    place_answer_hours: int
    segments_per_second: Mapping[str, float]
    duty_validity_minutes: int


@lru_cache(maxsize=8)
def load(folder: Path) -> City:
    """The city's settings from ``folder/relay.toml``. Raises ``ConfigError`` with one line per fault, all at once."""
    path = config_files.path_of(folder, "relay.toml")
    checker = _Checker(config_files.read(path))
    city = checker.city()
    if checker.faults:
        raise ConfigError("\n".join(f"{path.name}: {fault}" for fault in checker.faults))
    return city


def current() -> City:
    """The city that this process serves."""
    return load(settings.current().config)


class _Checker:
    """Collects every fault instead of stopping at the first: the editor of the file sees them all in one run."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.faults: list[str] = []

    def city(self) -> City:
        quiet = self.text("feedback", "quiet", empty=True)
        return City(
            name=self.text("city", "name"),
            name_en=self.text("city", "name_en"),
            desk_name=self.text("city", "desk_name"),
            desk_name_en=self.text("city", "desk_name_en"),
            desk_phone=self.text("city", "desk_phone"),
            fallback_name=self.text("duty", "fallback_name"),
            fallback_phone=self.phone("duty", "fallback_phone"),
            sms_detail=self.choice("duty", "sms_detail", ("full", "town")),
            repeat_minutes=self.by_level("repeat_minutes"),
            remind_minutes=self.by_level("remind_minutes"),
            grace_minutes=self.number("duty", "grace_minutes"),
            gap_warning_days=int(self.number("duty", "gap_warning_days")),
            ladder={level: self.ladder(level) for level in LADDER_LEVELS},
            hours=self.hours(),
            feedback_quiet=self.span("feedback.quiet", quiet) if quiet else None,
            same_content_seconds=int(self.number("intake", "same_content_seconds")),
            unknown_receipts_per_day=int(self.number("intake", "unknown_receipts_per_day")),
            place_answer_hours=int(self.number("intake", "place_answer_hours")),
            segments_per_second={
                lane: self.positive(f"outbox.segments_per_second.{lane}", value)
                for lane, value in self.table("outbox", "segments_per_second", LANES).items()
            },
            duty_validity_minutes=int(self.number("outbox", "duty_validity_minutes")),
        )

    def value(self, section: str, key: str) -> Any:
        part = self.data.get(section, {})
        if not isinstance(part, dict) or key not in part:
            self.faults.append(f"{section}.{key} is missing")
            return None
        return part[key]

    def text(self, section: str, key: str, *, empty: bool = False) -> str:
        value = self.value(section, key)
        if value is None:
            return ""
        if not isinstance(value, str) or not (value.strip() or empty):
            self.faults.append(f"{section}.{key} must be a text" + ("" if empty else " and not empty"))
            return ""
        return value.strip()

    def phone(self, section: str, key: str) -> str:
        value = self.text(section, key)
        if value and not E164.fullmatch(value):
            self.faults.append(f"{section}.{key} must be a number such as +819012345678, not {value!r}")
        return value

    def choice(self, section: str, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(section, key)
        if value and value not in allowed:
            self.faults.append(f"{section}.{key} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def positive(self, name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self.faults.append(f"{name} must be a number above 0, not {value!r}")
            return 1.0
        return float(value)

    def number(self, section: str, key: str) -> float:
        value = self.value(section, key)
        return 1.0 if value is None else self.positive(f"{section}.{key}", value)

    def table(self, section: str, key: str, keys: tuple[str, ...]) -> dict[str, Any]:
        value = self.value(section, key)
        if not isinstance(value, dict):
            if value is not None:
                self.faults.append(f"{section}.{key} must be a table of {', '.join(keys)}")
            return {}
        missing = [k for k in keys if k not in value]
        self.faults.extend(f"{section}.{key}.{k} is missing" for k in missing)
        return {k: value[k] for k in keys if k in value}

    def by_level(self, key: str) -> dict[Level, float]:
        values = self.table("duty", key, tuple(LADDER_LEVELS))
        return {Level(k): self.positive(f"duty.{key}.{k}", v) for k, v in values.items()}

    def ladder(self, level: Level) -> tuple[Step, ...]:
        rows = self.value("ladder", level)
        if not isinstance(rows, list) or not rows:
            if rows is not None:
                self.faults.append(f"ladder.{level} needs at least one step")
            return ()
        steps = tuple(self.step(f"ladder.{level}[{i}]", row) for i, row in enumerate(rows))
        if steps[0].after != 0:
            self.faults.append(f"ladder.{level} must begin at after = 0")
        if any(later.after < earlier.after for earlier, later in pairwise(steps)):
            self.faults.append(f"ladder.{level}: minutes must not go backwards")
        if steps[-1].who != "city":
            self.faults.append(f'ladder.{level} must end with who = "city", so that somebody always answers')
        return steps

    def step(self, name: str, row: Any) -> Step:
        if not isinstance(row, dict):
            self.faults.append(f'{name} must look like {{ after = 5, who = "backup", by = "sms" }}')
            return Step(0, "city", "sms")
        after, who, by = row.get("after"), row.get("who"), row.get("by", "sms")
        if isinstance(after, bool) or not isinstance(after, int | float) or after < 0:
            self.faults.append(f"{name}.after must be minutes, 0 or more")
            after = 0
        if who not in WHO:
            self.faults.append(f"{name}.who must be one of {', '.join(WHO)}")
            who = "city"
        if by not in BY:
            self.faults.append(f"{name}.by must be one of {', '.join(BY)}")
            by = "sms"
        return Step(float(after), who, by)

    def hours(self) -> Hours:
        week = []
        for day in WEEKDAYS:
            text = self.text("hours", day, empty=True)
            week.append(self.span(f"hours.{day}", text) if text else None)
        if not any(week):
            self.faults.append("hours: at least one weekday must be open")
        closing = set()
        for text in self.value("hours", "closing_days") or []:
            try:
                parsed = date.fromisoformat(f"2024-{text}")  # a leap year, so that 02-29 is a day
                closing.add((parsed.month, parsed.day))
            except (TypeError, ValueError):
                self.faults.append(f"hours.closing_days: {text!r} is no month-day such as 12-29")
        holidays = self.value("hours", "closed_on_holidays")
        return Hours(tuple(week), frozenset(closing), bool(holidays))

    def span(self, name: str, text: str) -> Span:
        match = SPAN.fullmatch(text)
        if not match:
            self.faults.append(f"{name} must look like 08:30-17:15, not {text!r}")
            return Span(time(0), time(0))
        h1, m1, h2, m2 = map(int, match.groups())
        # 24:00 is how a day that never closes is written; time() has no such hour.
        end = time.max if h2 == 24 else time(h2, m2)  # noqa: PLR2004
        return Span(time(h1 % 24, m1), end)
