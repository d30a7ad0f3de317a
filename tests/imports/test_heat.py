"""Heat-alert days from a file."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from relay.imports import cells
from relay.imports.result import Bad
from relay.places import heat
from relay.places.models import HeatKind, HeatSource
from tests.imports.helpers import Take, codes, said

SUMMER = (date(2026, 7, 1), date(2026, 9, 30))


def kinds(session: Session) -> dict[str, str]:
    session.expire_all()
    return {str(day): row.kind.value for day, row in heat.days(session, *SUMMER).items()}


def test_days_are_added_and_the_same_file_twice_changes_nothing(take: Take, session: Session) -> None:
    text = "日付,種別\n2026/7/20,\n令和8年7月21日,特別警戒アラート\n"
    assert take("heat", text).added == ["2026-07-20 警戒アラート", "2026-07-21 特別警戒アラート"]
    again = take("heat", text)
    assert (again.added, again.changed, again.unchanged) == ([], [], 2)
    assert kinds(session) == {"2026-07-20": "alert", "2026-07-21": "special"}
    assert heat.days(session, *SUMMER)[date(2026, 7, 20)].source is HeatSource.FILE


def test_a_dry_run_says_what_would_change_and_changes_nothing(take: Take, session: Session) -> None:
    assert take("heat", "day\n2026-07-20\n", dry_run=True).added == ["2026-07-20 警戒アラート"]
    assert kinds(session) == {}


def test_a_kind_is_changed(take: Take, session: Session) -> None:
    take("heat", "day\n2026-07-20\n")
    [change] = take("heat", "day,kind\n2026-07-20,special\n").changed
    assert change.fields[0][1:] == ("警戒アラート", "特別警戒アラート")
    assert kinds(session) == {"2026-07-20": "special"}


def test_days_missing_within_the_files_time_stay_unless_that_is_asked_for(
    take: Take, session: Session
) -> None:
    take("heat", "day\n2026-07-01\n2026-07-20\n2026-07-21\n2026-07-22\n")
    assert take("heat", "day\n2026-07-20\n2026-07-22\n").missing == ["2026-07-21 警戒アラート"]
    assert "2026-07-21" in kinds(session)
    removed = take("heat", "day\n2026-07-20\n2026-07-22\n", remove_missing=True).removed
    assert removed == ["2026-07-21 警戒アラート"]
    assert sorted(kinds(session)) == ["2026-07-01", "2026-07-20", "2026-07-22"]


def test_a_day_that_a_person_took_back_is_set_again_by_a_file(take: Take, session: Session) -> None:
    heat.set_day(session, date(2026, 7, 20), HeatKind.ALERT, source=HeatSource.MINISTRY)
    heat.lift(session, date(2026, 7, 20), by="見本")
    session.commit()
    take("heat", "day\n2026-07-20\n")
    assert kinds(session) == {"2026-07-20": "alert"}


def test_every_fault_is_named_with_its_line_and_nothing_is_kept(take: Take, session: Session) -> None:
    result = take("heat", "day,kind\n2026-07-20,\n7月20日,\n2026-07-20,\n2026-07-22,猛暑\n,alert\n")
    assert codes(result.faults) == [(3, "day"), (4, "twice"), (5, "heat_kind"), (6, "cell_empty")]
    assert "3: 日付「7月20日」が読めません。2026-07-20 のように年・月・日を書いてください" in said(
        result.faults
    )
    assert kinds(session) == {}


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-20",
        "2026/7/20",
        "２０２６年７月２０日",
        "令和8年7月20日",
        "R8.7.20",
        "20260720",
        "2026/7/20 0:00",
    ],
)
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert cells.day(text) == date(2026, 7, 20)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "7/20", "明日", "20269999", "2026-07-20 25"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Bad):
        cells.day(text)
