"""The sightings of one search as the city's page and its map show them. Reading only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock
from relay.partners.models import Partner, Staff
from relay.search import geo
from relay.search.models import Audience, Photo, Search, Sighting, Subject
from relay.search.sighting.sighting_marks import LAST_SEEN
from relay.search.states import State


@dataclass(frozen=True, kw_only=True)
class SightingView:
    """One sighting. Distances and times are counted from the last-seen place and time as they are now."""

    id: int
    number: int
    """Counts the sightings of this search in the order of their arrival: on the list, on the map, on the telephone."""
    channel: str
    received_at: datetime
    seen_at: datetime | None
    text: str
    town: str | None
    lat: float | None
    lng: float | None
    heading: str | None
    sure: bool | None
    with_now: bool
    danger: bool
    call_back: bool
    held: bool
    mark: str
    marked_by: str | None
    marked_at: datetime | None
    company: str | None
    """Of the registered person who told it."""
    name: str | None
    phone: str | None
    has_photo: bool
    minutes_after: int | None
    """Minutes after the last-seen time; below zero before it."""
    metres: float | None
    direction: str | None
    """In which of the eight directions it lies from the last-seen place."""
    joined: tuple["SightingView", ...] = ()
    """Later ones that tell of the same moment and place."""

    @property
    def at(self) -> datetime:
        """When it was: the time told, else when it came in."""
        return self.seen_at or self.received_at

    @property
    def urgent(self) -> bool:
        """Somebody is with the person or in danger, and nobody of the city has looked at it yet."""
        mine = self.mark == "new" and (self.with_now or self.danger)
        return mine or any(one.urgent for one in self.joined)


@dataclass(frozen=True, kw_only=True)
class LastSeen:
    """Where and when the person was last seen for sure."""

    at: datetime | None
    town: str | None
    place: str | None
    lat: float | None
    lng: float | None


@dataclass(frozen=True, kw_only=True)
class SightingsBoard:
    """Everything that the list and the map of sightings need."""

    search_id: int
    code: str
    live: bool
    wiped: bool
    last_seen: LastSeen | None
    sightings: tuple[SightingView, ...]
    """The urgent ones first, then newest first; those that tell of one moment stand under the first of them."""
    total: int
    unchecked: int
    """How many nobody has marked yet."""
    helpers: tuple[tuple[str, int], ...]
    """People looking right now, by district."""

    @property
    def every(self) -> tuple[SightingView, ...]:
        """All sightings in the order of their numbers, joined or not."""
        found = [one for root in self.sightings for one in (root, *root.joined)]
        return tuple(sorted(found, key=lambda one: one.number))


def board(session: Session, search_id: int) -> SightingsBoard:
    """The sightings of a search that exists, with who told them, how far off, and what the city made of them."""
    search = session.get_one(Search, search_id)
    subject = session.get(Subject, search_id)
    views = _views(session, search_id, subject)
    joined: dict[int, list[SightingView]] = defaultdict(list)
    roots = []
    for view, same_as in views:
        if same_as is None:
            roots.append(view)
        else:
            joined[same_as].append(view)
    shown = [_with(root, joined[root.id]) for root in reversed(roots)]
    return SightingsBoard(
        search_id=search_id,
        code=f"K{search_id}",
        live=search.state == State.LIVE,
        wiped=search.wiped_at is not None,
        last_seen=_last_seen(subject),
        sightings=tuple(sorted(shown, key=lambda one: not one.urgent)),
        total=len(views),
        unchecked=sum(view.mark == "new" and not view.held for view, _ in views),
        helpers=helpers(session, search_id),
    )


def helpers(session: Session, search_id: int) -> tuple[tuple[str, int], ...]:
    """How many people said that they are looking now, by district; the district with most first."""
    rows = session.execute(
        select(Audience.helping_district, func.count())
        .where(Audience.search_id == search_id, Audience.helping_until > clock.now())
        .group_by(Audience.helping_district)
        .order_by(func.count().desc(), Audience.helping_district)
    )
    return tuple((district or "", count) for district, count in rows)


def _views(
    session: Session, search_id: int, subject: Subject | None
) -> list[tuple[SightingView, int | None]]:
    rows = session.execute(
        select(Sighting, Partner.name, Staff.name, Photo.id)
        .outerjoin(Audience, Audience.id == Sighting.audience_id)
        # A registered person who was not alerted by this search is known by the number.
        .outerjoin(Staff, (Staff.id == Audience.staff_id) | (Staff.phone == Sighting.phone))
        .outerjoin(Partner, Partner.id == Staff.partner_id)
        .outerjoin(Photo, Photo.sighting_id == Sighting.id)
        .where(Sighting.search_id == search_id)
        .order_by(Sighting.id)
    )
    found: dict[int, tuple[SightingView, int | None]] = {}
    for sighting, company, name, photo_id in rows:
        if sighting.id not in found:
            number = len(found) + 1
            view = _view(sighting, number, company, name, bool(photo_id), subject)
            found[sighting.id] = (view, sighting.same_as_id)
    return list(found.values())


def _view(
    row: Sighting,
    number: int,
    company: str | None,
    name: str | None,
    has_photo: bool,
    subject: Subject | None,
) -> SightingView:
    here = geo.point(row.lat, row.lng)
    # Nothing is counted from a place to itself.
    from_there = subject if row.mark != LAST_SEEN else None
    last = geo.point(from_there.lat, from_there.lng) if from_there else None
    seen = from_there.seen_at if from_there else None
    at = row.seen_at or row.received_at
    return SightingView(
        id=row.id,
        number=number,
        channel=row.channel,
        received_at=row.received_at,
        seen_at=row.seen_at,
        text=row.text,
        town=row.town,
        lat=row.lat,
        lng=row.lng,
        heading=row.heading,
        sure=row.sure,
        with_now=row.with_now,
        danger=row.danger,
        call_back=row.call_back,
        held=row.held,
        mark=row.mark,
        marked_by=row.marked_by,
        marked_at=row.marked_at,
        company=company,
        name=name,
        phone=row.phone,
        has_photo=has_photo,
        minutes_after=round((at - seen).total_seconds() / 60) if seen else None,
        metres=geo.metres(last, here) if last and here else None,
        direction=geo.direction(last, here) if last and here else None,
    )


def _with(root: SightingView, joined: Sequence[SightingView]) -> SightingView:
    return SightingView(**{**vars(root), "joined": tuple(joined)})


def _last_seen(subject: Subject | None) -> LastSeen | None:
    if subject is None:
        return None
    return LastSeen(
        at=subject.seen_at,
        town=subject.seen_town,
        place=subject.seen_place,
        lat=subject.lat,
        lng=subject.lng,
    )
