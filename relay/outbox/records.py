"""Recording: what came of handing messages over. A receipt may have come before us and moved a message further."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels.base import ChannelError, NotNow, Refused
from relay.channels.registry import CHANNELS
from relay.outbox import rules, service
from relay.outbox.models import Message, State

if TYPE_CHECKING:
    from relay.outbox.claims import Claim

log = structlog.get_logger(__name__)

#: Links are secrets: once a text is through for good, the stored copy keeps only that there was one. They are visible
#: ASCII: Japanese words right behind one stay, and PostgreSQL reads the pattern as we do.
LINK = re.compile(r"https?://[!-~]+/[a-z]/[!-~]+")
LINK_SENT = "[link]"

Outcome = str | ChannelError
"""The provider's id of a message that it took, or why it did not."""


def record(outcomes: Sequence[tuple["Claim", Outcome]]) -> int:
    """Write down what came of each claim, in one transaction. Returns how many the provider took."""
    for claim, outcome in outcomes:
        if isinstance(outcome, ChannelError):
            log.warning(
                _name(outcome), message=claim.id, code=outcome.code, why=outcome.reason, attempt=claim.attempt
            )
    with db.transaction() as session:
        rows = locked(session, [claim.id for claim, _ in outcomes])
        for claim, outcome in outcomes:
            message = rows.get(claim.id)
            if message is not None and message.attempts == claim.attempt:
                settle(session, message, outcome)
    return sum(isinstance(outcome, str) for _, outcome in outcomes)


def settle(session: Session, message: Message, outcome: Outcome) -> None:
    """Move a locked message on by what came of its present attempt."""
    if isinstance(outcome, str):
        _accepted(message, outcome)
    elif message.state != State.SENDING:
        return
    elif isinstance(outcome, Refused):
        if outcome.code == rules.OPTED_OUT:
            service.opt_out(session, message.recipient)
        fail(session, message, reason=rules.refusal(outcome.code, outcome.reason), code=outcome.code)
    elif isinstance(outcome, NotNow):
        message.attempts -= 1
        message.error_code = outcome.code
        waited = (clock.now() - message.created_at).total_seconds()
        back_to_queue(session, message, after=rules.not_now_pause(int(waited).bit_length()))
    else:
        message.deadline = clock.now() + timedelta(seconds=rules.UNCLEAR_SECONDS)


def back_to_queue(session: Session, message: Message, *, after: timedelta) -> bool:
    """It has not left: it waits for another try. False when its time is over, or when it was withdrawn meanwhile."""
    now = clock.now()
    if message.expires_at is not None and message.expires_at <= now:
        fail(session, message, reason=message.reason or "expired")
        return False
    message.state = State.QUEUED
    message.deadline = None
    message.not_before = now + after
    return True


def fail(session: Session, message: Message, *, reason: str, code: int | None = None) -> None:
    """It is not tried any more. Duty is woken: somebody else may have to be told instead."""
    # One that the provider had once is not one that never left us: some of those are read all the same.
    message.state = State.UNDELIVERED if message.earlier_sids else State.FAILED
    message.reason = reason
    message.error_code = code
    message.deadline = None
    forget_link(message)
    if message.case_id is not None:
        db.wake(session, "advance_duty")


def forget_link(message: Message) -> None:
    """The stored copy of a text that is through for good keeps no secret."""
    message.body = LINK.sub(LINK_SENT, message.body)


def locked(session: Session, ids: Sequence[int]) -> dict[int, Message]:
    """The rows, locked in the order of their ids, as everybody does who locks many."""
    found = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id).with_for_update())
    return {message.id: message for message in found}


def _accepted(message: Message, sid: str) -> None:
    if sid in message.earlier_sids:
        return
    message.sid = sid
    if message.state != State.SENDING:
        return
    message.state = State.ACCEPTED
    message.deadline = None
    message.reason = None
    if not CHANNELS[message.channel].receipts:
        forget_link(message)


def _name(error: ChannelError) -> str:
    if isinstance(error, Refused):
        return "refused"
    return "not_now" if isinstance(error, NotNow) else "unclear"
