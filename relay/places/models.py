"""Tables of places: support centres, their districts, the towns in each, and the heat-alert days of the city."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from relay.db import Base


class Centre(Base):
    """A community support centre (地域包括支援センター): who answers for the homes of its districts."""

    __tablename__ = "centres"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str]
    """The number that the public may call, as printed (0586-…)."""

    districts: Mapped[list["District"]] = relationship(back_populates="centre")


class District(Base):
    """The unit of responsibility: an elementary-school district or what the city uses instead."""

    __tablename__ = "districts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))

    centre: Mapped[Centre] = relationship(back_populates="districts")


class Town(Base):
    """A town (町・大字) under one postcode; a town with two postcodes has two rows."""

    __tablename__ = "towns"
    __table_args__ = (UniqueConstraint("name", "postcode"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    kana: Mapped[str]
    postcode: Mapped[str]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"))

    district: Mapped[District | None] = relationship()


class HeatKind(StrEnum):
    """How hot a day is forecast to be: 熱中症警戒アラート (WBGT from 33) or 熱中症特別警戒アラート (from 35)."""

    ALERT = "alert"
    SPECIAL = "special"


class HeatSource(StrEnum):
    """Where a heat-alert day comes from."""

    HAND = "hand"  # set on the page
    FILE = "file"  # relay import heat
    MINISTRY = "ministry"  # the Environment Ministry's published file


class HeatAlertDay(Base):
    """One day of a heat alert, Japanese time. A day that a person took back stays, so that it is not fetched again."""

    __tablename__ = "heat_alert_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[HeatKind]
    source: Mapped[HeatSource]
    set_by: Mapped[str | None]
    """The person's name; None for a file and for the ministry."""
    set_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]


class HeatFeed(Base):
    """How the last reading of the ministry's file went: one row, none before the first try."""

    __tablename__ = "heat_feed"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The last time that it went well."""
    fault: Mapped[str | None]
    """Code of what went wrong the last time, None when it went well."""
