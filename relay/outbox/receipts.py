"""Receipts: what the provider says became of a message. They come late, doubled, out of order, or before our own
record of the message; states only move forward, under the row's lock."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.outbox import rules, sender, service
from relay.outbox.models import Message, State

log = structlog.get_logger(__name__)


def apply(*, ref: str | None, sid: str, status: str, code: int | None) -> bool:
    """Work one receipt in. False when it belongs to no message of ours."""
    wanted = rules.PROVIDER_STATES.get(status)
    if wanted is None:
        log.warning("unknown_receipt_status", status=status)
        return True
    with db.transaction() as session:
        message = _find(session, ref, sid)
        if message is None:
            return False
        if sid in message.earlier_sids:
            # The first try arrived after all: the second one need not go, if it has not.
            if wanted == State.DELIVERED and message.state == State.QUEUED:
                _delivered(message)
            return True
        if message.sid is None:
            message.sid = sid
        elif message.sid != sid:
            return True
        _move(session, message, wanted, code)
    return True


def _find(session: Session, ref: str | None, sid: str) -> Message | None:
    found = session.scalar(select(Message).where(Message.sid == sid).with_for_update())
    if found is None and ref:
        found = session.scalar(select(Message).where(Message.ref == ref).with_for_update())
    return found


def _move(session: Session, message: Message, wanted: State, code: int | None) -> None:
    if not rules.may_follow(message.state, wanted):
        return
    message.deadline = None
    if wanted == State.DELIVERED:
        _delivered(message)
    elif wanted == State.ACCEPTED:
        message.state = State.ACCEPTED
    elif rules.tries_again(code, message.attempts, message.expires_at, clock.now()):
        message.state = State.QUEUED
        message.earlier_sids = [*message.earlier_sids, message.sid]
        message.sid = None
        message.error_code = code
        message.not_before = clock.now() + rules.TRY_AGAIN_AFTER
    else:
        if code == rules.OPTED_OUT:
            service.opt_out(session, message.recipient)
        message.state = State.UNDELIVERED
        message.error_code = code
        message.reason = rules.reason_of(code)
        message.body = sender.LINK.sub(sender.LINK_SENT, message.body)
        db.wake(session, "advance_duty")


def _delivered(message: Message) -> None:
    message.state = State.DELIVERED
    message.delivered_at = clock.now()
    message.error_code = None
    message.body = sender.LINK.sub(sender.LINK_SENT, message.body)
