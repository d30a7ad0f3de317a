"""Writing down what came in, once: the first thing that happens to a report, before anybody argues with it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import city, clock, settings, tokens
from relay.intake.incoming import Incoming
from relay.intake.models import Inbound
from relay.triage.reading import Given
from relay.vocabulary import Sign

TOKEN_BYTES = 12


def new_number() -> str:
    """A receipt number that can be given with the database away: eight random digits, read out as 4821-7730."""
    digits = f"{secrets.randbelow(10**8):08d}"
    return f"{digits[:4]}-{digits[4:]}"


def receipt_token(external_id: str) -> str:
    """What opens the receipt page. Derived, so that a repeated post is shown the same page."""
    key = settings.current().secret_key.encode()
    code = hmac.new(key, f"receipt:{external_id}".encode(), hashlib.sha256).digest()[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(code).decode()


def clean(text: str) -> str:
    """``text`` as PostgreSQL can keep it: NUL made visible, half characters replaced."""
    return text.replace("\x00", "␀").encode("utf-8", errors="replace").decode("utf-8")


def clean_all(value: Any) -> Any:
    """``clean`` for every text inside a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(k)): clean_all(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean_all(v) for v in value]
    return value


def find(session: Session, external_id: str) -> Inbound | None:
    """What was stored under this id."""
    return session.scalar(select(Inbound).where(Inbound.external_id == external_id))


def by_token(session: Session, token: str) -> Inbound | None:
    """What the receipt with this token was given for."""
    return session.scalar(select(Inbound).where(Inbound.token_hash == tokens.digest(token)))


def store(
    session: Session,
    *,
    external_id: str,
    content_hash: str,
    kind: str,
    sender: str | None,
    payload: dict[str, Any],
    answer: str,
    number: str | None = None,
    photo: bytes | None = None,
    pause: timedelta = timedelta(0),
) -> tuple[Inbound, bool]:
    """Store one inbound thing; returns it and whether it is new.

    The same ``external_id`` is the same thing however often and however concurrently it arrives, and so are the same
    words from the same sender within seconds (a network that delivers twice, a thumb that sends twice).
    """
    # One lock a content: a repetition waits here until the first has committed, then finds it.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(content_hash, 1))))
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(external_id, 2))))
    known = find(session, external_id) or _same_words(session, content_hash, sender, kind)
    if known is not None:
        return known, False
    now = clock.now()
    inbound = Inbound(
        external_id=external_id,
        content_hash=content_hash,
        kind=kind,
        number=number or _free_number(session),
        token_hash=tokens.digest(receipt_token(external_id)),
        sender=sender,
        payload=clean_all(payload),
        photo=photo,
        answer=answer,
        received_at=now,
        next_try_at=now + pause,
        attempts=0,
    )
    session.add(inbound)
    session.flush()
    return inbound, True


def _same_words(session: Session, content_hash: str, sender: str | None, kind: str) -> Inbound | None:
    since = clock.now() - timedelta(seconds=city.current().same_content_seconds)
    same_sender = Inbound.sender.is_(None) if sender is None else Inbound.sender == sender
    return session.scalar(
        select(Inbound)
        .where(
            Inbound.content_hash == content_hash,
            Inbound.received_at > since,
            Inbound.kind == kind,
            same_sender,
        )
        .order_by(Inbound.id)
        .limit(1)
    )


def _free_number(session: Session) -> str:
    while True:
        number = new_number()
        if session.scalar(select(Inbound.id).where(Inbound.number == number)) is None:
            return number


def to_json(incoming: Incoming) -> dict[str, Any]:
    """A report as stored: everything that the work on it needs later. The photo is kept beside it."""
    given = incoming.given
    return {
        "channel": incoming.channel,
        "partner_id": incoming.partner_id,
        "text": incoming.text,
        "given": None if given is None else given_to_json(given),
        "surname": incoming.surname,
        "lat": incoming.lat,
        "lng": incoming.lng,
        "language": incoming.language,
        "received_at": incoming.received_at.isoformat(),
        "raw": incoming.raw,
    }


def given_to_json(given: Given) -> dict[str, Any]:
    """The form's own fields, to be stored."""
    return {**asdict(given), "signs": sorted(given.signs)}


def given_from_json(data: dict[str, Any] | None) -> Given | None:
    """The form's own fields, back from what was stored."""
    if data is None:
        return None
    return Given(**{**data, "signs": frozenset(Sign(sign) for sign in data["signs"])})
