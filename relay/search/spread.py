"""Spreading a transmission: one message for each person and channel, written into the outbox in steps.

A step is one transaction, and a message's key names transmission, person and channel. So a worker that dies loses
nothing and doubles nothing: the next one goes on where the rows end.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

from relay import clock, db, settings, tokens
from relay.outbox import service as outbox
from relay.outbox.models import Message
from relay.outbox.service import Draft
from relay.search import sent
from relay.search.models import Audience, Search, Transmission
from relay.search.states import Kind
from relay.search.texts import LINK

#: People written for in one transaction.
STEP = 500
#: A closing notice is tried for so long; nobody wants it the day after.
CLOSING_EXPIRES = timedelta(hours=24)
PURPOSES = {
    Kind.ALERT: sent.ALERT,
    Kind.WIDENING: sent.ALERT,
    Kind.UPDATE: "search_update",
    Kind.CLOSING: "search_closing",
}


def spread_due() -> int:
    """Write the messages of every transmission that is not spread yet. Returns for how many people."""
    total = 0
    with db.transaction() as session:
        waiting = session.scalars(
            select(Transmission.id).where(Transmission.spread_at.is_(None)).order_by(Transmission.id)
        ).all()
    for transmission_id in waiting:
        while written := _step(transmission_id):
            total += written
    return total


def _step(transmission_id: int) -> int:
    """Write for the next people of one transmission. Returns how many; 0 when done, or when another worker is at it."""
    with db.transaction() as session:
        transmission = session.scalar(
            select(Transmission)
            .where(Transmission.id == transmission_id, Transmission.spread_at.is_(None))
            .with_for_update(skip_locked=True)
        )
        if transmission is None:
            return 0
        search = session.get_one(Search, transmission.search_id)
        people = _next(session, transmission)
        if not people:
            _finish(session, transmission)
            return 0
        drafts = [
            draft for person, channels in people for draft in _drafts(transmission, search, person, channels)
        ]
        outbox.enqueue_many(session, drafts)
        return len(people)


def _finish(session: Session, transmission: Transmission) -> None:
    if transmission.kind == Kind.CLOSING:
        if sent.unsettled(session, transmission.search_id):
            return  # an alert may just be leaving: whoever gets it must hear of the end too
        transmission.people = len(sent.to(session, transmission.search_id))
    transmission.spread_at = clock.now()


def _next(session: Session, transmission: Transmission) -> list[tuple[Audience, tuple[str, ...]]]:
    """Up to ``STEP`` people that this transmission has not been written for, with their channels."""
    mine = exists().where(
        Message.audience_id == Audience.id,
        Message.key.like(literal(f"search:{transmission.id}:") + cast(Audience.id, String) + ":%"),
    )
    people = select(Audience).where(~mine).order_by(Audience.ring, Audience.id).limit(STEP)
    if transmission.kind in (Kind.ALERT, Kind.WIDENING):
        found = session.scalars(people.where(Audience.transmission_id == transmission.id))
        return [(person, _every(person)) for person in found]
    reached = {
        one.audience_id: one.channel
        for one in sent.to(session, transmission.search_id, waiting=transmission.kind == Kind.UPDATE)
    }
    found = session.scalars(people.where(Audience.id.in_(reached)))
    return [(person, (reached[person.id],)) for person in found]


def _every(person: Audience) -> tuple[str, ...]:
    mail = person.email and settings.current().smtp_url
    return ("sms", "mail") if mail else ("sms",)


def _drafts(
    transmission: Transmission, search: Search, person: Audience, channels: Iterable[str]
) -> list[Draft]:
    link = _link(person) if transmission.kind != Kind.CLOSING else ""
    text = transmission.texts[person.language if person.language in transmission.texts else "en"]
    return [
        Draft(
            key=f"search:{transmission.id}:{person.id}:{channel}",
            lane="bulk",
            purpose=PURPOSES[transmission.kind],
            channel=channel,
            recipient=person.phone if channel == "sms" else str(person.email),
            subject=text["mail_subject"] if channel == "mail" else None,
            body=text["sms" if channel == "sms" else "mail"].replace(LINK, link),
            search_id=search.id,
            audience_id=person.id,
            staff_id=person.staff_id,
            not_before=transmission.not_before,
            expires_at=_expires(transmission, search),
        )
        for channel in channels
    ]


def _expires(transmission: Transmission, search: Search) -> datetime | None:
    if transmission.kind == Kind.CLOSING:
        return (transmission.not_before or transmission.at) + CLOSING_EXPIRES
    return search.expires_at


def _link(person: Audience) -> str:
    """The personal link. Its token follows from the relay's secret, so that later texts hold the same one."""
    own = settings.current()
    token = tokens.derived(own.secret_key, f"search:{person.search_id}:{person.id}:{person.phone}")
    person.link_digest = tokens.digest(token)
    return f"{own.public_url}/s/{token}"
