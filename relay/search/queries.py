"""What the pages of searches show: the list, one search with everything that was sent, and its log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay.accounts.models import User
from relay.places.models import District
from relay.search import progress
from relay.search.errors import SearchError
from relay.search.models import Search, SearchEvent, Subject, Transmission
from relay.search.progress import Figures
from relay.search.states import OVER, Closing, State

#: Searches that are over, on the list. Older ones are found by their number and in the yearly figures.
OVER_SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class Row:
    """One search on the list. What tells of the person is None once it is wiped."""

    id: int
    state: State
    drill: bool
    created_at: datetime
    created_by: str
    changed_at: datetime
    submitted_by: str | None
    submitted_by_id: int | None
    submitted_at: datetime | None
    name: str | None
    age_band: str | None
    sex: str | None
    visible: str | None
    town: str | None
    place: str | None
    seen_at: datetime | None
    ring: int | None
    widen_proposed_at: datetime | None
    expires_at: datetime | None
    closed_at: datetime | None
    closing: Closing | None
    wipe_at: datetime | None
    wiped_at: datetime | None
    neighbour: str | None
    figures: Figures | None
    """None for a search that has not gone out."""


@dataclass(frozen=True)
class Board:
    """The list of searches, in the order in which they want attention."""

    live: tuple[Row, ...]
    awaiting: tuple[Row, ...]
    drafts: tuple[Row, ...]
    over: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        return not (self.live or self.awaiting or self.drafts or self.over)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One search: its row, where it stands on the rings, and who did what."""

    row: Row
    search: Search
    subject: Subject | None
    district: str | None
    approved_by: str | None
    urgent: bool
    """One person alone let it go out."""
    transmissions: tuple[Transmission, ...]
    events: tuple[SearchEvent, ...]

    @property
    def last_event(self) -> int:
        return self.events[0].id if self.events else 0

    @property
    def sent_at(self) -> datetime | None:
        """When the first alert was let go."""
        return self.transmissions[-1].at if self.transmissions else None


def board(session: Session, *, city: bool) -> Board:
    """All searches for the city's users; the live ones, without names, for others."""
    open_ones = session.scalars(
        select(Search).where(Search.state.not_in(OVER) if city else Search.state == State.LIVE)
    ).all()
    ended = (
        session.scalars(
            select(Search)
            .where(Search.state.in_(OVER))
            .order_by(Search.closed_at.desc(), Search.id.desc())
            .limit(OVER_SHOWN)
        ).all()
        if city
        else []
    )
    rows = [_row(session, search) for search in (*open_ones, *ended)]
    return Board(
        live=_of(rows, State.LIVE),
        awaiting=_of(rows, State.AWAITING),
        drafts=_of(rows, State.DRAFT),
        over=tuple(row for row in rows if row.state in OVER),
    )


def page(session: Session, search_id: int) -> Page:
    """Everything about one search. Raises ``SearchError``: missing."""
    search = session.get(Search, search_id)
    if search is None:
        raise SearchError("missing")
    subject = session.get(Subject, search_id)
    district = session.get(District, subject.district_id) if subject and subject.district_id else None
    events = session.scalars(
        select(SearchEvent).where(SearchEvent.search_id == search_id).order_by(SearchEvent.id.desc())
    ).all()
    transmissions = session.scalars(
        select(Transmission).where(Transmission.search_id == search_id).order_by(Transmission.sequence.desc())
    ).all()
    return Page(
        row=_row(session, search),
        search=search,
        subject=subject,
        district=district.name if district else None,
        approved_by=_user(session, search.approved_by),
        urgent=any(event.kind == "sent_urgently" for event in events),
        transmissions=tuple(transmissions),
        events=tuple(events),
    )


def news_since(session: Session, search_id: int, event_id: int, kinds: Collection[str]) -> list[SearchEvent]:
    """What happened after the event that somebody's page showed last, as far as it is of these kinds."""
    rows = session.scalars(
        select(SearchEvent)
        .where(SearchEvent.search_id == search_id, SearchEvent.id > event_id, SearchEvent.kind.in_(kinds))
        .order_by(SearchEvent.id)
    )
    return list(rows)


def live_count(session: Session) -> int:
    """How many searches are running, exercises among them."""
    return session.scalar(select(func.count()).where(Search.state == State.LIVE)) or 0


def state_of(session: Session, search_id: int) -> State:
    """Where a search stands. Raises ``SearchError``: missing."""
    state = session.scalar(select(Search.state).where(Search.id == search_id))
    if state is None:
        raise SearchError("missing")
    return state


def ended(session: Session, search_id: int) -> Row | None:
    """A search that has gone out and is over; None for any other."""
    search = session.get(Search, search_id)
    over = search is not None and search.state in OVER and search.ring is not None
    return _row(session, search) if search is not None and over else None


def _row(session: Session, search: Search) -> Row:
    subject = session.get(Subject, search.id)
    saved_at = session.scalar(
        select(func.max(SearchEvent.at)).where(
            SearchEvent.search_id == search.id, SearchEvent.kind.in_(("drafted", "saved"))
        )
    )
    return Row(
        id=search.id,
        state=search.state,
        drill=search.drill,
        created_at=search.created_at,
        created_by=search.created_by,
        changed_at=saved_at or search.created_at,
        submitted_by=_user(session, search.submitted_by),
        submitted_by_id=search.submitted_by,
        submitted_at=search.submitted_at,
        name=subject.name if subject else None,
        age_band=subject.age_band if subject else None,
        sex=subject.sex if subject else None,
        visible=subject.visible if subject else None,
        town=subject.seen_town if subject else None,
        place=subject.seen_place if subject else None,
        seen_at=subject.seen_at if subject else None,
        ring=search.ring,
        widen_proposed_at=search.widen_proposed_at,
        expires_at=search.expires_at,
        closed_at=search.closed_at,
        closing=search.closing,
        wipe_at=search.wipe_at,
        wiped_at=search.wiped_at,
        neighbour=search.neighbour,
        figures=progress.figures(session, search.id) if search.ring is not None else None,
    )


def _of(rows: list[Row], state: State) -> tuple[Row, ...]:
    """Real ones before exercises, newest first."""
    return tuple(sorted((row for row in rows if row.state == state), key=lambda row: (row.drill, -row.id)))


def _user(session: Session, user_id: int | None) -> str | None:
    return session.scalar(select(User.name).where(User.id == user_id)) if user_id else None
