"""Which reports belong to one home, and what a second report changes. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from relay.vocabulary import Level, Outcome, Sign

#: Written and left out at will: the same building may come with and without them.
BUILDING_NOISE = re.compile(r"[\s・\-‐-―−ー]|号館")
ROOM_NOISE = re.compile(r"[\s号室]|[\-‐-―−]")
#: Signs that tell of no trouble: a report of these alone raises nothing.
HARMLESS = frozenset({Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN})

#: What partners hear of an outcome: coarse on purpose, so that no health detail and no death leaves the city.
COARSE: dict[Outcome, str] = {
    Outcome.SAFE: "safe",
    Outcome.HOSPITAL: "safe",
    Outcome.SUPPORTED: "safe",
    Outcome.AMBULANCE: "safe",
    Outcome.AWAY: "closed",
    Outcome.DIED: "closed",
    Outcome.UNFOUNDED: "closed",
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """One home as far as an address tells: ``town`` as the town table spells it, ``number`` as 1-2-3."""

    town: str | None
    number: str | None
    building: str | None
    room: str | None


def home_key(home: Home) -> str | None:
    """The home in one text, or None when the address does not name one home."""
    if not home.town or not home.number:
        return None
    return "|".join((home.town, home.number, building_key(home.building), room_key(home.room)))


def building_key(building: str | None) -> str:
    """A building's name without what people write in two ways: spaces, dots, width, kana form."""
    text = BUILDING_NOISE.sub("", unicodedata.normalize("NFKC", building or "")).casefold()
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def room_key(room: str | None) -> str:
    """A room's number without 号室 and spaces."""
    return ROOM_NOISE.sub("", unicodedata.normalize("NFKC", room or "")).casefold()


def same_home(a: Home, b: Home) -> bool:
    """Whether two addresses are one home: same town, number and room, and no two different building names.

    A room with one and none with the other are two homes until a person says otherwise: neighbours in one house
    must not share a case.
    """
    if not (a.town and a.number and (a.town, a.number) == (b.town, b.number)):
        return False
    if room_key(a.room) != room_key(b.room):
        return False
    names = {building_key(a.building), building_key(b.building)} - {""}
    return len(names) <= 1


def is_good_news(signs: frozenset[Sign]) -> bool:
    """Whether a report tells of no trouble, but that somebody is well or known to be away."""
    return bool(signs) and signs <= HARMLESS


def joined_level(case_level: Level, report_level: Level, signs: frozenset[Sign]) -> Level:
    """The level of an open case after one more report of that home.

    One up from what the report by itself says, to at most ``urgent``, never below what the case has; good news
    alone raises nothing, and nothing lowers but a person.
    """
    if is_good_news(signs):
        return case_level
    return max(case_level, report_level, report_level.raised(at_most=Level.URGENT))
