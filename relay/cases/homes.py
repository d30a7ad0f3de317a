"""Homes and cases: which open case a home has, moving a case to another place, merging and splitting.

Works in the caller's transaction. Whoever looks for a home's case first takes that home's lock, so that two reports
filed at once can't open two cases.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from relay import clock, timeline
from relay.cases import rules
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.models import Case, Report
from relay.cases.rules import Home
from relay.duty import service as duty
from relay.duty.models import Escalation
from relay.places import areas
from relay.places import service as places
from relay.places.areas import Located
from relay.timeline import Kind
from relay.vocabulary import Level, Sign


def home_of(row: Case) -> Home:
    """The home that a case stands for."""
    return Home(town=row.town, number=row.number, building=row.building, room=row.room)


def locked_report(session: Session, report_id: int) -> tuple[Case, Report]:
    """A report and its case, both locked, the case first as everywhere: two who wait for each other would both fail.

    Raises ``NoResultFound`` when there is no such report.
    """
    while True:
        case_id = session.scalars(select(Report.case_id).where(Report.id == report_id)).one()
        case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        report = session.scalars(
            select(Report)
            .where(Report.id == report_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if report.case_id == case.id:
            return case, report
        # It was moved to another case while we waited for this one.


def open_case_of(session: Session, home: Home) -> Case | None:
    """The open case of ``home``, locked, or None. Takes the home's lock in either case."""
    if rules.home_key(home) is None:
        return None
    session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{home.town}|{home.number}", 0)))
    )
    candidates = session.scalars(
        select(Case)
        .where(
            Case.closed_at.is_(None),
            Case.home_key.is_not(None),
            Case.town == home.town,
            Case.number == home.number,
        )
        .order_by(Case.id)
        .with_for_update()
    )
    return next((case for case in candidates if rules.same_home(home_of(case), home)), None)


def open_case_told_by(session: Session, phone: str, *, since: datetime) -> Case | None:
    """The one open case that this phone reported, locked; None where there is none, or which of several is meant."""
    told = select(Report.case_id).where(Report.reporter_phone == phone, Report.received_at >= since)
    found = session.scalars(
        select(Case).where(Case.closed_at.is_(None), Case.id.in_(told)).order_by(Case.id).with_for_update()
    ).all()
    return found[0] if len(found) == 1 else None


def place(
    session: Session, case: Case, escalation: Escalation, home: Home, *, actor: Actor | None = None
) -> None:
    """Give the case a place, and with it a centre; that centre's people are told."""
    centre = places.centre_for(session, home.town) if home.town else None
    case.town, case.number = home.town, home.number
    case.building, case.room = home.building, home.room
    case.home_key = rules.home_key(home)
    if case.home_key is not None and _key_taken(session, case):
        case.home_key = None
    case.centre_id = centre.id if centre else None
    case.district = None if home.town else case.district
    timeline.record(
        session,
        case.id,
        Kind.PLACED,
        actor=actor.name if actor else None,
        town=home.town,
        number=home.number,
        building=home.building,
        room=home.room,
        centre=centre.name if centre else None,
    )
    refresh_brief(session, case, escalation)
    duty.move(session, escalation, centre_id=case.centre_id)


def place_by_position(session: Session, case: Case, escalation: Escalation, located: Located) -> None:
    """Give a case without a town to the district in which the reporter's phone is; that centre's people are told."""
    if case.town is not None or case.district == located.district:
        return
    case.district = located.district
    case.centre_id = located.centre.id if located.centre else None
    note_located(session, case, located)
    refresh_brief(session, case, escalation)
    duty.move(session, escalation, centre_id=case.centre_id)


def note_located(session: Session, case: Case, located: Located) -> None:
    """Say on the timeline why the case is whose it is."""
    centre = located.centre.name if located.centre else None
    timeline.record(session, case.id, Kind.LOCATED, district=located.district, centre=centre)


def note_contradiction(session: Session, case: Case, report: Report) -> None:
    """Say on the timeline where the report's position and its town do not agree: the town has won."""
    found = areas.contradiction(session, report.town, lat=report.lat, lng=report.lng)
    if found:
        position, town = found
        timeline.record(
            session, case.id, Kind.POSITION_DIFFERS, report=report.number, district=position, own=town
        )


def _key_taken(session: Session, case: Case) -> bool:
    with session.no_autoflush:
        taken = select(Case.id).where(
            Case.home_key == case.home_key, Case.closed_at.is_(None), Case.id != case.id
        )
        return session.scalar(taken.limit(1)) is not None


def free_key(session: Session, case: Case) -> None:
    """Before a case is opened again: if its home has another open case by now, the two are kept apart."""
    if case.home_key is not None and _key_taken(session, case):
        case.home_key = None


def merge(session: Session, case: Case, escalation: Escalation, *, into: Case, actor: Actor) -> None:
    """Move all reports of ``case`` to ``into`` and end it; the higher level wins."""
    session.execute(update(Report).where(Report.case_id == case.id).values(case_id=into.id))
    session.expire(case, ["reports"])
    session.expire(into, ["reports"])
    case.closed_at = clock.now()
    duty.end(session, escalation)
    timeline.record(session, case.id, Kind.JOINED, actor=actor.name, into=into.id)
    timeline.record(session, into.id, Kind.JOINED, actor=actor.name, **{"from": case.id})
    into.sealed = into.sealed or case.sealed
    kept = duty.locked(session, into.id)
    raise_to(session, into, kept, case.level, why="joined")
    refresh_brief(session, into, kept)
    duty.tell_update(session, kept)


def split_off(
    session: Session, case: Case, escalation: Escalation, chosen: Sequence[Report], *, actor: Actor
) -> Case:
    """A new case of the ``chosen`` reports, kept apart from joining by itself, with its own clock."""
    level = max(report.level for report in chosen)
    new = Case(
        opened_at=min(report.received_at for report in chosen),
        level=level,
        centre_id=case.centre_id,
        town=chosen[0].town or case.town,
        number=chosen[0].number_in_town or case.number,
        building=chosen[0].building,
        room=chosen[0].room,
        surname=chosen[0].surname,
        home_key=None,
        sealed=any(report.sealed for report in chosen),
    )
    session.add(new)
    session.flush()
    for report in chosen:
        report.case_id = new.id
    session.flush()
    session.expire(case, ["reports"])
    timeline.record(session, case.id, Kind.SPLIT, actor=actor.name, to=new.id)
    timeline.record(session, new.id, Kind.SPLIT, actor=actor.name, **{"from": case.id})
    refresh_brief(session, case, escalation)
    duty.open_escalation(
        session, case_id=new.id, level=level, centre_id=new.centre_id, brief=brief_of(session, new)
    )
    return new


def raise_to(session: Session, case: Case, escalation: Escalation, level: Level, *, why: str) -> bool:
    """Raise the case to ``level`` if that is higher; the ladder of the new level begins."""
    if level <= case.level:
        return False
    timeline.record(
        session, case.id, Kind.RAISED, **{"from": case.level.value, "to": level.value, "why": why}
    )
    case.level = level
    refresh_brief(session, case, escalation)
    duty.set_level(session, escalation, level)
    return True


def refresh_brief(session: Session, case: Case, escalation: Escalation) -> None:
    """What the next duty SMS says, from all that is known of the case now."""
    escalation.brief = brief_of(session, case)


def brief_of(session: Session, case: Case) -> dict[str, object]:
    """The facts of a duty SMS: all signs that its reports name, the longest time, the fullest place."""
    session.flush()
    reports = session.scalars(select(Report).where(Report.case_id == case.id)).all()
    named = {sign for report in reports for sign in report.signs}
    days = [report.days for report in reports if report.days is not None]
    return {
        "town": case.town,
        "number": case.number,
        "building": case.building,
        "room": case.room,
        "district": case.district,
        "signs": [sign.value for sign in Sign if sign.value in named],
        "days": max(days, default=None),
        "called_119": case.called_119_at is not None or any(report.called_119 for report in reports),
    }


def require_town(session: Session, town: str) -> None:
    """Raises ``CaseError`` when the city has no town of this name."""
    if town not in places.town_names(session):
        raise CaseError("「%(town)s」という町名は町名表にありません。一覧から選んでください。", town=town)
