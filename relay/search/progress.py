"""Figures of a search: how far it has got, in all and by company. People are counted, not messages."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from relay.outbox.models import Message, State
from relay.partners.models import Partner, Staff
from relay.search.models import Audience, Search, Sighting
from relay.search.sent import ALERT

#: How far somebody's best message got: the higher, the further.
_RANK = {
    State.DELIVERED: 4,
    State.ACCEPTED: 3,
    State.SENDING: 2,
    State.QUEUED: 2,
    State.UNDELIVERED: 1,
    State.FAILED: 1,
}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """People by how far the alert got to them. ``people`` = queued + sent + delivered + failed.

    ``sent``: handed over, no receipt yet (an e-mail never has one).
    """

    people: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    opened: int = 0
    answered: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)})


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Somebody whom the alert did not reach, and why (see ``outbox.rules.REASONS``)."""

    company: str
    name: str
    phone: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A search in numbers. Minutes are medians from the person's text leaving; None while nobody has."""

    total: Counts
    companies: tuple[tuple[str, Counts], ...]
    failed: tuple[Failed, ...]
    sightings: int
    minutes_to_open: float | None
    minutes_to_first_sighting: float | None

    def stored(self) -> dict[str, Any]:
        """The tombstone: counts only."""
        return {
            "total": asdict(self.total),
            "companies": [[name, asdict(counts)] for name, counts in self.companies],
            "sightings": self.sightings,
            "minutes_to_open": self.minutes_to_open,
            "minutes_to_first_sighting": self.minutes_to_first_sighting,
        }


def figures(session: Session, search_id: int) -> Figures:
    """The figures as they are now; after the wipe those of the tombstone."""
    search = session.get_one(Search, search_id)
    if search.counts is not None:
        return _from_tombstone(search.counts)
    people = _people(session, search_id)
    names = {partner.id: partner.name for partner in session.scalars(select(Partner))}
    companies: dict[str, Counts] = {}
    for person in people:
        name = names[person.partner_id]
        companies[name] = companies.get(name, Counts()) + person.counts
    sightings = session.scalars(
        select(Sighting.received_at).where(Sighting.search_id == search_id).order_by(Sighting.received_at)
    ).all()
    starts = [person.sent_at for person in people if person.sent_at]
    return Figures(
        total=sum(companies.values(), Counts()),
        companies=tuple(sorted(companies.items(), key=lambda item: -item[1].people)),
        failed=_failed(session, search_id, people),
        sightings=len(sightings),
        minutes_to_open=_median(
            (person.opened_at - person.sent_at).total_seconds() / 60
            for person in people
            if person.opened_at and person.sent_at
        ),
        minutes_to_first_sighting=(
            round((sightings[0] - min(starts)).total_seconds() / 60, 1) if sightings and starts else None
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Person:
    id: int
    partner_id: int
    rank: int
    sent_at: datetime | None
    opened_at: datetime | None
    answered: bool

    @property
    def counts(self) -> Counts:
        return Counts(
            people=1,
            queued=int(self.rank in (0, _RANK[State.QUEUED])),
            sent=int(self.rank == _RANK[State.ACCEPTED]),
            delivered=int(self.rank == _RANK[State.DELIVERED]),
            failed=int(self.rank == _RANK[State.FAILED]),
            opened=int(self.opened_at is not None),
            answered=int(self.answered),
        )


def _people(session: Session, search_id: int) -> list[_Person]:
    rank = func.max(case({state.value: rank for state, rank in _RANK.items()}, value=Message.state))
    best = (
        select(
            Message.audience_id.label("audience_id"),
            rank.label("rank"),
            func.min(Message.sent_at).label("sent_at"),
        )
        .where(Message.search_id == search_id, Message.purpose == ALERT)
        .group_by(Message.audience_id)
        .subquery()
    )
    answered = (
        select(Sighting.audience_id)
        .where(Sighting.search_id == search_id, Sighting.audience_id.is_not(None))
        .distinct()
    )
    answering = set(session.scalars(answered))
    rows = session.execute(
        select(Audience.id, Audience.partner_id, best.c.rank, best.c.sent_at, Audience.opened_at)
        .outerjoin(best, best.c.audience_id == Audience.id)
        .where(Audience.search_id == search_id)
        .order_by(Audience.id)
    )
    return [
        _Person(
            id=row.id,
            partner_id=row.partner_id,
            rank=row.rank or 0,
            sent_at=row.sent_at,
            opened_at=row.opened_at,
            answered=row.id in answering,
        )
        for row in rows
    ]


def _failed(session: Session, search_id: int, people: list[_Person]) -> tuple[Failed, ...]:
    lost = [person.id for person in people if person.counts.failed]
    rows = session.execute(
        select(Partner.name, Staff.name.label("staff"), Audience.phone, Message.reason)
        .select_from(Message)
        .join(Audience, Audience.id == Message.audience_id)
        .join(Staff, Staff.id == Audience.staff_id)
        .join(Partner, Partner.id == Audience.partner_id)
        .where(
            Message.search_id == search_id,
            Message.purpose == ALERT,
            Message.channel == "sms",
            Audience.id.in_(lost),
        )
        .order_by(Partner.name, Staff.name)
    )
    return tuple(
        Failed(company=row.name, name=row.staff, phone=row.phone, reason=row.reason or "unknown")
        for row in rows
    )


def _median(minutes: Iterable[float]) -> float | None:
    found = list(minutes)
    return round(median(found), 1) if found else None


def _from_tombstone(counts: dict[str, Any]) -> Figures:
    return Figures(
        total=Counts(**counts["total"]),
        companies=tuple((name, Counts(**one)) for name, one in counts["companies"]),
        failed=(),
        sightings=counts["sightings"],
        minutes_to_open=counts["minutes_to_open"],
        minutes_to_first_sighting=counts["minutes_to_first_sighting"],
    )
