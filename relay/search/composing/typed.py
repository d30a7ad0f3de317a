"""Reading single fields that somebody typed: what is right is returned, what is wrong gets a code. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from relay.clock import JAPAN
from relay.places.writing import plain

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


def _tidy(line: str) -> str:
    """One line without invisible characters and doubled blanks; nothing else that was typed is changed."""
    return "".join(sign for sign in _BLANKS.sub(" ", line) if sign.isprintable()).strip()
