"""The engine climbs the ladder until somebody owns the case."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from relay import clock, db
from relay.cases import service as cases
from relay.cases.actors import Actor
from relay.duty import engine, rota
from relay.duty.models import Officer, Shift
from relay.outbox.models import Message, State
from relay.timeline import Event, Kind
from relay.vocabulary import Level, Outcome
from tests.desk import Desk

#: The sample's rota covers the weeks around the present; noon of a Japanese weekday, so that centres are open.
NOON = datetime.combine(clock.local(clock.now()).date(), datetime.min.time(), tzinfo=clock.JAPAN) + timedelta(
    hours=12
)
while NOON.weekday() > 3 or (NOON.month, NOON.day) in ((11, 23), (12, 29), (12, 30), (12, 31), (1, 1)):
    NOON += timedelta(days=1)


def at(minutes: float) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(minutes=minutes), tick=False)


def pass_time(start: float, minutes: float) -> None:
    """Let the engine tick once a minute."""
    for minute in range(1, int(minutes) + 1):
        with at(start + minute):
            engine.advance_due()


def events(case_id: int, kind: Kind) -> list[Event]:
    with db.transaction() as session:
        return list(session.scalars(select(Event).where(Event.case_id == case_id, Event.kind == kind)))


def test_the_first_officer_is_told_in_the_same_transaction_that_opens_the_case(desk: Desk) -> None:
    with at(0):
        case = desk.file()
    assert desk.told(case) == ["duty"]


def test_without_an_answer_the_ladder_climbs_to_the_city_and_then_tells_everybody(desk: Desk) -> None:
    with at(0):
        case = desk.file()
    pass_time(0, 15)
    assert desk.told(case) == ["duty", "backup", "head", "city"]
    pass_time(15, 10)
    assert sorted(desk.told(case)[4:]) == ["backup", "city", "duty", "head"]
    assert desk.escalation(case).next_step_at is not None


def test_a_tick_that_runs_twice_tells_nobody_twice(desk: Desk) -> None:
    with at(0):
        case = desk.file()
    with at(5):
        engine.advance_due()
        engine.advance_due()
    assert desk.told(case) == ["duty", "backup"]


def test_a_step_with_nobody_on_duty_is_skipped_at_once(desk: Desk) -> None:
    with db.transaction() as session:
        backup = session.scalars(
            select(Officer.id).where(Officer.phone == desk.city["centre"]["backup"])
        ).one()
        duty = session.scalars(select(Officer.id).where(Officer.phone == desk.city["centre"]["duty"])).one()
        session.execute(update(Officer).where(Officer.id.in_((duty, backup))).values(active=False))
    with at(0):
        case = desk.file()
    assert desk.told(case) == ["head"]
    assert len(events(case, Kind.STEP_EMPTY)) == 2


def test_with_no_rota_at_all_the_citys_last_phone_is_told_at_once(desk: Desk) -> None:
    with db.transaction() as session:
        session.execute(update(Officer).values(active=False, is_head=False))
        for shift in session.scalars(select(Shift)):
            session.delete(shift)
    with at(0):
        case = desk.file()
    assert desk.told(case) == ["city"]


def test_an_acceptance_stops_the_climb(desk: Desk) -> None:
    with at(0):
        case = desk.file()
    with at(2):
        won = cases.accept(case, Actor(name="x"), officer_id=desk.officer("duty"), via="sms")
    pass_time(2, 30)
    assert won.won
    assert desk.told(case) == ["duty"]


def test_of_two_acceptances_the_first_wins_and_the_second_hears_who(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        first = cases.accept(case, Actor(name="x"), officer_id=desk.officer("duty"), via="link")
        second = cases.accept(case, Actor(name="y"), officer_id=desk.officer("backup"), via="sms")
    assert first.won
    assert not second.won
    assert second.owner == first.owner


def test_an_owner_without_progress_is_reminded_and_then_the_ladder_goes_on(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        cases.accept(case, Actor(name="x"), officer_id=desk.officer("duty"), via="sms")
    pass_time(0, 60)
    assert len(events(case, Kind.REMINDED)) == 1
    assert desk.escalation(case).owner_id is not None
    pass_time(60, 10)
    assert len(events(case, Kind.LEASE_LOST)) == 1
    assert desk.escalation(case).owner_id is None
    assert desk.told(case) == ["duty", "duty"]


def test_progress_renews_the_lease(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        owner = desk.officer("duty")
        cases.accept(case, Actor(name="x"), officer_id=owner, via="sms")
    pass_time(0, 61)
    with at(65):
        cases.progress(case, Actor(name="x", officer_id=owner))
    pass_time(65, 50)
    assert not events(case, Kind.LEASE_LOST)


def test_a_release_tells_the_next_person_at_once(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        owner = desk.officer("duty")
        cases.accept(case, Actor(name="x"), officer_id=owner, via="sms")
        cases.release(case, Actor(name="x", officer_id=owner))
    assert desk.told(case) == ["duty", "backup"]
    assert desk.escalation(case).owner_id is None


def test_the_backup_who_releases_hands_over_upwards_and_not_back_to_duty(desk: Desk) -> None:
    with at(0):
        case = desk.file()
    with at(5):
        engine.advance_due()
        backup = desk.officer("backup")
        cases.accept(case, Actor(name="x"), officer_id=backup, via="sms")
        cases.release(case, Actor(name="x", officer_id=backup))
    assert desk.told(case) == ["duty", "backup", "head"]


def test_a_routine_case_goes_back_to_the_list_when_its_owner_leaves_it(desk: Desk) -> None:
    with at(0):
        case = desk.file(Level.ROUTINE)
        owner = desk.officer("duty")
        cases.accept(case, Actor(name="x"), officer_id=owner, via="board")
        cases.release(case, Actor(name="x", officer_id=owner))
    assert desk.told(case) == []
    assert desk.escalation(case).next_step_at is None


def test_news_of_a_prompt_case_waits_for_the_morning_too(desk: Desk) -> None:
    with at(0):
        case = desk.file(Level.PROMPT)
    with at(11 * 60):
        desk.file(Level.ROUTINE)
        with db.transaction() as session:
            news = session.scalars(
                select(Message).where(Message.case_id == case).order_by(Message.id.desc())
            ).first()
    assert news is not None
    assert news.not_before > (NOON + timedelta(hours=12)).astimezone(UTC)
    assert news.expires_at is not None
    assert news.expires_at > news.not_before


def test_prompt_at_night_waits_for_the_opening_and_a_raise_ends_the_wait(desk: Desk) -> None:
    with at(11 * 60):
        case = desk.file(Level.PROMPT)
        assert desk.told(case) == []
        assert events(case, Kind.WAITING_FOR_OPENING)
        desk.file(Level.PROMPT)
    assert desk.told(case) == ["duty"]
    assert desk.escalation(case).level == Level.URGENT


def test_prompt_is_told_when_the_centre_opens(desk: Desk) -> None:
    with at(11 * 60):
        case = desk.file(Level.PROMPT)
    opening = desk.escalation(case).next_step_at
    assert opening is not None
    with time_machine.travel(opening, tick=False):
        engine.advance_due()
    assert desk.told(case) == ["duty"]


def test_a_prompt_case_that_nobody_took_rests_at_night_and_goes_on_in_the_morning(desk: Desk) -> None:
    with at(4 * 60 + 50):
        case = desk.file(Level.PROMPT)
    pass_time(4 * 60 + 50, 12 * 60)
    assert desk.told(case) == ["duty", "backup"]
    opening = desk.escalation(case).next_step_at
    assert opening is not None
    with time_machine.travel(opening, tick=False):
        engine.advance_due()
    assert desk.told(case) == ["duty", "backup", "head"]


def test_the_owner_of_a_prompt_case_is_not_reminded_at_night(desk: Desk) -> None:
    with at(4 * 60):
        case = desk.file(Level.PROMPT)
        cases.accept(case, Actor(name="x"), officer_id=desk.officer("duty"), via="sms")
    pass_time(4 * 60, 10 * 60)
    assert not events(case, Kind.REMINDED)
    assert desk.escalation(case).owner_id is not None


def test_routine_tells_nobody(desk: Desk) -> None:
    with at(0):
        case = desk.file(Level.ROUTINE)
    pass_time(0, 60)
    assert desk.told(case) == []


def test_a_message_that_did_not_arrive_makes_the_next_step_due_at_once(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        with db.transaction() as session:
            session.execute(update(Message).values(state=State.UNDELIVERED, reason="handset_off"))
        engine.advance_due()
    assert desk.told(case) == ["duty", "backup"]
    assert len(events(case, Kind.STEP_FAILED)) == 1


def test_a_duty_phone_that_opted_out_raises_an_alarm_at_the_city(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        with db.transaction() as session:
            session.execute(update(Message).values(state=State.FAILED, reason="opted_out"))
        engine.advance_due()
        with db.transaction() as session:
            alarm = session.scalars(select(Message).where(Message.purpose == "alarm")).one()
    assert alarm.recipient == desk.city["city"]["number"]
    assert events(case, Kind.ALARM)


def test_dead_phones_all_the_way_up_are_not_flooded(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        for _ in range(12):
            with db.transaction() as session:
                session.execute(update(Message).values(state=State.UNDELIVERED, reason="handset_off"))
            engine.advance_due()
    assert desk.told(case) == ["duty", "backup", "head", "city"]
    assert desk.escalation(case).next_step_at is not None


def test_a_case_whose_step_breaks_does_not_hold_up_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(0):
        broken, fine = desk.file(), desk.file(number="9-9-9")
    real = engine.climb

    def climb(session: object, escalation: object) -> None:
        if escalation.case_id == broken:  # type: ignore[attr-defined]
            raise RuntimeError("a row that can't be climbed")
        real(session, escalation)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "climb", climb)
    with at(5):
        engine.advance_due()
    assert desk.told(fine) == ["duty", "backup"]
    later = desk.escalation(broken).next_step_at
    assert later is not None
    assert later > (NOON + timedelta(minutes=5)).astimezone(UTC)


def test_every_open_case_from_prompt_up_has_an_owner_or_a_step_to_come(desk: Desk) -> None:
    with at(0):
        cases_open = [desk.file(level, number=f"{n}-1") for n, level in enumerate(Level, 1)]
        cases.accept(cases_open[3], Actor(name="x"), officer_id=desk.officer("duty"), via="sms")
        with db.transaction() as session:
            assert engine.overdue(session, older_than=timedelta(seconds=60)) == []
    with at(60), db.transaction() as session:
        assert set(engine.overdue(session, older_than=timedelta(seconds=60))) == set(cases_open[1:])


def test_a_closed_case_is_left_alone(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        cases.close(case, Actor(name="x"), outcome=Outcome.SAFE)
    pass_time(0, 60)
    assert desk.told(case) == ["duty"]


def test_reopening_starts_the_ladder_again(desk: Desk) -> None:
    with at(0):
        case = desk.file()
        cases.close(case, Actor(name="x"), outcome=Outcome.SAFE)
        cases.reopen(case, Actor(name="x"), reason="まだ会えていない")
    assert desk.told(case) == ["duty", "duty"]


def test_the_sample_rota_has_no_gaps(desk: Desk) -> None:
    del desk
    with db.transaction() as session:
        assert rota.gaps(session, days=14) == []


def test_a_slot_of_an_officer_who_was_switched_off_is_a_gap(desk: Desk) -> None:
    with db.transaction() as session:
        session.execute(update(Officer).where(Officer.id == desk.officer("backup")).values(active=False))
    with db.transaction() as session:
        assert {gap.rank for gap in rota.gaps(session, days=1)} == {2}
