"""Duty messages that did not arrive: the next step is due, and a phone that opted out raises an alarm."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, db, messages, timeline
from relay.duty import rota
from relay.duty.models import Escalation, Officer
from relay.duty.rules import Ladder
from relay.outbox import service as outbox
from relay.outbox.models import Message, State
from relay.timeline import Kind

MOST_PER_RUN = 100


def hear() -> int:
    """Take note of duty messages that did not arrive. When nobody of the present step was reached, the next step
    is due now; a phone that opted out raises an alarm, because its owner does not know what is not arriving."""
    heard = 0
    while heard < MOST_PER_RUN:
        with db.transaction() as session:
            message = session.scalar(
                select(Message)
                .where(
                    Message.case_id.is_not(None),
                    Message.purpose.in_(("duty", "reminder")),
                    Message.heard_at.is_(None),
                    Message.state.in_((State.UNDELIVERED, State.FAILED)),
                )
                .order_by(Message.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if message is None:
                break
            _hear(session, message)
            heard += 1
    return heard


def _hear(session: Session, message: Message) -> None:
    message.heard_at = clock.now()
    officer = session.get(Officer, message.officer_id) if message.officer_id else None
    if officer is None or message.case_id is None:
        return
    timeline.record(session, message.case_id, Kind.STEP_FAILED, officer=officer.name, reason=message.reason)
    if message.reason == "opted_out":
        _alarm(session, message.case_id, officer, message.reason)
    escalation = session.scalar(
        select(Escalation).where(Escalation.case_id == message.case_id).with_for_update()
    )
    if escalation is None or escalation.ended_at or escalation.owner_id:
        return
    steps = len(Ladder.from_json(escalation.ladder).steps)
    present = f"{escalation.round}.{escalation.step - 1}"
    # Past the last rung the repeat interval holds: hurrying would only send to the same dead phones.
    if message.climb == present and escalation.step < steps and not _somebody_reached(session, message):
        escalation.next_step_at = clock.now()


def _somebody_reached(session: Session, message: Message) -> bool:
    others = select(Message.id).where(
        Message.case_id == message.case_id,
        Message.climb == message.climb,
        Message.state.not_in((State.UNDELIVERED, State.FAILED)),
    )
    return session.scalar(others.limit(1)) is not None


def _alarm(session: Session, case_id: int, officer: Officer, reason: str) -> None:
    timeline.record(session, case_id, Kind.ALARM, officer=officer.name, reason=reason)
    fallback = rota.ensure_fallback(session)
    if fallback.id == officer.id:
        return  # nobody is left to tell by SMS; the self-audit and the board show it
    words = messages.current()
    day = clock.local(clock.now()).date().isoformat()
    outbox.enqueue(
        session,
        key=f"alarm:{officer.id}:{day}",
        lane="duty",
        purpose="alarm",
        recipient=fallback.phone,
        body=words.text("duty.alarm_undelivered", name=officer.name, reason="STOP"),
        case_id=case_id,
        officer_id=fallback.id,
    )
