"""The shipped lexicon and the sample city's towns, read once for all tests of the triage."""

from pathlib import Path

import pytest

from relay.places.table import TownTable
from relay.triage import lexicon
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Reader

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="session")
def words() -> Lexicon:
    return lexicon.load(CONFIG / "triage.toml")


@pytest.fixture(scope="session")
def towns() -> TownTable:
    return TownTable.from_folder(CONFIG / "sample")


@pytest.fixture(scope="session")
def reader(words: Lexicon, towns: TownTable) -> Reader:
    return Reader(words, towns)
