"""Asking the reporter where it is: twice, in other words, then somebody is told to call. Nothing waits for the answer:
the city desk, or the town's centre, has the case meanwhile. What comes back is for ``cases.answering``.

The timer stands on the report (``place_next_at``). A tick takes what is due ``FOR UPDATE SKIP LOCKED``, the case
first, as everybody does; two ticks at once do no harm.
"""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from relay import city, clock, db, messages, timeline
from relay.cases import questions
from relay.cases.models import Case, Report
from relay.cases.questions import Missing, Whereabouts
from relay.duty import hours
from relay.duty import service as duty
from relay.outbox import service as outbox
from relay.places import service as places
from relay.places.table import TownTable
from relay.timeline import Kind
from relay.vocabulary import Level

MOST_PER_RUN = 100
#: So often a reporter is asked before somebody is told to call.
TRIES = 2
#: A report whose question fails (a bug, a broken row) must not hold up the others.
AFTER_TROUBLE_SECONDS = 60

log = structlog.get_logger(__name__)


def whereabouts(report: Report) -> Whereabouts:
    """All that the report and its answers say of where it is."""
    return Whereabouts(
        town=report.town,
        number=report.number_in_town,
        building=report.building,
        room=report.room,
        surname=report.surname,
        candidates=tuple(report.candidates),
        position=report.lat is not None,
    )


def begin(session: Session, case: Case, report: Report) -> None:
    """Ask for the first time, if something is missing. Works in the caller's transaction."""
    missing = questions.to_ask(whereabouts(report), level=report.level, signs=report.signs)
    if missing is not None:
        ask(session, case, report, missing)


def ask(session: Session, case: Case, report: Report, missing: Missing) -> None:
    """Ask once more, and set the timer for what follows."""
    report.place_asks += 1
    report.place_asked_at = clock.now()
    report.place_next_at = _later()
    timeline.record(
        session,
        case.id,
        Kind.ASKED_PLACE,
        report=report.number,
        missing=missing.value,
        nth=report.place_asks,
    )
    # The form asks on its receipt page first.
    if report.reporter_phone is None or (report.channel != "sms" and report.place_asks == 1):
        return
    outbox.enqueue(
        session,
        key=f"ask_place:{report.id}" + ("" if report.place_asks == 1 else f":{report.place_asks}"),
        lane="routine",
        purpose="ask_place",
        recipient=report.reporter_phone,
        body=_words(case, report, missing, places.town_table(session)),
        case_id=case.id,
        report_id=report.id,
    )


def _words(case: Case, report: Report, missing: Missing, towns: TownTable) -> str:
    """The question. Of a sealed case nothing is named, not even the town that the reporter wrote."""
    words, language = messages.current(), report.language
    first = report.place_asks == 1
    named = not (case.sealed or report.sealed)
    if missing is Missing.HOUSE:
        known = report.town if named else None
        town = questions.town_word(known, language, towns) if known else words.text("ask.that_town", language)
        key = "ask.house" if first else "ask.again_house"
        return words.text(key, language, number=report.number, town=town)
    if missing is Missing.WHICH and named:
        key = "ask.place_candidates" if first else "ask.again_candidates"
        choices = questions.shown(report.candidates, language, towns)
        return words.text(key, language, number=report.number, candidates=choices)
    return words.text("ask.place" if first else "ask.again_place", language, number=report.number)


def _later() -> datetime:
    return clock.now() + clock.delay(minutes=city.current().ask_again_minutes)


def advance_due() -> int:
    """Ask again, or have somebody call, wherever the time has come. Returns how many reports moved."""
    moved = 0
    while moved < MOST_PER_RUN and _advance_one():
        moved += 1
    return moved


def _advance_one() -> bool:
    taken: int | None = None
    try:
        with db.transaction() as session:
            found = session.execute(
                select(Report.id, Report.case_id)
                .where(Report.place_next_at <= clock.now())
                .order_by(Report.place_next_at)
                .limit(1)
            ).one_or_none()
            if found is None:
                return False
            taken = found.id
            case = session.scalar(
                select(Case).where(Case.id == found.case_id).with_for_update(skip_locked=True)
            )
            report = session.scalar(
                select(Report)
                .where(
                    Report.id == found.id,
                    Report.case_id == found.case_id,
                    Report.place_next_at <= clock.now(),
                )
                .with_for_update(skip_locked=True)
            )
            if case is None or report is None:
                return False  # somebody else is at it; the next tick looks again
            _advance(session, case, report)
    except Exception:
        if taken is None:
            raise
        log.exception("question_failed", report=taken)
        with db.transaction() as session:
            later = clock.now() + clock.delay(seconds=AFTER_TROUBLE_SECONDS)
            session.execute(update(Report).where(Report.id == taken).values(place_next_at=later))
    return True


def _advance(session: Session, case: Case, report: Report) -> None:
    missing = whereabouts(report).missing
    over = report.place_answered_at is not None or case.closed_at is not None or case.level == Level.ROUTINE
    if missing is None or over or _clear(case):
        report.place_next_at = None
        return
    now = clock.now()
    due = hours.after_quiet(city.current().feedback_quiet, now) if case.level < Level.URGENT else now
    if due > now:
        report.place_next_at = due  # nobody is asked at night for what can wait
    elif report.place_asks < TRIES and report.reporter_phone is not None:
        ask(session, case, report, missing)
    else:
        give_up(session, case, report)


def _clear(case: Case) -> bool:
    """Whether somebody can go there by now: an officer has named the place, or another report has."""
    return bool(case.town and (case.number or case.building or case.surname))


def give_up(session: Session, case: Case, report: Report) -> None:
    """The reporter does not answer: whoever has the case is told once to call."""
    report.place_next_at = None
    report.place_asks = TRIES + 1
    phone = report.reporter_phone
    timeline.record(session, case.id, Kind.PLACE_UNANSWERED, report=report.number, callable=phone is not None)
    if phone is not None:
        hidden = case.sealed or report.sealed
        duty.tell_call_back(
            session, duty.locked(session, case.id), report_id=report.id, phone=None if hidden else phone
        )
