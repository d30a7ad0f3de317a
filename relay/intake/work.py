"""The work that follows once something is stored: reading and filing reports, late answers, the spool."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from relay import clock, db, messages
from relay.cases import answering, filing
from relay.cases.filing import Filing
from relay.cases.models import Report
from relay.duty import replies as duty_replies
from relay.duty import rota
from relay.duty.models import Officer
from relay.intake import reader, replies, service, sms, spool, storing
from relay.intake.models import Inbound
from relay.outbox import service as outbox
from relay.partners import service as partners
from relay.triage.reading import Given, Reading

log = structlog.get_logger(__name__)

MOST_PER_RUN = 100
#: After so many failures to work on a report it is filed as it came, for a person to read.
MOST_ATTEMPTS = 3


def work_pending() -> int:
    """Work on everything that was stored and not worked on yet. Returns how many were done."""
    done = 0
    while done < MOST_PER_RUN and _work_one():
        done += 1
    return done


def _work_one() -> bool:
    taken: int | None = None
    try:
        with db.transaction() as session:
            inbound = session.scalar(
                select(Inbound)
                .where(Inbound.worked_at.is_(None), Inbound.next_try_at <= clock.now())
                .order_by(Inbound.id)
                .limit(1)
                .options(undefer(Inbound.photo))
                .with_for_update(skip_locked=True)
            )
            if inbound is None:
                return False
            taken = inbound.id
            _work(session, inbound)
            inbound.worked_at = clock.now()
            inbound.photo = None  # it belongs to the report now
    except Exception as error:
        if taken is None:
            raise
        log.exception("work_failed", inbound=taken)
        _put_back(taken, error)
    return True


def _put_back(inbound_id: int, error: Exception) -> None:
    with db.transaction() as session:
        inbound = session.get_one(Inbound, inbound_id, with_for_update=True)
        inbound.attempts += 1
        inbound.error = f"{type(error).__name__}"
        inbound.next_try_at = clock.now() + timedelta(seconds=min(60, 2**inbound.attempts))


def _work(session: Session, inbound: Inbound) -> None:
    if inbound.kind == "report":
        _file(session, inbound)
    elif inbound.kind == "place_answer":
        _answer(session, inbound)
    elif inbound.kind == "duty_reply":
        _finish_reply(session, inbound)
    else:
        raise RuntimeError(f"nobody works on inbound of kind {inbound.kind!r}")


def _file(session: Session, inbound: Inbound) -> None:
    data = inbound.payload
    given = storing.given_from_json(data["given"])
    sender = partners.sender(session, inbound.sender) if inbound.sender else None
    partner_id = data["partner_id"] or _partner_of_form(data) or (sender.partner_id if sender else None)
    filing.file(
        session,
        Filing(
            number=inbound.number,
            channel=data["channel"],
            received_at=_received_at(inbound),
            partner_id=partner_id,
            staff_id=sender.staff_id if sender else None,
            phone=inbound.sender,
            verified=partner_id is not None or _is_officer(session, inbound.sender),
            text=data["text"],
            reading=_reading(inbound, given),
            heat_alert=reader.heat_alert(_received_at(inbound)),
            surname=data["surname"],
            lat=data["lat"],
            lng=data["lng"],
            photo=inbound.photo,
        ),
    )


def _is_officer(session: Session, phone: str | None) -> bool:
    """Officers report too; they are known although they belong to no company."""
    return phone is not None and rota.by_phone(session, phone) is not None


def _partner_of_form(data: dict[str, Any]) -> int | None:
    """The company of the form's token: not looked up yet when the form came with the database away."""
    token = data["raw"].get("form_token")
    partner = partners.by_form_token(token) if token else None
    return partner.id if partner else None


def _reading(inbound: Inbound, given: Given | None) -> Reading:
    """The reading, or after repeated trouble none at all: a person reads what the machine chokes on."""
    if inbound.attempts < MOST_ATTEMPTS:
        return reader.read(inbound.payload["text"], given=given, received_at=_received_at(inbound))
    return reader.UNREAD


def _received_at(inbound: Inbound) -> datetime:
    return datetime.fromisoformat(inbound.payload["received_at"])


def _answer(session: Session, inbound: Inbound) -> None:
    data = inbound.payload
    # The report may be filed a moment after its answer came: raising means trying again in a moment.
    report = session.scalars(select(Report).where(Report.number == data["of"])).one()
    given = storing.given_from_json(data.get("given"))
    text = data["text"]
    reading = reader.read(text, given=given, received_at=report.received_at)
    answering.answer(
        session,
        report.id,
        reading,
        text=text,
        by_sms=given is None,
        surname=data.get("surname"),
        spot=(data["lat"], data["lng"]) if data.get("lat") is not None else None,
    )


def _finish_reply(session: Session, inbound: Inbound) -> None:
    """Carry out an officer's answer whose process died. Its webhook is gone, so the result goes out as a message."""
    officer = session.get_one(Officer, inbound.payload["officer_id"])
    reply = duty_replies.parse(inbound.payload["text"], messages.current())
    inbound.answer = replies.carry_out(reply, officer.id) if reply else ""
    _send(session, inbound, officer.phone)


def _send(session: Session, inbound: Inbound, phone: str) -> None:
    if inbound.answer:
        outbox.enqueue(
            session,
            key=f"reply:{inbound.external_id}",
            lane="duty",
            purpose="reply",
            recipient=phone,
            body=inbound.answer,
        )


def flush_spool() -> int:
    """Work in everything that was spooled while the database was away. Returns how many entries."""
    return spool.drain(_unspool) if spool.waiting() else 0


def _unspool(entry: dict[str, Any]) -> None:
    if entry["kind"] == "sms":
        _unspool_sms(entry)
        return
    if entry["kind"] == "place_answer":
        if not service.store_place_answer(entry):
            raise LookupError("an answer in the spool belongs to no report")
        return
    with db.transaction() as session:
        storing.store(
            session,
            external_id=entry["external_id"],
            content_hash=entry["content_hash"],
            kind="report",
            sender=entry["sender"],
            payload=entry["payload"],
            answer="",
            number=entry["number"],
            photo=bytes.fromhex(entry["photo"]) if entry["photo"] else None,
        )
        db.wake(session, "work_inbound")


def _unspool_sms(entry: dict[str, Any]) -> None:
    """A reporter has a receipt already; what became of an officer's answer is sent after it."""
    external_id = sms.store_and_answer(entry["params"], number=entry["number"])
    with db.transaction() as session:
        inbound = storing.find(session, external_id)
        if inbound is not None and inbound.kind == "duty_reply" and inbound.sender:
            _send(session, inbound, inbound.sender)
