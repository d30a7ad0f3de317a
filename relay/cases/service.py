"""Everything that a person can do to a case: one transaction each, on the timeline, refused with a clear sentence."""

from collections.abc import Sequence

from sqlalchemy import select

from relay import clock, db, timeline
from relay.cases import corrections, feedback, homes
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.models import Case
from relay.cases.rules import Home
from relay.cases.work import Work, on_case
from relay.duty import service as duty
from relay.duty.models import Officer
from relay.duty.service import Acceptance
from relay.timeline import Kind
from relay.vocabulary import Level, Outcome


def accept(case_id: int, actor: Actor, *, officer_id: int, via: str) -> Acceptance:
    """Take the case for ``officer_id``. The first wins; the second is told who has it and since when."""
    del actor  # the officer is who acts; the parameter keeps all actions alike for the views
    with on_case(case_id) as work:
        acceptance = duty.acknowledge(work.session, case_id, officer_id, via=via)
        if acceptance.fresh:
            feedback.accepted(work.session, work.case)
        return acceptance


def progress(case_id: int, actor: Actor) -> None:
    """Still on it: the owner's lease begins anew."""
    with on_case(case_id) as work:
        _owned_by(work, actor)
        duty.renew(work.escalation)
        timeline.record(work.session, case_id, Kind.PROGRESS, actor=actor.name, officer=actor.name)


def release(case_id: int, actor: Actor) -> None:
    """Hand the case to the next person on the ladder, who is told at once."""
    with on_case(case_id) as work:
        _owned_by(work, actor)
        timeline.record(
            work.session,
            case_id,
            Kind.RELEASED,
            actor=actor.name,
            officer=work.escalation.owner.name if work.escalation.owner else None,
        )
        duty.release(work.session, work.escalation, leaving=actor.officer_id)


def assign(case_id: int, actor: Actor, *, officer_id: int) -> None:
    """Give the case to an officer from the board; the officer is told by SMS."""
    with on_case(case_id) as work:
        officer = work.session.get(Officer, officer_id)
        if officer is None or not officer.active:
            raise CaseError("この担当者は選べません。一覧から選び直してください。")
        had_owner = work.escalation.owner_id is not None
        timeline.record(work.session, case_id, Kind.ASSIGNED, actor=actor.name, officer=officer.name)
        duty.assign(work.session, work.escalation, officer)
        if not had_owner:
            feedback.accepted(work.session, work.case)


def called_119(case_id: int, actor: Actor) -> None:
    """Note that 119 has been called: whoever is told from now on need not call again."""
    with on_case(case_id) as work:
        if work.case.called_119_at is not None:
            return
        work.case.called_119_at = clock.now()
        timeline.record(work.session, case_id, Kind.CALLED_119, actor=actor.name)
        homes.refresh_brief(work.session, work.case, work.escalation)
        if actor.officer_id is not None and actor.officer_id == work.escalation.owner_id:
            duty.renew(work.escalation)


def note(case_id: int, actor: Actor, *, text: str) -> None:
    """Write a note; from the owner it counts as progress. Closed cases take notes too."""
    if not text.strip():
        raise CaseError("メモが空です。内容を書いてください。")
    with on_case(case_id, open_only=False) as work:
        timeline.record(work.session, case_id, Kind.NOTE, actor=actor.name, text=text.strip())
        if work.case.closed_at is None and actor.officer_id == work.escalation.owner_id:
            duty.renew(work.escalation)


def set_level(case_id: int, actor: Actor, *, level: Level, reason: str) -> None:
    """Raise or lower by hand, with a reason."""
    if not reason.strip():
        raise CaseError("緊急度を変える理由を書いてください。")
    with on_case(case_id) as work:
        before = work.case.level
        if before == level:
            raise CaseError("緊急度はすでにその段階です。")
        work.case.level = level
        corrections.keep_level(work, before, level, actor, reason=reason.strip())
        timeline.record(
            work.session,
            case_id,
            Kind.LEVEL_SET,
            actor=actor.name,
            **{"from": before.value, "to": level.value, "reason": reason.strip()},
        )
        homes.refresh_brief(work.session, work.case, work.escalation)
        duty.set_level(work.session, work.escalation, level)


def close(case_id: int, actor: Actor, *, outcome: Outcome, text: str = "") -> None:
    """Record what was found and end the case; the reporters hear in coarse words."""
    with on_case(case_id) as work:
        work.case.closed_at = clock.now()
        work.case.outcome = outcome
        timeline.record(
            work.session, case_id, Kind.CLOSED, actor=actor.name, outcome=outcome.value, text=text.strip()
        )
        duty.end(work.session, work.escalation)
        feedback.closed(work.session, work.case, outcome)


def reopen(case_id: int, actor: Actor, *, reason: str = "") -> None:
    """Open a closed case again: an officer who reopens it has it, otherwise the ladder starts."""
    with on_case(case_id, open_only=False) as work:
        if work.case.closed_at is None:
            raise CaseError("この案件はまだ終了していません。")
        homes.free_key(work.session, work.case)
        closed_at = work.case.closed_at
        work.case.closed_at = None
        work.case.outcome = None
        timeline.record(work.session, case_id, Kind.REOPENED, actor=actor.name, reason=reason.strip())
        owner = work.session.get(Officer, actor.officer_id) if actor.officer_id else None
        feedback.reopened(work.session, work.case, closed_at)
        duty.resume(work.session, work.escalation, owner=owner)


def set_place(
    case_id: int, actor: Actor, *, town: str, number: str | None, building: str | None, room: str | None
) -> int:
    """Correct the place. Returns the case's number, which is another one when that home has an open case already."""
    with on_case(case_id) as work:
        home = Home(town=town, number=number or None, building=building or None, room=room or None)
        homes.require_town(work.session, town)
        corrections.keep_place(work, home, actor)
        other = homes.open_case_of(work.session, home)
        if other is not None and other.id != case_id:
            homes.merge(work.session, work.case, work.escalation, into=other, actor=actor)
            return other.id
        homes.place(work.session, work.case, work.escalation, home, actor=actor)
        return case_id


def split(case_id: int, actor: Actor, *, report_ids: Sequence[int]) -> int:
    """Make the chosen reports a case of their own, kept apart from this one. Returns its number."""
    with on_case(case_id) as work:
        chosen = [r for r in work.case.reports if r.id in set(report_ids)]
        if not chosen:
            raise CaseError("分ける通報を選んでください。")
        if len(chosen) == len(work.case.reports):
            raise CaseError("すべての通報を分けることはできません。残す通報を1件以上にしてください。")
        return homes.split_off(work.session, work.case, work.escalation, chosen, actor=actor).id


def join(case_id: int, actor: Actor, *, into: int) -> int:
    """Merge this case into another open one. Returns that one's number."""
    if case_id == into:
        raise CaseError("同じ案件です。別の番号を入れてください。")
    with db.transaction() as session:
        # Always in the order of their numbers, so that two merges at once can't wait for each other.
        rows = session.scalars(
            select(Case).where(Case.id.in_((case_id, into))).order_by(Case.id).with_for_update()
        ).all()
        by_id = {case.id: case for case in rows}
        if case_id not in by_id or into not in by_id:
            raise CaseError("この案件は見つかりません。番号を確かめてください。")
        if any(case.closed_at is not None for case in rows):
            raise CaseError("終了した案件はまとめられません。先に再開してください。")
        homes.merge(session, by_id[case_id], duty.locked(session, case_id), into=by_id[into], actor=actor)
        return into


def _owned_by(work: Work, actor: Actor) -> None:
    owner = work.escalation.owner
    if actor.officer_id is not None and owner is not None and owner.id != actor.officer_id:
        raise CaseError("担当は%(owner)sさんです。先に受け付けてください。", owner=owner.name)
