"""The engine: takes every case whose clock has run out and does what is due, in one transaction each.

PostgreSQL holds the clocks (``next_step_at``); ticks and nudges only wake the engine. Two engines at once do no harm:
rows are taken ``FOR UPDATE SKIP LOCKED``, and what a step writes has a key that can be written once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from relay import city, clock, db, messages, settings, timeline, tokens
from relay.duty import failures, rota, rules, texts
from relay.duty.models import DutyLink, Escalation, Officer
from relay.duty.rules import Ladder
from relay.outbox import service as outbox
from relay.timeline import Kind
from relay.vocabulary import Level

log = structlog.get_logger(__name__)

MOST_PER_RUN = 100
#: A case whose step fails (a bug, a broken row) must not hold up the others; it is tried again after this.
AFTER_TROUBLE = timedelta(seconds=30)


def advance_due() -> int:
    """Do everything that is due now. Returns the number of cases that moved."""
    failures.hear()
    moved = 0
    while moved < MOST_PER_RUN and _advance_one():
        moved += 1
    return moved


def _advance_one() -> bool:
    taken: int | None = None
    try:
        with db.transaction() as session:
            escalation = session.scalar(
                select(Escalation)
                .where(Escalation.ended_at.is_(None), Escalation.next_step_at <= clock.now())
                .order_by(Escalation.next_step_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if escalation is None:
                return False
            taken = escalation.id
            advance(session, escalation)
    except Exception:
        if taken is None:
            raise
        log.exception("step_failed", escalation=taken)
        with db.transaction() as session:
            session.execute(
                update(Escalation)
                .where(Escalation.id == taken, Escalation.ended_at.is_(None))
                .values(next_step_at=clock.now() + AFTER_TROUBLE)
            )
    return True


def advance(session: Session, escalation: Escalation) -> None:
    """One escalation whose time has come, already locked."""
    if _waits_for_opening(session, escalation):
        return
    if escalation.owner is None:
        climb(session, escalation)
    elif escalation.reminded_at is None:
        _remind(session, escalation, escalation.owner)
    else:
        _lose_lease(session, escalation, escalation.owner)


def climb(session: Session, escalation: Escalation) -> None:
    """Tell the next person. A step with nobody on duty is skipped at once, not waited for."""
    if escalation.level == Level.ROUTINE:
        escalation.next_step_at = None  # back to the centre's list
        return
    if _waits_for_opening(session, escalation):
        return
    now = clock.now()
    ladder = Ladder.from_json(escalation.ladder)
    while True:
        index = escalation.step
        repeating = index >= len(ladder.steps)
        rung = ladder.rung(index)
        officers = (
            rota.everyone(session, escalation.centre_id, now)
            if repeating
            else rota.who(session, rung.who, escalation.centre_id, now)
        )
        told: dict[str, Any] = {"who": rung.who, "step": index, "round": escalation.round}
        if repeating:
            escalation.repeats += 1
        else:
            escalation.step += 1
        if officers:
            for officer in officers:
                tell(session, escalation, officer, step=index)
            timeline.record(
                session, escalation.case_id, Kind.STEP, officers=[o.name for o in officers], **told
            )
            break
        timeline.record(session, escalation.case_id, Kind.STEP_EMPTY, **told)
    escalation.next_step_at = rules.next_step_at(
        ladder,
        step=escalation.step,
        round_started_at=escalation.round_started_at,
        now=now,
        scale=settings.current().time_scale,
    )


def _waits_for_opening(session: Session, escalation: Escalation) -> bool:
    """Put off what is due until the centre opens, when it is of a level that wakes nobody at night: not only the
    first step waits, but also later ones, repeats and reminders."""
    now = clock.now()
    due = rules.rings_at(escalation.level, now, city.current().hours)
    if due <= now:
        return False
    escalation.next_step_at = due
    escalation.round_started_at += due - now  # later rungs keep their distance from the one that waits
    if escalation.owner_id is None:
        timeline.record(session, escalation.case_id, Kind.WAITING_FOR_OPENING, until=due.isoformat())
    return True


def tell(
    session: Session,
    escalation: Escalation,
    officer: Officer,
    *,
    step: int,
    key: str = "alert",
    stamp: str = "",
    at: datetime | None = None,
    more: Mapping[str, str] | None = None,
) -> None:
    """Write one duty SMS with its personal link, to leave ``at`` that moment (now when not given).

    ``stamp`` tells apart what one step may say more than once; ``more`` fills placeholders that only ``key`` has.
    """
    leaves = at or clock.now()
    body = texts.alert(
        key,
        level=escalation.level,
        brief=escalation.brief,
        code=escalation.reply_code,
        link=link_for(session, escalation.case_id, officer),
        city=city.current(),
        messages=messages.current(),
        more=more,
    )
    place_in_climb = f"{escalation.round}.{step}"
    outbox.enqueue(
        session,
        key=f"duty:{escalation.case_id}:{place_in_climb}.{escalation.repeats}:{stamp}:{officer.id}",
        lane="duty",
        purpose="duty",
        recipient=officer.phone,
        body=body,
        case_id=escalation.case_id,
        officer_id=officer.id,
        climb=place_in_climb,
        not_before=at,
        expires_at=leaves + timedelta(minutes=city.current().duty_validity_minutes),
    )


def link_for(session: Session, case_id: int, officer: Officer) -> str:
    """A new personal link for one officer to one case."""
    token = tokens.new()
    session.add(
        DutyLink(
            token_hash=tokens.digest(token), case_id=case_id, officer_id=officer.id, created_at=clock.now()
        )
    )
    return f"{settings.current().public_url}/c/{token}"


def _remind(session: Session, escalation: Escalation, owner: Officer) -> None:
    ladder = Ladder.from_json(escalation.ladder)
    _say(session, escalation, owner, "reminder", nth=escalation.round)
    timeline.record(session, escalation.case_id, Kind.REMINDED, officer=owner.name)
    escalation.reminded_at = clock.now()
    escalation.next_step_at = clock.now() + clock.delay(minutes=ladder.grace_minutes)


def _lose_lease(session: Session, escalation: Escalation, owner: Officer) -> None:
    """No progress and no answer to the reminder: the case goes back to the ladder, from its first step."""
    _say(session, escalation, owner, "lease_lost", nth=escalation.round)
    timeline.record(session, escalation.case_id, Kind.LEASE_LOST, officer=owner.name)
    start_round(escalation)
    climb(session, escalation)


def start_round(escalation: Escalation, *, step: int = 0) -> None:
    """Take the owner away and begin a new climb at rung ``step``, now."""
    now = clock.now()
    steps = Ladder.from_json(escalation.ladder).steps
    escalation.owner_id = None
    escalation.owner = None
    escalation.owned_at = None
    escalation.reminded_at = None
    escalation.round += 1
    escalation.repeats = 0
    escalation.step = min(step, len(steps) - 1)
    # Later rungs keep their distance from the one that we begin with.
    escalation.round_started_at = now - clock.delay(minutes=steps[escalation.step].after)
    escalation.next_step_at = now


def _say(session: Session, escalation: Escalation, officer: Officer, key: str, *, nth: int) -> None:
    words = messages.current()
    body = words.text(
        f"duty.{key}",
        code=escalation.reply_code,
        place=texts.place(escalation.brief, city.current(), words),
        level=words.text(f"level.{escalation.level}"),
        what=texts.what(escalation.brief, escalation.level, words),
    )
    stamp = int(clock.now().timestamp())
    outbox.enqueue(
        session,
        key=f"{key}:{escalation.case_id}:{nth}:{stamp}:{officer.id}",
        lane="duty",
        purpose="reminder",
        recipient=officer.phone,
        body=body,
        case_id=escalation.case_id,
        officer_id=officer.id,
    )


def overdue(session: Session, *, older_than: timedelta) -> list[int]:
    """Open cases from ``prompt`` up with neither an owner nor a next step that is still to come: promise P3 broken."""
    late = clock.now() - older_than
    return list(
        session.scalars(
            select(Escalation.case_id).where(
                Escalation.ended_at.is_(None),
                Escalation.level != Level.ROUTINE,
                (Escalation.next_step_at.is_(None)) | (Escalation.next_step_at < late),
            )
        )
    )
