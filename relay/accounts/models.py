"""Table of the people who sign in at a desk. Officers on duty need no account: their link is their key."""

from datetime import datetime
from enum import StrEnum

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from relay.db import Base


class Role(StrEnum):
    """What a user may see: the whole city, or the cases of one centre."""

    CITY = "city"
    CENTRE = "centre"


class NamedRole(RoleMixin):
    """A role in the shape that Flask-Security asks for. Two fixed roles need no table of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions: list[str] = []


class User(UserMixin, Base):
    """A person with an e-mail address and a password."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("(role = 'centre') = (centre_id IS NOT NULL)", name="centre_role_has_centre"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case, so that a capital letter makes no second account."""
    password: Mapped[str]
    """The argon2 hash."""
    name: Mapped[str]
    """How the person is named on timelines."""
    role: Mapped[Role]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    """The officer that this person is on the duty rota, where they are one: makes "my cases" possible."""
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    """Names the sessions of this account; a new one ends them all."""
    created_at: Mapped[datetime]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """The one role, as the list that Flask-Security reads."""
        return [NamedRole(self.role)]
