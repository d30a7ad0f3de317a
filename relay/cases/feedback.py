"""Word back to those who reported: accepted, closed. Coarse, once, not at night, and never of a sealed case."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from relay import city, clock, messages
from relay.cases import rules
from relay.cases.models import Case, Report
from relay.duty import hours
from relay.outbox import service as outbox
from relay.outbox.models import Message, OptOut
from relay.vocabulary import Outcome

PURPOSE = "feedback"


def accepted(session: Session, case: Case) -> None:
    """Somebody has taken the case."""
    _tell_all(session, case, "accepted")


def closed(session: Session, case: Case, outcome: Outcome) -> None:
    """The case ended; what stands in the way of "safe" is only said to have ended."""
    outbox.withdraw(session, case.id, purposes=(PURPOSE,))
    stamp = f":{int(case.closed_at.timestamp())}" if case.closed_at else ""
    _tell_all(session, case, rules.COARSE[outcome], stamp=stamp)


def withdraw(session: Session, case: Case) -> None:
    """What has not been told yet is not told any more."""
    outbox.withdraw(session, case.id, purposes=(PURPOSE,))


def reopened(session: Session, case: Case, closed_at: datetime) -> None:
    """The case, closed at ``closed_at``, is open again: an ending that has not been told yet is not told, and whoever
    has heard of it hears that it goes on."""
    withdraw(session, case)
    stamp = int(closed_at.timestamp())
    endings = (Message.key.endswith(f":{what}:{stamp}") for what in set(rules.COARSE.values()))
    heard = select(Message.report_id).where(
        Message.case_id == case.id,
        Message.purpose == PURPOSE,
        Message.reason.is_distinct_from("withdrawn"),
        or_(*endings),
    )
    _tell_all(session, case, "reopened", only=frozenset(session.scalars(heard)), stamp=f":{stamp}")


def _tell_all(
    session: Session, case: Case, what: str, *, only: frozenset[int | None] | None = None, stamp: str = ""
) -> None:
    """``stamp`` tells apart what may be said more than once: each ending is told, the same one never twice."""
    if case.sealed:
        return
    for report in session.scalars(select(Report).where(Report.case_id == case.id).order_by(Report.id)):
        if report.reporter_phone and not report.sealed and (only is None or report.id in only):
            _tell(session, case, report, report.reporter_phone, what, stamp)


def _tell(session: Session, case: Case, report: Report, phone: str, what: str, stamp: str) -> None:
    if session.get(OptOut, phone) is not None:
        return
    now = clock.now()
    due = hours.after_quiet(city.current().feedback_quiet, now)
    outbox.enqueue(
        session,
        key=f"feedback:{report.id}:{what}{stamp}",
        lane="routine",
        purpose=PURPOSE,
        recipient=phone,
        body=messages.current().text(f"feedback.{what}", report.language, number=report.number),
        case_id=case.id,
        report_id=report.id,
        not_before=due if due > now else None,
    )
