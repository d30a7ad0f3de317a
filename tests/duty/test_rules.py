"""When a climb starts, when its next step is due, and which reply code a case gets."""

from datetime import UTC, datetime, timedelta

import pytest

from relay import city
from relay.duty import hours, rules
from relay.duty.rules import Ladder
from relay.settings import DEFAULT_CONFIG
from relay.vocabulary import Level

CITY = city.load(DEFAULT_CONFIG)


def japan(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)


MONDAY_NOON, MONDAY_NIGHT = japan("2026-11-16T12:00"), japan("2026-11-16T23:00")


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.URGENT])
@pytest.mark.parametrize("moment", [MONDAY_NOON, MONDAY_NIGHT, japan("2027-01-01T03:00")])
def test_emergency_and_urgent_never_wait(level: Level, moment: datetime) -> None:
    assert rules.starts_at(level, moment, CITY.hours) == moment


def test_prompt_starts_at_once_while_the_centre_is_open() -> None:
    assert rules.starts_at(Level.PROMPT, MONDAY_NOON, CITY.hours) == MONDAY_NOON


def test_prompt_at_night_waits_for_the_opening() -> None:
    assert rules.starts_at(Level.PROMPT, MONDAY_NIGHT, CITY.hours) == japan("2026-11-17T08:30")


def test_routine_wakes_nobody() -> None:
    assert rules.starts_at(Level.ROUTINE, MONDAY_NOON, CITY.hours) is None


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-17T05:00", "2026-11-17T08:30"),  # before the opening of the same day
        ("2026-11-20T17:15", "2026-11-24T08:30"),  # Friday's closing → a weekend and a holiday (23 November)
        ("2026-12-28T18:00", "2027-01-04T08:30"),  # the municipal closing days over New Year
        ("2026-05-02T10:00", "2026-05-07T08:30"),  # Golden Week, with its substitute holiday
    ],
)
def test_the_next_opening_knows_weekends_holidays_and_the_citys_closing_days(
    moment: str, opening: str
) -> None:
    assert hours.next_opening(CITY.hours, japan(moment)) == japan(opening)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-16T20:59", "2026-11-16T20:59"),
        ("2026-11-16T21:00", "2026-11-17T07:00"),
        ("2026-11-17T06:59", "2026-11-17T07:00"),
        ("2026-11-17T07:00", "2026-11-17T07:00"),
    ],
)
def test_quiet_hours_end_in_the_morning(moment: str, due: str) -> None:
    assert hours.after_quiet(CITY.feedback_quiet, japan(moment)) == japan(due)


def test_steps_keep_their_distance_and_the_last_one_repeats() -> None:
    ladder = Ladder.of(CITY, Level.URGENT)
    start = MONDAY_NOON
    due = [
        rules.next_step_at(ladder, step=step, round_started_at=start, now=start, scale=1) - start
        for step in range(1, 5)
    ]
    assert due == [timedelta(minutes=m) for m in (5, 10, 15, 10)]


def test_the_time_scale_shortens_every_wait() -> None:
    ladder = Ladder.of(CITY, Level.URGENT)
    due = rules.next_step_at(ladder, step=1, round_started_at=MONDAY_NOON, now=MONDAY_NOON, scale=60)
    assert due - MONDAY_NOON == timedelta(seconds=5)


def test_a_ladder_survives_the_way_through_the_database() -> None:
    ladder = Ladder.of(CITY, Level.EMERGENCY)
    assert Ladder.from_json(ladder.to_json()) == ladder


@pytest.mark.parametrize(
    ("rungs", "leaving", "next_one"),
    [
        ([{1}, {2}, {3}, {9}], 1, 1),
        ([{1}, {2}, {3}, {9}], 2, 2),
        ([{1}, set(), {3}, {9}], 1, 2),
        ([{1}, {1}, {3}, {9}], 1, 2),
        ([{1}, {2}, {3}, {9}], 9, 0),
        ([{1}, {2}, {3}, {9}], 7, 0),
        ([set(), set(), set(), {9}], 9, 3),
    ],
)
def test_a_release_goes_to_the_next_rung_with_somebody_else(
    rungs: list[set[int]], leaving: int, next_one: int
) -> None:
    assert rules.rung_after([frozenset(rung) for rung in rungs], leaving) == next_one


def test_codes_are_taken_in_turn_so_that_a_late_reply_finds_the_right_case() -> None:
    assert rules.free_code(frozenset(), None) == "10"
    assert rules.free_code(frozenset({"10"}), "10") == "11"
    assert rules.free_code(frozenset({"99"}), "99") == "10"


def test_with_all_short_codes_in_use_longer_ones_follow() -> None:
    short = frozenset(str(n) for n in range(10, 100))
    assert rules.free_code(short, "99") == "200"


def test_no_code_reads_like_an_emergency_number() -> None:
    codes: set[str] = set()
    last = None
    for _ in range(500):
        last = rules.free_code(frozenset(codes), last)
        codes.add(last)
    assert not codes & {"110", "118", "119"}
