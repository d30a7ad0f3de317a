"""Messages of which we don't know whether they left: the provider is asked, nothing is guessed.

Mail servers can't be asked. A mail is ours until the server has said that it took it, so it goes out once more, with
the same Message-ID by which mailboxes recognise a twin; after that it is given up in plain sight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.channels.base import Found, NotNow, Sought, Unknowable
from relay.channels.registry import CHANNELS
from relay.outbox import claims, records, rules
from relay.outbox.claims import Claim
from relay.outbox.models import Message, State

log = structlog.get_logger(__name__)

#: Rows that are asked about at the same time.
BATCH = 50


@dataclass(frozen=True)
class _Question:
    claim: Claim
    sought: Sought


def run() -> int:
    """Settle every row whose claim ran out. Returns how many were settled."""
    settled = 0
    while questions := _claim():
        answers = _ask(questions)
        settled += _settle(answers)
        if any(isinstance(found, NotNow) for _, found in answers):
            break
    return settled


def _claim() -> list[_Question]:
    now = clock.now()
    with db.transaction() as session:
        rows = session.scalars(
            select(Message)
            .where(Message.state == State.SENDING, Message.deadline <= now)
            .order_by(case((Message.lane == "duty", 0), else_=1), Message.deadline)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for message in rows:
            # Pushed on, so that a provider that can't be asked is asked again later and not by two of us at once.
            message.deadline = now + timedelta(seconds=rules.SENDING_SECONDS)
        return [
            _Question(
                claims.claim_of(message, now),
                Sought(
                    outgoing=claims.claim_of(message, now).outgoing,
                    since=message.sent_at or message.created_at,
                ),
            )
            for message in rows
        ]


def _ask(questions: Sequence[_Question]) -> list[tuple[Claim, Found]]:
    answers: list[tuple[Claim, Found]] = []
    for name in {question.claim.channel for question in questions}:
        mine = [question for question in questions if question.claim.channel == name]
        found = CHANNELS[name].find([question.sought for question in mine])
        answers += zip((question.claim for question in mine), found, strict=True)
    return sorted(answers, key=lambda answer: answer[0].id)


def _settle(answers: Sequence[tuple[Claim, Found]]) -> int:
    settled = 0
    with db.transaction() as session:
        rows = records.locked(session, [claim.id for claim, _ in answers])
        ours = _known(session, rows)
        for claim, found in answers:
            message = rows.get(claim.id)
            if isinstance(found, NotNow):
                log.warning("provider_not_asked", message=claim.id, why=found.reason)
                continue
            if message is None or message.state != State.SENDING or message.attempts != claim.attempt:
                continue
            # Two texts to one phone may be the same to the letter: those that are ours already are not this one.
            sid = next((sid for sid in found if sid not in ours), None) if isinstance(found, tuple) else None
            if sid is not None:
                ours.add(sid)
                records.settle(session, message, sid)
            elif isinstance(found, Unknowable) and message.attempts >= rules.MAX_TRIES:
                records.fail(session, message, reason="unclear")
            elif records.back_to_queue(session, message, after=timedelta()):
                db.wake(session, rules.task_of(message.lane, message.channel))
            log.info("reconciled", message=claim.id, found=sid is not None)
            settled += 1
    return settled


def _known(session: Session, rows: Mapping[int, Message]) -> set[str]:
    """Sids that belong to a message already, among everything sent to these recipients."""
    recipients = {message.recipient for message in rows.values()}
    known: set[str] = set()
    for sid, earlier in session.execute(
        select(Message.sid, Message.earlier_sids).where(Message.recipient.in_(recipients))
    ):
        known |= {sid, *earlier} - {None}
    return known
