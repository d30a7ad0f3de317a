"""Sightings in tests: a search that went out to the sample's workers, their links, their SMS, and who was told."""

import re
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from relay import clock, db, settings, tokens
from relay.outbox.models import Message
from relay.search import service, spread
from relay.search.models import Audience, Search, Sighting
from relay.search.states import Closing
from tests.search import scenes

WORKER = "+818000005001"  # works in 木曽川 and 北方
ENGLISH = "+818000007002"  # works elsewhere, and reads English
STRANGER = "+819099999999"
#: The station of 木曽川町黒田, invented to the metre.
STATION = (35.3425, 136.7820)
PURPOSE = "search_desk"


def live(session: Session, *, whole_city: bool = False, drill: bool = False, **changes: Any) -> int:
    """A search that has gone out to the nearest ring, or to the whole city; its links are written."""
    number = scenes.draft(session, drill=drill, **changes)
    actor = scenes.actors(session)[0]
    service.send_urgent(number, actor, reason="待てない（見本）")
    while whole_city:
        spread.spread_due()
        session.expire_all()
        if session.get_one(Search, number).ring == 2:
            break
        service.widen(number, actor)
    spread.spread_due()
    session.expire_all()
    return number


def close(session: Session, number: int, closing: Closing = Closing.FOUND) -> None:
    service.close(number, scenes.actors(session)[0], closing=closing)
    session.expire_all()


def audience(session: Session, number: int, phone: str = WORKER) -> Audience:
    return session.scalars(
        select(Audience).where(Audience.search_id == number, Audience.phone == phone)
    ).one()


def token(session: Session, number: int, phone: str = WORKER) -> str:
    """The token of this worker's personal link, as the message holds it."""
    person = audience(session, number, phone)
    return tokens.derived(settings.current().secret_key, f"search:{number}:{person.id}:{phone}")


def sms(client: FlaskClient, body: str, *, sender: str = WORKER, sid: str = "SM1") -> str:
    """Post one SMS as the provider does; returns the answer's text."""
    params = {"MessageSid": sid, "From": sender, "To": "+815000000000", "Body": body}
    url = settings.current().public_url + "/sms/inbound"
    signature = RequestValidator(settings.current().twilio_auth_token).compute_signature(url, params)
    answer = client.post("/sms/inbound", data=params, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200
    found = re.search("<Message>(.*)</Message>", answer.text, re.S)
    return found.group(1) if found else ""


def sightings(number: int | None = None) -> list[Sighting]:
    """All sightings, of one search or of any, in the order of their arrival."""
    with db.transaction() as session:
        chosen = select(Sighting).order_by(Sighting.id)
        return list(session.scalars(chosen if number is None else chosen.where(Sighting.search_id == number)))


def told(number: int | None = None) -> list[tuple[str, str]]:
    """What the city's phones were told of sightings: phone and text, oldest first."""
    with db.transaction() as session:
        rows = session.execute(
            select(Message.recipient, Message.body)
            .where(Message.purpose == PURPOSE, Message.key.contains(":sighting:"))
            .where(Message.search_id == number if number is not None else Message.search_id.is_not(None))
            .order_by(Message.id)
        )
        return [(row.recipient, row.body) for row in rows]


def texts(number: int | None = None) -> list[str]:
    """The different texts that the city's phones were told, oldest first."""
    return list(dict.fromkeys(body for _, body in told(number)))


def minutes_ago(minutes: float) -> Any:
    return clock.now() - timedelta(minutes=minutes)
