"""Who is to be told: the rota, the heads, and the city's last phone, which can't be empty."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock
from relay.duty.models import Officer, Shift
from relay.places.models import Centre

RANKS = {"duty": 1, "backup": 2}


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch of time in which nobody is on duty. ``centre`` None: the city's own night duty."""

    centre: str | None
    rank: int
    starts_at: datetime
    ends_at: datetime


def who(session: Session, step: str, centre_id: int | None, at: datetime) -> list[Officer]:
    """The officers behind a ladder step's word at ``at``; empty when nobody is on duty."""
    if step in RANKS:
        return _on_shift(session, centre_id, RANKS[step], at)
    if step == "head":
        if centre_id is None:
            return []
        return list(
            session.scalars(
                select(Officer).where(Officer.centre_id == centre_id, Officer.is_head, Officer.active)
            )
        )
    return _on_shift(session, None, 1, at) or [ensure_fallback(session)]


def everyone(session: Session, centre_id: int | None, at: datetime) -> list[Officer]:
    """All whom the ladder could tell now, each once: for an alert that nobody has answered at all."""
    found: dict[int, Officer] = {}
    for step in ("duty", "backup", "head", "city"):
        for officer in who(session, step, centre_id, at):
            found.setdefault(officer.id, officer)
    fallback = ensure_fallback(session)
    found.setdefault(fallback.id, fallback)
    return list(found.values())


def _on_shift(session: Session, centre_id: int | None, rank: int, at: datetime) -> list[Officer]:
    centre = Shift.centre_id.is_(None) if centre_id is None else Shift.centre_id == centre_id
    return list(
        session.scalars(
            select(Officer)
            .join(Shift, Shift.officer_id == Officer.id)
            .where(centre, Shift.rank == rank, Shift.starts_at <= at, Shift.ends_at > at, Officer.active)
            .order_by(Shift.starts_at, Officer.id)
        ).unique()
    )


def ensure_fallback(session: Session) -> Officer:
    """The officer behind the city's fallback phone; made from the settings when there is none yet."""
    settings = city.current()
    officer = session.scalar(select(Officer).where(Officer.phone == settings.fallback_phone))
    if officer is None:
        officer = Officer(
            centre_id=None,
            name=settings.fallback_name,
            phone=settings.fallback_phone,
            is_head=False,
            active=True,
        )
        session.add(officer)
        session.flush()
    elif not officer.active:
        # Whoever switched this person off did not mean to leave the city without a last phone.
        officer.active = True
    return officer


def by_phone(session: Session, phone: str) -> Officer | None:
    """The active officer with this number."""
    return session.scalar(select(Officer).where(Officer.phone == phone, Officer.active))


def gaps(session: Session, *, days: int) -> list[Gap]:
    """Stretches of the next ``days`` days in which a centre has no duty officer (rank 1) or no backup (rank 2)."""
    start = clock.now()
    end = start + timedelta(days=days)
    found: list[Gap] = []
    for centre in session.scalars(select(Centre).order_by(Centre.id)):
        for rank in RANKS.values():
            shifts = session.scalars(
                select(Shift)
                .join(Officer, Officer.id == Shift.officer_id)
                .where(
                    Officer.active,
                    Shift.centre_id == centre.id,
                    Shift.rank == rank,
                    Shift.ends_at > start,
                    Shift.starts_at < end,
                )
                .order_by(Shift.starts_at)
            )
            covered = start
            for shift in shifts:
                if shift.starts_at > covered:
                    found.append(
                        Gap(centre=centre.name, rank=rank, starts_at=covered, ends_at=shift.starts_at)
                    )
                covered = max(covered, shift.ends_at)
            if covered < end:
                found.append(Gap(centre=centre.name, rank=rank, starts_at=covered, ends_at=end))
    return found
