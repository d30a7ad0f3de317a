"""Filing a report: it joins the open case of its home, or opens one. Works in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from relay import timeline
from relay.cases import asking, homes, rules
from relay.cases.models import Case, Report
from relay.cases.rereading import kept_reasons
from relay.cases.rules import Home
from relay.duty import service as duty
from relay.places import areas
from relay.timeline import Kind
from relay.triage.reading import Place, Reading

#: So long after a report 「無事でした」 from the same phone, without a place, is about that home.
_SAME_MATTER = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Filing:
    """One report, read and ready to file. ``verified``: its sender is known."""

    number: str
    channel: str
    received_at: datetime
    partner_id: int | None
    staff_id: int | None
    phone: str | None
    verified: bool
    text: str
    reading: Reading
    surname: str | None
    lat: float | None
    lng: float | None
    photo: bytes | None
    heat_alert: bool = False
    """Whether it was received on a heat-alert day, which the reading then knows of."""


def file(session: Session, filing: Filing) -> Report:
    """File one report. The case's people are told in this same transaction."""
    home = _home(filing.reading.place)
    case = homes.open_case_of(session, home) or _followed_up(session, filing)
    if case is None:
        return _open(session, filing, home)
    return _join(session, filing, case)


def _followed_up(session: Session, filing: Filing) -> Case | None:
    """The case that good news without a place belongs to. It closes nothing; a person reads it there."""
    reading = filing.reading
    place = reading.place
    placed = place.town or place.number or place.candidates
    if filing.phone is None or placed or not rules.is_good_news(frozenset(reading.signs)):
        return None
    return homes.open_case_told_by(session, filing.phone, since=filing.received_at - _SAME_MATTER)


def _open(session: Session, filing: Filing, home: Home) -> Report:
    located = None if home.town else areas.locate(session, lat=filing.lat, lng=filing.lng)
    centre = areas.centre_of(session, home.town, lat=filing.lat, lng=filing.lng)
    reading = filing.reading
    case = Case(
        opened_at=filing.received_at,
        level=reading.level,
        centre_id=centre.id if centre else None,
        town=home.town,
        number=home.number,
        building=home.building,
        room=home.room,
        surname=filing.surname,
        district=located.district if located else None,
        home_key=rules.home_key(home),
        sealed=reading.sealed,
    )
    session.add(case)
    session.flush()
    report = _add(session, filing, case)
    timeline.record(session, case.id, Kind.OPENED, level=case.level.value)
    _reported(session, case, report, joined=False)
    if located is not None:
        homes.note_located(session, case, located)
    if centre is None:
        timeline.record(session, case.id, Kind.RECEIVED_AT_DESK)
    homes.note_contradiction(session, case, report)
    asking.begin(session, case, report)
    duty.open_escalation(
        session,
        case_id=case.id,
        level=case.level,
        centre_id=case.centre_id,
        brief=homes.brief_of(session, case),
    )
    return report


def _join(session: Session, filing: Filing, case: Case) -> Report:
    report = _add(session, filing, case)
    _reported(session, case, report, joined=True)
    homes.note_contradiction(session, case, report)
    case.sealed = case.sealed or report.sealed
    case.building = case.building or report.building
    case.surname = case.surname or report.surname
    escalation = duty.locked(session, case.id)
    homes.refresh_brief(session, case, escalation)
    level = rules.joined_level(case.level, report.level, frozenset(filing.reading.signs))
    owned = escalation.owner_id is not None
    raised = homes.raise_to(session, case, escalation, level, why="second_report")
    # A raise without an owner has begun the ladder anew: those people get the full alert, not a second text beside it.
    if owned or not raised:
        duty.tell_update(session, escalation)
    return report


def _add(session: Session, filing: Filing, case: Case) -> Report:
    reading = filing.reading
    report = Report(
        number=filing.number,
        case_id=case.id,
        channel=filing.channel,
        received_at=filing.received_at,
        partner_id=filing.partner_id,
        staff_id=filing.staff_id,
        reporter_phone=filing.phone,
        verified=filing.verified,
        language="en" if reading.language == "en" else "ja",
        text=filing.text,
        level=reading.level,
        signs=[sign.value for sign in reading.signs],
        days=reading.days,
        sealed=reading.sealed,
        called_119=reading.called_119,
        reasons=kept_reasons(reading.reasons),
        heat_alert=filing.heat_alert,
        lexicon=reading.lexicon,
        town=reading.place.town,
        number_in_town=reading.place.number,
        building=reading.place.building,
        room=reading.place.room,
        candidates=list(reading.place.candidates),
        surname=filing.surname,
        lat=filing.lat,
        lng=filing.lng,
        photo=filing.photo,
        has_photo=filing.photo is not None,
    )
    session.add(report)
    session.flush()
    return report


def _reported(session: Session, case: Case, report: Report, *, joined: bool) -> None:
    timeline.record(
        session, case.id, Kind.REPORTED, report=report.number, level=report.level.value, joined=joined
    )


def _home(place: Place) -> Home:
    return Home(town=place.town, number=place.number, building=place.building, room=place.room)
