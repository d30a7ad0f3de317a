"""Word back to those who reported: accepted, closed. Coarse, once, not at night, and never of a sealed case."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, messages
from relay.cases import rules
from relay.cases.models import Case, Report
from relay.duty import hours
from relay.outbox import service as outbox
from relay.outbox.models import OptOut
from relay.vocabulary import Outcome

PURPOSE = "feedback"


def accepted(session: Session, case: Case) -> None:
    """Somebody has taken the case."""
    _tell_all(session, case, "accepted")


def closed(session: Session, case: Case, outcome: Outcome) -> None:
    """The case ended; what stands in the way of "safe" is only said to have ended."""
    outbox.withdraw(session, case.id, purposes=(PURPOSE,))
    _tell_all(session, case, rules.COARSE[outcome])


def withdraw(session: Session, case: Case) -> None:
    """The case is open again: an ending that has not been told yet is not told."""
    outbox.withdraw(session, case.id, purposes=(PURPOSE,))


def _tell_all(session: Session, case: Case, what: str) -> None:
    if case.sealed:
        return
    for report in session.scalars(select(Report).where(Report.case_id == case.id).order_by(Report.id)):
        if report.reporter_phone and not report.sealed:
            _tell(session, case, report, report.reporter_phone, what)


def _tell(session: Session, case: Case, report: Report, phone: str, what: str) -> None:
    if session.get(OptOut, phone) is not None:
        return
    now = clock.now()
    due = hours.after_quiet(city.current().feedback_quiet, now)
    # A case may be closed, reopened and closed again: each ending is told, the same one never twice.
    ending = "" if what == "accepted" or case.closed_at is None else f":{int(case.closed_at.timestamp())}"
    outbox.enqueue(
        session,
        key=f"feedback:{report.id}:{what}{ending}",
        lane="routine",
        purpose=PURPOSE,
        recipient=phone,
        body=messages.current().text(f"feedback.{what}", report.language, number=report.number),
        case_id=case.id,
        report_id=report.id,
        not_before=due if due > now else None,
    )
