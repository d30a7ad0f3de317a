"""Heat-alert days (熱中症警戒アラート): set by hand, by a file or by the ministry, taken back by a person.

On such a day a report of piled-up items, closed shutters, no answer or nobody seen is more urgent (see the rubric of
the triage). Only reports that are received on that day, Japanese time: open cases stay as they are.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.places.models import HeatAlertDay, HeatFeed, HeatKind, HeatSource

#: Kinds from the weaker to the stronger.
_RANK = list(HeatKind)
_ONLY = 1


def day_of(moment: datetime) -> date:
    """The day that it is in Japan at ``moment``."""
    return clock.local(moment).date()


def alert_on(session: Session, day: date) -> HeatAlertDay | None:
    """The alert of ``day``, None when there is none or a person took it back."""
    found = session.get(HeatAlertDay, day)
    return found if found and found.lifted_at is None else None


def days(session: Session, first: date, last: date) -> dict[date, HeatAlertDay]:
    """The alerts from ``first`` to ``last``, both included, without those taken back."""
    found = session.scalars(
        select(HeatAlertDay)
        .where(HeatAlertDay.day.between(first, last), HeatAlertDay.lifted_at.is_(None))
        .order_by(HeatAlertDay.day)
    )
    return {row.day: row for row in found}


def set_day(
    session: Session, day: date, kind: HeatKind, *, source: HeatSource, by: str | None = None
) -> None:
    """Make ``day`` a heat-alert day, whatever it was before."""
    row = session.get(HeatAlertDay, day, with_for_update=True)
    if row is None:
        row = HeatAlertDay(day=day)
        session.add(row)
    row.kind, row.source, row.set_by, row.set_at = kind, source, by, clock.now()
    row.lifted_by = row.lifted_at = None
    session.flush()


def lift(session: Session, day: date, *, by: str | None) -> None:
    """Take the alert of ``day`` back. It is not fetched again: a person knows better."""
    row = session.get(HeatAlertDay, day, with_for_update=True)
    if row is not None and row.lifted_at is None:
        row.lifted_by, row.lifted_at = by, clock.now()
        session.flush()


def take_published(session: Session, published: Mapping[date, HeatKind]) -> int:
    """Take over what the ministry has issued. Returns the number of days that are new or stronger than before.

    An alert once issued stands for its day, so nothing is taken away here; and what a person took back stays so.
    """
    taken = 0
    for day, kind in published.items():
        row = session.get(HeatAlertDay, day, with_for_update=True)
        if row is None or (row.lifted_at is None and _RANK.index(kind) > _RANK.index(row.kind)):
            set_day(session, day, kind, source=HeatSource.MINISTRY)
            taken += 1
    return taken


def feed(session: Session) -> HeatFeed | None:
    """How the last reading of the ministry's file went; None before the first."""
    return session.get(HeatFeed, _ONLY)


def note_feed(session: Session, *, fault: str | None) -> None:
    """Remember how a reading went."""
    row = session.get(HeatFeed, _ONLY, with_for_update=True)
    if row is None:
        row = HeatFeed(id=_ONLY)
        session.add(row)
    row.tried_at, row.fault = clock.now(), fault
    if fault is None:
        row.read_at = row.tried_at


def months(today: date) -> tuple[date, date]:
    """The first days of this month and of the next."""
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)
