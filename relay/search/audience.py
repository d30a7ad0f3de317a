"""Whom a search is sent to: staff who agreed to search alerts, by the districts that they work in, ring by ring."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.orm import Session

from relay import city, settings
from relay.outbox.models import OptOut
from relay.partners.models import Partner, Staff, StaffDistrict
from relay.places.models import District
from relay.search import rings
from relay.search.models import Audience, Search, Subject


@dataclass(frozen=True, kw_only=True)
class RingPreview:
    """One ring: its districts and how many people it adds. ``new`` have not been alerted by this search yet."""

    ring: int
    districts: tuple[str, ...]
    people: int
    new: int
    companies: tuple[tuple[str, int], ...]
    """Of the new ones, by company; those with most people first."""


@dataclass(frozen=True)
class Preview:
    """Who would get it. ``unplaced``: the last-seen district is not known, so that the whole city is one ring."""

    rings: tuple[RingPreview, ...]
    unplaced: bool

    @property
    def next_ring(self) -> int | None:
        """The nearest ring that would reach somebody new; None when everybody has been reached."""
        return next((ring.ring for ring in self.rings if ring.new), None)

    def new_up_to(self, ring: int) -> int:
        """How many people an alert up to ``ring`` would reach for the first time."""
        return sum(one.new for one in self.rings if one.ring <= ring)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A member of a partner's staff who may be alerted, and the ring they belong to."""

    staff_id: int
    partner_id: int
    phone: str
    email: str | None
    language: str
    ring: int
    new: bool


def preview(session: Session, search_id: int) -> Preview:
    """Head counts by ring and company for the search as it stands."""
    around = rings_of(session, search_id)
    found = candidates(session, search_id, around)
    names = {partner.id: partner.name for partner in session.scalars(select(Partner))}
    shown = []
    for number, districts in enumerate(around):
        here = [one for one in found if one.ring == number]
        companies = Counter(names[one.partner_id] for one in here if one.new)
        shown.append(
            RingPreview(
                ring=number,
                districts=tuple(sorted(districts)),
                people=len(here),
                new=sum(one.new for one in here),
                companies=tuple(companies.most_common()),
            )
        )
    subject = session.get(Subject, search_id)
    return Preview(tuple(shown), unplaced=subject is None or subject.district_id is None)


def rings_of(session: Session, search_id: int) -> tuple[rings.Ring, ...]:
    """The rings around the district where the person was last seen."""
    subject = session.get(Subject, search_id)
    start = session.get(District, subject.district_id) if subject and subject.district_id else None
    every = list(session.scalars(select(District)))
    same = [district.name for district in every if start and district.centre_id == start.centre_id]
    return rings.around(
        start.name if start else None,
        neighbours=city.current().search.neighbours,
        same_centre=same,
        every=[district.name for district in every],
    )


def candidates(session: Session, search_id: int, around: tuple[rings.Ring, ...]) -> list[Candidate]:
    """Everybody who may get this search: agreed, still employed, the agreement still running, and reachable.

    A number that opted out gets no SMS; its owner is left in only where an e-mail reaches them.
    """
    opted_out = exists().where(OptOut.phone == Staff.phone)
    reachable = or_(~opted_out, Staff.email.is_not(None)) if settings.current().smtp_url else ~opted_out
    # Columns, not objects: a city may have ten thousand helpers, and somebody waits for the count.
    staff = session.execute(
        select(
            Staff.id,
            Staff.partner_id,
            Staff.phone,
            Staff.email,
            Staff.language,
            func.array_remove(func.array_agg(District.name), None),
        )
        .join(Partner, Partner.id == Staff.partner_id)
        .outerjoin(StaffDistrict, StaffDistrict.staff_id == Staff.id)
        .outerjoin(District, District.id == StaffDistrict.district_id)
        .where(
            Staff.search_since.is_not(None), Staff.left_at.is_(None), Partner.ended_at.is_(None), reachable
        )
        .group_by(Staff.id)
        .order_by(Staff.id)
    )
    alerted = set(session.scalars(select(Audience.phone).where(Audience.search_id == search_id)))
    return [
        Candidate(
            staff_id=staff_id,
            partner_id=partner_id,
            phone=phone,
            email=email,
            language=language,
            ring=rings.ring_of(districts, around),
            new=phone not in alerted,
        )
        for staff_id, partner_id, phone, email, language, districts in staff
    ]


def choose(session: Session, search: Search, *, ring: int, transmission_id: int) -> int:
    """Put everybody new up to ``ring`` on the search's list. Returns how many they are."""
    chosen = [
        one
        for one in candidates(session, search.id, rings_of(session, search.id))
        if one.new and one.ring <= ring
    ]
    if not chosen:
        return 0
    session.execute(
        insert(Audience),
        [
            {
                "search_id": search.id,
                "transmission_id": transmission_id,
                "staff_id": one.staff_id,
                "partner_id": one.partner_id,
                "phone": one.phone,
                "email": one.email,
                "language": one.language,
                "ring": one.ring,
            }
            for one in chosen
        ],
    )
    return len(chosen)
