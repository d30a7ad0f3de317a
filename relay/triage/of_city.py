"""The lexicon and the town table of the city whose config folder ``RELAY_CONFIG`` names, for the command line."""

import os
from pathlib import Path

from relay import config_files
from relay.places.table import TownTable
from relay.settings import DEFAULT_CONFIG
from relay.triage import lexicon
from relay.triage.lexicon import Lexicon


def load(city: Path | None = None) -> tuple[Lexicon, TownTable]:
    """Lexicon and towns; the shipped ones where the city has no own. ``city``: a folder with another town table.

    Raises ``LexiconError`` or ``TownTableError``, each in one line for the city's engineer.
    """
    folder = Path(os.environ.get("RELAY_CONFIG") or DEFAULT_CONFIG)
    own = (f for f in (folder, folder / "sample") if (f / "towns.csv").exists())
    towns = TownTable.from_folder(city or next(own, DEFAULT_CONFIG / "sample"))
    return lexicon.load(config_files.path_of(folder, "triage.toml")), towns
