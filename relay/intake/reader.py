"""The reader of this process: the city's lexicon and town table, ready to read reports."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from relay import config_files, settings
from relay.db import transaction
from relay.places import service as places
from relay.places.table import TownTable
from relay.triage import lexicon
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Place, Reader, Reading
from relay.vocabulary import Level

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


class _Kept:
    """The last reader: made anew only when the town table has changed. Replaced whole, so threads need no lock."""

    last: tuple[Lexicon, TownTable, Reader] | None = None


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


@lru_cache(maxsize=2)
def words_of(folder: Path) -> Lexicon:
    """The lexicon of a config folder, compiled once a process: that takes about a second."""
    return lexicon.load(config_files.path_of(folder, "triage.toml"))
