"""One case in full, for its page and for the duty link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from relay import clock
from relay.accounts.scope import Scope
from relay.cases import asking, chronicle, queries
from relay.cases.chronicle import Entry, Sent
from relay.cases.models import Case, Corrected, Correction, Report
from relay.cases.on_duty import OnDuty
from relay.cases.queries import Row
from relay.duty.models import Escalation, Officer
from relay.outbox.models import Message
from relay.partners.models import Partner, Staff
from relay.timeline import Event, Kind
from relay.vocabulary import Level, Outcome, Sign

#: A merge of a merge of a merge: more than anybody does, and an end for a loop that must not be.
MOST_MERGES = 20


@dataclass(frozen=True, kw_only=True)
class CorrectionView:
    """One correction of a report's signs or days that still stands."""

    id: int
    at: datetime
    by: str
    what: Corrected
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """One report as officers read it."""

    id: int
    number: str
    channel: str
    received_at: datetime
    text: str
    level: Level
    signs: tuple[Sign, ...]
    days: int | None
    heat_alert: bool
    called_119: bool
    reasons: Sequence[dict[str, Any]]
    verified: bool
    partner: str | None
    staff: str | None
    phone: str | None
    has_photo: bool
    lat: float | None
    lng: float | None
    call_back: bool = False
    """The reporter was asked twice where it is, and did not say: somebody is to call."""
    corrections: Sequence[CorrectionView] = ()
    """Newest first."""

    @property
    def added(self) -> frozenset[str]:
        """The signs that a person added to what was read."""
        return frozenset(
            one.after for one in self.corrections if one.what is Corrected.SIGN_ADDED and one.after
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Somebody or something to choose from: its id and what the list says."""

    id: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Details:
    """One case with all that is known of it."""

    row: Row
    centre_id: int | None
    centre_phone: str | None
    closed_at: datetime | None
    outcome: Outcome | None
    closing_text: str
    joined_into: int | None
    reply_code: str | None
    reports: Sequence[ReportView]
    entries: Sequence[Entry]
    """Newest first."""
    told: Sequence[Sent]
    """Duty messages to officers, oldest first."""
    last_event: int
    """Number of the newest event, by which a stale page is known."""

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def decided(self) -> Entry | None:
        """The entry by which a person set the present level; None where it is the reports' own."""
        last = next((entry for entry in self.entries if entry.kind is Kind.LEVEL_SET), None)
        return last if last and last.data.get("to") == self.row.level.value else None


def details(session: Session, case_id: int) -> Details | None:
    """The case with that number, or None. Whether the user may see it is ``visible``'s question."""
    found = session.execute(
        select(Case, Escalation)
        .outerjoin(Escalation, Escalation.case_id == Case.id)
        .where(Case.id == case_id)
        .options(joinedload(Case.centre), selectinload(Case.reports), joinedload(Escalation.owner))
    ).one_or_none()
    if found is None:
        return None
    case, escalation = found
    events = session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.id)).all()
    messages = _messages(session, case)
    return Details(
        row=queries.row_of(case, escalation, OnDuty(session, clock.now())),
        centre_id=case.centre_id,
        centre_phone=case.centre.phone if case.centre else None,
        closed_at=case.closed_at,
        outcome=case.outcome,
        closing_text=_last(events, Kind.CLOSED).get("text") or "",
        joined_into=_last(events, Kind.JOINED).get("into") if case.closed_at and not case.outcome else None,
        reply_code=escalation.reply_code if escalation else None,
        reports=_reports(session, case.reports),
        entries=chronicle.merge(events, messages),
        told=[sent for _, sent in messages if sent.purpose == "duty"],
        last_event=events[-1].id if events else 0,
    )


def visible(session: Session, case_id: int, scope: Scope) -> bool:
    """Whether there is such a case and ``scope`` may see it."""
    return session.scalar(select(Case.id).where(Case.id == case_id, queries.in_scope(scope))) is not None


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Which desk has a case that the user may not see: its name and telephone, None for the city's own."""

    name: str | None
    phone: str | None


def elsewhere(session: Session, case_id: int) -> Elsewhere | None:
    """Who has the case with that number; None when there is no such case."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    centre = case.centre
    return Elsewhere(name=centre.name if centre else None, phone=centre.phone if centre else None)


def case_of_receipt(session: Session, number: str) -> int | None:
    """The case of the report with that receipt number; None when no report has it."""
    return session.scalar(select(Report.case_id).where(Report.number == number))


def survivor(session: Session, case_id: int) -> int:
    """The case itself, or the one that it was merged into: a link sent for the first opens the second."""
    for _ in range(MOST_MERGES):
        case = session.get(Case, case_id)
        if case is None or case.closed_at is None or case.outcome is not None:
            return case_id
        events = session.scalars(
            select(Event).where(Event.case_id == case_id, Event.kind == Kind.JOINED).order_by(Event.id)
        ).all()
        into = _last(events, Kind.JOINED).get("into")
        if into is None:
            return case_id
        case_id = int(into)
    return case_id


def photo(session: Session, case_id: int, report_id: int) -> bytes | None:
    """The photo of a report, if that report is of this case and has one."""
    found = session.scalar(
        select(Report).where(Report.id == report_id, Report.case_id == case_id).options(undefer(Report.photo))
    )
    return found.photo if found else None


def news_since(session: Session, case_id: int, event_id: int, kinds: Sequence[Kind]) -> list[Event]:
    """Events of these kinds that are newer than ``event_id``."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.case_id == case_id, Event.id > event_id, Event.kind.in_(kinds))
            .order_by(Event.id)
        )
    )


def officers(session: Session, centre_id: int | None) -> list[Choice]:
    """Who can be given a case of this centre: its own people, then the city's."""
    found = session.scalars(
        select(Officer)
        .where(Officer.active, or_(Officer.centre_id == centre_id, Officer.centre_id.is_(None)))
        .order_by(Officer.centre_id.is_(None), Officer.is_head, Officer.id)
    )
    return [Choice(id=officer.id, words=officer.name) for officer in found]


def officers_for(session: Session, case_id: int) -> list[Choice]:
    """Who can be given this case."""
    return officers(session, session.scalar(select(Case.centre_id).where(Case.id == case_id)))


def neighbours(session: Session, row: Row, scope: Scope) -> list[Row]:
    """Other open cases in the same town, the same number first: candidates for joining."""
    if not row.place.town:
        return []
    found = session.execute(
        select(Case, Escalation)
        .outerjoin(Escalation, Escalation.case_id == Case.id)
        .where(
            Case.closed_at.is_(None), Case.id != row.id, Case.town == row.place.town, queries.in_scope(scope)
        )
        .options(joinedload(Case.centre), selectinload(Case.reports), joinedload(Escalation.owner))
        .order_by((Case.number == row.place.number).is_not(True), Case.id)
    )
    on_duty = OnDuty(session, clock.now())
    return [queries.row_of(case, escalation, on_duty) for case, escalation in found]


def _messages(session: Session, case: Case) -> list[tuple[str | None, Sent]]:
    report_ids = [report.id for report in case.reports]
    rows = session.scalars(
        select(Message)
        .where(or_(Message.case_id == case.id, Message.report_id.in_(report_ids)))
        .order_by(Message.id)
    ).all()
    officer_ids = {row.officer_id for row in rows if row.officer_id}
    names = dict(session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(officer_ids))).all())
    numbers = {report.id: report.number for report in case.reports}
    return [(row.climb, chronicle.sent_of(row, officers=names, reports=numbers)) for row in rows]


def _reports(session: Session, reports: Sequence[Report]) -> list[ReportView]:
    partner_ids = {report.partner_id for report in reports if report.partner_id}
    staff_ids = {report.staff_id for report in reports if report.staff_id}
    partners = dict(
        session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(partner_ids))).all()
    )
    staff = dict(session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids))).all())
    corrections = _corrections(session, [report.id for report in reports])
    return [
        ReportView(
            id=report.id,
            number=report.number,
            channel=report.channel,
            received_at=report.received_at,
            text=report.text,
            level=report.level,
            signs=queries.signs_of([report]),
            days=report.days,
            heat_alert=report.heat_alert,
            called_119=report.called_119,
            reasons=report.reasons,
            verified=report.verified,
            partner=partners.get(report.partner_id) if report.partner_id else None,
            staff=staff.get(report.staff_id) if report.staff_id else None,
            phone=report.reporter_phone,
            has_photo=report.has_photo,
            lat=report.lat,
            lng=report.lng,
            call_back=report.place_asks > asking.TRIES and report.place_answered_at is None,
            corrections=corrections.get(report.id, ()),
        )
        for report in reports
    ]


def _corrections(session: Session, report_ids: Sequence[int]) -> dict[int, list[CorrectionView]]:
    found: dict[int, list[CorrectionView]] = {}
    rows = session.scalars(
        select(Correction)
        .where(
            Correction.report_id.in_(report_ids),
            Correction.undone_at.is_(None),
            Correction.what.in_((Corrected.SIGN_STRUCK, Corrected.SIGN_ADDED, Corrected.DAYS)),
        )
        .order_by(Correction.id.desc())
    )
    for row in rows:
        found.setdefault(row.report_id, []).append(
            CorrectionView(
                id=row.id,
                at=row.at,
                by=row.by,
                what=row.what,
                before=row.before,
                after=row.after,
                reason=row.reason,
            )
        )
    return found


def _last(events: Sequence[Event], kind: Kind) -> dict[str, Any]:
    return next((event.data for event in reversed(events) if event.kind == kind), {})
