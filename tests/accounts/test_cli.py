"""``relay user``: accounts from the command line."""

from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay.accounts import cli
from relay.accounts.models import Role, User
from relay.duty.models import Officer
from relay.places.models import Centre

PASSWORD = "twelve-chars"


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli.user, arguments, input=typed)


def test_a_centre_account_is_made_with_its_centre_and_its_officer(
    session: Session, city_sample: dict[str, Any]
) -> None:
    phone = city_sample["centre"]["backup"]
    code = session.scalars(select(Centre.code).where(Centre.name == city_sample["centre"]["name"])).one()
    result = run(
        "add", "b@example.jp", "--name", "見本", "--role", "centre", "--centre", code, "--officer", phone,
        "--password", PASSWORD,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    user = session.scalars(select(User).where(User.email == "b@example.jp")).one()
    officer = session.scalars(select(Officer).where(Officer.phone == phone)).one()
    assert (user.role, user.centre_id, user.officer_id) == (Role.CENTRE, officer.centre_id, officer.id)


def test_the_password_is_asked_for_twice_and_never_shown(database: str) -> None:
    del database
    result = run("add", "c@example.jp", "--name", "見本", "--role", "city", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--role", "centre", "--password", PASSWORD), "needs its centre"),
        (("--role", "centre", "--centre", "nowhere", "--password", PASSWORD), "use one of"),
        (("--role", "city", "--officer", "+810", "--password", PASSWORD), "no officer has the number"),
        (("--role", "city", "--password", "short"), "at least 12"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(
    database: str, arguments: tuple[str, ...], says: str
) -> None:
    del database
    result = run("add", "d@example.jp", "--name", "見本", *arguments)
    assert result.exit_code == 1
    assert says in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_password_can_be_changed(session: Session, city_sample: dict[str, Any]) -> None:
    email = city_sample["city"]["email"]
    before = session.scalars(select(User.password).where(User.email == email)).one()
    session.rollback()
    assert run("password", email, "--password", PASSWORD).exit_code == 0
    assert session.scalars(select(User.password).where(User.email == email)).one() != before
    assert run("password", "nobody@example.jp", "--password", PASSWORD).exit_code == 1


def test_the_list_names_every_account_and_no_password(city_sample: dict[str, Any]) -> None:
    shown = run("list").output
    for who in ("city", "officer"):
        assert city_sample[who]["email"] in shown
        assert city_sample[who]["password"] not in shown
