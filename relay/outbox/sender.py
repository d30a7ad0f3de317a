"""Sending one by one: claim a message and commit, call the provider with no database session held, then record.

A process that dies between the claim and the record leaves a row in ``sending``; ``outbox.reconcile`` asks the
provider about it after its deadline. The bulk lane sends many at a time: ``outbox.bulk``.
"""

import time
from contextlib import ExitStack
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels.base import ChannelError
from relay.channels.registry import CHANNELS
from relay.outbox import claims, leases, records
from relay.outbox.claims import Claim
from relay.outbox.models import Message, State

log = structlog.get_logger(__name__)

#: One task run sends for so long, then makes room; the next tick or nudge goes on.
RUN_SECONDS = 20


def drain(lane: str, channel: str | None = None) -> int:
    """Send what is due in ``lane`` (by ``channel`` only, where one is named), one by one, until nothing is left.
    Returns how many were handed over."""
    began, sent = time.monotonic(), 0
    with ExitStack() as lines:
        for one in CHANNELS.values():
            lines.enter_context(one.reused())
        while time.monotonic() - began < RUN_SECONDS:
            claim = _claim(lane, channel)
            if claim is None:
                break
            sent += send(claim)
    return sent


def _claim(lane: str, channel: str | None = None) -> Claim | None:
    """The next message of the lane; None when nothing is due."""
    while True:
        now = clock.now()
        with db.transaction() as session:
            due = select(Message).where(
                Message.lane == lane, Message.state == State.QUEUED, Message.not_before <= now
            )
            if channel is not None:
                due = due.where(Message.channel == channel)
            message = session.scalar(
                due.order_by(Message.not_before, Message.id).limit(1).with_for_update(skip_locked=True)
            )
            if message is None:
                return None
            why_not = claims.hindrances(session, [message], now).get(message.id)
            if why_not is not None:
                records.fail(session, message, reason=why_not)
                continue
            wait = leases.take(lane, message.segments)
            if wait > 0:
                # Not our turn yet: nothing was tried, so nothing is counted.
                message.not_before = now + timedelta(seconds=wait)
                return None
            return claims.take(message, now)


def send(claim: Claim) -> bool:
    """Hand one claimed message to its provider and record what came of it. True when the provider took it."""
    outcome: records.Outcome
    try:
        outcome = CHANNELS[claim.channel].send(claim.outgoing)
        log.info("sent", message=claim.id, attempt=claim.attempt)
    except ChannelError as error:
        outcome = error
    return records.record([(claim, outcome)]) == 1


def stuck(session: Session, *, older_than: timedelta) -> int:
    """How many messages should have moved by now and have not: for the self-audit.

    A search to thousands waits for its rate: the bulk lane is late only when nothing of it moves at all.
    """
    before = clock.now() - older_than
    sending = session.scalar(
        select(func.count()).where(Message.state == State.SENDING, Message.deadline < before)
    )
    waiting = session.execute(
        select(Message.lane, func.count())
        .where(Message.state == State.QUEUED, Message.not_before < before)
        .group_by(Message.lane)
    )
    late: dict[str, int] = dict(waiting.all())
    if "bulk" in late and session.scalar(
        select(Message.id).where(Message.lane == "bulk", Message.sent_at >= before).limit(1)
    ):
        del late["bulk"]
    return (sending or 0) + sum(late.values())
