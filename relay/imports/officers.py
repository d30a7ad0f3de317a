"""Officers who can be alerted: those of the centres, their heads, and the city's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import city, clock
from relay.duty.models import Officer, Shift
from relay.imports import cells
from relay.imports.lookup import Centres, Place
from relay.imports.result import Column, Result
from relay.imports.rows import Once, may, need
from relay.imports.sheet import Row
from relay.places.models import Centre

CENTRE = Column("センター", "centre", ("センター名", "包括", "所属"))
NAME = Column("氏名", "name", ("名前", "職員名"))
PHONE = Column("電話", "phone", ("電話番号", "携帯", "携帯電話", "携帯番号", "mobile"))
HEAD = Column("センター長", "head", ("長", "管理者"), needed=False)
COLUMNS = (CENTRE, NAME, PHONE, HEAD)
STATE = Column("当番", "state")


@dataclass(frozen=True)
class _Entry:
    place: Place
    name: str
    head: bool
    line: int

    @property
    def label(self) -> str:
        return f"{self.place.name} {self.name}"


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Register the officers of ``rows``, told apart by phone number.

    A file speaks only for the centres that it names. Whoever is removed is switched off, not deleted: cases
    and timelines name them. The city's fallback phone is never removed.
    """
    centres = Centres(session)
    stored = {officer.phone: officer for officer in session.scalars(select(Officer).order_by(Officer.id))}
    last_phone = city.current().fallback_phone
    listed = _entries(rows, centres, last_phone, result)
    spoken_for = {entry.place.id for entry in listed.values()}
    unlisted = [officer for phone, officer in stored.items() if phone not in listed and phone != last_phone]
    gone = [officer for officer in unlisted if officer.active and officer.centre_id in spoken_for]
    _one_head_each(listed, (o for o in unlisted if not (remove_missing and o in gone)), result)
    if result.faults:
        return
    for officer in gone:
        label = f"{centres.name(officer.centre_id)} {officer.name}"
        if remove_missing:
            officer.active = officer.is_head = False
            result.removed.append(label)
            _warn_of_shifts(session, officer, result)
        else:
            result.missing.append(label)
    for phone, entry in listed.items():
        if phone in stored:
            person = stored[phone]
            _compare(person, entry, centres, result)
            # Heads step down before others step up: the database allows one head a centre at every moment.
            person.is_head = person.is_head and entry.head and person.centre_id == entry.place.id
        else:
            result.added.append(entry.label)
    session.flush()
    for phone, entry in listed.items():
        person = stored.get(phone) or Officer(phone=phone)
        person.centre_id, person.name = entry.place.id, entry.name
        person.is_head, person.active = entry.head, True
        session.add(person)
    session.flush()
    for name in _headless(session):
        result.warn(None, "head_missing", centre=name)


def _entries(rows: list[Row], centres: Centres, last_phone: str, result: Result) -> dict[str, _Entry]:
    once = Once(PHONE, result)
    heads: dict[int, int] = {}
    listed: dict[str, _Entry] = {}
    for row in rows:
        place = need(row, CENTRE, result, centres.find)
        name = need(row, NAME, result, str)
        phone = need(row, PHONE, result, cells.phone)
        head = bool(may(row, HEAD, result, cells.yes))
        new = once.see(phone, row.line, shown=row[PHONE]) if phone else False
        if place is None or name is None or phone is None or not new:
            continue
        if phone == last_phone and place.id is not None:
            result.fault(row.line, "officer_fallback", given=row[PHONE])
        if head and place.id is None:
            result.fault(row.line, "head_of_city")
        elif head and place.id is not None and heads.setdefault(place.id, row.line) != row.line:
            result.fault(row.line, "head_twice", centre=place.name, line=heads[place.id])
        listed[phone] = _Entry(place, name, head, row.line)
    return listed


def _one_head_each(listed: dict[str, _Entry], staying: Iterable[Officer], result: Result) -> None:
    """A head in the file must not meet a stored head of whom the file says nothing."""
    heads = {officer.centre_id: officer for officer in staying if officer.is_head}
    for entry in listed.values():
        if entry.head and (head := heads.get(entry.place.id)):
            given = cells.national(head.phone)
            result.fault(entry.line, "head_elsewhere", centre=entry.place.name, name=head.name, given=given)


def _compare(officer: Officer, entry: _Entry, centres: Centres, result: Result) -> None:
    fields = [
        (CENTRE, centres.name(officer.centre_id), entry.place.name),
        (NAME, officer.name, entry.name),
        (HEAD, "○" if officer.is_head else "", "○" if entry.head else ""),
        (STATE, "" if officer.active else "×", ""),
    ]
    result.settle(entry.label, fields)


def _warn_of_shifts(session: Session, officer: Officer, result: Result) -> None:
    coming = select(func.count()).where(Shift.officer_id == officer.id, Shift.ends_at > clock.now())
    if count := session.scalar(coming):
        result.warn(None, "officer_has_shifts", name=officer.name, count=count)


def _headless(session: Session) -> Iterable[str]:
    has_head = (
        select(Officer.id).where(Officer.centre_id == Centre.id, Officer.is_head, Officer.active).exists()
    )
    return session.scalars(select(Centre.name).where(~has_head).order_by(Centre.id))
