"""``relay user``: accounts for the city and its centres, made by whoever runs the server."""

import click
from sqlalchemy import Integer, String, column, select, table

from relay.accounts import service
from relay.accounts.models import Role, User
from relay.accounts.service import AccountError
from relay.db import transaction
from relay.places.models import Centre

password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {service.PASSWORD_LENGTH} characters; asked for when not given.",
)


@click.group()
def user() -> None:
    """Accounts that sign in at the board."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="How the person is named on timelines.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="city: all. centre: its own cases.",
)
@click.option("--centre", "centre_code", help="Code of the centre, for the role centre.")
@click.option("--officer", "officer_phone", help="Phone number of the same person on the duty rota (+81…).")
@password_option
def add(
    *, email: str, name: str, role: str, centre_code: str | None, officer_phone: str | None, password: str
) -> None:
    """Make an account."""
    centre_id = _centre_id(centre_code) if centre_code else None
    officer_id = _officer_id(officer_phone) if officer_phone else None
    try:
        service.create_user(email, password, name=name, role=role, centre_id=centre_id, officer_id=officer_id)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{email}: account made")


@user.command()
@click.argument("email")
@password_option
def password(email: str, password: str) -> None:
    """Give an account a new password and end its sessions."""
    try:
        service.set_password(email, password)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{email}: password changed, all sessions ended")


@user.command("list")
def list_users() -> None:
    """All accounts: e-mail, role, centre, name."""
    with transaction() as session:
        rows = session.execute(
            select(User, Centre.code).outerjoin(Centre, Centre.id == User.centre_id).order_by(User.email)
        ).all()
    for found, code in rows:
        state = "" if found.active else "  (switched off)"
        click.echo(f"{found.email}  {found.role}  {code or '-'}  {found.name}{state}")
    if not rows:
        click.echo("No accounts yet: relay user add EMAIL --name NAME --role city")


def _centre_id(code: str) -> int:
    with transaction() as session:
        codes = dict(session.execute(select(Centre.code, Centre.id)).all())
    if code not in codes:
        known = ", ".join(sorted(codes)) or "(none yet)"
        raise click.ClickException(f"there is no centre {code!r}: use one of {known}")
    return codes[code]


def _officer_id(phone: str) -> int:
    with transaction() as session:
        # By the table's name: duty stands above this room and is not to be imported here.
        officers = table("officers", column("id", Integer), column("phone", String))
        found: int | None = session.scalar(select(officers.c.id).where(officers.c.phone == phone))
    if found is None:
        raise click.ClickException(f"no officer has the number {phone}: write it as on the rota, +81…")
    return found
