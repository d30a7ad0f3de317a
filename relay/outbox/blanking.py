"""Blanking: the provider forgets what a search said, once the search is over.

The provider keeps a copy of every text, sent or received. Each is overwritten with nothing (Twilio's way of redacting:
https://www.twilio.com/docs/messaging/tutorials/how-to-redact-a-message), tried until it is done; what the provider does
not have counts as done. A text that is still on its way can't be blanked yet. The wipe of our own data waits for none
of it: what is left then is remembered by its sid alone (``remember``).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels import registry
from relay.channels.base import NotNow
from relay.outbox import records, rules
from relay.outbox.models import Blanking, Message, ProviderCopy, State

log = structlog.get_logger(__name__)

RUN_SECONDS = 20
#: Nobody waits for it, and the duty lane talks to the same provider: no more copies than these in a second.
PER_SECOND = 20
#: A copy that could not be blanked is tried again after this.
AGAIN_AFTER = timedelta(minutes=5)
#: A text whose last receipt got lost is over by then: no provider keeps one longer.
OVER_AFTER = timedelta(seconds=rules.LONGEST_VALIDITY)
ENDED = (State.DELIVERED, State.UNDELIVERED)


@dataclass(frozen=True)
class _Copies:
    """What the provider has of one message of ours (``message_id``), or one text that it took in for us."""

    sids: tuple[str, ...]
    message_id: int | None


def request_blanking(session: Session, search_id: int, *, received: Iterable[str] = ()) -> None:
    """Have the provider forget every text of this search, those that are still to be sent too. ``received``: sids of
    texts that came in for it (sightings). May be asked again, with more of them."""
    order = insert(Blanking).values(search_id=search_id, asked_at=clock.now())
    session.execute(order.on_conflict_do_nothing(index_elements=["search_id"]))
    _keep(session, search_id, received)
    db.wake(session, "blank_bodies")


def remember(session: Session, search_id: int) -> None:
    """Keep the sids of what is not blank yet, for the rows of the messages are about to go."""
    messages = session.scalars(select(Message).where(*_unblanked(), Message.search_id == search_id))
    _keep(session, search_id, [sid for message in messages for sid in _sids(message)])


def _keep(session: Session, search_id: int, sids: Iterable[str]) -> None:
    rows = [{"sid": sid, "search_id": search_id} for sid in dict.fromkeys(sids)]
    if rows:
        session.execute(insert(ProviderCopy).on_conflict_do_nothing(index_elements=["sid"]), rows)


def _sids(message: Message) -> tuple[str, ...]:
    return tuple(filter(None, (message.sid, *message.earlier_sids)))


def blank() -> int:
    """Blank what is due, at a modest rate. Returns how many texts were done."""
    began, done = time.monotonic(), 0
    with registry.SMS.reused():
        while time.monotonic() - began < RUN_SECONDS:
            round_began = time.monotonic()
            copies = _claim()
            if not copies:
                break
            sids = [sid for one in copies for sid in one.sids]
            results = registry.SMS.blank(sids)
            failures = [result for result in results if result is not None]
            if failures:
                log.warning("not_blanked", count=len(failures), why=failures[0].reason)
            kept = {sid for sid, result in zip(sids, results, strict=True) if result is not None}
            done += _record([one for one in copies if kept.isdisjoint(one.sids)])
            if any(isinstance(failure, NotNow) for failure in failures):
                break
            time.sleep(max(0.0, len(results) / PER_SECOND - (time.monotonic() - round_began)))
    return done


def _claim() -> list[_Copies]:
    """The next texts. They are not tried again for a while, whatever comes of it."""
    now = clock.now()
    with db.transaction() as session:
        sent = session.scalars(
            select(Message)
            .where(
                *_unblanked(),
                Message.search_id.in_(select(Blanking.search_id)),
                or_(
                    Message.state.in_(ENDED),
                    (Message.state == State.ACCEPTED) & (Message.sent_at < now - OVER_AFTER),
                ),
                or_(Message.blank_from.is_(None), Message.blank_from <= now),
            )
            .order_by(Message.id)
            .limit(PER_SECOND)
            .with_for_update(skip_locked=True)
        ).all()
        received = session.scalars(
            select(ProviderCopy)
            .where(or_(ProviderCopy.blank_from.is_(None), ProviderCopy.blank_from <= now))
            .limit(PER_SECOND)
            .with_for_update(skip_locked=True)
        ).all()
        again = now + AGAIN_AFTER
        for message in sent:
            message.blank_from = again
        for text in received:
            text.blank_from = again
        return [
            *(_Copies(_sids(m), m.id) for m in sent),
            *(_Copies((text.sid,), None) for text in received),
        ]


def _record(done: Sequence[_Copies]) -> int:
    ids = sorted(one.message_id for one in done if one.message_id is not None)
    received = [one.sids[0] for one in done if one.message_id is None]
    with db.transaction() as session:
        records.locked(session, ids)
        session.execute(update(Message).where(Message.id.in_(ids)).values(blanked_at=clock.now()))
        session.execute(delete(ProviderCopy).where(ProviderCopy.sid.in_(received)))
    return len(done)


def _unblanked() -> tuple[ColumnElement[bool], ...]:
    """Texts that the provider has, or is still to get; those that failed it never had."""
    return (Message.channel == "sms", Message.blanked_at.is_(None), Message.state != State.FAILED)
