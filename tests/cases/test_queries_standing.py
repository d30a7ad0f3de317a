"""Where a case stands: owner, clock, or broken promise."""

from datetime import UTC, datetime, time, timedelta

import pytest

from relay.cases.standing import EVERYONE, State, next_rungs, stand
from relay.city import Hours, Step
from relay.config_check import Span
from relay.duty.models import Escalation, Officer
from relay.duty.rules import Ladder
from relay.vocabulary import Level

NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # Tuesday, 23:00 in Japan
DAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday, noon in Japan
OPENING = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # Wednesday, 8:30 in Japan
HOURS = Hours(
    week=(Span(time(8, 30), time(17, 15)),) * 5 + (None, None),
    closing_days=frozenset(),
    closed_on_holidays=True,
)
LADDER = Ladder((Step(0, "duty", "sms"), Step(5, "backup", "sms"), Step(10, "city", "sms")), 10.0, 60.0, 10.0)


def escalation(level: Level = Level.URGENT, *, due: datetime | None = None, step: int = 1) -> Escalation:
    return Escalation(
        level=level, ladder=LADDER.to_json(), step=step, next_step_at=due, owner_id=None, reminded_at=None
    )


def test_a_case_that_nobody_has_stands_on_its_clock() -> None:
    due = NIGHT + timedelta(minutes=3)
    found = stand(escalation(due=due), closed=False, now=NIGHT, hours=HOURS)
    assert (found.state, found.until, found.late) == (State.UNANSWERED, due, False)
    assert found.unowned


def test_an_owner_has_a_case_until_the_next_check() -> None:
    owned = escalation(due=NIGHT + timedelta(minutes=30))
    owned.owner, owned.owner_id, owned.owned_at = Officer(id=7, name="見本"), 7, NIGHT
    found = stand(owned, closed=False, now=NIGHT, hours=HOURS)
    assert (found.state, found.owner, found.owner_id, found.since) == (State.OWNED, "見本", 7, NIGHT)
    assert not found.unowned
    assert not found.reminded


def test_at_night_a_prompt_case_waits_for_the_centre_to_open() -> None:
    found = stand(escalation(Level.PROMPT, due=OPENING, step=0), closed=False, now=NIGHT, hours=HOURS)
    assert (found.state, found.until) == (State.WAITING, OPENING)


@pytest.mark.parametrize(
    ("level", "now", "due"),
    [
        (Level.PROMPT, DAY, DAY + timedelta(minutes=20)),
        (Level.PROMPT, NIGHT, NIGHT + timedelta(minutes=20)),
        (Level.URGENT, NIGHT, OPENING),
    ],
)
def test_nothing_else_waits_for_opening(level: Level, now: datetime, due: datetime) -> None:
    assert stand(escalation(level, due=due), closed=False, now=now, hours=HOURS).state is State.UNANSWERED


def test_a_routine_case_is_listed_without_a_clock() -> None:
    found = stand(escalation(Level.ROUTINE), closed=False, now=NIGHT, hours=HOURS)
    assert (found.state, found.late) == (State.LISTED, False)


@pytest.mark.parametrize("due", [None, NIGHT - timedelta(seconds=61)])
def test_a_clock_that_is_missing_or_ran_out_a_minute_ago_is_late(due: datetime | None) -> None:
    assert stand(escalation(due=due), closed=False, now=NIGHT, hours=HOURS).late


def test_a_clock_that_runs_out_just_now_is_not_late() -> None:
    due = NIGHT - timedelta(seconds=30)
    assert not stand(escalation(due=due), closed=False, now=NIGHT, hours=HOURS).late


def test_a_case_without_an_escalation_is_late_and_a_closed_one_is_not() -> None:
    assert stand(None, closed=False, now=NIGHT, hours=HOURS).late
    assert stand(None, closed=True, now=NIGHT, hours=HOURS).state is State.CLOSED


def test_past_the_last_rung_everyone_is_told() -> None:
    assert next_rungs(escalation(step=1)) == ("backup", "city", EVERYONE)
    assert next_rungs(escalation(step=3)) == (EVERYONE,)
