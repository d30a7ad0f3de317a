"""What the board shows, to whom, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from relay import clock
from relay.accounts.scope import Scope
from relay.cases import queries
from relay.cases.queries import Board, Filters
from relay.cases.standing import State
from relay.duty.models import Escalation, Shift
from relay.outbox.models import Message
from relay.outbox.models import State as Sending
from relay.places.models import Centre
from relay.vocabulary import Level, Outcome, Sign
from tests import officer_scenes as scenes

CITY = Scope(city=True, centre_id=None)
NOON = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def board(session: Session, scope: Scope = CITY, **filters: object) -> Board:
    session.rollback()
    return queries.board(session, scope, Filters(**filters), officer_id=None)  # type: ignore[arg-type]


def own(session: Session) -> Scope:
    """The scope of the centre that the scenes' town belongs to."""
    found = session.scalars(select(Centre.id).where(Centre.code == "hokubu")).one()
    return Scope(city=False, centre_id=found)


def test_the_most_urgent_comes_first_and_within_a_level_what_nobody_has(session: Session) -> None:
    routine = scenes.report(Level.ROUTINE, number="1")
    owned = scenes.report(Level.URGENT, number="2")
    scenes.accept(owned)
    unowned = scenes.report(Level.URGENT, number="3")
    emergency = scenes.report(Level.EMERGENCY, number="4")
    assert [row.id for row in board(session).rows] == [emergency, unowned, owned, routine]


def test_an_emergency_without_a_clear_place_stands_above_the_others(session: Session) -> None:
    scenes.report(Level.PROMPT, number="1")
    waiting = scenes.report(Level.PROMPT, town=None, number=None)
    assert board(session).desk_above == []
    lost = scenes.report(Level.EMERGENCY, town=None, number=None)
    found = board(session)
    assert [row.id for row in found.desk_above] == [lost]
    assert [row.id for row in found.desk_below] == [waiting], "what can wait stays below"
    scenes.report(Level.EMERGENCY, number="2")
    assert [row.id for row in board(session).desk_above] == [lost], "nobody can go there yet"


def test_a_case_without_a_clear_place_that_can_wait_stands_below(session: Session) -> None:
    scenes.report(Level.URGENT, number="1")
    scenes.report(Level.PROMPT, town=None, number=None)
    assert board(session).desk_above == []


def test_a_broken_clock_comes_before_the_others_of_its_level(session: Session) -> None:
    fine, broken = scenes.report(number="1"), scenes.report(number="2")
    session.execute(update(Escalation).where(Escalation.case_id == broken).values(next_step_at=None))
    session.commit()
    found = board(session)
    assert [row.id for row in found.rows] == [broken, fine]
    assert found.late == [broken]


def test_a_row_sums_up_all_reports_of_its_case(session: Session) -> None:
    case = scenes.report(Level.PROMPT, signs=(Sign.NEWSPAPERS,), days=2, verified=False)
    scenes.report(Level.PROMPT, signs=(Sign.NO_ANSWER,), days=4, called_119=True)
    [row] = board(session).rows
    assert (row.id, row.reports, row.days, row.called_119) == (case, 2, 4, True)
    assert row.signs == (Sign.NO_ANSWER, Sign.NEWSPAPERS)
    assert not row.unverified, "one of the two senders is known"
    assert row.place.address == f"{scenes.TOWN}2-5-6"


def test_the_next_people_are_named_with_their_clock(session: Session) -> None:
    scenes.report()
    [row] = board(session).rows
    backup = scenes.officer(scenes.BACKUP)
    assert (row.standing.state, row.standing.next_who) == (State.UNANSWERED, "backup")
    assert row.standing.next_names == (backup.name,)


def test_an_empty_rung_is_passed_over_when_naming_the_next(session: Session) -> None:
    backup = scenes.officer(scenes.BACKUP)
    session.execute(delete(Shift).where(Shift.officer_id == backup.id))
    session.commit()
    scenes.report()
    [row] = board(session).rows
    assert (row.standing.next_who, row.standing.next_names) == ("head", (scenes.officer(scenes.HEAD).name,))


def test_a_prompt_case_at_night_waits_and_is_counted_apart(session: Session) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 14, 0, tzinfo=UTC), tick=False):
        scenes.report(Level.PROMPT)
        found = board(session)
    assert found.rows[0].standing.state is State.WAITING
    assert (found.counts.open, found.counts.unanswered, found.counts.waiting) == (1, 0, 1)


def test_a_centre_sees_its_own_cases_only_and_the_city_all(session: Session) -> None:
    mine = scenes.report(number="1")
    scenes.report(number="2", town=scenes.OTHER_TOWN)
    scenes.report(town=None, number=None)
    closed = scenes.report(number="3", town=scenes.OTHER_TOWN)
    scenes.close(closed)
    found = board(session, own(session))
    assert [row.id for row in found.rows] == [mine]
    assert (found.desk, found.closed, found.counts.open) == ([], [], 1)
    everything = board(session)
    assert (len(everything.rows), len(everything.desk), len(everything.closed)) == (2, 1, 1)


def test_nobody_without_a_centre_sees_anything(session: Session) -> None:
    scenes.report()
    assert board(session, Scope(city=False, centre_id=None)).counts.open == 0


def test_a_case_without_a_clear_place_stands_at_the_citys_desk_with_its_candidates(session: Session) -> None:
    case = scenes.report(town=None, candidates=("苅安賀", "大和町苅安賀"), verified=False)
    [row] = board(session).desk
    assert (row.id, row.place.address, row.unverified) == (case, "", True)
    assert row.candidates == ("苅安賀", "大和町苅安賀")


def test_filters_narrow_the_rows_and_leave_the_counts(session: Session) -> None:
    scenes.report(Level.URGENT, number="1")
    emergency = scenes.report(Level.EMERGENCY, number="2")
    other = scenes.report(Level.URGENT, number="3", town=scenes.OTHER_TOWN)
    taken = scenes.report(Level.URGENT, number="4")
    scenes.accept(taken)
    assert [row.id for row in board(session, level=Level.EMERGENCY).rows] == [emergency]
    elsewhere = session.scalars(select(Centre.id).where(Centre.code == "seibu")).one()
    assert [row.id for row in board(session, centre_id=elsewhere).rows] == [other]
    mine = board(session, officer_id=scenes.officer().id)
    assert [row.id for row in mine.rows] == [taken]
    assert mine.counts.open == 4
    assert mine.counts.levels[Level.URGENT] == 3


def test_counts_follow_the_chosen_centre_and_warnings_do_not(session: Session) -> None:
    broken = scenes.report(number="1")
    session.execute(update(Escalation).where(Escalation.case_id == broken).values(next_step_at=None))
    session.commit()
    scenes.report(number="2", town=scenes.OTHER_TOWN)
    scenes.close(scenes.report(number="3"))
    elsewhere = session.scalars(select(Centre.id).where(Centre.code == "seibu")).one()
    found = board(session, centre_id=elsewhere)
    assert (found.counts.open, found.counts.levels[Level.URGENT], len(found.closed)) == (1, 1, 0)
    assert found.late == [broken]


def test_the_lately_closed_are_listed_with_their_outcome_for_two_days(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        case = scenes.report()
        scenes.close(case, Outcome.HOSPITAL)
        traveller.shift(timedelta(hours=47))
        assert [(row.id, row.outcome) for row in board(session).closed] == [(case, Outcome.HOSPITAL)]
        traveller.shift(timedelta(hours=2))
        assert board(session).closed == []


@pytest.mark.parametrize(("reason", "warned"), [("handset_off", True), (None, True), ("withdrawn", False)])
def test_an_alert_that_did_not_arrive_is_warned_of_while_nobody_has_the_case(
    session: Session, reason: str | None, warned: bool
) -> None:
    case = scenes.report()
    session.execute(
        update(Message).where(Message.case_id == case).values(state=Sending.UNDELIVERED, reason=reason)
    )
    session.commit()
    assert board(session).unreached == ([case] if warned else [])
    scenes.accept(case)
    assert board(session).unreached == []


def test_empty_duty_slots_are_named_to_those_whom_they_concern(session: Session) -> None:
    duty = scenes.officer(scenes.DUTY)
    session.execute(delete(Shift).where(Shift.officer_id == duty.id))
    session.commit()
    [gap] = [gap for gap in queries.rota_gaps(session, own(session)) if gap.starts_at <= clock.now()]
    assert gap.rank == 1
    other = Scope(city=False, centre_id=scenes.officer("+818000003001").centre_id)
    assert gap not in queries.rota_gaps(session, other)
    assert gap.centre in {found.centre for found in queries.rota_gaps(session, CITY)}


def test_looking_at_the_board_writes_nothing(session: Session) -> None:
    scenes.report(town=None)
    board(session)
    assert not session.new
    assert not session.dirty
