"""The duty rota from a file."""

from datetime import datetime

import pytest
import time_machine
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from relay.clock import JAPAN
from relay.duty.models import Shift
from tests.imports.helpers import Take, codes, said

HEADINGS = "センター,電話,順位,開始,終了\n"
A, B, HEAD, ELSEWHERE = "080-0000-2001", "080-0000-2002", "080-0000-2003", "080-0000-3001"


@pytest.fixture
def empty(session: Session) -> Session:
    """No rota at all."""
    session.execute(delete(Shift))
    session.commit()
    return session


def shifts(session: Session) -> list[tuple[int, datetime, datetime, str]]:
    session.expire_all()
    found = session.scalars(select(Shift).order_by(Shift.starts_at, Shift.rank))
    return [(s.rank, s.starts_at, s.ends_at, s.officer.phone) for s in found]


def test_times_are_japanese(take: Take, empty: Session) -> None:
    result = take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 17:15,2026-12-02 08:30\n")

    assert result.faults == []
    assert shifts(empty) == [
        (
            1,
            datetime(2026, 12, 1, 17, 15, tzinfo=JAPAN),
            datetime(2026, 12, 2, 8, 30, tzinfo=JAPAN),
            "+818000002001",
        )
    ]


def test_the_city_has_a_night_duty_of_its_own(take: Take, empty: Session) -> None:
    take("rota", HEADINGS + "市,080-0000-0009,1,2026-12-01 17:15,2026-12-02 08:30\n")

    assert empty.scalars(select(Shift.centre_id)).all() == [None]


def test_the_same_file_again_changes_nothing(take: Take, empty: Session) -> None:
    text = HEADINGS + (
        f"hokubu,{A},1,2026-12-01 17:15,2026-12-02 08:30\n市,080-0000-0009,1,2026-12-01 17:15,2026-12-02 08:30\n"
    )
    take("rota", text)

    again = take("rota", text)

    assert (again.added, again.changed, again.unchanged) == ([], [], 2)
    assert empty.scalar(select(func.count(Shift.id))) == 2


def test_somebody_else_from_the_same_start_is_a_change(take: Take, empty: Session) -> None:
    take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 17:15,2026-12-02 08:30\n")

    result = take("rota", HEADINGS + f"hokubu,{B},1,2026-12-01 17:15,2026-12-02 09:00\n")

    assert result.changed[0].fields[0][1:] == ("北部 当番A（見本）", "北部 当番B（見本）")
    assert result.changed[0].fields[1][1:] == ("2026-12-02 08:30", "2026-12-02 09:00")
    assert [phone for *_, phone in shifts(empty)] == ["+818000002002"]


def test_faults_of_the_rota_are_listed_together(take: Take, empty: Session) -> None:
    result = take(
        "rota",
        HEADINGS
        + f"hokubu,{A},1,2026-12-01 08:30,2026-12-01 17:15\n"
        + f"hokubu,{B},1,2026-12-01 17:00,2026-12-02 08:30\n"
        + f"hokubu,{B},1,2026-12-03 17:00,2026-12-03 08:30\n"
        + "hokubu,080-0000-9999,3,2026-12-04,2026-12-05 08:30\n",
    )

    assert codes(result.faults) == [
        (3, "shift_overlap"),
        (4, "shift_backwards"),
        (5, "officer_unknown"),
        (5, "rank"),
        (5, "moment"),
    ]
    assert "2行目（2026-12-01 08:30〜2026-12-01 17:15）" in said(result.faults)[0]
    assert shifts(empty) == []


def test_a_short_shift_inside_a_long_one_overlaps_wherever_it_stands_in_the_file(
    take: Take, empty: Session
) -> None:
    result = take(
        "rota",
        HEADINGS
        + f"hokubu,{B},1,2026-12-05 00:00,2026-12-06 00:00\n"
        + f"hokubu,{B},1,2026-12-02 00:00,2026-12-03 00:00\n"
        + f"hokubu,{A},1,2026-12-01 00:00,2026-12-31 00:00\n",
    )

    assert codes(result.faults) == [(4, "shift_overlap"), (4, "shift_overlap")]
    assert shifts(empty) == []


def test_shifts_that_touch_or_have_another_rank_or_centre_do_not_overlap(take: Take, empty: Session) -> None:
    result = take(
        "rota",
        HEADINGS
        + f"hokubu,{A},1,2026-12-01 00:00,2026-12-02 00:00\n"
        + f"hokubu,{B},1,2026-12-02 00:00,2026-12-03 00:00\n"
        + f"hokubu,{HEAD},2,2026-12-01 00:00,2026-12-03 00:00\n"
        + f"seibu,{ELSEWHERE},1,2026-12-01 00:00,2026-12-03 00:00\n",
    )

    assert result.faults == []
    assert len(shifts(empty)) == 4


@pytest.mark.usefixtures("empty")
def test_an_overlap_with_a_stored_shift_says_how_to_replace_it(take: Take) -> None:
    take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 00:00,2026-12-02 00:00\n")
    new = HEADINGS + (
        f"hokubu,{B},1,2026-11-30 12:00,2026-12-01 12:00\nhokubu,{A},1,2026-12-01 12:00,2026-12-02 12:00\n"
    )

    refused = take("rota", new)
    replaced = take("rota", new, remove_missing=True)

    assert codes(refused.faults) == [(2, "shift_overlap_stored"), (3, "shift_overlap_stored")]
    assert "--remove-missing" in said(refused.faults)[0]
    assert (replaced.faults, len(replaced.removed), len(replaced.added)) == ([], 1, 2)


def test_a_stored_shift_that_reaches_out_of_the_files_time_is_never_removed(
    take: Take, empty: Session
) -> None:
    take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 00:00,2026-12-08 00:00\n")

    result = take("rota", HEADINGS + f"hokubu,{B},1,2026-12-07 00:00,2026-12-10 00:00\n", remove_missing=True)

    assert codes(result.faults) == [(2, "shift_overlap_stored")]
    assert [phone for *_, phone in shifts(empty)] == ["+818000002001"]


def test_a_refused_rota_removes_nothing_either(take: Take, empty: Session) -> None:
    take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 00:00,2026-12-08 00:00\n")
    take("rota", HEADINGS + f"hokubu,{B},2,2026-12-09 00:00,2026-12-10 00:00\n")
    new = HEADINGS + f"hokubu,{B},1,2026-12-07 00:00,2026-12-10 00:00\n"

    result = take("rota", new, remove_missing=True)

    assert codes(result.faults) == [(2, "shift_overlap_stored")]
    assert len(shifts(empty)) == 2


def test_stored_shifts_that_the_file_leaves_out_are_named(take: Take, empty: Session) -> None:
    take("rota", HEADINGS + f"hokubu,{A},2,2026-12-02 00:00,2026-12-03 00:00\n")

    result = take("rota", HEADINGS + f"hokubu,{B},1,2026-12-01 00:00,2026-12-08 00:00\n")

    assert result.missing == ["北部地域包括支援センター（見本） 2 2026-12-02 00:00 北部 当番A（見本）"]
    assert len(shifts(empty)) == 2


@pytest.mark.usefixtures("empty")
def test_one_person_as_duty_and_backup_is_warned_of(take: Take) -> None:
    result = take(
        "rota",
        HEADINGS
        + f"hokubu,{A},1,2026-12-01 00:00,2026-12-02 00:00\n"
        + f"hokubu,{A},2,2026-12-01 12:00,2026-12-02 12:00\n",
    )

    assert (3, "shift_same_person") in codes(result.warnings)


@pytest.mark.usefixtures("empty")
def test_an_officer_of_another_centre_is_warned_of_and_one_of_the_city_is_not(take: Take) -> None:
    result = take(
        "rota",
        HEADINGS
        + f"hokubu,{ELSEWHERE},1,2026-12-01 00:00,2026-12-02 00:00\n"
        + "hokubu,080-0000-0009,2,2026-12-01 00:00,2026-12-02 00:00\n",
    )

    assert [note for note in codes(result.warnings) if note[0]] == [(2, "officer_other_centre")]


@pytest.mark.usefixtures("empty")
def test_gaps_of_the_coming_days_are_listed_after_the_import(take: Take) -> None:
    with time_machine.travel(datetime(2026, 12, 1, 0, 0, tzinfo=JAPAN), tick=False):
        result = take("rota", HEADINGS + f"hokubu,{A},1,2026-12-01 08:30,2026-12-31 08:30\n")

    mine = [line for line in said(result.warnings) if "北部" in line]
    assert mine == [
        "None: 「北部地域包括支援センター（見本）」の当番がいません：2026-12-01 00:00〜2026-12-01 08:30",
        "None: 「北部地域包括支援センター（見本）」のバックアップがいません：2026-12-01 00:00〜2026-12-15 00:00",
    ]


@pytest.mark.usefixtures("empty")
def test_an_officer_who_was_switched_off_gets_no_shift(take: Take) -> None:
    take(
        "officers",
        f"センター,氏名,電話,センター長\nhokubu,北部 当番A（見本）,{A},\n",
        remove_missing=True,
    )

    result = take("rota", HEADINGS + f"hokubu,{B},1,2026-12-01 00:00,2026-12-02 00:00\n")

    assert codes(result.faults) == [(2, "officer_off")]
