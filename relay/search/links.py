"""The personal link of somebody who was alerted: whom it belongs to, what it may show, and "I am looking now".

Who shows a link's token is the person it was sent to; whatever else the city knows stays closed. What the family did
not consent to is left out here, not in the page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, tokens
from relay.partners.models import Partner, Staff
from relay.places.models import District
from relay.search import consent
from relay.search.models import Audience, Opening, Photo, Search, Subject, Transmission
from relay.search.sighting.board import helpers
from relay.search.states import OPEN, Kind
from relay.search.texts import LINK

#: How long 「今から探します」 counts without another word.
HELPING = timedelta(hours=3)
#: Openings of one person within this time are one: a reload, or a phone that loads a page twice.
ONE_OPENING = timedelta(minutes=1)
#: What may be shown only where the consent names it.
NAME, FACE, CONDITION = "name", "face", "condition"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whom a link belongs to."""

    audience_id: int
    search_id: int
    phone: str
    language: str
    live: bool
    """The search goes on; otherwise the link opens nothing but a word of thanks."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What the city sent later, as everybody alerted got it."""

    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Who is looked for, as far as this link may show it."""

    code: str
    drill: bool
    name: str | None
    kana: str | None
    has_photo: bool
    photo_taken: str | None
    condition: str | None
    age_band: str | None
    sex: str | None
    height: int | None
    build: str | None
    hair: str | None
    clothes: str | None
    visible: str | None
    shoes: str | None
    belongings: str | None
    speak: str | None
    seen_at: datetime | None
    seen_town: str | None
    seen_place: str | None
    heading: str | None
    travel: str | None
    lat: float | None
    lng: float | None
    district: str | None
    news: tuple[News, ...]
    helpers: tuple[tuple[str, int], ...]
    helping_until: datetime | None
    """Until when the holder of the link said to be looking; None: is not."""
    helping_district: str | None
    districts: tuple[str, ...]


def open_link(session: Session, token: str) -> Holder | None:
    """Whom ``token`` belongs to. None for one that was never sent, whose search is wiped, or whose person left."""
    if not token.isascii() or len(token) != tokens.LENGTH:
        return None
    found = session.execute(
        select(Audience, Search)
        .join(Search, Search.id == Audience.search_id)
        .join(Staff, Staff.id == Audience.staff_id)
        .join(Partner, Partner.id == Audience.partner_id)
        .where(
            Audience.link_digest == tokens.digest(token),
            Staff.left_at.is_(None),
            Partner.ended_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    person, search = found
    expired = search.expires_at is not None and search.expires_at <= clock.now()
    return Holder(
        audience_id=person.id,
        search_id=search.id,
        phone=person.phone,
        language=person.language,
        live=search.state in OPEN and not expired,
    )


def opened(session: Session, audience_id: int) -> None:
    """Note that a person opened their link."""
    now = clock.now()
    recent = select(Opening.id).where(Opening.audience_id == audience_id, Opening.at > now - ONE_OPENING)
    if session.scalar(recent.limit(1)) is not None:
        return
    session.add(Opening(audience_id=audience_id, at=now))
    person = session.get_one(Audience, audience_id)
    if person.opened_at is None:
        person.opened_at = now


def wanted(session: Session, holder: Holder) -> Wanted:
    """What the page of a live link shows."""
    search = session.get_one(Search, holder.search_id)
    subject = session.get_one(Subject, holder.search_id)
    person = session.get_one(Audience, holder.audience_id)
    shown = consent.shown_to_staff(subject)
    picture = _picture(session, holder.search_id) if FACE in shown else None
    until = person.helping_until
    return Wanted(
        code=f"K{search.id}",
        drill=search.drill,
        name=subject.name if NAME in shown else None,
        kana=subject.kana if NAME in shown else None,
        has_photo=picture is not None,
        photo_taken=picture.taken if picture else None,
        condition=subject.condition if CONDITION in shown else None,
        age_band=subject.age_band,
        sex=subject.sex,
        height=subject.height,
        build=subject.build,
        hair=subject.hair,
        clothes=subject.clothes,
        visible=subject.visible,
        shoes=subject.shoes,
        belongings=subject.belongings,
        speak=subject.speak,
        seen_at=subject.seen_at,
        seen_town=subject.seen_town,
        seen_place=subject.seen_place,
        heading=subject.heading,
        travel=subject.travel,
        lat=subject.lat,
        lng=subject.lng,
        district=_district(session, subject.district_id),
        news=_news(session, search.id, holder.language),
        helpers=helpers(session, search.id),
        helping_until=until if until and until > clock.now() else None,
        helping_district=person.helping_district,
        districts=tuple(session.scalars(select(District.name).order_by(District.id))),
    )


def photo(session: Session, holder: Holder) -> bytes | None:
    """The person's picture, where the consent lets partner staff see the face."""
    subject = session.get(Subject, holder.search_id)
    if subject is None or FACE not in consent.shown_to_staff(subject):
        return None
    picture = _picture(session, holder.search_id)
    return picture.jpeg if picture else None


def help_now(session: Session, holder: Holder, district: str | None) -> None:
    """「今から探します」, in ``district`` where one is named. Saying it again prolongs it."""
    known = district is not None and session.scalar(select(District.id).where(District.name == district))
    person = session.get_one(Audience, holder.audience_id, with_for_update=True)
    now = clock.now()
    if not (person.helping_until and person.helping_until > now):
        person.helping_since = now
    person.helping_until = now + HELPING
    person.helping_district = district if known else None


def stop_helping(session: Session, holder: Holder) -> None:
    """「探すのを終える」. When it began stays known."""
    person = session.get_one(Audience, holder.audience_id, with_for_update=True)
    now = clock.now()
    if person.helping_until and person.helping_until > now:
        person.helping_until = now


def _picture(session: Session, search_id: int) -> Photo | None:
    return session.scalar(
        select(Photo)
        .where(Photo.search_id == search_id, Photo.sighting_id.is_(None))
        .order_by(Photo.id.desc())
        .limit(1)
    )


def _district(session: Session, district_id: int | None) -> str | None:
    return session.scalar(select(District.name).where(District.id == district_id)) if district_id else None


def _news(session: Session, search_id: int, language: str) -> tuple[News, ...]:
    sent = session.scalars(
        select(Transmission)
        .where(Transmission.search_id == search_id, Transmission.kind == Kind.UPDATE)
        .order_by(Transmission.sequence.desc())
    )
    found = []
    for one in sent:
        text = one.texts.get(language) or one.texts.get("ja") or {}
        found.append(News(at=one.at, text=str(text.get("sms", "")).replace(LINK, "").strip()))
    return tuple(news for news in found if news.text)
