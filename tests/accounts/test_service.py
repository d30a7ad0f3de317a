"""Accounts: who may have one, and what a password must be."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from relay import clock
from relay.accounts import service
from relay.accounts.models import Role, User
from relay.accounts.service import AccountError
from relay.places.models import Centre

PASSWORD = "twelve-chars"


def centre_id(session: Session) -> int:
    return session.scalars(select(Centre.id).order_by(Centre.id).limit(1)).one()


def test_an_account_is_kept_under_its_address_in_lower_case(session: Session) -> None:
    made = service.create_user(" Mihon.Taro@Example.JP ", PASSWORD, name="見本 太郎", role="city")
    user = session.get_one(User, made)
    assert (user.email, user.role, user.name) == ("mihon.taro@example.jp", Role.CITY, "見本 太郎")


def test_the_password_itself_is_stored_nowhere(session: Session) -> None:
    made = service.create_user("a@example.jp", PASSWORD, name="見本", role="city")
    assert session.get_one(User, made).password.startswith("$argon2id$")


def test_capitals_make_no_second_account(database: str) -> None:
    del database
    service.create_user("a@example.jp", PASSWORD, name="見本", role="city")
    with pytest.raises(AccountError, match="has an account already"):
        service.create_user("A@EXAMPLE.jp", PASSWORD, name="見本", role="city")


def test_a_password_of_eleven_characters_is_refused(database: str) -> None:
    del database
    with pytest.raises(AccountError, match="at least 12"):
        service.create_user("a@example.jp", "x" * 11, name="見本", role="city")


@pytest.mark.parametrize("email", ["", "no-address", "two@@example.jp", "a b@example.jp"])
def test_what_is_no_address_is_refused(database: str, email: str) -> None:
    del database
    with pytest.raises(AccountError, match="no e-mail address"):
        service.create_user(email, PASSWORD, name="見本", role="city")


def test_a_centre_account_needs_its_centre_and_a_city_account_has_none(session: Session) -> None:
    with pytest.raises(AccountError, match="needs its centre"):
        service.create_user("a@example.jp", PASSWORD, name="見本", role="centre")
    with pytest.raises(AccountError, match="give no centre"):
        service.create_user("a@example.jp", PASSWORD, name="見本", role="city", centre_id=centre_id(session))
    with pytest.raises(AccountError, match="city or centre"):
        service.create_user("a@example.jp", PASSWORD, name="見本", role="mayor")
    with pytest.raises(AccountError, match="name is empty"):
        service.create_user("a@example.jp", PASSWORD, name=" ", role="city")


def test_the_database_itself_holds_no_centre_account_without_a_centre(session: Session) -> None:
    session.add(
        User(
            email="a@example.jp",
            password="x",
            name="見本",
            role=Role.CENTRE,
            fs_uniquifier="x",
            created_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError, match="centre_role_has_centre"):
        session.flush()


def test_a_new_password_ends_the_sessions_of_the_old_one(
    session: Session, city_sample: dict[str, Any]
) -> None:
    email = city_sample["city"]["email"]
    before = session.scalars(select(User.fs_uniquifier).where(User.email == email)).one()
    session.rollback()
    service.set_password(email.upper(), PASSWORD)
    assert session.scalars(select(User.fs_uniquifier).where(User.email == email)).one() != before


def test_a_password_for_nobody_is_refused(database: str) -> None:
    del database
    with pytest.raises(AccountError, match="no account"):
        service.set_password("nobody@example.jp", PASSWORD)
