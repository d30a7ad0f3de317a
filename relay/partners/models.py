"""Tables of the companies that signed a watch agreement, and of their staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from relay.db import Base


class Partner(Base):
    """A company with a watch agreement."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    form_token: Mapped[str] = mapped_column(unique=True)
    """Part of the form's address on the company's QR cards. Kept readable, because cards are printed again; it
    opens nothing but an empty form."""
    ended_at: Mapped[datetime | None]

    staff: Mapped[list["Staff"]] = relationship(back_populates="partner")


class Staff(Base):
    """A person of a partner company whose phone is registered, so that an SMS tells who sent it."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(unique=True)
    left_at: Mapped[datetime | None]

    partner: Mapped[Partner] = relationship(back_populates="staff")
