"""The timeline of a case: who did what, when. Rows are only ever added."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from relay import clock
from relay.db import Base


class Kind(StrEnum):
    """What can happen to a case. The sentence for each stands in ``relay/cases/views/sentences.py``."""

    OPENED = "opened"
    REPORTED = "reported"
    RECEIVED_AT_DESK = "received_at_desk"
    PLACED = "placed"
    LOCATED = "located"
    POSITION_DIFFERS = "position_differs"
    ASKED_PLACE = "asked_place"
    PLACE_ANSWERED = "place_answered"
    PLACE_UNANSWERED = "place_unanswered"
    RAISED = "raised"
    LEVEL_SET = "level_set"
    READING_CORRECTED = "reading_corrected"
    WAITING_FOR_OPENING = "waiting_for_opening"
    STEP = "step"
    STEP_EMPTY = "step_empty"
    STEP_FAILED = "step_failed"
    ALARM = "alarm"
    ACCEPTED = "accepted"
    ACCEPT_REFUSED = "accept_refused"
    REMINDED = "reminded"
    LEASE_LOST = "lease_lost"
    PROGRESS = "progress"
    RELEASED = "released"
    ASSIGNED = "assigned"
    CALLED_119 = "called_119"
    NOTE = "note"
    SPLIT = "split"
    JOINED = "joined"
    CLOSED = "closed"
    REOPENED = "reopened"


class Event(Base):
    """One line of a case's timeline. ``data`` holds codes and numbers for the sentence, never free personal text
    beyond what the case itself holds."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str | None]
    data: Mapped[dict[str, Any]]


def record(session: Session, case_id: int, kind: Kind, *, actor: str | None = None, **data: Any) -> Event:
    """Write one line in the caller's transaction. ``actor`` is a person's name, or None for the relay itself."""
    event = Event(case_id=case_id, at=clock.now(), kind=kind, actor=actor, data=data)
    session.add(event)
    return event
