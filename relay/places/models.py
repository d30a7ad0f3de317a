"""Tables of places: support centres, their districts, and the towns in each."""

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
