"""The reader of this process: the city's lexicon and town table, ready to read reports."""

from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError

from relay import config_files, settings
from relay.db import transaction
from relay.places import service as places
from relay.places.table import TownTable
from relay.triage import lexicon
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Reader


def current() -> Reader:
    """A reader with the present town table; with the database away, with the config folder's own."""
    try:
        with transaction() as session:
            towns = places.town_table(session)
    except SQLAlchemyError:
        towns = places.town_table(None)
    return _reader(_lexicon(), towns)


@lru_cache(maxsize=2)
def _reader(words: Lexicon, towns: TownTable) -> Reader:
    return Reader(words, towns)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return lexicon.load(config_files.path_of(settings.current().config, "triage.toml"))
