"""Who a report comes from: the company behind a form's address, the worker behind a phone number."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import tokens
from relay.db import transaction
from relay.partners.models import Partner, Staff


@dataclass(frozen=True)
class PartnerView:
    """A company as its form shows it."""

    id: int
    name: str


@dataclass(frozen=True)
class Sender:
    """Whom a phone number belongs to. ``verified``: to a registered person of a company with an agreement."""

    partner_id: int | None
    staff_id: int | None
    verified: bool


UNKNOWN = Sender(partner_id=None, staff_id=None, verified=False)


def by_form_token(token: str) -> PartnerView | None:
    """The company whose form has this token; None when there is none or its agreement has ended."""
    if not token.isascii() or "\x00" in token:
        return None  # the database would refuse to compare a NUL
    with transaction() as session:
        found = session.execute(
            select(Partner.id, Partner.name).where(Partner.form_token == token, Partner.ended_at.is_(None))
        ).one_or_none()
    return PartnerView(found.id, found.name) if found else None


def sender(session: Session, phone: str | None) -> Sender:
    """Who sends from ``phone`` (E.164). Staff who left, and companies whose agreement ended, are unknown."""
    found = session.execute(
        select(Staff.id, Staff.partner_id)
        .join(Partner)
        .where(Staff.phone == phone, Staff.left_at.is_(None), Partner.ended_at.is_(None))
    ).one_or_none()
    return Sender(partner_id=found.partner_id, staff_id=found.id, verified=True) if found else UNKNOWN


def rotate_form_token(partner_id: int) -> str:
    """Give a company's form a new address and return its token: cards with the old one stop working at once.

    Raises ``LookupError`` when there is no such company.
    """
    with transaction() as session:
        partner = session.get(Partner, partner_id, with_for_update=True)
        if partner is None:
            raise LookupError(f"there is no partner company {partner_id}: see `relay partners list`")
        partner.form_token = tokens.new()
        return partner.form_token


def form_url(public_url: str, token: str) -> str:
    """The address of a company's report form, as on its QR cards."""
    return f"{public_url}/r/{token}"
