"""Claiming: taking messages for this process, and no other, to hand over now.

A claim is committed before the provider is called. What must not leave any more (too old, opted out, left) is found
here, at the last moment, and fails here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from relay import city, clock, db
from relay.channels.base import Outgoing
from relay.outbox import leases, records, rules
from relay.outbox.models import Message, OptOut, State
from relay.partners.models import Partner, Staff


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A message that this process, and no other, is to hand over now."""

    id: int
    channel: str
    attempt: int
    outgoing: Outgoing


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one look at a lane brought. ``wait``: seconds until the rate allows more; ``settled``: how many failed
    because they must not leave any more."""

    claims: Sequence[Claim] = ()
    settled: int = 0
    wait: float = 0.0


def batch(lane: str, channel: str, *, at_most: int) -> Batch:
    """Claim what is due in ``lane`` for ``channel``: at most so many, and no more parts than a second's worth."""
    now = clock.now()
    with db.transaction() as session:
        due = session.scalars(
            select(Message)
            .where(
                Message.lane == lane,
                Message.channel == channel,
                Message.state == State.QUEUED,
                Message.not_before <= now,
            )
            .order_by(Message.not_before, Message.id)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        ).all()
        over = hindrances(session, due, now)
        for message in due:
            if message.id in over:
                records.fail(session, message, reason=over[message.id])
        ready = _within(city.current().segments_per_second[lane], [m for m in due if m.id not in over])
        wait = leases.take(lane, sum(message.segments for message in ready)) if ready else 0.0
        if wait > 0:
            # Not our turn yet: nothing was tried, so nothing is counted, and the rows stay as they are.
            return Batch(settled=len(over), wait=wait)
        return Batch(claims=[take(message, now) for message in ready], settled=len(over))


def _within(rate: float, messages: Sequence[Message]) -> list[Message]:
    """The first messages that take a second at ``rate``; at least one, however long it is."""
    chosen: list[Message] = []
    parts = 0
    for message in messages:
        parts += message.segments
        if chosen and parts > rate:
            break
        chosen.append(message)
    return chosen


def take(message: Message, now: datetime) -> Claim:
    """Mark a locked row as being handed over."""
    message.state = State.SENDING
    message.attempts += 1
    message.deadline = now + timedelta(seconds=rules.sending_seconds(message.channel))
    message.sent_at = now
    return claim_of(message, now)


def claim_of(message: Message, now: datetime) -> Claim:
    """The claim that stands in a row in ``sending``."""
    left = int((message.expires_at - now).total_seconds()) if message.expires_at else None
    return Claim(
        id=message.id,
        channel=message.channel,
        attempt=message.attempts,
        outgoing=Outgoing(
            recipient=message.recipient,
            subject=message.subject,
            body=message.body,
            ref=message.ref,
            validity=None if left is None else max(1, min(left, rules.LONGEST_VALIDITY)),
        ),
    )


def hindrances(session: Session, messages: Sequence[Message], now: datetime) -> Mapping[int, str]:
    """Why messages must not leave any more: ``expired``, ``opted_out`` or ``left``, by the message's id."""
    found = {m.id: "expired" for m in messages if m.expires_at is not None and m.expires_at <= now}
    numbers = {m.recipient for m in messages if m.channel == "sms"}
    if numbers:
        silent = set(session.scalars(select(OptOut.phone).where(OptOut.phone.in_(numbers))))
        opted_out = rules.reason_of(rules.OPTED_OUT)
        found |= {m.id: opted_out for m in messages if m.channel == "sms" and m.recipient in silent}
    staff = {m.staff_id for m in messages if m.staff_id is not None}
    if staff:
        gone = set(
            session.scalars(
                select(Staff.id)
                .join(Partner)
                .where(Staff.id.in_(staff), or_(Staff.left_at.is_not(None), Partner.ended_at.is_not(None)))
            )
        )
        found |= {m.id: "left" for m in messages if m.staff_id in gone}
    return found
