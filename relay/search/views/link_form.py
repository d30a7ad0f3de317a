"""The sighting form of the personal link, read tolerantly: what fits no field goes into the words. Pure.

Whoever stands in the street with a phone in the hand is never sent back for a detail.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.places.table import TownTable
from relay.places.writing import plain
from relay.search.geo import COMPASS
from relay.search.sighting import moments, sighting_rules
from relay.triage.place import find_towns

MAX_TEXT = 1000
LIMITS = {"where": 200, "town": 60, "heading": 40, "time": 20}
#: Choices of 「いつ」, in minutes ago; ``time`` asks for the time of day.
WHEN = {"now": 0, "10": 10, "30": 30, "60": 60}
# A box around Japan: a position outside of it is a phone's mistake.
LATITUDES = (20.0, 46.0)
LONGITUDES = (122.0, 154.0)

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_FIELDS = (
    *("where", "town", "lat", "lng", "when", "time", "heading", "sure", "with_now", "call_back", "text"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A sighting as the form gives it."""

    submission: str | None
    fingerprint: str
    """The same content gives the same one, so that going back, changing something and sending makes another."""
    where: str
    """The place in words."""
    text: str
    """All words: the place first."""
    town: str | None
    lat: float | None
    lng: float | None
    seen_at: datetime | None
    heading: str | None
    sure: bool | None
    with_now: bool
    call_back: bool

    @property
    def empty(self) -> bool:
        """Whether it says neither where nor what (a photo is not known here)."""
        return not (self.text or self.town or self.lat is not None or self.with_now)

    def external_id(self, audience_id: int) -> str:
        """What makes it one: this page with this content, however often it is sent."""
        return f"form:{audience_id}:{self.submission or ''}:{self.fingerprint}"


def parse(form: Mapping[str, str], *, now: datetime, towns: TownTable, photo: bytes = b"") -> Entry:
    """Read the form. Never raises, whatever is in it."""
    values = {name: _clean(form.get(name, "")) for name in _FIELDS}
    where = _line(values["where"], LIMITS["where"])
    typed_town = _line(plain(values["town"]), LIMITS["town"])
    possible = find_towns(typed_town, towns) if typed_town else ()
    town = possible[0] if len(possible) == 1 else None
    seen_at, unread_time = _moment(values["when"], _line(values["time"], LIMITS["time"]), now)
    words = [where, typed_town if typed_town != town else "", values["text"].strip()[:MAX_TEXT], unread_time]
    text = "\n".join(word for word in words if word)
    lat, lng = _position(values["lat"], values["lng"])
    return Entry(
        submission=_submission_of(form),
        fingerprint=_fingerprint(values, photo),
        where=where or typed_town,
        text=text,
        # Words name a town often enough; never against what was chosen.
        town=town or (sighting_rules.town_of(text, towns) if not typed_town else None),
        lat=lat,
        lng=lng,
        seen_at=seen_at,
        heading=_heading(values["heading"]),
        sure={"yes": True, "maybe": False}.get(values["sure"].strip()),
        with_now=values["with_now"].strip() == "yes",
        call_back=values["call_back"].strip() == "yes",
    )


def _submission_of(form: Mapping[str, str]) -> str | None:
    """The one-time id of the page, where it is one of ours."""
    submission = form.get("submission", "")
    return submission if _SUBMISSION.fullmatch(submission) else None


def _clean(value: str) -> str:
    return _UNSTORABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def _line(value: str, most: int) -> str:
    return " ".join(value.split())[:most].strip()


def _moment(choice: str, typed: str, now: datetime) -> tuple[datetime | None, str]:
    """When it was, and what of it could not be read. A typed time counts whatever else is chosen beside it."""
    if typed:
        minutes, _ = moments.minutes_ago(plain(typed), now)
        return (None, typed) if minutes is None else (now - timedelta(minutes=minutes), "")
    return (now - timedelta(minutes=WHEN[choice]), "") if choice in WHEN else (None, "")


def _heading(typed: str) -> str | None:
    value = _line(plain(typed), LIMITS["heading"])
    if value.removesuffix("へ").removesuffix("の方") in COMPASS:
        return value.removesuffix("へ").removesuffix("の方")
    return value.removesuffix("へ") or None


def _position(lat: str, lng: str) -> tuple[float | None, float | None]:
    try:
        north, east = float(plain(lat)), float(plain(lng))
    except ValueError:
        return None, None
    inside = (
        math.isfinite(north)
        and math.isfinite(east)
        and LATITUDES[0] <= north <= LATITUDES[1]
        and LONGITUDES[0] <= east <= LONGITUDES[1]
    )
    return (round(north, 6), round(east, 6)) if inside else (None, None)


def _fingerprint(values: Mapping[str, str], photo: bytes) -> str:
    content = json.dumps([dict(values), hashlib.sha256(photo).hexdigest()], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
