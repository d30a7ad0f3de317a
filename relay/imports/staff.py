"""Staff of partner companies whose phones are registered, so that an SMS tells who sent it."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.imports import cells, partners
from relay.imports.result import Bad, Column, Result
from relay.imports.rows import Once, need
from relay.imports.sheet import Row, key
from relay.partners.models import Partner, Staff

COMPANY = partners.NAME
NAME = Column("氏名", "name", ("名前", "担当者", "担当者名"))
PHONE = Column("電話", "phone", ("電話番号", "携帯", "携帯電話", "携帯番号", "mobile"))
COLUMNS = (COMPANY, NAME, PHONE)
STATE = Column("在籍", "state")


@dataclass(frozen=True)
class _Entry:
    partner: Partner
    name: str

    @property
    def label(self) -> str:
        return f"{self.partner.name} {self.name}"


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Register the staff of ``rows``, told apart by phone number.

    A file speaks only for the companies that it names: staff of others are neither missing nor removed.
    """
    companies = {key(partner.name): partner for partner in session.scalars(select(Partner))}
    stored = {staff.phone: staff for staff in session.scalars(select(Staff).order_by(Staff.id))}
    once = Once(PHONE, result)
    listed: dict[str, _Entry] = {}
    for row in rows:
        partner = need(row, COMPANY, result, partial(_partner, companies))
        name = need(row, NAME, result, str)
        phone = need(row, PHONE, result, cells.phone)
        new = once.see(phone, row.line, shown=row[PHONE]) if phone else False
        if not (partner and name and phone and new):
            continue
        known = stored.get(phone)
        if known and known.left_at is None and known.partner_id != partner.id:
            result.fault(
                row.line, "staff_elsewhere", given=row[PHONE], partner=known.partner.name, name=known.name
            )
        listed[phone] = _Entry(partner, name)
    if result.faults:
        return
    for phone, entry in listed.items():
        _register(session, stored.get(phone), phone, entry, result)
    spoken_for = {entry.partner.id for entry in listed.values()}
    for phone, staff in stored.items():
        if phone in listed or staff.left_at is not None or staff.partner_id not in spoken_for:
            continue
        label = _Entry(staff.partner, staff.name).label
        if remove_missing:
            staff.left_at = clock.now()
            result.removed.append(label)
        else:
            result.missing.append(label)


def _partner(companies: dict[str, Partner], name: str) -> Partner:
    partner = companies.get(key(name))
    if partner is None:
        raise Bad("partner_unknown", given=name)
    if partner.ended_at is not None:
        raise Bad("partner_ended", given=name)
    return partner


def _register(session: Session, staff: Staff | None, phone: str, entry: _Entry, result: Result) -> None:
    if staff is None:
        session.add(Staff(partner=entry.partner, name=entry.name, phone=phone))
        result.added.append(entry.label)
        return
    fields = [
        (COMPANY, staff.partner.name, entry.partner.name),
        (NAME, staff.name, entry.name),
        (STATE, "退職" if staff.left_at else "", ""),
    ]
    result.settle(entry.label, fields)
    # A phone that comes back at another company keeps its row: reports remember their company themselves.
    staff.partner, staff.name, staff.left_at = entry.partner, entry.name, None
