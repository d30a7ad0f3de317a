"""Making and changing accounts. One transaction each."""

import unicodedata
from uuid import uuid4

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.accounts.models import Role, User
from relay.db import transaction

PASSWORD_LENGTH = 12


class AccountError(Exception):
    """An account can't be made or changed so. The message is one line: what is wrong and what to do."""


def create_user(
    email: str,
    password: str,
    *,
    name: str,
    role: Role | str,
    centre_id: int | None = None,
    officer_id: int | None = None,
) -> int:
    """Make an account and return its id.

    ``role`` "city" sees everything and has no centre; "centre" needs ``centre_id``. ``officer_id`` ties the
    account to the same person's entry on the duty rota. Raises ``AccountError``.
    """
    address = _address(email)
    wanted = _role(role, centre_id)
    if not name.strip():
        raise AccountError("the name is empty: give one, it stands on the timeline of every case worked on")
    hashed = _hash(password)
    with transaction() as session:
        if _find(session, address):
            raise AccountError(f"{address} has an account already: change its password instead")
        user = User(
            email=address,
            password=hashed,
            name=name.strip(),
            role=wanted,
            centre_id=centre_id,
            officer_id=officer_id,
            fs_uniquifier=uuid4().hex,
            created_at=clock.now(),
        )
        session.add(user)
        session.flush()
        return user.id


def set_password(email: str, password: str) -> None:
    """Give an account a new password and end all its sessions. Raises ``AccountError``."""
    hashed = _hash(password)
    with transaction() as session:
        user = _find(session, _address(email))
        if user is None:
            raise AccountError(f"there is no account {email}: see `relay user list`")
        user.password = hashed
        user.fs_uniquifier = uuid4().hex


def normalised_email(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def _find(session: Session, address: str) -> User | None:
    return session.scalar(select(User).where(User.email == address))


def _address(email: str) -> str:
    # `test_environment` only lets reserved domains such as .test pass, which the sample city uses.
    checked = normalised_email(email)
    try:
        return validate_email(checked, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is no e-mail address: {error}") from error


def _role(role: Role | str, centre_id: int | None) -> Role:
    try:
        wanted = Role(role)
    except ValueError as error:
        raise AccountError(f"the role must be {' or '.join(Role)}, not {role!r}") from error
    if wanted is Role.CENTRE and centre_id is None:
        raise AccountError("a centre account needs its centre")
    if wanted is Role.CITY and centre_id is not None:
        raise AccountError("a city account sees all centres: give no centre")
    return wanted


def _hash(password: str) -> str:
    if len(password) < PASSWORD_LENGTH:
        raise AccountError(f"the password is too short: use at least {PASSWORD_LENGTH} characters")
    # Flask-Security normalises what is typed at login the same way before it compares.
    return PasswordHasher().hash(unicodedata.normalize("NFKD", password))
