"""Carrying out what an officer answered by SMS, and the words that go back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, db, messages
from relay.cases import service as cases
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.models import Case
from relay.duty import service as duty
from relay.duty import texts
from relay.duty.models import Escalation, Officer
from relay.duty.replies import Command, Reply
from relay.vocabulary import Outcome


def concerns_a_case(session: Session, reply: Reply, officer: Officer) -> bool:
    """Whether this reply means one of our cases. A note behind a number that is no code is an ordinary report."""
    if reply.command != Command.NOTE:
        return True
    return reply.code is not None and duty.case_of_code(session, reply.code, officer) is not None


def carry_out(reply: Reply, officer_id: int) -> str:
    """Do what the reply says. Returns the answer for the officer; what was refused says why."""
    with db.transaction() as session:
        officer = session.get_one(Officer, officer_id)
        codes = [reply.code] if reply.code else duty.only_open_code(session, officer.id)
        case_id = duty.case_of_code(session, codes[0], officer) if len(codes) == 1 else None
    words, phone = messages.current(), city.current().desk_phone
    if not codes:
        return words.text("answer.no_case", phone=phone)
    if len(codes) > 1:
        return words.text("answer.which_code", code=codes[0])
    if case_id is None:
        return words.text("answer.unknown_code", code=codes[0], phone=phone)
    actor = Actor(name=officer.name, officer_id=officer.id)
    try:
        return _carry_out(reply, case_id, actor, officer.id)
    except CaseError as error:
        return str(error)


def _carry_out(reply: Reply, case_id: int, actor: Actor, officer_id: int) -> str:
    words = messages.current()
    state = _state(case_id)
    code, place = state.code, state.place
    if state.outcome is not None and reply.command not in (Command.REOPEN, Command.NOTE):
        return words.text("answer.was_closed", code=code, outcome=words.text(f"outcome.{state.outcome}"))
    if reply.command == Command.ACCEPT:
        return _accept(case_id, actor, officer_id, state)
    if reply.command == Command.NOTE:
        cases.note(case_id, actor, text=reply.text)
        key = "noted" if state.owner_id or state.outcome else "noted_unowned"
        return words.text(f"answer.{key}", code=code, place=place)
    if reply.command == Command.CALLED_119:
        cases.called_119(case_id, actor)
        return words.text("answer.called_119", code=code, place=place)
    if reply.command == Command.REOPEN:
        cases.reopen(case_id, actor, reason="")
        return words.text("answer.reopened", code=_state(case_id).code, place=place)
    if state.owner_id is not None and state.owner_id != officer_id and reply.command != Command.OUTCOME:
        return words.text("answer.not_yours", code=code, owner=state.owner)
    if reply.command == Command.RELEASE:
        cases.release(case_id, actor)
        return words.text("answer.released", code=code, place=place)
    if state.owner_id is None:
        # Whoever says what was found, or that he is on it, has it: there is no need to say so twice.
        taken = cases.accept(case_id, actor, officer_id=officer_id, via="sms")
        if not taken.won:
            return _taken(code, taken)
    if reply.command == Command.PROGRESS:
        cases.progress(case_id, actor)
        return words.text("answer.progress", code=code, place=place)
    outcome = reply.outcome or Outcome.SAFE
    cases.close(case_id, actor, outcome=outcome)
    return words.text("answer.closed", code=code, outcome=words.text(f"outcome.{outcome}"))


def _accept(case_id: int, actor: Actor, officer_id: int, state: "_State") -> str:
    words = messages.current()
    taken = cases.accept(case_id, actor, officer_id=officer_id, via="sms")
    if not taken.won:
        return _taken(state.code, taken)
    return words.text(
        "answer.accepted" if taken.fresh else "answer.already_yours", code=state.code, place=state.place
    )


def _taken(code: str, taken: duty.Acceptance) -> str:
    since = clock.local(taken.since).strftime("%H:%M")
    return messages.current().text("answer.taken", code=code, owner=taken.owner, time=since)


class _State:
    """What the answer needs to know of a case before anything is done to it."""

    def __init__(self, case: Case, escalation: Escalation) -> None:
        self.code = escalation.reply_code
        self.owner_id = escalation.owner_id
        self.owner = escalation.owner.name if escalation.owner else ""
        self.outcome = case.outcome if case.closed_at is not None else None
        if case.closed_at is not None and self.outcome is None:
            self.outcome = Outcome.UNFOUNDED
        self.place = texts.place(escalation.brief, city.current(), messages.current())


def _state(case_id: int) -> _State:
    with db.transaction() as session:
        escalation = session.scalars(select(Escalation).where(Escalation.case_id == case_id)).one()
        return _State(session.get_one(Case, case_id), escalation)
