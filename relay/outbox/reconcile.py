"""Messages of which we don't know whether they left: the provider is asked, nothing is guessed."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from relay import clock, db
from relay.channels.base import NotNow
from relay.channels.registry import CHANNELS
from relay.outbox import rules, sender
from relay.outbox.models import Message, State

log = structlog.get_logger(__name__)


def run() -> int:
    """Settle every row whose claim ran out. Returns how many were settled."""
    settled = 0
    while (claim := _claim()) is not None:
        claimed, since, known = claim
        try:
            sid = CHANNELS[claimed.channel].find(claimed.outgoing, since, known)
        except NotNow as error:
            log.warning("provider_not_asked", message=claimed.id, why=error.reason)
            break
        if sid is not None:
            sender.record_accepted(claimed.id, claimed.attempt, sid)
        else:
            _send_again(claimed)
        log.info("reconciled", message=claimed.id, found=sid is not None)
        settled += 1
    return settled


def _claim() -> tuple[sender.Claim, datetime, frozenset[str]] | None:
    now = clock.now()
    with db.transaction() as session:
        message = session.scalar(
            select(Message)
            .where(Message.state == State.SENDING, Message.deadline <= now)
            .order_by(Message.deadline)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return None
        # Pushed on, so that a provider that can't be asked is asked again later and not by two of us at once.
        message.deadline = now + timedelta(seconds=rules.SENDING_SECONDS)
        # Two texts to one phone may be the same to the letter: those that are ours already are not this one.
        same = session.scalars(
            select(Message.sid).where(Message.recipient == message.recipient, Message.sid.is_not(None))
        )
        known = frozenset(sid for sid in same if sid) | frozenset(message.earlier_sids)
        claim = sender.Claim(
            id=message.id,
            channel=message.channel,
            attempt=message.attempts,
            outgoing=sender.outgoing(message, now),
        )
        return claim, message.sent_at or message.created_at, known


def _send_again(claim: sender.Claim) -> None:
    with db.transaction() as session:
        message = session.scalars(select(Message).where(Message.id == claim.id).with_for_update()).one()
        if message.state != State.SENDING or message.attempts != claim.attempt:
            return
        message.state = State.QUEUED
        message.deadline = None
        message.not_before = clock.now()
        db.wake(session, f"send_{message.lane}")
