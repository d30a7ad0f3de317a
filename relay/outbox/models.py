"""Table of every outbound message, from the wish to send it to the proof that it arrived."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from relay.db import Base


class State(StrEnum):
    """Where a message is. It only moves down this list; see ``outbox.rules.TRANSITIONS``."""

    QUEUED = "queued"  # written with what caused it, in one transaction; not tried yet or to be tried again
    SENDING = "sending"  # claimed; the provider is being called until `deadline`
    ACCEPTED = "accepted"  # the provider has it under `sid`
    DELIVERED = "delivered"  # the network says that the phone has it
    UNDELIVERED = "undelivered"  # the network says that the phone did not get it
    FAILED = "failed"  # never left us: refused, expired, withdrawn; `reason` says why


FINAL = (State.DELIVERED, State.UNDELIVERED, State.FAILED)


class Message(Base):
    """One message to one phone or mailbox."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_queued", "lane", "not_before", postgresql_where=text("state = 'queued'")),
        Index("ix_messages_sending", "deadline", postgresql_where=text("state = 'sending'")),
        Index(
            "ix_messages_unheard",
            "case_id",
            postgresql_where=text("heard_at IS NULL AND state IN ('undelivered', 'failed')"),
        ),
        Index(None, "case_id", "id"),
        Index(
            "ix_messages_unblanked",
            "search_id",
            postgresql_where=text("blanked_at IS NULL AND channel = 'sms' AND state <> 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What it is about, so that a tick that runs twice writes it once (``duty:7:0:1:0:3``)."""
    ref: Mapped[str] = mapped_column(unique=True)
    """Random; comes back in the receipt's address, so a receipt finds its message before we know the sid."""
    lane: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    """duty, update, reminder, alarm, receipt, ask_place, feedback, reply, search, search_update, search_closing,
    search_desk."""
    recipient: Mapped[str]
    subject: Mapped[str | None]
    """Of an e-mail."""
    body: Mapped[str]
    segments: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    climb: Mapped[str | None]
    """Which step of which climb told it (``round.step``), for duty messages."""
    search_id: Mapped[int | None] = mapped_column(ForeignKey("searches.id"), index=True)
    audience_id: Mapped[int | None] = mapped_column(
        ForeignKey("search_audience.id", ondelete="SET NULL"), index=True
    )
    """The person alerted by a search, for its messages."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Sent to a member of a partner's staff as such: not sent any more from the minute they leave."""
    state: Mapped[State] = mapped_column(default=State.QUEUED)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """After this moment it is no longer sent."""
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(unique=True)
    earlier_sids: Mapped[list[Any]] = mapped_column(default=list)
    """Sids of attempts that the network could not deliver."""
    error_code: Mapped[int | None]
    reason: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    """When duty took note that it did not arrive."""
    blank_from: Mapped[datetime | None]
    """Blanking the provider's copy is not tried again before; None: not tried yet."""
    blanked_at: Mapped[datetime | None]
    """When the provider's copy of the body was blanked."""


class OptOut(Base):
    """A number that asked not to get messages from us. Duty alerts to it raise an alarm instead."""

    __tablename__ = "opt_outs"

    phone: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Blanking(Base):
    """A search that is over: the provider is to forget all of its texts, also those that are still to be sent."""

    __tablename__ = "blankings"

    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime]


class ProviderCopy(Base):
    """A text that the provider still has and this database has not: one that came in for a search, or one of a search
    that is wiped here already."""

    __tablename__ = "provider_copies"

    sid: Mapped[str] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    blank_from: Mapped[datetime | None]
    """Not tried again before; None: not tried yet."""
