"""Tables of cases: one home in trouble, and the reports that tell of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from relay.db import Base
from relay.places.models import Centre
from relay.vocabulary import Level, Outcome


class Corrected(StrEnum):
    """What of a reading a person can correct."""

    LEVEL = "level"
    SIGN_STRUCK = "sign_struck"  # `before` is the sign that does not hold
    SIGN_ADDED = "sign_added"  # `after` is the sign that was not read
    TOWN = "town"
    NUMBER = "number"
    DAYS = "days"


class Case(Base):
    """One home, one case, while it is open. Its ``id`` is the number in /cases/<number>."""

    __tablename__ = "cases"
    __table_args__ = (
        # The wall behind "one home, one case": two workers filing at once can't both open one.
        Index("uq_cases_open_home", "home_key", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_open", "level", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    opened_at: Mapped[datetime]
    level: Mapped[Level]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"), index=True)
    """None: the city desk has it, because the place is not clear yet."""
    town: Mapped[str | None]
    number: Mapped[str | None]
    building: Mapped[str | None]
    room: Mapped[str | None]
    surname: Mapped[str | None]
    district: Mapped[str | None]
    """Where the town is not known: the district in which the reporter's phone was."""
    home_key: Mapped[str | None]
    """The home in one normalised text (see ``cases.rules.home_key``); None while it is not known or when a person
    keeps the case apart."""
    sealed: Mapped[bool] = mapped_column(default=False)
    """Abuse is suspected: never shown to the partner company beyond the receipt."""
    called_119_at: Mapped[datetime | None]
    """When somebody noted that 119 has been called, so that the next person does not call again."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]

    centre: Mapped[Centre | None] = relationship()
    reports: Mapped[list["Report"]] = relationship(back_populates="case", order_by="Report.received_at")


class Report(Base):
    """What one person noticed, and how the relay read it. The text is kept as received."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_place_next", "place_next_at", postgresql_where=text("place_next_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[str]
    received_at: Mapped[datetime]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reporter_phone: Mapped[str | None] = mapped_column(index=True)
    verified: Mapped[bool]
    """Whether the sender is known: a registered phone or a partner's own form."""
    language: Mapped[str]
    text: Mapped[str]
    level: Mapped[Level]
    signs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    days: Mapped[int | None]
    sealed: Mapped[bool]
    called_119: Mapped[bool]
    reasons: Mapped[list[Any]]
    """Why this level: rule codes with the words that led to them."""
    heat_alert: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was read as of a heat-alert day."""
    lexicon: Mapped[str]
    town: Mapped[str | None]
    number_in_town: Mapped[str | None]
    building: Mapped[str | None]
    room: Mapped[str | None]
    candidates: Mapped[list[str]] = mapped_column(ARRAY(Text))
    surname: Mapped[str | None]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    photo: Mapped[bytes | None] = mapped_column(deferred=True)
    has_photo: Mapped[bool]
    place_asked_at: Mapped[datetime | None]
    """When we asked last."""
    place_asks: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the reporter was asked; once more when a person is to call instead."""
    place_next_at: Mapped[datetime | None]
    """When we ask again, or have somebody call: the timer of ``cases.asking``."""
    place_answered_at: Mapped[datetime | None]
    """When the place was clear."""

    case: Mapped[Case] = relationship(back_populates="reports")


class Correction(Base):
    """What a person changed in how one report was read: kept, so that the reading can be made better with it."""

    __tablename__ = "reading_corrections"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str]
    """The person's name, as on the timeline."""
    what: Mapped[Corrected]
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
