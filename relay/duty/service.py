"""What can be done to a case's escalation. Every function works in the caller's transaction: it is one part of
something that happens to the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from relay import city, clock, db, messages, timeline, tokens
from relay.duty import engine, rota, rules, texts
from relay.duty.models import DutyLink, Escalation, Officer
from relay.duty.rules import Ladder
from relay.outbox import service as outbox
from relay.outbox.models import Message
from relay.timeline import Kind
from relay.vocabulary import Level

#: Links and reply codes live on so long after the case has ended: late answers must still be understood.
AFTERLIFE = timedelta(days=7)
#: Any number that is ours alone: serialises the choice of reply codes.
CODES_LOCK = 0x4D52


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Who has the case after somebody tried to take it. ``won``: it is the one who tried."""

    won: bool
    fresh: bool
    """Whether this very call made the owner; a repeated acceptance is won but not fresh."""
    owner: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class LinkHolder:
    """Whom a duty link was sent to, and about what."""

    case_id: int
    officer_id: int
    officer_name: str
    centre_id: int | None


def open_escalation(
    session: Session, *, case_id: int, level: Level, centre_id: int | None, brief: dict[str, Any]
) -> Escalation:
    """Start the clock of a new case; the first step is taken in this same transaction when it is due now."""
    now = clock.now()
    escalation = Escalation(
        case_id=case_id,
        level=level,
        centre_id=centre_id,
        reply_code=_new_code(session),
        brief=brief,
        ladder=Ladder.of(city.current(), level).to_json(),
        round=0,
        step=0,
        repeats=0,
        round_started_at=now,
        next_step_at=None,
    )
    session.add(escalation)
    session.flush()
    _start(session, escalation)
    return escalation


def _start(session: Session, escalation: Escalation) -> None:
    begins = rules.starts_at(escalation.level, clock.now(), city.current().hours)
    escalation.next_step_at = begins
    if begins is not None:
        escalation.round_started_at = clock.now()
        engine.climb(session, escalation)


def _new_code(session: Session) -> str:
    session.execute(select(func.pg_advisory_xact_lock(CODES_LOCK)))
    recent = (Escalation.ended_at.is_(None)) | (Escalation.ended_at > clock.now() - AFTERLIFE)
    in_use = frozenset(session.scalars(select(Escalation.reply_code).where(recent)))
    last = session.scalar(select(Escalation.reply_code).order_by(Escalation.id.desc()).limit(1))
    return rules.free_code(in_use, last)


def locked(session: Session, case_id: int) -> Escalation:
    """The escalation of a case, locked until the transaction ends."""
    return session.scalars(select(Escalation).where(Escalation.case_id == case_id).with_for_update()).one()


def acknowledge(session: Session, case_id: int, officer_id: int, *, via: str) -> Acceptance:
    """Take the case. The first wins and gets a lease; whoever comes second is told who has it."""
    escalation = locked(session, case_id)
    officer = session.get_one(Officer, officer_id)
    now = clock.now()
    if escalation.owner is not None and escalation.owner_id != officer_id:
        timeline.record(
            session, case_id, Kind.ACCEPT_REFUSED, officer=officer.name, owner=escalation.owner.name
        )
        return Acceptance(
            won=False, fresh=False, owner=escalation.owner.name, since=escalation.owned_at or now
        )
    fresh = escalation.owner_id is None
    give(session, escalation, officer)
    kind = Kind.ACCEPTED if fresh else Kind.PROGRESS
    timeline.record(session, case_id, kind, actor=officer.name, officer=officer.name, via=via)
    return Acceptance(won=True, fresh=fresh, owner=officer.name, since=escalation.owned_at or now)


def give(session: Session, escalation: Escalation, officer: Officer) -> None:
    """Make ``officer`` the owner, with a fresh lease, and take back alerts that have not left yet."""
    if escalation.owner_id != officer.id:
        escalation.owner_id = officer.id
        escalation.owner = officer
        escalation.owned_at = clock.now()
        outbox.withdraw(session, escalation.case_id, purposes=("duty",))
    renew(escalation)


def renew(escalation: Escalation) -> None:
    """Something moved: the owner's lease begins anew."""
    if escalation.owner_id is None:
        return
    ladder = Ladder.from_json(escalation.ladder)
    escalation.reminded_at = None
    escalation.next_step_at = clock.now() + clock.delay(minutes=ladder.remind_minutes)


def release(session: Session, escalation: Escalation, *, leaving: int | None) -> None:
    """Hand over to whoever the ladder names after ``leaving`` (else after the present owner), at once."""
    step = _rung_after(session, escalation, leaving or escalation.owner_id)
    engine.start_round(escalation, step=step)
    engine.climb(session, escalation)


def _rung_after(session: Session, escalation: Escalation, officer_id: int | None) -> int:
    now = clock.now()
    steps = Ladder.from_json(escalation.ladder).steps
    on_duty = [rota.who(session, rung.who, escalation.centre_id, now) for rung in steps]
    return rules.rung_after([frozenset(officer.id for officer in rung) for rung in on_duty], officer_id)


def set_level(session: Session, escalation: Escalation, level: Level) -> None:
    """A higher level gets its own ladder, from the start unless somebody has the case; a lower one keeps its clock
    running by the new ladder."""
    raised = level > escalation.level
    escalation.level = level
    escalation.ladder = Ladder.of(city.current(), level).to_json()
    if escalation.owner_id is not None:
        renew(escalation)
    elif raised:
        engine.start_round(escalation)
        _start(session, escalation)
    elif level == Level.ROUTINE:
        escalation.next_step_at = None
        outbox.withdraw(session, escalation.case_id, purposes=("duty",))
    elif level == Level.PROMPT:
        # Lowered at night: nobody is woken any more for what can wait until the centre opens.
        rings = rules.rings_at(level, clock.now(), city.current().hours)
        escalation.next_step_at = max(escalation.next_step_at or rings, rings)


def move(session: Session, escalation: Escalation, *, centre_id: int | None) -> None:
    """The place became clear: the case is another centre's now, and its people are told from the first step."""
    if escalation.centre_id == centre_id:
        return
    escalation.centre_id = centre_id
    if escalation.owner_id is None:
        engine.start_round(escalation)
        _start(session, escalation)


def tell_update(session: Session, escalation: Escalation) -> None:
    """More is known of a case: its owner hears, or if it has none, those who were told of it in this climb."""
    rings = rules.rings_at(escalation.level, clock.now(), city.current().hours)
    if escalation.owner is not None:
        _tell(session, [escalation.owner], escalation, "update_owner", at=rings)
        return
    _tell(session, _told_in_this_climb(session, escalation), escalation, "update", at=rings)


def _told_in_this_climb(session: Session, escalation: Escalation) -> Sequence[Officer]:
    told = select(Message.officer_id).where(
        Message.case_id == escalation.case_id,
        Message.purpose == "duty",
        Message.climb.startswith(f"{escalation.round}."),
    )
    return session.scalars(select(Officer).where(Officer.id.in_(told), Officer.active)).all()


def tell_call_back(session: Session, escalation: Escalation, *, report_id: int, phone: str | None) -> None:
    """The reporter ``report_id`` did not say where it is: whoever has the case, was told of it, or is on duty is told
    once to call. ``phone`` None: the number is not for an SMS.
    """
    rings = rules.rings_at(escalation.level, clock.now(), city.current().hours)
    ladder = Ladder.from_json(escalation.ladder)
    officers = (
        [escalation.owner]
        if escalation.owner is not None
        else _told_in_this_climb(session, escalation)
        or rota.who(session, ladder.rung(0).who, escalation.centre_id, rings)
        or rota.who(session, "city", None, rings)
    )
    more = {"phone": texts.phone(phone, city.current(), messages.current())}
    for officer in officers:
        engine.tell(
            session,
            escalation,
            officer,
            step=max(0, escalation.step - 1),
            key="call_back",
            stamp=f"call_back.{report_id}",
            at=rings,
            more=more,
        )


def assign(session: Session, escalation: Escalation, officer: Officer) -> None:
    """Give the case to ``officer`` from the board and tell him or her so."""
    give(session, escalation, officer)
    _tell(session, [officer], escalation, "assigned", at=clock.now())


def _tell(
    session: Session, officers: Sequence[Officer], escalation: Escalation, key: str, *, at: datetime
) -> None:
    stamp = f"{key}.{int(clock.now().timestamp() * 1000)}"
    for officer in officers:
        engine.tell(
            session, escalation, officer, step=max(0, escalation.step - 1), key=key, stamp=stamp, at=at
        )


def end(session: Session, escalation: Escalation) -> None:
    """The case is closed: nobody is told any more."""
    escalation.ended_at = clock.now()
    escalation.next_step_at = None
    outbox.withdraw(session, escalation.case_id, purposes=("duty", "reminder"))


def resume(session: Session, escalation: Escalation, *, owner: Officer | None) -> None:
    """The case is open again: with ``owner`` if somebody reopened it to work on it, else by the ladder."""
    taken = select(Escalation.id).where(
        Escalation.reply_code == escalation.reply_code,
        Escalation.ended_at.is_(None),
        Escalation.id != escalation.id,
    )
    if session.scalar(taken) is not None:
        escalation.reply_code = _new_code(session)
    escalation.ended_at = None
    engine.start_round(escalation)
    if owner is not None:
        give(session, escalation, owner)
    else:
        _start(session, escalation)


def case_of_code(session: Session, code: str, officer: Officer) -> int | None:
    """The case that ``officer`` means by ``code``: an open one, else the one that ended last and not long ago.

    Only cases of the own centre, or of which the officer was told, count: a mistyped code must not show one
    centre's case to another. The city's officers answer for all.
    """
    recent = (Escalation.ended_at.is_(None)) | (Escalation.ended_at > clock.now() - AFTERLIFE)
    told = select(DutyLink.case_id).where(DutyLink.officer_id == officer.id)
    own = (Escalation.centre_id == officer.centre_id) | Escalation.case_id.in_(told)
    return session.scalar(
        select(Escalation.case_id)
        .where(Escalation.reply_code == code, recent, true() if officer.centre_id is None else own)
        .order_by(Escalation.ended_at.desc().nulls_first())
        .limit(1)
    )


def only_open_code(session: Session, officer_id: int) -> list[str]:
    """Codes of the open cases that this officer owns or was told of and that nobody else owns."""
    told = select(Message.case_id).where(Message.officer_id == officer_id, Message.purpose == "duty")
    mine = (Escalation.owner_id == officer_id) | (
        Escalation.owner_id.is_(None) & Escalation.case_id.in_(told)
    )
    return list(
        session.scalars(
            select(Escalation.reply_code).where(Escalation.ended_at.is_(None), mine).order_by(Escalation.id)
        )
    )


def open_link(token: str) -> LinkHolder | None:
    """Whom a duty link belongs to; None when it was never sent or its case ended over a week ago."""
    with db.transaction() as session:
        link = session.scalar(
            select(DutyLink)
            .where(DutyLink.token_hash == tokens.digest(token))
            .options(joinedload(DutyLink.officer))
        )
        if link is None or not link.officer.active:
            return None
        ended = session.scalar(select(Escalation.ended_at).where(Escalation.case_id == link.case_id))
        if ended is not None and ended < clock.now() - AFTERLIFE:
            return None
        return LinkHolder(
            case_id=link.case_id,
            officer_id=link.officer_id,
            officer_name=link.officer.name,
            centre_id=link.officer.centre_id,
        )
