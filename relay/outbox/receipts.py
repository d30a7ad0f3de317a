"""Receipts: what the provider says became of a message. They come late, doubled, out of order, or before our own
record of the message; states only move forward, under the row's lock.

A search to thousands brings hundreds of receipts a second, nearly all of two kinds, and those are cheap. "Delivered"
is one statement, which locks the rows and looks at their states by itself; "sent" changes nothing where we know
already that the provider has the message, and a look without any lock says so. What several threads of this process
have at the same moment is done in one statement. Everything else takes the careful way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import String, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from relay import clock, db
from relay.outbox import records, rules, service
from relay.outbox.models import Message, State
from relay.outbox.together import Together

log = structlog.get_logger(__name__)

#: From where a delivery may follow.
DELIVERABLE = tuple(state for state in State if rules.may_follow(state, State.DELIVERED))
#: Where it is news that the provider has the message.
UNSURE = tuple(state for state in State if rules.may_follow(state, State.ACCEPTED))
#: More receipts than a web process has threads never come together.
TOGETHER = 100


@dataclass(frozen=True)
class _Receipt:
    ref: str
    sid: str
    wanted: State


def apply(*, ref: str | None, sid: str, status: str, code: int | None) -> bool:
    """Work one receipt in. False when it belongs to no message of ours."""
    wanted = rules.PROVIDER_STATES.get(status)
    if wanted is None:
        log.warning("unknown_receipt_status", status=status)
        return True
    common = ref and sid and wanted in (State.ACCEPTED, State.DELIVERED)
    if common and _quickly.do(_Receipt(str(ref), sid, wanted)):
        return True
    return _carefully(ref, sid, wanted, code)


def _work(receipts: Sequence[_Receipt]) -> list[bool]:
    """For each whether that was all there is to do."""
    delivered = [r for r in receipts if r.wanted == State.DELIVERED]
    accepted = [r for r in receipts if r.wanted == State.ACCEPTED]
    done: set[_Receipt] = set()
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if delivered:
            pairs = {"refs": [r.ref for r in delivered], "sids": [r.sid for r in delivered]}
            moved = connection.execute(DELIVER, {**pairs, "at": clock.now()})
            done |= {_Receipt(ref, str(sid), State.DELIVERED) for ref, sid in moved}
        if accepted:
            sure = set(connection.scalars(SURE, {"refs": [r.ref for r in accepted]}))
            done |= {r for r in accepted if r.ref in sure}
    return [receipt in done for receipt in receipts]


def _deliver() -> ReturningUpdate[str, str | None]:
    """Deliveries of (``refs``, ``sids``): of ours, by the last try, and where nothing is settled yet. Rows are locked
    in the order of their ids, as everybody does who locks many."""
    told = func.unnest(bindparam("refs", type_=ARRAY(String)), bindparam("sids", type_=ARRAY(String)))
    pairs = told.table_valued("ref", "sid", name="pairs").render_derived()
    mine = (
        select(Message.id, pairs.c.sid)
        .join(pairs, pairs.c.ref == Message.ref)
        .where(
            Message.sid.is_(None) | (Message.sid == pairs.c.sid),
            ~Message.earlier_sids.has_key(pairs.c.sid),
            Message.state.in_(DELIVERABLE),
        )
        .order_by(Message.id)
        .with_for_update(of=Message)
        .cte("mine")
    )
    return (
        update(Message)
        .where(Message.id == mine.c.id)
        .values(
            sid=mine.c.sid,
            state=State.DELIVERED,
            delivered_at=bindparam("at", type_=Message.delivered_at.type),
            deadline=None,
            error_code=None,
            reason=None,
            body=func.regexp_replace(Message.body, records.LINK.pattern, records.LINK_SENT, "g"),
        )
        .returning(Message.ref, Message.sid)
    )


DELIVER = _deliver()
SURE = select(Message.ref).where(
    Message.ref == func.any(bindparam("refs", type_=ARRAY(String))), Message.state.not_in(UNSURE)
)
_quickly = Together(_work, at_most=TOGETHER)


def _carefully(ref: str | None, sid: str, wanted: State, code: int | None) -> bool:
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
        message.reason = None
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
        records.forget_link(message)
        if message.case_id is not None:
            db.wake(session, "advance_duty")


def _delivered(message: Message) -> None:
    message.state = State.DELIVERED
    message.delivered_at = clock.now()
    message.error_code = None
    message.reason = None
    records.forget_link(message)
