"""Reading what somebody typed about a missing person: what is right is kept, what is wrong gets a code. Pure.

The search form and the form of registered persons have most fields in common; both read them here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from relay.places.writing import hiragana
from relay.search.composing.typed import (
    AHEAD,
    DECIMALS,
    HEIGHTS,
    JAPAN_LAT,
    JAPAN_LNG,
    LINE,
    LONG,
    LONGEST_AGO,
    SHORT,
    Fault,
    Reader,
    Whereabouts,
    subset,
)
from relay.search.texts import AGE_BANDS

__all__ = [
    "AHEAD",
    "HEIGHTS",
    "ITEMS",
    "JAPAN_LAT",
    "JAPAN_LNG",
    "LINE",
    "LONG",
    "LONGEST_AGO",
    "NAMES",
    "RANGES",
    "SEXES",
    "SHORT",
    "TEXTS",
    "TRAVELS",
    "Entry",
    "Fault",
    "Fields",
    "Whereabouts",
    "age_band",
    "read",
    "subset",
]

ITEMS = ("name", "face", "condition")
RANGES = ("staff", "neighbours")
SEXES = ("male", "female")
TRAVELS = ("foot", "bicycle", "car", "train")
#: Ages up to the first band's end, then five years a band. (``texts.AGE_BANDS``)
_FIRST_BAND_ENDS, _BAND_YEARS = 59, 5


@dataclass(frozen=True, kw_only=True)
class Fields:
    """A search draft's content; names and meanings are those of ``models.Subject``, empty is None.

    ``photo_taken`` belongs to the picture: when it was taken, in words.
    """

    police_station: str | None = None
    police_number: str | None = None
    police_not_why: str | None = None
    consent_by: str | None = None
    consent_items: tuple[str, ...] = ()
    consent_ranges: tuple[str, ...] = ()
    danger_reason: str | None = None
    name: str | None = None
    kana: str | None = None
    age_band: str | None = None
    sex: str | None = None
    height: int | None = None
    build: str | None = None
    hair: str | None = None
    clothes: str | None = None
    visible: str | None = None
    shoes: str | None = None
    belongings: str | None = None
    condition: str | None = None
    speak: str | None = None
    photo_taken: str | None = None
    seen_at: datetime | None = None
    seen_town: str | None = None
    seen_place: str | None = None
    district_id: int | None = None
    lat: float | None = None
    lng: float | None = None
    heading: str | None = None
    travel: str | None = None

    def differing(self, other: "Fields") -> tuple[str, ...]:
        """Names of the fields in which the two differ."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name))


NAMES = tuple(field.name for field in fields(Fields))
#: Free texts and how long each may be.
TEXTS: Mapping[str, int] = {
    "police_station": LINE,
    "police_number": SHORT,
    "police_not_why": LONG,
    "consent_by": LINE,
    "danger_reason": LONG,
    "name": SHORT,
    "kana": SHORT,
    "build": SHORT,
    "hair": SHORT,
    "clothes": LINE,
    "visible": SHORT,
    "shoes": SHORT,
    "belongings": LINE,
    "condition": LONG,
    "speak": LINE,
    "photo_taken": SHORT,
    "seen_place": SHORT,
    "heading": SHORT,
}
#: What stands in texts to everybody alerted, where the person must not be named.
OUTLINE = ("build", "hair", "clothes", "visible", "shoes", "belongings", "speak", "seen_place", "heading")


@dataclass(frozen=True)
class Entry:
    """What was read: ``fields`` hold what is right, on top of what stood there before; ``faults`` by field."""

    fields: Fields
    faults: Mapping[str, Fault]


def read(
    typed: Mapping[str, str],
    *,
    items: Sequence[str],
    ranges: Sequence[str],
    before: Fields,
    town: Whereabouts | None,
    districts: Collection[int],
    now: datetime,
) -> Entry:
    """The whole search form. A field in fault keeps what stood there ``before``.

    ``town`` is what the typed town can mean; ``districts`` are those that may be chosen.
    """
    reader = Reader(typed)
    values: dict[str, Any] = {name: reader.text(name, most) for name, most in TEXTS.items()}
    values |= {
        "consent_items": subset(items, ITEMS),
        "consent_ranges": subset(ranges, RANGES),
        "age_band": reader.choice("age_band", AGE_BANDS),
        "sex": reader.choice("sex", SEXES),
        "height": reader.height(),
        "travel": reader.choice("travel", TRAVELS),
        "seen_at": reader.moment("seen_date", "seen_time", now),
    }
    values["lat"], values["lng"] = reader.point()
    values["seen_town"], values["district_id"] = reader.place(town, districts)
    _unnamed(reader, values)
    _as_shown(values, before)
    for name, old in _kept(reader.faults, before).items():
        values[name] = old
    return Entry(replace(before, **values), reader.faults)


def age_band(birth: date, today: date) -> str:
    """The band of ages (``texts.AGE_BANDS``) that somebody born on ``birth`` is in."""
    age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    band = max(0, (age - _FIRST_BAND_ENDS + _BAND_YEARS - 1) // _BAND_YEARS)
    return AGE_BANDS[min(band, len(AGE_BANDS) - 1)]


def _as_shown(values: dict[str, Any], before: Fields) -> None:
    """The form shows minutes and six decimals: what was not touched stays as exact as it was."""
    then, now = before.seen_at, values["seen_at"]
    if then is not None and now is not None and timedelta() <= then - now < timedelta(minutes=1):
        values["seen_at"] = then
    for name in ("lat", "lng"):
        old, new = getattr(before, name), values[name]
        if old is not None and new is not None and round(old, DECIMALS) == new:
            values[name] = old


def _unnamed(reader: Reader, values: Mapping[str, Any]) -> None:
    """An SMS can't be called back, so nobody's name may slip into what it says."""
    names = [part for part in (_close(values["name"]), _close(values["kana"])) if len(part) > 1]
    for field in OUTLINE:
        if any(name in _close(values[field]) for name in names):
            reader.fault(field, "names_person")


def _close(text: str | None) -> str:
    """For comparing: no blanks, one kind of kana."""
    return hiragana("".join((text or "").split()))


def _kept(faults: Mapping[str, Fault], before: Fields) -> dict[str, Any]:
    """What stands instead of fields in fault: the value of before."""
    together = {
        "seen_date": ("seen_at",),
        "seen_time": ("seen_at",),
        "lat": ("lat", "lng"),
        "town": ("seen_town", "district_id"),
    }
    names = [name for fault in faults for name in together.get(fault, (fault,))]
    return {name: getattr(before, name) for name in names}
