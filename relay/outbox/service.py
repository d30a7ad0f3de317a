"""Writing messages into the outbox, and taking back what has not left yet."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels import registry
from relay.outbox import rules
from relay.outbox.models import Message, OptOut, State

LANES = ("duty", "bulk", "routine")
#: Rows written by one statement: PostgreSQL takes 65,535 values at most, and a row has some twenty.
CHUNK = 1000


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message as somebody wishes it to be sent. ``recipient`` is a number in E.164, or an address for ``mail``.

    ``subject`` is for mail only. With ``staff_id`` it goes to a member of a partner's staff as such, and not any
    more once they have left; ``audience_id`` is the person alerted by the search ``search_id``.
    """

    key: str
    lane: str
    purpose: str
    recipient: str
    body: str
    channel: str = "sms"
    subject: str | None = None
    case_id: int | None = None
    report_id: int | None = None
    officer_id: int | None = None
    climb: str | None = None
    search_id: int | None = None
    audience_id: int | None = None
    staff_id: int | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None


def enqueue(
    session: Session,
    *,
    key: str,
    lane: str,
    purpose: str,
    recipient: str,
    body: str,
    channel: str = "sms",
    subject: str | None = None,
    case_id: int | None = None,
    report_id: int | None = None,
    officer_id: int | None = None,
    climb: str | None = None,
    search_id: int | None = None,
    audience_id: int | None = None,
    staff_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Write one message in the caller's transaction; its lane's worker is woken after the commit.

    Returns False when a message with this ``key`` is already there: saying the same thing twice sends it once.
    A number that opted out, and a mailbox in a deployment that sends no mail, get a message that has failed from the
    start, so that whoever relies on it sees it.
    """
    draft = Draft(
        key=key,
        lane=lane,
        purpose=purpose,
        recipient=recipient,
        body=body,
        channel=channel,
        subject=subject,
        case_id=case_id,
        report_id=report_id,
        officer_id=officer_id,
        climb=climb,
        search_id=search_id,
        audience_id=audience_id,
        staff_id=staff_id,
        not_before=not_before,
        expires_at=expires_at,
    )
    return enqueue_many(session, [draft]) == 1


def enqueue_many(session: Session, rows: Sequence[Draft]) -> int:
    """Write many messages as ``enqueue`` writes one. Returns how many were new.

    Never raises for a single row: one that can't be sent is written as failed, with its ``reason``.
    """
    return sum(_write(session, rows[at : at + CHUNK]) for at in range(0, len(rows), CHUNK))


def _write(session: Session, drafts: Sequence[Draft]) -> int:
    now = clock.now()
    numbers = {draft.recipient for draft in drafts}
    opted_out = set(session.scalars(select(OptOut.phone).where(OptOut.phone.in_(numbers))))
    values = [_values(draft, now, opted_out) for draft in drafts]
    written = set(
        session.scalars(
            insert(Message).on_conflict_do_nothing(index_elements=["key"]).returning(Message.key), values
        )
    )
    for row in values:
        if row["key"] not in written:
            continue
        if row["state"] == State.FAILED:
            if row["case_id"] is not None:
                # Somebody else may have to be told instead.
                db.wake(session, "advance_duty")
        elif row["not_before"] <= now:
            db.wake(session, rules.task_of(row["lane"], row["channel"]))
    return len(written)


def _values(draft: Draft, now: datetime, opted_out: set[str]) -> dict[str, Any]:
    reason = code = None
    if draft.recipient in opted_out:
        reason, code = rules.reason_of(rules.OPTED_OUT), rules.OPTED_OUT
    else:
        reason = registry.missing(draft.channel)
    return vars(draft) | {
        "ref": secrets.token_urlsafe(12),
        "segments": registry.CHANNELS[draft.channel].segments(draft.body),
        "state": State.QUEUED if reason is None else State.FAILED,
        "reason": reason,
        "error_code": code,
        "created_at": now,
        "not_before": draft.not_before or now,
        "attempts": 0,
        "earlier_sids": [],
    }


def withdraw(session: Session, case_id: int, *, purposes: tuple[str, ...]) -> None:
    """Take back what has not left yet: nobody needs to be woken for a case that somebody has."""
    session.execute(
        update(Message)
        .where(Message.case_id == case_id, Message.state == State.QUEUED, Message.purpose.in_(purposes))
        .values(state=State.FAILED, reason="withdrawn", heard_at=clock.now())
    )


def withdraw_search(session: Session, search_id: int, purposes: Sequence[str]) -> int:
    """Take back the messages of a search that have not left yet. Returns how many were waiting.

    One that is just leaving, or that the network still works on, can't be taken back; but it is never tried again.
    One that waits for its second try becomes ``undelivered`` and not ``failed``: the network had it once.
    """
    now = clock.now()
    under_way = (State.SENDING, State.ACCEPTED)
    tried = func.jsonb_array_length(Message.earlier_sids) > 0
    # Locked in the order of their ids, as everybody does who locks many.
    mine = (
        select(Message.id)
        .where(
            Message.search_id == search_id,
            Message.purpose.in_(purposes),
            Message.state.in_((State.QUEUED, *under_way)),
        )
        .order_by(Message.id)
        .with_for_update()
    )
    waiting = Message.state == State.QUEUED
    states = session.execute(
        update(Message)
        .where(Message.id.in_(mine))
        .values(
            state=case((waiting & tried, State.UNDELIVERED), (waiting, State.FAILED), else_=Message.state),
            reason=case((Message.state == State.ACCEPTED, Message.reason), else_="withdrawn"),
            expires_at=case((waiting, Message.expires_at), else_=func.least(Message.expires_at, now)),
            heard_at=case((waiting, now), else_=Message.heard_at),
        )
        .returning(Message.state)
        .execution_options(synchronize_session=False)
    )
    return sum(state not in under_way for (state,) in states)


def opt_out(session: Session, phone: str) -> None:
    """Note that ``phone`` wants no more messages. Saying it twice does no harm."""
    row = insert(OptOut).values(phone=phone, at=clock.now())
    session.execute(row.on_conflict_do_nothing(index_elements=["phone"]))


def opt_in(session: Session, phone: str) -> None:
    """``phone`` wants messages again."""
    found = session.scalar(select(OptOut).where(OptOut.phone == phone))
    if found is not None:
        session.delete(found)
