"""Drafts of searches: made, filled in bit by bit, by more than one person. All in the caller's transaction.

A draft may be as incomplete as it likes; what it must tell before it goes out is decided in ``search.requirements``.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from relay import clock
from relay.places import service as places
from relay.places.models import District, Town
from relay.places.writing import hiragana, plain
from relay.search import log
from relay.search.actors import Actor
from relay.search.composing.drafting import NAMES, Fields, age_band
from relay.search.composing.typed import SHORT, Whereabouts
from relay.search.errors import SearchError
from relay.search.models import Photo, RegisteredPerson, Search, SearchEvent, Subject
from relay.search.states import State

__all__ = [
    "Changed",
    "Draft",
    "Fields",
    "create",
    "districts",
    "from_person",
    "last_point",
    "load",
    "photo",
    "save",
    "whereabouts",
]

_TUPLES = ("consent_items", "consent_ranges")
#: Of the subject's own columns.
_COLUMNS = tuple(name for name in NAMES if name != "photo_taken")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A search as its form shows it. ``changed_by`` and ``changed_at`` tell of the last save."""

    id: int
    state: State
    drill: bool
    version: int
    fields: Fields
    photo_id: int | None
    person_id: int | None
    neighbour: str | None
    changed_by: str
    changed_at: datetime


class Changed(SearchError):
    """Somebody else saved in between; ``now`` is what stands there, and nothing has been saved over it."""

    def __init__(self, now: Draft) -> None:
        super().__init__("changed")
        self.now = now


def create(
    session: Session,
    fields: Fields,
    actor: Actor,
    *,
    drill: bool = False,
    person_id: int | None = None,
    jpeg: bytes | None = None,
    once: str | None = None,
    neighbour: str | None = None,
    neighbour_reference: str | None = None,
) -> tuple[int, bool]:
    """Start a draft. Returns its number, and whether it is new.

    ``once`` names the page that asks: the same page makes one draft, however often its button is pressed. Of a
    registered person the photo is taken over, unless there is a newer one (``jpeg``).
    """
    if once is not None:
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(once.encode()))))
        if (known := _made_by(session, once)) is not None:
            return known, False
    search = Search(
        drill=drill,
        created_at=clock.now(),
        created_by=actor.name,
        person_id=person_id,
        neighbour=neighbour,
        neighbour_reference=neighbour_reference,
    )
    session.add(search)
    session.flush()
    session.add(Subject(search_id=search.id, **_columns(fields)))
    picture = jpeg if jpeg is not None else _picture_of(session, person_id)
    if picture is not None:
        session.add(Photo(search_id=search.id, taken=fields.photo_taken, jpeg=picture))
    log.record(
        session,
        search.id,
        "drafted",
        actor=actor.name,
        **({"once": once} if once else {}),
        **({"from": "neighbour"} if neighbour else {"from": "person"} if person_id else {}),
    )
    session.flush()
    return search.id, True


def load(session: Session, search_id: int) -> Draft:
    """What the form shows. Raises ``SearchError``: missing."""
    search = session.get(Search, search_id)
    if search is None:
        raise SearchError("missing")
    subject = session.get(Subject, search_id)
    picture = _photo_row(session, search_id)
    values = {name: getattr(subject, name) for name in _COLUMNS} if subject else {}
    values |= {name: tuple(values[name]) for name in _TUPLES if name in values}
    last = session.execute(
        select(SearchEvent.actor, SearchEvent.at)
        .where(SearchEvent.search_id == search_id, SearchEvent.kind.in_(("drafted", "saved")))
        .order_by(SearchEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return Draft(
        id=search.id,
        state=search.state,
        drill=search.drill,
        version=search.version,
        fields=Fields(**values, photo_taken=picture[1] if picture else None),
        photo_id=picture[0] if picture else None,
        person_id=search.person_id,
        neighbour=search.neighbour,
        changed_by=(last.actor if last else None) or search.created_by,
        changed_at=last.at if last else search.created_at,
    )


def save(
    session: Session,
    search_id: int,
    fields: Fields,
    actor: Actor,
    *,
    version: int,
    jpeg: bytes | None = None,
    drop_photo: bool = False,
) -> Draft:
    """Write the form's content over the draft that the writer saw (``version``). Saving the same twice is once.

    Raises ``Changed`` when somebody else saved other things in between, ``SearchError``: missing, not_draft.
    """
    search = session.get(Search, search_id, with_for_update=True)
    if search is None:
        raise SearchError("missing")
    if search.state != State.DRAFT:
        raise SearchError("not_draft")
    now = load(session, search_id)
    keeps_photo = now.photo_id is not None and not drop_photo
    if jpeg is None and not keeps_photo:
        fields = _without_picture(fields)
    different = now.fields.differing(fields)
    if not different and jpeg is None and not (drop_photo and now.photo_id):
        return now
    if version != search.version:
        raise Changed(now)
    subject = session.get_one(Subject, search_id)
    for name, value in _columns(fields).items():
        setattr(subject, name, value)
    if jpeg is not None or drop_photo:
        session.execute(delete(Photo).where(Photo.search_id == search_id, Photo.sighting_id.is_(None)))
    if jpeg is not None:
        session.add(Photo(search_id=search_id, taken=fields.photo_taken, jpeg=jpeg))
    elif keeps_photo and "photo_taken" in different:
        session.get_one(Photo, now.photo_id).taken = fields.photo_taken
    search.version += 1
    log.record(session, search_id, "saved", actor=actor.name, fields=list(different))
    session.flush()
    return load(session, search_id)


def photo(session: Session, search_id: int) -> bytes | None:
    """The picture of the person, as JPEG."""
    return session.scalar(
        select(Photo.jpeg)
        .where(Photo.search_id == search_id, Photo.sighting_id.is_(None))
        .order_by(Photo.id.desc())
        .limit(1)
    )


def from_person(session: Session, person_id: int) -> Fields:
    """What is known beforehand of a registered person. Raises ``SearchError``: missing."""
    person = session.get(RegisteredPerson, person_id)
    if person is None or person.ended_at is not None:
        raise SearchError("missing")
    today = clock.local(clock.now()).date()
    taken = person.photo_date
    return Fields(
        consent_by=person.consent_by,
        consent_items=tuple(person.consent_items),
        consent_ranges=tuple(person.consent_ranges),
        name=person.name,
        kana=person.kana,
        age_band=age_band(person.birth, today) if person.birth else None,
        sex=person.sex,
        height=person.height,
        build=person.build,
        hair=person.hair,
        clothes=person.usual_clothes,
        belongings=person.usual_belongings,
        condition=person.condition,
        speak=person.speak,
        photo_taken=f"{taken.year}年{taken.month}月" if taken and person.has_photo else None,
    )


def whereabouts(session: Session, typed: str) -> Whereabouts | None:
    """What a typed town can mean. By its name or its reading; a part of a name counts when only one town has it.

    None when nothing was typed.
    """
    table = places.town_table(session)
    name = plain(typed).strip()
    for city in table.city_names:
        name = name.removeprefix(city).strip()
    if not name or len(name) > SHORT:
        return None if not name else Whereabouts(None)
    exact = table.exact(name)
    found = (exact,) if exact else table.readings.get(hiragana(name)) or table.holding(name)
    if len(found) != 1:
        return Whereabouts(None, candidates=tuple(found))
    rows = session.scalars(
        select(Town.district_id).where(Town.name == found[0], Town.district_id.is_not(None)).distinct()
    )
    return Whereabouts(found[0], districts=tuple(sorted(row for row in rows if row is not None)))


def last_point(session: Session) -> tuple[float, float] | None:
    """Where the newest search with a known point was: a map that opens there shows this city."""
    row = session.execute(
        select(Subject.lat, Subject.lng)
        .where(Subject.lat.is_not(None), Subject.lng.is_not(None))
        .order_by(Subject.search_id.desc())
        .limit(1)
    ).one_or_none()
    return (row.lat, row.lng) if row else None


def districts(session: Session) -> dict[int, str]:
    """All districts, for choosing one by hand."""
    rows = session.execute(select(District.id, District.name).order_by(District.name))
    return {row.id: row.name for row in rows}


def _columns(fields: Fields) -> dict[str, object]:
    values = {name: getattr(fields, name) for name in _COLUMNS}
    return values | {name: list(values[name]) for name in _TUPLES}


def _without_picture(fields: Fields) -> Fields:
    """Words about a picture that is not there are no change."""
    return Fields(**{name: getattr(fields, name) for name in _COLUMNS})


def _made_by(session: Session, once: str) -> int | None:
    return session.scalar(
        select(SearchEvent.search_id)
        .where(SearchEvent.kind == "drafted", SearchEvent.data["once"].astext == once)
        .limit(1)
    )


def _picture_of(session: Session, person_id: int | None) -> bytes | None:
    if person_id is None:
        return None
    return session.scalar(select(RegisteredPerson.photo).where(RegisteredPerson.id == person_id))


def _photo_row(session: Session, search_id: int) -> tuple[int, str | None] | None:
    row = session.execute(
        select(Photo.id, Photo.taken)
        .where(Photo.search_id == search_id, Photo.sighting_id.is_(None))
        .order_by(Photo.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.id, row.taken) if row else None
