"""Accounts as Flask-Security wants to see them, read and written in transactions of our own."""

from typing import Any

from flask_security import UserDatastore
from sqlalchemy import select

from relay.accounts.models import NamedRole, User
from relay.accounts.service import normalised_email
from relay.db import transaction


class AccountStore(UserDatastore):
    """Finds users for login and session; each call is a short transaction, and users come back detached."""

    def __init__(self) -> None:
        super().__init__(User, NamedRole)

    def find_user(self, case_insensitive: bool = False, **criterion: Any) -> User | None:  # noqa: ARG002
        """The user with that ``email`` or ``fs_uniquifier``. Addresses are always compared normalised."""
        if "email" in criterion:
            criterion["email"] = normalised_email(criterion["email"])
        with transaction() as session:
            return session.scalar(select(User).filter_by(**criterion))

    def find_role(self, role: str) -> NamedRole:
        """The role of that name."""
        return NamedRole(role)

    def put(self, user: User) -> User:
        """Write a changed user: Flask-Security renews a hash when argon2's recommended costs have risen."""
        with transaction() as session:
            return session.merge(user)

    def commit(self) -> None:
        """Nothing is left to do: ``put`` has committed."""
