"""Decisions about one sighting: is it one at all, is it one already told of, does it ring. Pure.

A machine may decide that a telephone does not ring; it never throws a sighting away.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.places.table import TownTable
from relay.places.writing import place_form, plain
from relay.search import geo
from relay.search.geo import Point
from relay.search.sighting.replies import Told
from relay.triage.place import read_place
from relay.triage.results import Reading
from relay.vocabulary import Level, Sign

#: Sightings within so many metres, or in one town, and within so much time tell of the same moment.
SAME_METRES = 200
SAME_TIME = timedelta(minutes=15)
#: More than so many from one phone within so much time ring nobody any more.
FLOOD = 5
FLOOD_TIME = timedelta(minutes=10)

#: Signs of a home: whoever was alerted and writes of these without a code makes an ordinary report.
_HOME = frozenset(
    {
        Sign.NEWSPAPERS,
        Sign.MAIL,
        Sign.DELIVERIES,
        Sign.LAUNDRY,
        Sign.SHUTTERS,
        Sign.LIGHTS,
        Sign.USAGE,
        Sign.UPKEEP,
        Sign.ABUSE,
        Sign.FRAUD,
        Sign.SELF_NEGLECT,
    }
)
#: These may be seen in the street as well; they are of a home where the text speaks of one.
_HOME_IF_SAID = frozenset({Sign.SMELL, Sign.NO_ANSWER, Sign.SOUND, Sign.NOT_SEEN, Sign.CRY_FOR_HELP})
_HOME_WORDS = (
    *(
        "さん宅",
        "様宅",
        "さんの家",
        "お宅",
        "玄関",
        "呼び鈴",
        "チャイム",
        "ピンポン",
        "インターホン",
        "訪問",
        "部屋",
    ),
    *("最近", "しばらく", "ここ数日", "doorbell", "at the door", "front door"),
)
_STATION = re.compile("の駅")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """When and where somebody was seen, as far as it is known."""

    at: datetime
    town: str | None
    point: Point | None


def town_of(text: str, towns: TownTable) -> str | None:
    """The town that the words name in full. Whoever writes stands where the person is or was, so a shop or a station
    in a town (「本町の駅」) is in that town.

    A part of a name is no town here: 「公園で見た」 is not 公園通.
    """
    town = read_place(_STATION.sub("の、", text), towns, person_here=True).town
    named = town is not None and place_form(plain(town)) in place_form(plain(text))
    return town if named else None


def of_a_home(reading: Reading, told: Told, text: str) -> bool:
    """Whether a text without a code is clearly a watch report about a home, not a sighting."""
    signs = frozenset(reading.signs)
    if signs & _HOME:
        return True
    if not signs & _HOME_IF_SAID or told.heading or told.with_now:
        return False
    place = reading.place
    lasting = Sign.NOT_SEEN in signs and reading.days is not None
    return lasting or bool(place.number or place.room) or any(word in text for word in _HOME_WORDS)


def is_emergency(reading: Reading) -> bool:
    """Whether 119 comes first in the answer: a sign in the words says so.

    The level alone does not: how urgent a whole text sounds is learned from reports about homes, and
    「駅で一緒にいます」 is none.
    """
    return any(reason.level is Level.EMERGENCY and reason.signs for reason in reading.reasons)


def same(one: Spot, other: Spot) -> bool:
    """Whether two sightings tell of one moment at one place. Two points decide by their distance alone."""
    if abs(one.at - other.at) > SAME_TIME:
        return False
    if one.point and other.point:
        return geo.metres(one.point, other.point) <= SAME_METRES
    return one.town is not None and one.town == other.town


def is_flood(earlier: int, *, with_now: bool, with_now_before: bool) -> bool:
    """Whether one more, after ``earlier`` ones within ``FLOOD_TIME``, rings nobody.

    The first word that the person is with somebody rings whatever came before it.
    """
    return earlier >= FLOOD and not (with_now and not with_now_before)


def is_news(*, with_now: bool, sure: bool | None, known: Collection[tuple[bool, bool | None]]) -> bool:
    """Whether one that joins others still rings: they held nobody who is with the person, or nobody who is sure.

    ``known``: (with_now, sure) of those that it joins.
    """
    first_with = with_now and not any(with_them for with_them, _ in known)
    first_sure = sure is True and not any(was_sure is True for _, was_sure in known)
    return first_with or first_sure
