"""Registered persons: families tell beforehand what a search needs. One transaction each.

A registration is confirmed every year. Ending it takes away everything that tells of the person and keeps only that
there was one. The log of the relay names registrations by number, never by name.
"""

import hashlib
import zlib
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from relay import clock, db
from relay.search.actors import Actor
from relay.search.composing.registering import Contact, PersonFields
from relay.search.errors import SearchError
from relay.search.models import RegisteredPerson, Search
from relay.search.states import State

_TUPLES = ("consent_items", "consent_ranges")
_NAMES = tuple(field.name for field in fields(PersonFields))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A registration as its pages show it."""

    id: int
    fields: PersonFields
    has_photo: bool
    registered_at: datetime
    renewed_at: datetime
    due_on: date
    """When the family should confirm everything again."""
    due: bool
    photo_old: bool
    """The photo is older than a year."""
    photo_undated: bool
    """Nobody knows how old the photo is."""

    @property
    def mark(self) -> str:
        """Names this content: a form that was opened with another one would write over somebody's change."""
        return hashlib.sha256(repr((self.fields, self.has_photo)).encode()).hexdigest()[:16]


class PersonChanged(SearchError):
    """Somebody else changed the registration in between; ``now`` is what stands there."""

    def __init__(self, now: Person) -> None:
        super().__init__("changed")
        self.now = now


def listed(session: Session) -> list[Person]:
    """Everybody who is registered: those to be confirmed first (the longest due before), then by reading."""
    rows = session.scalars(select(RegisteredPerson).where(RegisteredPerson.ended_at.is_(None)))
    people = [_person(row) for row in rows]
    return sorted(
        people, key=lambda one: (not one.due, one.renewed_at if one.due else one.fields.kana, one.id)
    )


def load(session: Session, person_id: int) -> Person:
    """One registration. Raises ``SearchError``: missing."""
    return _person(_row(session, person_id))


def photo(session: Session, person_id: int) -> bytes | None:
    """The person's picture as JPEG."""
    return session.scalar(
        select(RegisteredPerson.photo).where(
            RegisteredPerson.id == person_id, RegisteredPerson.ended_at.is_(None)
        )
    )


def searching(session: Session, person_id: int) -> list[int]:
    """Numbers of searches for this person that are not over: a second one is hardly meant."""
    rows = session.scalars(
        select(Search.id)
        .where(
            Search.person_id == person_id,
            Search.state.in_((State.DRAFT, State.AWAITING, State.LIVE)),
            Search.drill.is_(False),
        )
        .order_by(Search.id)
    )
    return list(rows)


def add(given: PersonFields, actor: Actor, *, jpeg: bytes | None = None) -> tuple[int, bool]:
    """Register somebody. Returns the number, and whether it is new: the same content twice is one registration."""
    with db.transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(given.name.encode()))))
        same = select(RegisteredPerson).where(
            RegisteredPerson.name == given.name, RegisteredPerson.ended_at.is_(None)
        )
        for row in session.scalars(same):
            if _person(row).fields == _kept(given, has_photo=row.has_photo):
                return row.id, False
        now = clock.now()
        kept = _kept(given, has_photo=jpeg is not None)
        person = RegisteredPerson(
            **_columns(kept),
            photo=jpeg,
            has_photo=jpeg is not None,
            registered_at=now,
            renewed_at=now,
        )
        session.add(person)
        session.flush()
        log.info("person_registered", person=person.id, user=actor.user_id)
        return person.id, True


def edit(
    person_id: int,
    given: PersonFields,
    actor: Actor,
    *,
    mark: str,
    jpeg: bytes | None = None,
    drop_photo: bool = False,
) -> None:
    """Change a registration. ``mark`` names what the writer saw. Saving the same twice is once.

    Raises ``PersonChanged``, and ``SearchError``: missing.
    """
    with db.transaction() as session:
        row = _row(session, person_id, lock=True)
        now = _person(row)
        has_photo = jpeg is not None or (row.has_photo and not drop_photo)
        kept = _kept(given, has_photo=has_photo)
        if kept == now.fields and jpeg is None and has_photo == row.has_photo:
            return
        if mark != now.mark:
            raise PersonChanged(now)
        for name, value in _columns(kept).items():
            setattr(row, name, value)
        if jpeg is not None or not has_photo:
            row.photo = jpeg
        row.has_photo = has_photo
        log.info("person_changed", person=person_id, user=actor.user_id)


def renew(person_id: int, actor: Actor) -> None:
    """The family confirmed today that everything is as it stands. Raises ``SearchError``: missing."""
    with db.transaction() as session:
        _row(session, person_id, lock=True).renewed_at = clock.now()
        log.info("person_confirmed", person=person_id, user=actor.user_id)


def end(person_id: int, actor: Actor) -> None:
    """Take somebody off the register; photo and everything personal go at once. Ending twice is ending once."""
    with db.transaction() as session:
        row = session.get(RegisteredPerson, person_id, with_for_update=True)
        if row is None:
            raise SearchError("missing")
        if row.ended_at is not None:
            return
        for name, value in _columns(PersonFields()).items():
            setattr(row, name, value)
        row.photo, row.has_photo, row.ended_at = None, False, clock.now()
        # What is over keeps no thread to the person; a search still running was told everything it needs.
        session.execute(update(Search).where(Search.person_id == person_id).values(person_id=None))
        log.info("person_ended", person=person_id, user=actor.user_id)


def year_after(day: date) -> date:
    """The same day of the next year; 29 February is followed by 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def _row(session: Session, person_id: int, *, lock: bool = False) -> RegisteredPerson:
    row = session.get(RegisteredPerson, person_id, with_for_update=lock or None)
    if row is None or row.ended_at is not None:
        raise SearchError("missing")
    return row


def _person(row: RegisteredPerson) -> Person:
    today = clock.local(clock.now()).date()
    values: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    values |= {name: tuple(values[name]) for name in _TUPLES}
    values["contacts"] = tuple(Contact(**contact) for contact in row.contacts)
    due_on = year_after(clock.local(row.renewed_at).date())
    return Person(
        id=row.id,
        fields=PersonFields(**values),
        has_photo=row.has_photo,
        registered_at=row.registered_at,
        renewed_at=row.renewed_at,
        due_on=due_on,
        due=due_on <= today,
        photo_old=row.has_photo and row.photo_date is not None and year_after(row.photo_date) <= today,
        photo_undated=row.has_photo and row.photo_date is None,
    )


def _kept(given: PersonFields, *, has_photo: bool) -> PersonFields:
    """The date of a picture that is not there says nothing."""
    return given if has_photo else replace(given, photo_date=None)


def _columns(given: PersonFields) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(given, name) for name in _NAMES}
    return values | {
        **{name: list(values[name]) for name in _TUPLES},
        "contacts": [asdict(contact) for contact in given.contacts],
    }
