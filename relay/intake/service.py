"""Intake: taking a report and saying its number at once. The work on it is done afterwards, see ``intake.work``."""

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import db, tokens
from relay.cases import rules as case_rules
from relay.cases.models import Case, Report
from relay.duty.models import Escalation
from relay.intake import reader, spool, storing
from relay.intake.incoming import Incoming, Receipt, ReceiptStatus
from relay.intake.models import Inbound
from relay.places import service as places
from relay.places.models import Centre
from relay.triage.reading import Given, Place, Reading
from relay.vocabulary import Level

log = structlog.get_logger(__name__)


def accept(incoming: Incoming) -> Receipt:
    """Take one report and say its number. With the database away it goes to the spool; it is never refused."""
    reading = read(incoming)
    ask = incoming.channel == "form" and _unclear(reading.place, incoming)
    try:
        with db.transaction() as session:
            inbound, new = storing.store(
                session,
                external_id=incoming.external_id,
                content_hash=incoming.content_hash,
                kind="report",
                sender=incoming.sender,
                payload=storing.to_json(incoming),
                answer="",
                photo=incoming.photo,
            )
            db.wake(session, "work_inbound")
            centre = places.centre_for(session, reading.place.town) if reading.place.town else None
            return Receipt(
                number=inbound.number,
                token=storing.receipt_token(inbound.external_id),
                level=reading.level,
                duplicate=not new,
                spooled=False,
                ask_place=ask,
                centre_name=centre.name if centre else None,
                centre_phone=centre.phone if centre else None,
            )
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        return _spooled(incoming, reading)


def _spooled(incoming: Incoming, reading: Reading) -> Receipt:
    token = storing.receipt_token(incoming.external_id)
    entry = spool.put(
        token,
        {
            "kind": "report",
            "number": storing.new_number(),
            "external_id": incoming.external_id,
            "content_hash": incoming.content_hash,
            "sender": incoming.sender,
            "payload": storing.to_json(incoming),
            "photo": incoming.photo.hex() if incoming.photo else None,
            "level": reading.level.value,
        },
    )
    return Receipt(
        number=entry["number"],
        token=token,
        level=reading.level,
        duplicate=False,
        spooled=True,
        ask_place=False,
        centre_name=None,
        centre_phone=None,
    )


def read(incoming: Incoming) -> Reading:
    """How the relay reads this report by itself, whatever case it may join."""
    return reader.current().read(incoming.text, given=incoming.given)


def _unclear(place: Place, incoming: Incoming) -> bool:
    exact = place.number is not None or incoming.lat is not None or incoming.surname is not None
    return place.town is None or not exact


def _inbound_of(session: Session, token: str) -> Inbound | None:
    return session.scalar(select(Inbound).where(Inbound.token_hash == tokens.digest(token)))


def receipt_status(token: str) -> ReceiptStatus | None:
    """What the receipt page shows. None when there is no such receipt."""
    try:
        with db.transaction() as session:
            inbound = _inbound_of(session, token)
            if inbound is not None:
                report = session.scalar(select(Report).where(Report.number == inbound.number))
                return _status(session, inbound, report)
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
    entry = spool.get(token)
    if entry is None:
        return None
    return ReceiptStatus(
        number=entry["number"],
        level=Level(entry["level"]),
        state="received",
        outcome=None,
        ask_place=False,
        centre_name=None,
        centre_phone=None,
    )


def _status(session: Session, inbound: Inbound, report: Report | None) -> ReceiptStatus:
    if report is None:
        # Stored a moment ago and not worked on yet: what it says by itself is known all the same.
        given = storing.given_from_json(inbound.payload.get("given"))
        reading = reader.current().read(inbound.payload.get("text", ""), given=given)
        level, state, outcome, ask, centre_id = reading.level, "received", None, False, None
    else:
        case = session.get_one(Case, report.case_id)
        owned = select(Escalation.owner_id).where(Escalation.case_id == case.id)
        level, centre_id = report.level, case.centre_id
        ask = report.place_asked_at is not None and report.place_answered_at is None
        sealed = case.sealed or report.sealed
        if case.closed_at is not None and not sealed:
            state = "closed"
            outcome = case_rules.COARSE[case.outcome] if case.outcome else "closed"
        elif session.scalar(owned) is not None and not sealed:
            state, outcome = "accepted", None
        else:
            state, outcome = "received", None
    centre = session.get(Centre, centre_id) if centre_id else None
    return ReceiptStatus(
        number=inbound.number,
        level=level,
        state=state,
        outcome=outcome,
        ask_place=ask and state == "received",
        centre_name=centre.name if centre else None,
        centre_phone=centre.phone if centre else None,
    )


def answer_place(token: str, given: Given, text: str) -> None:
    """The reporter's answer on the receipt page to where it is. Unknown tokens change nothing."""
    with db.transaction() as session:
        inbound = _inbound_of(session, token)
        report = session.scalar(select(Report).where(Report.number == inbound.number)) if inbound else None
        if inbound is None or report is None or report.place_answered_at is not None:
            return
        number = storing.new_number()
        storing.store(
            session,
            external_id=f"place:{inbound.external_id}",
            content_hash=f"place:{inbound.external_id}",
            kind="place_answer",
            sender=inbound.sender,
            payload={
                "report_id": report.id,
                "text": text,
                "given": {
                    "signs": sorted(given.signs),
                    "town": given.town,
                    "number": given.number,
                    "building": given.building,
                    "room": given.room,
                    "days": given.days,
                    "chime_tried": given.chime_tried,
                    "called_119": given.called_119,
                },
            },
            answer="",
            number=number,
        )
        db.wake(session, "work_inbound")
