"""Tables of duty: who can be called, when, and how far each case's alert has climbed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from relay.db import Base
from relay.vocabulary import Level


class Officer(Base):
    """A person who can be alerted. ``centre_id`` None: an officer of the city itself."""

    __tablename__ = "officers"
    __table_args__ = (
        # One head a centre, so that the ladder's "head" is never a question.
        Index("uq_officers_head", "centre_id", unique=True, postgresql_where=text("is_head")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(unique=True)
    is_head: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Shift(Base):
    """Who is on duty from when to when. Rank 1 is the duty officer, 2 the backup. ``centre_id`` None: the city's
    own night duty."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("rank IN (1, 2)", name="rank"),
        Index(None, "centre_id", "rank", "starts_at", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    rank: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    officer: Mapped[Officer] = relationship()


class Escalation(Base):
    """The clock and the owner of one case: 1:1 with it, alive while the case is open.

    Either ``owner_id`` is set (until ``lease_until``) or ``next_step_at`` says when the next person is told;
    only ``routine`` cases have neither.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_due", "next_step_at", postgresql_where=text("ended_at IS NULL")),
        Index(
            "uq_escalations_reply_code", "reply_code", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    level: Mapped[Level]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    reply_code: Mapped[str]
    brief: Mapped[dict[str, Any]]
    """What the duty SMS says: town, number, building, room, signs, days, called_119. See ``duty.texts``."""
    ladder: Mapped[list[Any]]
    """The steps as they stood when this climb began: an edited config changes later cases, not this one."""
    round: Mapped[int] = mapped_column(default=0)
    """Counts climbs: a raise, a release or a lost lease begins a new one."""
    step: Mapped[int] = mapped_column(default=0)
    """Index of the step that comes next."""
    repeats: Mapped[int] = mapped_column(default=0)
    """How often the last step has been told again in this round."""
    round_started_at: Mapped[datetime]
    next_step_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    owned_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    owner: Mapped[Officer | None] = relationship()


class DutyLink(Base):
    """A personal link to one case, sent to one officer. Only the token's hash is kept."""

    __tablename__ = "duty_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]

    officer: Mapped[Officer] = relationship()
