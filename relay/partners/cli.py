"""``relay partners``: the companies with an agreement, and the QR cards of their forms."""

from pathlib import Path

import click
from sqlalchemy import select

from relay import city, settings
from relay.db import transaction
from relay.partners import card, service
from relay.partners.models import Partner
from relay.places.writing import plain


@click.group()
def partners() -> None:
    """Partner companies and their report forms."""


@partners.command("list")
def list_partners() -> None:
    """Each company with the address of its form."""
    with transaction() as session:
        found = list(session.scalars(select(Partner).order_by(Partner.id)))
    for partner in found:
        ended = "  （協定終了：フォームは開きません）" if partner.ended_at else ""
        click.echo(
            f"{partner.name}\t{service.form_url(settings.current().public_url, partner.form_token)}{ended}"
        )
    if not found:
        click.echo("会社はまだ登録されていません：relay import partners ファイル.csv")


@partners.command()
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="SVG file to write."
)
def qr(name: str, out: Path) -> None:
    """Write a company's QR card as SVG, 91 × 55 mm, to be printed for its workers."""
    partner = _named(name)
    if out.suffix.lower() != ".svg":
        raise click.ClickException(f"{out.name}: ファイル名の終わりを .svg にしてください")
    own = city.current()
    url = service.form_url(settings.current().public_url, partner.form_token)
    try:
        out.write_text(
            card.svg(company=partner.name, url=url, city=own.desk_name, phone=own.desk_phone), "utf-8"
        )
    except OSError as error:
        raise click.ClickException(
            f"{out}: 書けません（{error.strerror}）。別の場所を指定してください"
        ) from error
    click.echo(f"{out}: {partner.name}")


@partners.command("new-address")
@click.argument("name")
@click.confirmation_option(prompt="いまのQRカードは使えなくなります。続けますか")
def new_address(name: str) -> None:
    """Give a company's form a new address, when the old one is misused. Its cards must be printed again."""
    token = service.rotate_form_token(_named(name).id)
    click.echo(service.form_url(settings.current().public_url, token))


def _named(name: str) -> Partner:
    with transaction() as session:
        found = {plain(p.name): p for p in session.scalars(select(Partner).where(Partner.ended_at.is_(None)))}
    if plain(name) not in found:
        names = "、".join(partner.name for partner in found.values()) or "まだありません"
        raise click.ClickException(f"「{name}」という会社はありません。登録されている会社：{names}")
    return found[plain(name)]
