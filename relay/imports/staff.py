"""Staff of partner companies whose phones are registered, so that an SMS tells who sent it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.imports import cells, partners
from relay.imports.result import Bad, Column, Result
from relay.imports.rows import Once, may, need
from relay.imports.sheet import Row, key
from relay.partners.models import Partner, Staff
from relay.places.models import District

Value = TypeVar("Value")

COMPANY = partners.NAME
NAME = Column("氏名", "name", ("名前", "担当者", "担当者名"))
PHONE = Column("電話", "phone", ("電話番号", "携帯", "携帯電話", "携帯番号", "mobile"))
EMAIL = Column("メール", "email", ("メールアドレス", "e-mail", "mail"), needed=False)
LANGUAGE = Column("言語", "language", ("ことば",), needed=False)
SEARCH = Column("捜索協力", "search", ("捜索", "捜索メール"), needed=False)
DISTRICTS = Column("担当地区", "districts", ("地区", "配達地区"), needed=False)
COLUMNS = (COMPANY, NAME, PHONE, EMAIL, LANGUAGE, SEARCH, DISTRICTS)
STATE = Column("在籍", "state")


@dataclass(frozen=True)
class _Entry:
    """One row. What the file has no column for is None and stays as it is: a list of names and phones must not
    take anybody's agreement to search alerts away."""

    partner: Partner
    name: str
    email: str | None = None
    language: str | None = None
    search: bool | None = None
    districts: tuple[District, ...] | None = None

    @property
    def label(self) -> str:
        return f"{self.partner.name} {self.name}"


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Register the staff of ``rows``, told apart by phone number.

    A file speaks only for the companies that it names: staff of others are neither missing nor removed.
    """
    companies = {key(partner.name): partner for partner in session.scalars(select(Partner))}
    stored = {staff.phone: staff for staff in session.scalars(select(Staff).order_by(Staff.id))}
    districts = {key(district.name): district for district in session.scalars(select(District))}
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
        listed[phone] = _Entry(
            partner,
            name,
            email=_given(row, EMAIL, result, cells.email),
            language=_given(row, LANGUAGE, result, cells.language),
            search=_given(row, SEARCH, result, cells.yes),
            districts=_given(row, DISTRICTS, result, partial(_districts, districts)),
        )
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


def _given(row: Row, column: Column, result: Result, reader: Callable[[str], Value]) -> Value | None:
    """The cell as ``reader`` reads it; None where the file has no such column."""
    return may(row, column, result, reader) if column in row.cells else None


def _districts(known: Mapping[str, District], text: str) -> tuple[District, ...]:
    """Districts by name, separated by 、 or / or ;."""
    names = [name for name in re.split("[、,，/／;；・]", text) if name.strip()]
    missing = [name.strip() for name in names if key(name) not in known]
    if missing:
        raise Bad("staff_district_unknown", given="、".join(missing))
    return tuple(known[key(name)] for name in names)


def _register(session: Session, staff: Staff | None, phone: str, entry: _Entry, result: Result) -> None:
    if staff is None:
        staff = Staff(partner=entry.partner, name=entry.name, phone=phone, language="ja")
        session.add(staff)
        result.added.append(entry.label)
        _agree(staff, entry)
        return
    before = _shown(staff)
    # A phone that comes back at another company keeps its row: reports remember their company themselves.
    staff.partner, staff.name, staff.left_at = entry.partner, entry.name, None
    _agree(staff, entry)
    after = _shown(staff)
    result.settle(entry.label, [(column, before[column], after[column]) for column in before])


def _agree(staff: Staff, entry: _Entry) -> None:
    if entry.email is not None:
        staff.email = entry.email or None
    if entry.language is not None:
        staff.language = entry.language
    if entry.districts is not None:
        staff.districts = list(entry.districts)
    if entry.search is not None and entry.search != (staff.search_since is not None):
        staff.search_since = clock.now() if entry.search else None


def _shown(staff: Staff) -> dict[Column, str]:
    return {
        COMPANY: staff.partner.name,
        NAME: staff.name,
        STATE: "退職" if staff.left_at else "",
        EMAIL: staff.email or "",
        LANGUAGE: staff.language,
        SEARCH: "○" if staff.search_since else "",
        DISTRICTS: "、".join(sorted(district.name for district in staff.districts)),
    }
