"""Tables of the companies that signed a watch agreement, and of their staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from relay.db import Base
from relay.places.models import District


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
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="ja", server_default=text("'ja'"))
    """ja or en: of what is sent to this person."""
    search_since: Mapped[datetime | None]
    """Since when this person agreed to get search alerts; None: gets none."""
    left_at: Mapped[datetime | None]

    partner: Mapped[Partner] = relationship(back_populates="staff")
    districts: Mapped[list[District]] = relationship(secondary="staff_districts", order_by=District.id)


class StaffDistrict(Base):
    """A district that a person works in. Staff without any are alerted with the whole city."""

    __tablename__ = "staff_districts"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"), primary_key=True)
