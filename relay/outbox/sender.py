"""Sending: claim a message and commit, call the provider with no database session held, then record.

A process that dies between the claim and the record leaves a row in ``sending``; ``outbox.reconcile`` asks the
provider about it after its deadline.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels.base import NotNow, Outgoing, Refused, Unclear
from relay.channels.registry import CHANNELS
from relay.outbox import leases, rules, service
from relay.outbox.models import Message, State

log = structlog.get_logger(__name__)

#: One task run sends for so long, then makes room; the next tick or nudge goes on.
RUN_SECONDS = 20
#: Links are secrets: once a text is through for good, the stored copy keeps only that there was one.
LINK = re.compile(r"https?://\S+/[a-z]/\S+")
LINK_SENT = "[link]"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A message that this process, and no other, is to hand over now."""

    id: int
    channel: str
    attempt: int
    outgoing: Outgoing


def drain(lane: str) -> int:
    """Send what is due in ``lane``, one by one, until nothing is left. Returns how many were handed over."""
    began, sent = time.monotonic(), 0
    while time.monotonic() - began < RUN_SECONDS:
        claim = _claim(lane)
        if claim is None:
            break
        sent += send(claim)
    return sent


def _claim(lane: str) -> Claim | None:
    now = clock.now()
    with db.transaction() as session:
        message = session.scalar(
            select(Message)
            .where(Message.lane == lane, Message.state == State.QUEUED, Message.not_before <= now)
            .order_by(Message.not_before, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return None
        if message.expires_at is not None and message.expires_at <= now:
            fail(session, message, reason="expired")
            return _EXPIRED
        wait = leases.take(lane, message.segments)
        if wait > 0:
            # Not our turn yet: nothing was tried, so nothing is counted.
            message.not_before = now + timedelta(seconds=wait)
            return None
        message.state = State.SENDING
        message.attempts += 1
        message.deadline = now + timedelta(seconds=rules.SENDING_SECONDS)
        message.sent_at = now
        return Claim(
            id=message.id, channel=message.channel, attempt=message.attempts, outgoing=outgoing(message, now)
        )


#: Stands for "that one was too old, look for the next": sending it does nothing.
_EXPIRED = Claim(id=0, channel="", attempt=0, outgoing=Outgoing(recipient="", body="", ref="", validity=None))


def outgoing(message: Message, now: datetime) -> Outgoing:
    """The message as its channel gets it."""
    left = int((message.expires_at - now).total_seconds()) if message.expires_at else None
    return Outgoing(
        recipient=message.recipient,
        body=message.body,
        ref=message.ref,
        validity=None if left is None else max(1, min(left, 36_000)),
    )


def send(claim: Claim) -> bool:
    """Hand one claimed message to its provider and record what came of it. True when the provider took it."""
    if claim is _EXPIRED:
        return False
    try:
        sid = CHANNELS[claim.channel].send(claim.outgoing)
    except Refused as error:
        _record_refusal(claim, error)
    except NotNow as error:
        _record_not_now(claim, error)
    except Unclear as error:
        _record_unclear(claim, error)
    else:
        record_accepted(claim.id, claim.attempt, sid)
        log.info("sent", message=claim.id, attempt=claim.attempt)
        return True
    return False


def record_accepted(message_id: int, attempt: int, sid: str) -> None:
    """The provider has it. A receipt may have come before us and moved it further already."""
    with db.transaction() as session:
        message = _locked(session, message_id)
        if message.attempts != attempt or sid in message.earlier_sids:
            return
        message.sid = sid
        if message.state == State.SENDING:
            message.state = State.ACCEPTED
            message.deadline = None


def _record_refusal(claim: Claim, error: Refused) -> None:
    log.warning("refused", message=claim.id, code=error.code, why=error.reason)
    with db.transaction() as session:
        message = _locked(session, claim.id)
        if message.state != State.SENDING:
            return
        if error.code == rules.OPTED_OUT:
            service.opt_out(session, message.recipient)
        fail(session, message, reason=rules.reason_of(error.code), code=error.code)


def _record_not_now(claim: Claim, error: NotNow) -> None:
    log.warning("not_now", message=claim.id, code=error.code, why=error.reason)
    with db.transaction() as session:
        message = _locked(session, claim.id)
        if message.state != State.SENDING:
            return
        message.state = State.QUEUED
        message.deadline = None
        message.attempts -= 1
        message.error_code = error.code
        waited = (clock.now() - message.created_at).total_seconds()
        message.not_before = clock.now() + rules.not_now_pause(int(waited).bit_length())


def _record_unclear(claim: Claim, error: Unclear) -> None:
    log.warning("unclear", message=claim.id, code=error.code, why=error.reason)
    with db.transaction() as session:
        message = _locked(session, claim.id)
        if message.state == State.SENDING:
            message.deadline = clock.now() + timedelta(seconds=rules.UNCLEAR_SECONDS)


def fail(session: Session, message: Message, *, reason: str, code: int | None = None) -> None:
    """It never left us, and won't. Duty is woken: somebody else may have to be told instead."""
    message.state = State.FAILED
    message.reason = reason
    message.error_code = code
    message.deadline = None
    message.body = LINK.sub(LINK_SENT, message.body)
    db.wake(session, "advance_duty")


def _locked(session: Session, message_id: int) -> Message:
    return session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()


def stuck(session: Session, *, older_than: timedelta) -> int:
    """How many messages should have moved by now and have not: for the self-audit."""
    before = clock.now() - older_than
    late = or_(
        (Message.state == State.QUEUED) & (Message.not_before < before),
        (Message.state == State.SENDING) & (Message.deadline < before),
    )
    return len(session.scalars(select(Message.id).where(late)).all())
