"""What a reporter answers to where it is: joined to the report, the case moved to the place, and asked on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, messages, timeline
from relay.cases import asking, homes, questions, rules
from relay.cases.actors import RELAY
from relay.cases.models import Case, Corrected, Correction, Report
from relay.cases.questions import Missing, Whereabouts
from relay.cases.rules import Home
from relay.duty import service as duty
from relay.places import areas
from relay.places import service as places
from relay.timeline import Kind
from relay.triage.reading import Reading
from relay.vocabulary import Level


def waiting(session: Session, phone: str, *, since: datetime) -> Report | None:
    """The report of which we asked this phone the place, lately and without a clear answer so far."""
    return session.scalar(
        select(Report)
        .where(
            Report.reporter_phone == phone,
            Report.place_asked_at > since,
            Report.place_answered_at.is_(None),
        )
        .order_by(Report.place_asked_at.desc())
        .limit(1)
    )


def reply(session: Session, report: Report, reading: Reading, text: str) -> str:
    """What the sender of an SMS hears at once; empty where another question follows as a message of its own."""
    before, words = asking.whereabouts(report), messages.current()
    known = questions.answered(before, text, reading.place, places.town_table(session))
    if known.missing is None:
        return words.text("ask.place_thanks", report.language, number=report.number)
    if report.place_asks < asking.TRIES or _says_nothing(reading, before, known):
        return ""
    return words.text("ask.call", report.language, number=report.number)


def answer(
    session: Session,
    report_id: int,
    reading: Reading,
    *,
    text: str,
    by_sms: bool,
    surname: str | None = None,
    spot: tuple[float, float] | None = None,
) -> None:
    """Join the reporter's answer to the report: the place, and whatever signs the answer adds.

    What is still missing is asked at once where the reporter is at the phone; on the receipt page the page asks.
    """
    case, report = homes.locked_report(session, report_id)
    before = asking.whereabouts(report)
    known = questions.answered(before, text, reading.place, places.town_table(session), surname=surname)
    _note(report, known, reading, text=text, spot=spot)
    missing = asking.whereabouts(report).missing
    timeline.record(
        session,
        case.id,
        Kind.PLACE_ANSWERED,
        report=report.number,
        missing=missing.value if missing else None,
    )
    if missing is None:
        report.place_answered_at, report.place_next_at = clock.now(), None
    if case.closed_at is not None:
        report.place_next_at = None
        return
    escalation = duty.locked(session, case.id)
    homes.refresh_brief(session, case, escalation)
    if reading.signs:
        homes.raise_to(session, case, escalation, reading.level, why="place_answer")
    if not _named_by_a_person(session, report):
        _move(session, case, report)
    waits = report.place_next_at is not None and not _says_nothing(reading, before, known)
    if missing is not None and by_sms and waits:
        _ask_on(session, report, missing)


def _says_nothing(reading: Reading, before: Whereabouts, after: Whereabouts) -> bool:
    """Whether a text is a mere 「ありがとうございます」: it answers nothing, and is no reason to ask on at once."""
    return before == after and reading.level == Level.ROUTINE


def _ask_on(session: Session, report: Report, missing: Missing) -> None:
    """The answer was not clear, and its sender is at the phone now."""
    case = session.get_one(Case, report.case_id)
    if report.place_asks < asking.TRIES:
        asking.ask(session, case, report, missing)
    elif case.level > Level.ROUTINE:
        asking.give_up(session, case, report)


def _note(
    report: Report, known: Whereabouts, reading: Reading, *, text: str, spot: tuple[float, float] | None
) -> None:
    report.text = f"{report.text}\n{text}".strip()
    report.town, report.number_in_town = known.town, known.number
    report.building, report.room = known.building, known.room
    report.surname, report.candidates = known.surname, list(known.candidates)
    if spot is not None:
        report.lat, report.lng = spot
    report.signs = [*report.signs, *(s.value for s in reading.signs if s.value not in report.signs)]


def _named_by_a_person(session: Session, report: Report) -> bool:
    """Whether an officer has named the place of this report: he or she knows better than a late answer."""
    named = select(Correction.id).where(
        Correction.report_id == report.id,
        Correction.what.in_((Corrected.TOWN, Corrected.NUMBER)),
        Correction.undone_at.is_(None),
    )
    return session.scalar(named.limit(1)) is not None


def _move(session: Session, case: Case, report: Report) -> None:
    """Give the case the place that is known now; where that home has an open case already, the two become one."""
    escalation = duty.locked(session, case.id)
    case.surname = case.surname or report.surname
    home = Home(town=report.town, number=report.number_in_town, building=report.building, room=report.room)
    other = homes.open_case_of(session, home)
    if other is not None and other.id != case.id:
        level = rules.joined_level(other.level, report.level, frozenset())
        homes.merge(session, case, escalation, into=other, actor=RELAY)
        homes.raise_to(session, other, duty.locked(session, other.id), level, why="second_report")
        return
    if home.town and home != homes.home_of(case):
        homes.place(session, case, escalation, home)
    located = None if home.town else areas.locate(session, lat=report.lat, lng=report.lng)
    if located is not None:
        homes.place_by_position(session, case, escalation, located)
    homes.note_contradiction(session, case, report)
