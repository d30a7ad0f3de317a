"""Reading what somebody typed about a missing person: what is right is kept, what is wrong gets a code. Pure.

The search form and the form of registered persons have most fields in common; both read them here.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from relay.clock import JAPAN
from relay.places.writing import hiragana, plain
from relay.search.texts import AGE_BANDS

ITEMS = ("name", "face", "condition")
RANGES = ("staff", "neighbours")
SEXES = ("male", "female")
TRAVELS = ("foot", "bicycle", "car", "train")

#: Characters. What goes into an SMS is short; what stands on a page may be longer.
SHORT, LINE, LONG = 40, 80, 500
HEIGHTS = range(100, 211)
#: A search for somebody seen longer ago than this is a slip of the pen in the date.
LONGEST_AGO = timedelta(days=60)
#: Clocks differ a little, and "just now" may be typed rounded up.
AHEAD = timedelta(minutes=5)
#: Of degrees: a tenth of a metre.
DECIMALS = 6
#: Corners of a box around Japan: latitude and longitude in degrees.
JAPAN_LAT, JAPAN_LNG = (20.0, 46.0), (122.0, 154.0)

_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"\d{1,4}")
#: 9:05, 0905, 9時, 午後2時5分; seconds are left aside.
_TIME = re.compile(
    r"(?P<half>午前|午後)?(?:(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{1,2})?)(?:分|:\d{2})?|(?P<four>\d{4}))"
)
_NOON = 12


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
class Fault:
    """Why a field was not taken: a code, and what its sentence says of it."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Whereabouts:
    """What a typed town can mean: its name in the town table, and the districts that it may lie in.

    ``name`` is None for a town that is not in the table or could be several: ``candidates`` then names those.
    """

    name: str | None
    districts: tuple[int, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What was read: ``fields`` hold what is right, on top of what stood there before; ``faults`` by field."""

    fields: Fields
    faults: Mapping[str, Fault]


class Reader:
    """Takes values out of a form; collects faults so that all of them are told at once."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.faults: dict[str, Fault] = {}

    def raw(self, name: str) -> str:
        return self._typed.get(name, "").strip()

    def fault(self, name: str, code: str, **values: object) -> None:
        self.faults.setdefault(name, Fault(code, tuple((key, str(value)) for key, value in values.items())))

    def text(self, name: str, most: int) -> str | None:
        """A text; one line unless it may be long. None when it is empty or too long."""
        lines = [_tidy(line) for line in self._typed.get(name, "").splitlines()]
        value = ("\n" if most >= LONG else " ").join(line for line in lines if line)
        if len(value) > most:
            self.fault(name, "too_long", most=most, length=len(value))
            return None
        return value or None

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        value = self.raw(name)
        return value if value in allowed else None

    def height(self, name: str = "height") -> int | None:
        value = plain(self.raw(name)).lower().removesuffix("cm").removesuffix("センチ").strip()
        if not value:
            return None
        if not _NUMBER.fullmatch(value) or int(value) not in HEIGHTS:
            self.fault(name, "height", least=HEIGHTS[0], most=HEIGHTS[-1])
            return None
        return int(value)

    def day(self, name: str, today: date) -> date | None:
        """A date that is not in the future."""
        value = plain(self.raw(name)).replace("/", "-")
        if not value:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.fault(name, "date")
            return None
        if found > today:
            self.fault(name, "future_date")
            return None
        return found

    def moment(self, day: str, hour: str, now: datetime) -> datetime | None:
        """Date and time from two fields, on the city's wall clock."""
        typed = _BLANKS.sub("", plain(self.raw(hour)))
        if not self.raw(day) and not typed:
            return None
        found, at = self.day(day, now.astimezone(JAPAN).date()), time_of(typed)
        if not self.raw(day):
            self.fault(day, "no_date")
        if at is None:
            self.fault(hour, "time" if typed else "no_time")
        if found is None or at is None:
            return None
        moment = datetime.combine(found, at, JAPAN)
        if moment > now + AHEAD:
            self.fault(hour, "future")
            return None
        if moment < now - LONGEST_AGO:
            self.fault(day, "long_ago", days=LONGEST_AGO.days)
            return None
        return moment

    def point(self) -> tuple[float, float] | tuple[None, None]:
        """Latitude and longitude: both or none, and in Japan."""
        lat, lng = plain(self.raw("lat")), plain(self.raw("lng"))
        if not lat and not lng:
            return None, None
        try:
            north, east = round(float(lat), DECIMALS), round(float(lng), DECIMALS)
        except ValueError:
            self.fault("lat", "point")
            return None, None
        if not (JAPAN_LAT[0] <= north <= JAPAN_LAT[1] and JAPAN_LNG[0] <= east <= JAPAN_LNG[1]):
            self.fault("lat", "point")
            return None, None
        return north, east

    def place(self, town: Whereabouts | None, districts: Collection[int]) -> tuple[str | None, int | None]:
        """The town as the table spells it, and its district. One that has no single district is asked for it:
        the answer stands in the field ``district``."""
        typed = self.text("town", SHORT)
        chosen = plain(self.raw("district"))
        district = int(chosen) if _NUMBER.fullmatch(chosen) and int(chosen) in districts else None
        if typed is None or town is None:
            return None, district
        if town.name is not None and len(town.districts) == 1:
            return town.name, town.districts[0]
        if district is None and town.name is not None:
            self.fault("town", "town_districts", town=town.name)
        elif district is None and town.candidates:
            self.fault("town", "town_several", town=typed, candidates="、".join(town.candidates[:5]))
        elif district is None:
            self.fault("town", "town_unknown", town=typed)
        return town.name or typed, district


def time_of(typed: str) -> time | None:
    """A time as people write it, None for what is none."""
    match = _TIME.fullmatch(typed)
    if match is None:
        return None
    four = match["four"]
    hour, minute = (int(four[:2]), int(four[2:])) if four else (int(match["hour"]), int(match["minute"] or 0))
    if match["half"] == "午後" and hour < _NOON:
        hour += _NOON
    try:
        return time(hour, minute)
    except ValueError:
        return None


def subset(values: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    """The chosen ones of ``allowed``, in its order."""
    return tuple(code for code in allowed if code in values)


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


def _tidy(line: str) -> str:
    """One line without invisible characters and doubled blanks; nothing else that was typed is changed."""
    return "".join(sign for sign in _BLANKS.sub(" ", line) if sign.isprintable()).strip()


def _close(text: str | None) -> str:
    """For comparing: no blanks, one kind of kana."""
    return hiragana(_BLANKS.sub("", text or ""))


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
