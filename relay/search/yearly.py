"""Figures of a year for the liaison meeting: searches and exercises, each counted by itself.

A Japanese city counts by fiscal years, April to March.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock
from relay.search import progress
from relay.search.models import Search, SearchEvent, Transmission
from relay.search.progress import Counts, Figures
from relay.search.states import Closing, State

FIRST_MONTH = 4


@dataclass(frozen=True, kw_only=True)
class Year:
    """What went out in one fiscal year. Minutes are medians over searches; None where there is nothing to count."""

    year: int
    searches: int
    live: int
    closings: dict[Closing, int]
    urgent: int
    """Sent by one person alone."""
    widened: int
    """Transmissions that widened a search."""
    total: Counts
    companies: tuple[tuple[str, Counts], ...]
    sightings: int
    minutes_to_open: float | None
    minutes_to_first_sighting: float | None


def years(session: Session, *, drill: bool) -> list[Year]:
    """All years in which something went out, newest first."""
    started = (
        select(Transmission.search_id, func.min(Transmission.at).label("at"))
        .group_by(Transmission.search_id)
        .subquery()
    )
    rows = session.execute(
        select(Search, started.c.at)
        .join(started, started.c.search_id == Search.id)
        .where(Search.drill.is_(drill))
        .order_by(Search.id)
    )
    by_year: dict[int, list[Search]] = {}
    for search, at in rows:
        here = clock.local(at)
        by_year.setdefault(here.year - (here.month < FIRST_MONTH), []).append(search)
    return [_year(session, year, found) for year, found in sorted(by_year.items(), reverse=True)]


def _year(session: Session, year: int, searches: Sequence[Search]) -> Year:
    ids = [search.id for search in searches]
    figures = [progress.figures(session, search_id) for search_id in ids]
    closings = [search.closing for search in searches if search.closing]
    return Year(
        year=year,
        searches=len(searches),
        live=sum(search.state == State.LIVE for search in searches),
        closings={closing: closings.count(closing) for closing in Closing},
        urgent=_events(session, ids, "sent_urgently"),
        widened=_events(session, ids, "sent_widening"),
        total=sum((one.total for one in figures), Counts()),
        companies=_companies(figures),
        sightings=sum(one.sightings for one in figures),
        minutes_to_open=_median([one.minutes_to_open for one in figures]),
        minutes_to_first_sighting=_median([one.minutes_to_first_sighting for one in figures]),
    )


def _companies(figures: Sequence[Figures]) -> tuple[tuple[str, Counts], ...]:
    found: dict[str, Counts] = {}
    for one in figures:
        for name, counts in one.companies:
            found[name] = counts + found.get(name, Counts())
    return tuple(sorted(found.items(), key=lambda item: (-item[1].people, item[0])))


def _events(session: Session, ids: Sequence[int], kind: str) -> int:
    return (
        session.scalar(select(func.count()).where(SearchEvent.search_id.in_(ids), SearchEvent.kind == kind))
        or 0
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 1) if known else None
