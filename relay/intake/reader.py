"""The reader of this process: the city's lexicon and town table, ready to read reports."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.exc import SQLAlchemyError

from relay import settings
from relay.cases.rereading import words_of
from relay.db import transaction
from relay.places import heat, romaji_reading
from relay.places import service as places
from relay.places.table import TownTable
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Given, Place, Reader, Reading
from relay.vocabulary import Level

__all__ = ["UNREAD", "current", "forget_heat", "heat_alert", "read", "words_of"]

#: Stands for a report that the machine could not read at all: a person must, and soon.
UNREAD = Reading(
    level=Level.URGENT,
    signs=(),
    days=None,
    place=Place(town=None, number=None, building=None, room=None, candidates=()),
    sealed=True,
    called_119=False,
    repeat=False,
    reasons=(),
    lexicon="",
    language="ja",
)


class _Heat:
    """The last day asked about, and whether it is a heat-alert day. Replaced whole."""

    last: tuple[date, bool] | None = None


class _Kept:
    """The last reader: made anew only when the town table has changed. Replaced whole, so threads need no lock."""

    last: tuple[Lexicon, TownTable, Reader] | None = None


def read(text: str, *, given: Given | None = None, received_at: datetime) -> Reading:
    """Read a report as of the day on which it was received: a heat alert makes some of them more urgent."""
    reading = current().read(text, given=given, heat_alert=heat_alert(received_at))
    typed = given.town if given else None
    if reading.place.town is None and not reading.place.candidates and (typed or reading.language == "en"):
        return _with_latin_town(text, typed, reading)
    return reading


def _with_latin_town(text: str, typed: str | None, reading: Reading) -> Reading:
    """A town in Latin letters, in an English text or in the form's own field: 「Honmachi 4-12」."""
    kept = _Kept.last
    latin = romaji_reading.index(kept[1]) if kept else None
    found = (latin.towns(typed, answer=True) if typed else latin.towns(text)) if latin else ()
    if not found:
        return reading
    one = len(found) == 1
    place = replace(reading.place, town=found[0] if one else None, candidates=() if one else found)
    return replace(reading, place=place)


def heat_alert(moment: datetime) -> bool:
    """Whether it is a heat-alert day at ``moment``; with the database away, as it was known last."""
    day = heat.day_of(moment)
    try:
        # Asked for every report: a day that the city sets counts from that moment on.
        with transaction() as session:
            known = heat.alert_on(session, day) is not None
    except SQLAlchemyError:
        return _Heat.last == (day, True)
    _Heat.last = (day, known)
    return known


def forget_heat() -> None:
    """Know nothing of any day, as at the start."""
    _Heat.last = None


def current() -> Reader:
    """A reader with the present town table; with the database away, with the config folder's own."""
    try:
        with transaction() as session:
            towns = places.town_table(session)
    except SQLAlchemyError:
        towns = places.town_table(None)
    words = words_of(settings.current().config)
    kept = _Kept.last
    if kept is None or kept[0] is not words or kept[1] is not towns:
        kept = _Kept.last = (words, towns, Reader(words, towns))
    return kept[2]
