"""What one city decides: names, hours, ladders, limits. Read from ``relay.toml`` and checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from relay import config_files, settings
from relay.config_check import E164, Checker, Span
from relay.config_files import ConfigError
from relay.vocabulary import Level

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHO = ("duty", "backup", "head", "city")
BY = ("sms",)
LANES = ("duty", "bulk", "routine")
#: Levels that wake somebody. ``routine`` has no ladder: the centre reads it in its list.
LADDER_LEVELS = (Level.EMERGENCY, Level.URGENT, Level.PROMPT)
#: An address on this machine needs no encryption: for trying things out.
HERE = ("http://127.0.0.1:", "http://localhost:")
#: The pale map of the Geospatial Information Authority of Japan. (https://maps.gsi.go.jp/development/ichiran.html)
GSI_TILES = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png"


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
class SearchSettings:
    """How the city searches. Districts that have no line in ``neighbours`` widen to those of the same centre."""

    quiet: Span | None
    """No search texts in these hours, unless whoever sends gives a reason."""
    widen_minutes: float
    """After so many minutes without an end the next ring is proposed."""
    expires_hours: float
    warn_hours: float
    """Before the end of a search that nobody closes, the city is warned so many hours ahead."""
    wipe_days: float
    """After closing, personal data goes after so many days; 0: as soon as everybody has been told."""
    desk_phones: tuple[str, ...]
    """Phones that hear of every sighting besides the centre and the city on duty."""
    neighbours: Mapping[str, frozenset[str]]
    """Which districts lie beside each other, in both directions."""
    tiles: str
    """Map pictures: an address with {z}/{x}/{y}, or empty for a map without any."""
    tiles_credit: str


@dataclass(frozen=True, kw_only=True)
class HeatSettings:
    """Where the Environment Ministry's heat alerts are read, if they are."""

    url: str
    """With {year}, {date} and {hour} of the file filled in; empty: nothing is read."""
    area: str
    """The prefecture, or its forecast area, as the file names it."""


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
    ask_again_minutes: float
    segments_per_second: Mapping[str, float]
    duty_validity_minutes: int
    search: SearchSettings
    heat: HeatSettings


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


class _Checker(Checker):
    """Makes a ``City`` of the parsed ``relay.toml``."""

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
            ask_again_minutes=self.number("intake", "ask_again_minutes", default=15),
            segments_per_second={
                lane: self.positive(f"outbox.segments_per_second.{lane}", value)
                for lane, value in self.table("outbox", "segments_per_second", LANES).items()
            },
            duty_validity_minutes=int(self.number("outbox", "duty_validity_minutes")),
            search=self.search(),
            heat=self.heat(),
        )

    def heat(self) -> HeatSettings:
        url = self.text("heat", "url", empty=True, default="")
        area = self.text("heat", "area", empty=True, default="")
        if url and not area:
            self.faults.append('heat.area must name the prefecture, such as "愛知県", where heat.url is set')
        if url and not (url.startswith("https://") or url.startswith(HERE)):
            self.faults.append("heat.url must begin with https://")
        try:
            url.format(year="2026", date="20260720", hour="05")
        except (LookupError, ValueError):
            self.faults.append("heat.url may hold {year}, {date} and {hour} and no other braces")
        return HeatSettings(url=url, area=area)

    def search(self) -> SearchSettings:
        quiet = self.text("search", "quiet", empty=True, default="21:00-07:00")
        phones = self.texts("search", "desk_phones", default=[])
        self.faults.extend(
            f"search.desk_phones: {phone!r} must be a number such as +819012345678"
            for phone in phones
            if not E164.fullmatch(phone)
        )
        return SearchSettings(
            quiet=self.span("search.quiet", quiet) if quiet else None,
            widen_minutes=self.number("search", "widen_minutes", default=60),
            expires_hours=self.number("search", "expires_hours", default=24),
            warn_hours=self.number("search", "warn_hours", default=2),
            wipe_days=self.number("search", "wipe_days", default=3, zero=True),
            desk_phones=phones,
            neighbours=self.neighbours(),
            tiles=self.text("map", "tiles", empty=True, default=GSI_TILES),
            tiles_credit=self.text("map", "credit", empty=True, default="国土地理院"),
        )

    def neighbours(self) -> dict[str, frozenset[str]]:
        """Written once a pair is enough: who is my neighbour has me for one."""
        found: dict[str, set[str]] = {}
        for district, beside in self.data.get("neighbours", {}).items():
            if not isinstance(beside, list) or not all(isinstance(name, str) for name in beside):
                self.faults.append(f'neighbours.{district} must be a list of districts such as ["東", "西"]')
                continue
            for name in beside:
                found.setdefault(district, set()).add(name)
                found.setdefault(name, set()).add(district)
        return {district: frozenset(names - {district}) for district, names in found.items()}

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
