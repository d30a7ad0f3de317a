"""Table of what came in, as it came in, before anybody argued with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from relay.db import Base


class Inbound(Base):
    """One thing that somebody sent us: stored and answered first, worked on afterwards."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index("ix_inbound_pending", "next_try_at", postgresql_where=text("worked_at IS NULL")),
        Index(None, "content_hash", "received_at"),
        Index(None, "sender", "received_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    """What makes it one: ``sms:<MessageSid>``, ``form:<submission>:<hash>``."""
    content_hash: Mapped[str]
    kind: Mapped[str]
    """report, duty_reply, place_answer, opt_out, opt_in."""
    number: Mapped[str] = mapped_column(unique=True)
    """The receipt number that the sender was told."""
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    """Opens the receipt page of a form report."""
    sender: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    photo: Mapped[bytes | None] = mapped_column(deferred=True)
    answer: Mapped[str]
    """What the sender was answered, so that a repeated delivery hears the same."""
    received_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    worked_at: Mapped[datetime | None]
