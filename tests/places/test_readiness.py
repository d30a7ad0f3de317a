"""What ``relay check`` says of hot days."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from relay import city, clock
from relay.places import heat, readiness


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    """A city that reads the ministry's file."""
    del database
    own = replace(city.current(), heat=city.HeatSettings(url="https://example.jp/{date}", area="愛知県"))
    monkeypatch.setattr(city, "current", lambda: own)


def said(session: Session) -> tuple[bool, str]:
    [line] = [line for line in readiness.lines(session) if "熱中症" in line[1]]
    assert "heat alerts" in line[2]
    return line[0], line[1]


def test_a_city_that_sets_its_days_by_hand_is_told_where(session: Session) -> None:
    ok, line = said(session)
    assert ok
    assert "/heat" in line


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("fault", "ok", "says"),
    [
        (None, True, "読んでいます"),
        ("nothing_there", True, "まだありません"),
        ("no_table", False, "読めていません（no_table）"),
        ("unreachable", False, "読めていません（unreachable）"),
    ],
)
def test_how_the_last_reading_went(session: Session, fault: str | None, ok: bool, says: str) -> None:
    heat.note_feed(session, fault=fault)
    fine, line = said(session)
    assert fine is ok
    assert says in line


@pytest.mark.usefixtures("reading")
def test_a_file_that_nobody_reads_any_more_is_trouble(session: Session) -> None:
    assert said(session)[0]  # not read yet, but it will be
    heat.note_feed(session, fault=None)
    with time_machine.travel(clock.now() + timedelta(hours=4)):
        fine, line = said(session)
    assert not fine
    assert "読めていません（late）" in line
