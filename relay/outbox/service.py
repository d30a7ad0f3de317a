"""Writing a message into the outbox, and taking back what has not left yet."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels.registry import CHANNELS
from relay.outbox import rules
from relay.outbox.models import Message, OptOut, State

LANES = ("duty", "bulk", "routine")


def enqueue(
    session: Session,
    *,
    key: str,
    lane: str,
    purpose: str,
    recipient: str,
    body: str,
    channel: str = "sms",
    case_id: int | None = None,
    report_id: int | None = None,
    officer_id: int | None = None,
    climb: str | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Write one message in the caller's transaction; its lane's worker is woken after the commit.

    Returns False when a message with this ``key`` is already there: saying the same thing twice sends it once.
    A number that opted out gets a message that has failed from the start, so that whoever relies on it sees it.
    """
    now = clock.now()
    opted_out = session.get(OptOut, recipient) is not None
    row = insert(Message).values(
        key=key,
        ref=secrets.token_urlsafe(12),
        lane=lane,
        channel=channel,
        purpose=purpose,
        recipient=recipient,
        body=body,
        segments=CHANNELS[channel].segments(body),
        case_id=case_id,
        report_id=report_id,
        officer_id=officer_id,
        climb=climb,
        state=State.FAILED if opted_out else State.QUEUED,
        reason=rules.reason_of(rules.OPTED_OUT) if opted_out else None,
        error_code=rules.OPTED_OUT if opted_out else None,
        created_at=now,
        not_before=not_before or now,
        expires_at=expires_at,
        attempts=0,
        earlier_sids=[],
    )
    written = session.execute(
        row.on_conflict_do_nothing(index_elements=["key"]).returning(Message.id)
    ).first()
    if written and (not_before is None or not_before <= now):
        db.wake(session, "advance_duty" if opted_out else f"send_{lane}")
    return written is not None


def withdraw(session: Session, case_id: int, *, purposes: tuple[str, ...]) -> None:
    """Take back what has not left yet: nobody needs to be woken for a case that somebody has."""
    session.execute(
        update(Message)
        .where(Message.case_id == case_id, Message.state == State.QUEUED, Message.purpose.in_(purposes))
        .values(state=State.FAILED, reason="withdrawn", heard_at=clock.now())
    )


def opt_out(session: Session, phone: str) -> None:
    """Note that ``phone`` wants no more messages. Saying it twice does no harm."""
    row = insert(OptOut).values(phone=phone, at=clock.now())
    session.execute(row.on_conflict_do_nothing(index_elements=["phone"]))


def opt_in(session: Session, phone: str) -> None:
    """``phone`` wants messages again."""
    found = session.scalar(select(OptOut).where(OptOut.phone == phone))
    if found is not None:
        session.delete(found)
