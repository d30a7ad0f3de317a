"""Intake: taking a report and saying its number at once. The work on it is done afterwards, see ``intake.work``."""

from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from relay import db
from relay.cases import questions
from relay.cases.questions import Missing, Whereabouts
from relay.intake import reader, spool, storing
from relay.intake.form import FormReport
from relay.intake.incoming import Incoming, Receipt
from relay.places import areas
from relay.triage.reading import Reading
from relay.vocabulary import Level

log = structlog.get_logger(__name__)


def accept(incoming: Incoming) -> Receipt:
    """Take one report and say its number. With the database away it goes to the spool; it is never refused."""
    try:
        reading = reader.read(incoming.text, given=incoming.given, received_at=incoming.received_at)
    except Exception:
        # A fault in the reading is ours: the report is kept all the same, and a person reads it.
        log.exception("not_read")
        reading = reader.UNREAD
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
            centre = areas.centre_of(session, reading.place.town, lat=incoming.lat, lng=incoming.lng)
            return Receipt(
                number=inbound.number,
                token=storing.receipt_token(inbound.external_id),
                level=reading.level,
                duplicate=not new,
                spooled=False,
                ask_place=incoming.channel == "form" and _missing(incoming, reading) is not None,
                centre_name=centre.name if centre else None,
                centre_phone=centre.phone if centre else None,
            )
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        return _spooled(incoming, reading)


def _missing(incoming: Incoming, reading: Reading) -> Missing | None:
    where = Whereabouts.of(reading.place, surname=incoming.surname, position=incoming.lat is not None)
    return questions.to_ask(where, level=reading.level, signs=reading.signs)


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


def answer_place(token: str, answer: FormReport) -> None:
    """The reporter's answer, on the receipt page, to where it is. Kept like a report: also while the report itself is
    still being worked on or waits in the spool. The caller has seen that ``token`` is a receipt."""
    entry = {
        "kind": "place_answer",
        "receipt": token,
        "number": storing.new_number(),
        "said": answer.fingerprint(),
        "payload": {
            "text": answer.text,
            "given": storing.given_to_json(answer.given),
            "surname": answer.surname,
            "lat": answer.lat,
            "lng": answer.lng,
        },
        "level": Level.PROMPT.value,
    }
    try:
        stored = store_place_answer(entry)
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        stored = False
    if not stored:
        # Behind its report, which waits there as well; another answer is another entry.
        spool.put(f"place:{token}:{entry['said']}", entry)


def store_place_answer(entry: dict[str, Any]) -> bool:
    """Write the answer down beside the report that it belongs to; the same answer sent twice changes nothing.

    Returns False when there is no such report (yet).
    """
    with db.transaction() as session:
        inbound = storing.by_token(session, entry["receipt"])
        if inbound is None:
            return False
        external_id = f"place:{inbound.external_id}:{entry['said']}"
        storing.store(
            session,
            external_id=external_id,
            content_hash=external_id,
            kind="place_answer",
            sender=inbound.sender,
            payload={"of": inbound.number, **entry["payload"]},
            answer="",
            number=entry["number"],
        )
        db.wake(session, "work_inbound")
        return True
