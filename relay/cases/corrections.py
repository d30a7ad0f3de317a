"""What people correct in how a report was read: signs and days by hand, level and place beside what they do anyway.

A correction is kept for learning, and undone rather than deleted. It may raise the open case, by the same rules that
read the report; it lowers nothing: that a person does, with ``service.set_level``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, settings, timeline
from relay.cases import feedback, homes
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.models import Corrected, Correction, Report
from relay.cases.rereading import decide_anew, kept_reasons, words_of
from relay.cases.rules import Home
from relay.cases.work import Work, on_case
from relay.places import service as places
from relay.timeline import Kind
from relay.vocabulary import Level, Sign

MOST_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Reread:
    """How a person reads a report: exactly these signs, over so many days (None: it says nothing of time)."""

    signs: frozenset[Sign]
    days: int | None


def correct(case_id: int, actor: Actor, *, report_id: int, wanted: Reread, reason: str) -> Level:
    """Set the signs and days of a report by hand. Returns the level that the rules now give the report.

    Raises ``CaseError`` when there is nothing to change or no reason.
    """
    if not reason.strip():
        raise CaseError("読み取りを直す理由を書いてください。")
    if wanted.days is not None and not 1 <= wanted.days <= MOST_DAYS:
        raise CaseError("日数は1から365までの数字で書いてください。")
    with on_case(case_id, open_only=False) as work:
        report = _report_of(work, report_id)
        changes = list(_changes(report, wanted))
        if not changes:
            raise CaseError(
                "直すところが選ばれていません。消す様子、加える様子、日数のどれかを変えてください。"
            )
        _keep(work.session, [report], changes, actor, reason=reason.strip())
        _apply(work, report, wanted)
        _tell(work, report, changes, actor, reason=reason.strip())
        return report.level


def undo(case_id: int, actor: Actor, *, correction_id: int) -> None:
    """Take back one correction of signs or days. Raises ``CaseError`` when something else has changed it since."""
    with on_case(case_id, open_only=False) as work:
        found = work.session.get(Correction, correction_id, with_for_update=True)
        if found is None or found.undone_at is not None or found.what not in _UNDOABLE:
            raise CaseError("この訂正は、もう取り消されています。")
        report = _report_of(work, found.report_id)
        now = Reread(signs=_signs(report), days=report.days)
        before = _without(now, found)
        if before is None:
            raise CaseError("この訂正のあとに別の訂正があります。新しい訂正から順に取り消してください。")
        found.undone_at, found.undone_by = clock.now(), actor.name
        _apply(work, report, before)
        back = (found.what, found.before, found.after)
        _tell(work, report, [back], actor, reason="", undone=True)


def keep_level(work: Work, before: Level, after: Level, actor: Actor, *, reason: str) -> None:
    """Keep that a person set the case's level: it speaks of the report that was read as most urgent, the newest one."""
    reports = _reports(work)
    if reports:
        most = max(reports, key=lambda report: (report.level.rank, report.received_at, report.id))
        _keep(work.session, [most], [(Corrected.LEVEL, before.value, after.value)], actor, reason=reason)


def keep_place(work: Work, home: Home, actor: Actor) -> None:
    """Keep that a person named the place, for every report of the case that was read otherwise."""
    for report in _reports(work):
        last = dict(_standing(work.session, report))
        changes = [
            (what, before, after)
            for what, before, after in (
                (Corrected.TOWN, last.get(Corrected.TOWN, report.town), home.town),
                (Corrected.NUMBER, last.get(Corrected.NUMBER, report.number_in_town), home.number),
            )
            if before != after
        ]
        _keep(work.session, [report], changes, actor, reason="")


_UNDOABLE = (Corrected.SIGN_STRUCK, Corrected.SIGN_ADDED, Corrected.DAYS)
_Change = tuple[Corrected, str | None, str | None]


def _report_of(work: Work, report_id: int) -> Report:
    report = next((report for report in _reports(work) if report.id == report_id), None)
    if report is None:
        raise CaseError("この通報は、もうこの案件にありません。ページを開き直してください。")
    return report


def _reports(work: Work) -> Sequence[Report]:
    return work.session.scalars(
        select(Report).where(Report.case_id == work.case.id).order_by(Report.id).with_for_update()
    ).all()


def _standing(session: Session, report: Report) -> list[tuple[Corrected, str | None]]:
    rows = session.execute(
        select(Correction.what, Correction.after)
        .where(Correction.report_id == report.id, Correction.undone_at.is_(None))
        .order_by(Correction.id)
    )
    return [(what, after) for what, after in rows]


def _signs(report: Report) -> frozenset[Sign]:
    return frozenset(Sign(code) for code in report.signs)


def _changes(report: Report, wanted: Reread) -> Iterable[_Change]:
    now = _signs(report)
    for sign in Sign:
        if sign in now - wanted.signs:
            yield Corrected.SIGN_STRUCK, sign.value, None
        elif sign in wanted.signs - now:
            yield Corrected.SIGN_ADDED, None, sign.value
    if report.days != wanted.days:
        yield Corrected.DAYS, _text(report.days), _text(wanted.days)


def _without(now: Reread, correction: Correction) -> Reread | None:
    """The reading as it was before ``correction``; None when it does not stand as that correction left it."""
    if correction.what is Corrected.DAYS:
        stands = _text(now.days) == correction.after
        return Reread(signs=now.signs, days=_days(correction.before)) if stands else None
    if correction.what is Corrected.SIGN_STRUCK:
        sign = Sign(correction.before or "")
        return None if sign in now.signs else Reread(signs=now.signs | {sign}, days=now.days)
    sign = Sign(correction.after or "")
    return Reread(signs=now.signs - {sign}, days=now.days) if sign in now.signs else None


def _keep(
    session: Session, reports: Iterable[Report], changes: Iterable[_Change], actor: Actor, *, reason: str
) -> None:
    at = clock.now()
    session.add_all(
        Correction(
            report_id=report.id,
            at=at,
            by=actor.name,
            what=what,
            before=before,
            after=after,
            reason=reason,
        )
        for report in reports
        for what, before, after in changes
    )


def _apply(work: Work, report: Report, wanted: Reread) -> None:
    """Write the signs, decide the level anew, and let the open case follow where that is upwards."""
    level, reasons = decide_anew(
        report.text,
        signs=wanted.signs,
        days=wanted.days,
        heat_alert=report.heat_alert,
        words=words_of(settings.current().config),
        towns=places.town_table(work.session),
    )
    higher = level > report.level
    report.signs = [sign.value for sign in Sign if sign in wanted.signs]
    report.days = wanted.days
    report.level = level
    report.reasons = kept_reasons(reasons)
    # Sealed once, sealed it stays: whoever was told nothing so far must not begin to hear because of a tick.
    report.sealed = report.sealed or Sign.ABUSE in wanted.signs
    if report.sealed and not work.case.sealed:
        work.case.sealed = True
        feedback.withdraw(work.session, work.case)
    work.session.flush()
    if work.case.closed_at is not None:
        return
    homes.refresh_brief(work.session, work.case, work.escalation)
    # A case that a person has lowered does not rise because a sign was struck.
    if higher:
        homes.raise_to(work.session, work.case, work.escalation, level, why="reading_corrected")


def _tell(
    work: Work,
    report: Report,
    changes: Sequence[_Change],
    actor: Actor,
    *,
    reason: str,
    undone: bool = False,
) -> None:
    days = [(before, after) for what, before, after in changes if what is Corrected.DAYS]
    timeline.record(
        work.session,
        work.case.id,
        Kind.READING_CORRECTED,
        actor=actor.name,
        report=report.number,
        struck=[before for what, before, _ in changes if what is Corrected.SIGN_STRUCK],
        added=[after for what, _, after in changes if what is Corrected.SIGN_ADDED],
        days=days[0] if days else None,
        undone=undone,
        reason=reason,
    )


def _text(days: int | None) -> str | None:
    return None if days is None else str(days)


def _days(text: str | None) -> int | None:
    return None if text is None else int(text)
