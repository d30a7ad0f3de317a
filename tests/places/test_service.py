"""The town table of the running city, and who answers for a town."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from relay import clock, settings
from relay.places import service
from relay.places.models import Town


def add(session: Session, name: str) -> None:
    session.add(Town(name=name, kana="アラマチ", postcode="4919999"))
    session.commit()


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder without any file."""
    del database
    own = tmp_path / "config"
    own.mkdir()
    monkeypatch.setenv("RELAY_CONFIG", str(own))
    settings.current.cache_clear()
    return own


def test_the_table_knows_every_town_and_the_citys_own_name(session: Session) -> None:
    table = service.town_table(session)

    assert len(table) == 224
    assert table.district("木曽川町黒田") == "木曽川"
    assert table.city_names == ("愛知県", "一宮市", "一宮")


def test_the_table_is_read_again_after_a_minute_and_not_before(session: Session) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        service.town_table(session)
        add(session, "新町")
        traveller.shift(service.KEEP - timedelta(seconds=1))
        kept = service.town_table(session)
        traveller.shift(timedelta(seconds=1))
        fresh = service.town_table(session)

    assert "新町" not in kept
    assert "新町" in fresh


def test_a_clock_that_was_set_back_does_not_keep_the_table_for_ever(session: Session) -> None:
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        service.town_table(session)
    add(session, "新町")

    assert "新町" in service.town_table(session)


def test_with_the_database_away_the_last_table_serves_on(session: Session) -> None:
    add(session, "新町")
    service.town_table(session)

    with time_machine.travel(clock.now() + timedelta(hours=5), tick=False):
        assert "新町" in service.town_table(None)


@pytest.mark.usefixtures("database")
def test_with_the_database_away_from_the_start_the_file_serves() -> None:
    assert len(service.town_table(None)) == 224


def test_the_file_serves_only_until_the_database_is_back(session: Session) -> None:
    add(session, "新町")
    assert "新町" not in service.town_table(None)

    assert "新町" in service.town_table(session)


@pytest.mark.usefixtures("folder")
def test_without_database_and_file_every_place_is_unknown() -> None:
    assert len(service.town_table(None)) == 0


def test_a_broken_city_file_costs_only_the_citys_name(session: Session, folder: Path) -> None:
    (folder / "city.toml").write_text("[city")

    table = service.town_table(session)

    assert (len(table), table.city_names) == (224, ())


def test_towns_are_named_once_in_the_order_of_their_readings(session: Session) -> None:
    names = service.town_names(session)

    assert len(names) == len(set(names)) == 224
    assert names[:3] == ["相生", "赤見", "浅野"]


@pytest.mark.parametrize(
    ("town", "code"),
    [("木曽川町黒田", "hokubu"), ("萩原町串作", "seibu"), ("島村", "hokubu"), ("月面", None)],
)
def test_a_town_leads_to_its_centre(session: Session, town: str, code: str | None) -> None:
    centre = service.centre_for(session, town)

    assert (centre.code if centre else None) == code


def test_a_town_without_a_district_has_no_centre(session: Session) -> None:
    session.execute(delete(Town).where(Town.name == "大宮"))
    add(session, "大宮")

    assert session.scalars(select(Town).where(Town.name == "大宮")).one().district is None
    assert service.centre_for(session, "大宮") is None
