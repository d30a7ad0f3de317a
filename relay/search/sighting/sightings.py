"""Sightings: kept once however often they arrive, joined where they tell of one moment, told to the city at once.

Everything works in the caller's transaction: a sighting and the texts about it are written together or not at all.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import city, messages
from relay.outbox import blanking
from relay.partners.models import Partner, Staff
from relay.places.models import District, Town
from relay.search import desk, geo, log, wording
from relay.search.models import Audience, Photo, Search, Sighting, Subject
from relay.search.sighting import sighting_rules, sighting_texts
from relay.search.sighting.board import SightingsBoard, board
from relay.search.sighting.sighting_rules import FLOOD_TIME, SAME_TIME, Spot
from relay.search.sighting.sighting_texts import News
from relay.search.states import OVER, Closing, State

__all__ = ["Kept", "Seen", "SightingsBoard", "board", "keep", "move", "of_person"]

#: Searches that ended like this may still need a sighting: the person has not been found.
_STILL_MISSING = frozenset({Closing.ENDED, Closing.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody told, by whichever way. ``external_id`` makes it one: the same id again is the same sighting."""

    external_id: str
    channel: str
    """sms, form, or phone (somebody of the city wrote down what was told on the telephone)."""
    who: str
    """staff (a registered person), other, or phone: for the text to the city."""
    text: str
    words: str
    """Of the text, what the city's phones are to read: where, and whatever else was said."""
    received_at: datetime
    audience_id: int | None = None
    phone: str | None = None
    call_back: bool = False
    seen_at: datetime | None = None
    town: str | None = None
    lat: float | None = None
    lng: float | None = None
    heading: str | None = None
    sure: bool | None = None
    with_now: bool = False
    danger: bool = False
    """The words speak of somebody in danger."""
    idle: bool = False
    """Mere thanks, or "seen nobody": kept and shown, and no telephone rings for it."""
    codes: tuple[str, ...] = ()
    """The searches that the writer may have meant, when there are several and none was named."""
    photo: bytes | None = None


@dataclass(frozen=True)
class Kept:
    """A sighting as it stands in the database. ``new``: this very call wrote it."""

    sighting: Sighting
    new: bool


def keep(session: Session, search_id: int, seen: Seen, *, actor: str | None = None) -> Kept | None:
    """Write a sighting down and tell the city. None when the search is wiped: then nothing about it may be kept.

    ``actor``: who of the city wrote it down for somebody on the telephone.
    """
    search = _held(session, search_id)
    if search is None or search.wiped_at is not None:
        return None
    known = session.scalar(select(Sighting).where(Sighting.external_id == seen.external_id))
    if known is not None:
        return Kept(known, new=False)
    root = _earlier(session, search_id, seen)
    sighting = Sighting(
        search_id=search_id,
        external_id=seen.external_id,
        channel=seen.channel,
        received_at=seen.received_at,
        audience_id=seen.audience_id,
        phone=seen.phone,
        call_back=seen.call_back,
        text=seen.text,
        seen_at=seen.seen_at,
        town=seen.town,
        district_id=_district(session, seen.town),
        lat=seen.lat,
        lng=seen.lng,
        heading=seen.heading,
        sure=seen.sure,
        with_now=seen.with_now,
        danger=seen.danger,
        same_as_id=root.id if root else None,
        held=seen.idle or _is_flood(session, search_id, seen),
        mark="new",
    )
    rings = (
        not sighting.held and _still_looked_for(search) and (root is None or _is_news(session, root, seen))
    )
    session.add(sighting)
    session.flush()
    if search.state in OVER and seen.external_id.startswith("sms:"):
        # The provider was asked to forget this search's texts before this one came in.
        blanking.request_blanking(session, search_id, received=[seen.external_id.removeprefix("sms:")])
    if seen.photo:
        session.add(Photo(search_id=search_id, sighting_id=sighting.id, jpeg=seen.photo))
    log.record(
        session,
        search_id,
        "sighting",
        actor=actor,
        sighting=sighting.id,
        channel=seen.channel,
        told=rings,
        asked=bool(seen.codes),
    )
    if rings:
        _tell(session, search, sighting, seen, key=f"sighting:{sighting.id}")
    return Kept(sighting, new=True)


def move(session: Session, sighting: Sighting, seen: Seen, *, search_id: int) -> bool:
    """The writer said which of several searches a sighting belongs to. Its city phones are told anew.

    Returns False when that search is wiped; then the sighting stays where it is.
    """
    search = _held(session, search_id)
    if search is None or search.wiped_at is not None:
        return False
    before, sighting.search_id = sighting.search_id, search_id
    sighting.audience_id, sighting.same_as_id = seen.audience_id, None
    for joined in session.scalars(select(Sighting).where(Sighting.same_as_id == sighting.id)):
        joined.same_as_id = None
    for picture in session.scalars(select(Photo).where(Photo.sighting_id == sighting.id)):
        picture.search_id = search_id
    log.record(session, before, "sighting_moved", sighting=sighting.id, to=search_id)
    log.record(session, search_id, "sighting", sighting=sighting.id, channel=sighting.channel, told=True)
    _tell(session, search, sighting, seen, key=f"sighting:{sighting.id}:moved")
    return True


def of_person(session: Session, audience_id: int, sighting_id: int) -> Sighting | None:
    """A sighting that this person told; None for anybody else's."""
    return session.scalar(
        select(Sighting).where(Sighting.id == sighting_id, Sighting.audience_id == audience_id)
    )


def _held(session: Session, search_id: int) -> Search | None:
    """The search, kept from being wiped until we are done; sightings of one search are written one by one, so that
    two at once see each other."""
    search = session.get(Search, search_id, with_for_update={"read": True})
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"sightings:{search_id}", 3))))
    return search


def _earlier(session: Session, search_id: int, seen: Seen) -> Sighting | None:
    """The first sighting that tells of the same moment and place. One that proved false joins nothing."""
    spot = Spot(at=seen.seen_at or seen.received_at, town=seen.town, point=geo.point(seen.lat, seen.lng))
    at = func.coalesce(Sighting.seen_at, Sighting.received_at)
    around = (
        select(Sighting)
        .where(
            Sighting.search_id == search_id,
            Sighting.same_as_id.is_(None),
            Sighting.mark != "false",
            at >= spot.at - SAME_TIME,
            at <= spot.at + SAME_TIME,
        )
        .order_by(Sighting.id)
    )
    for other in session.scalars(around):
        place = Spot(
            at=other.seen_at or other.received_at, town=other.town, point=geo.point(other.lat, other.lng)
        )
        if sighting_rules.same(spot, place):
            return other
    return None


def _is_flood(session: Session, search_id: int, seen: Seen) -> bool:
    if seen.channel == "phone":
        return False  # somebody of the city typed it in
    mine = (
        Sighting.audience_id == seen.audience_id
        if seen.audience_id is not None
        else Sighting.audience_id.is_(None) & (Sighting.phone == seen.phone)
    )
    recent = session.scalars(
        select(Sighting.with_now).where(
            Sighting.search_id == search_id, mine, Sighting.received_at > seen.received_at - FLOOD_TIME
        )
    ).all()
    return sighting_rules.is_flood(len(recent), with_now=seen.with_now, with_now_before=any(recent))


def _is_news(session: Session, root: Sighting, seen: Seen) -> bool:
    group = session.execute(
        select(Sighting.with_now, Sighting.sure).where(
            (Sighting.id == root.id) | (Sighting.same_as_id == root.id)
        )
    )
    known = [(with_now, sure) for with_now, sure in group]
    return sighting_rules.is_news(with_now=seen.with_now, sure=seen.sure, known=known)


def _still_looked_for(search: Search) -> bool:
    return search.state == State.LIVE or search.closing in _STILL_MISSING


def _district(session: Session, town: str | None) -> int | None:
    if town is None:
        return None
    return session.scalar(
        select(Town.district_id).where(Town.name == town, Town.district_id.is_not(None)).limit(1)
    )


def _tell(session: Session, search: Search, sighting: Sighting, seen: Seen, *, key: str) -> None:
    """One text to the city on duty, the city's own phones and the duty officer of the last-seen district."""
    subject = session.get(Subject, search.id)
    name, company = _teller(session, sighting) or (None, None)
    news = News(
        code=f"K{search.id}",
        drill=search.drill,
        words=seen.words,
        seen_at=sighting.seen_at,
        received_at=sighting.received_at,
        last_seen_at=subject.seen_at if subject else None,
        point=geo.point(sighting.lat, sighting.lng),
        last_point=geo.point(subject.lat, subject.lng) if subject else None,
        heading=sighting.heading,
        sure=sighting.sure,
        with_now=sighting.with_now,
        danger=sighting.danger,
        who=seen.who,
        name=name,
        company=company,
        phone=sighting.phone,
        codes=seen.codes,
    )
    body = sighting_texts.desk(
        news, city=city.current().name, link=wording.page(search.id), messages=messages.current()
    )
    centre = (
        session.scalar(select(District.centre_id).where(District.id == subject.district_id))
        if subject
        else None
    )
    desk.tell(session, search, body, key=key, centre_id=centre)


def _teller(session: Session, sighting: Sighting) -> tuple[str, str] | None:
    """Name and company of the registered person who told it; one whom this search did not alert is known by number."""
    alerted = select(Audience.staff_id).where(Audience.id == sighting.audience_id).scalar_subquery()
    mine = Staff.id == alerted if sighting.audience_id is not None else Staff.phone == sighting.phone
    found = session.execute(
        select(Staff.name, Partner.name).join(Partner, Partner.id == Staff.partner_id).where(mine)
    ).first()
    return (found[0], found[1]) if found else None
