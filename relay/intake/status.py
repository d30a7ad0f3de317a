"""What a reporter may see later of the own report: that it is there, that somebody is on it, a coarse ending."""

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import db
from relay.cases import asking, questions, rules
from relay.cases.models import Case, Report
from relay.cases.questions import Missing, Whereabouts
from relay.duty.models import Escalation
from relay.intake import reader, spool, storing
from relay.intake.incoming import ReceiptStatus
from relay.intake.models import Inbound
from relay.places import areas
from relay.places.models import Centre
from relay.vocabulary import Level

log = structlog.get_logger(__name__)


def of_receipt(token: str) -> ReceiptStatus | None:
    """What the receipt page shows. None when there is no such receipt.

    Raises ``SQLAlchemyError`` when the database is away and the spool does not have it: nobody can tell then.
    """
    away: SQLAlchemyError | None = None
    try:
        with db.transaction() as session:
            inbound = storing.by_token(session, token)
            if inbound is not None:
                report = session.scalar(select(Report).where(Report.number == inbound.number))
                return _filed(session, report) if report else _stored(session, inbound)
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        away = error
    entry = spool.get(token)
    if entry is not None:
        return _status(entry["number"], Level(entry["level"]))
    if away is not None:
        raise away
    return None


def _status(
    number: str,
    level: Level,
    *,
    state: str = "received",
    outcome: str | None = None,
    asked: Whereabouts | None = None,
    sealed: bool = False,
    centre: Centre | None = None,
) -> ReceiptStatus:
    """``asked``: what is known of the place, while something of it is missing. Of a sealed case nothing is named."""
    missing = asked.missing if asked and state == "received" else None
    named = asked if asked and not sealed else None
    return ReceiptStatus(
        number=number,
        level=level,
        state=state,
        outcome=outcome,
        ask_place=missing is not None,
        missing=missing if missing and named else Missing.TOWN,
        town=named.town if named else None,
        candidates=named.candidates if named else (),
        centre_name=centre.name if centre else None,
        centre_phone=centre.phone if centre else None,
    )


def _stored(session: Session, inbound: Inbound) -> ReceiptStatus:
    """Stored a moment ago and not worked on yet: what it says by itself is known all the same."""
    data = inbound.payload
    reading = reader.read(
        data.get("text", ""),
        given=storing.given_from_json(data.get("given")),
        received_at=inbound.received_at,
    )
    where = Whereabouts.of(reading.place, surname=data.get("surname"), position=data.get("lat") is not None)
    asks = data.get("channel") == "form" and questions.to_ask(where, level=reading.level, signs=reading.signs)
    return _status(
        inbound.number,
        reading.level,
        asked=where if asks else None,
        sealed=reading.sealed,
        centre=areas.centre_of(session, reading.place.town, lat=data.get("lat"), lng=data.get("lng")),
    )


def _filed(session: Session, report: Report) -> ReceiptStatus:
    case = session.get_one(Case, report.case_id)
    state, outcome = "received", None
    # Of a sealed case nothing is told beyond the receipt.
    if not (case.sealed or report.sealed):
        owner = select(Escalation.owner_id).where(Escalation.case_id == case.id)
        if case.closed_at is not None:
            state, outcome = "closed", rules.COARSE[case.outcome] if case.outcome else "closed"
        elif session.scalar(owner) is not None:
            state = "accepted"
    return _status(
        report.number,
        report.level,
        state=state,
        outcome=outcome,
        asked=asking.whereabouts(report) if _asks(session, report) else None,
        sealed=case.sealed or report.sealed,
        centre=session.get(Centre, case.centre_id) if case.centre_id else None,
    )


def _asks(session: Session, report: Report) -> bool:
    """Whether the page still asks: not while an answer has come and is being worked on."""
    if report.place_asked_at is None or report.place_answered_at is not None:
        return False
    coming = select(Inbound.id).where(
        Inbound.kind == "place_answer",
        Inbound.payload["of"].astext == report.number,
        Inbound.worked_at.is_(None),
    )
    return session.scalar(coming.limit(1)) is None
