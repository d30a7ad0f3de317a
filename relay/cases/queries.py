"""What the board shows: open cases with their clocks, lately closed ones, and what needs a person's eye."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from relay import city as cities
from relay import clock
from relay.accounts.scope import Scope
from relay.cases import standing
from relay.cases.models import Case, Report
from relay.cases.on_duty import OnDuty
from relay.cases.standing import EVERYONE, Standing
from relay.duty import rota
from relay.duty.models import Escalation
from relay.outbox.models import Message, State
from relay.places.models import Centre
from relay.vocabulary import Level, Outcome, Sign

CLOSED_SHOWN = 10
CLOSED_WITHIN = timedelta(hours=48)
_FAR = datetime.max.replace(tzinfo=clock.JAPAN)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where: as much of it as is known."""

    town: str | None
    number: str | None
    building: str | None
    room: str | None
    surname: str | None
    district: str | None = None
    """Where the town is not known: the district in which the reporter's phone was."""

    @property
    def address(self) -> str:
        """「八幡3-4-11 コーポ桜 203」; empty while the town is unknown."""
        if not self.town:
            return ""
        rest = " ".join(part for part in (self.building, self.room) if part)
        return f"{self.town}{self.number or ''}" + (f" {rest}" if rest else "")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One open case on the board."""

    id: int
    level: Level
    place: Place
    signs: tuple[Sign, ...]
    days: int | None
    called_119: bool
    sealed: bool
    centre_id: int | None
    centre: str | None
    standing: Standing
    reports: int
    unverified: bool
    """No report of it comes from a known sender."""
    candidates: tuple[str, ...]
    """Towns it could be, while that is not clear."""
    opened_at: datetime
    reported_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClosedRow:
    """One case that ended lately."""

    id: int
    level: Level
    place: Place
    centre: str | None
    outcome: Outcome | None
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the user wants to see of what he or she may see."""

    level: Level | None = None
    centre_id: int | None = None
    officer_id: int | None = None
    """Only cases that this officer has."""

    def here(self, row: Row) -> bool:
        """Whether the row belongs to the centre that was chosen."""
        return self.centre_id is None or row.centre_id == self.centre_id

    def keep(self, row: Row) -> bool:
        """Whether the row passes all filters."""
        return (
            self.here(row)
            and (self.level is None or row.level == self.level)
            and (self.officer_id is None or row.standing.owner_id == self.officer_id)
        )


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers over everything in scope, or in the centre that was chosen; the other filters don't touch them."""

    open: int
    unanswered: int
    waiting: int
    """Nobody has them, and nobody is woken for them: the centre is told when it opens."""
    levels: dict[Level, int]
    mine: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything that the live part of the board shows."""

    counts: Counts
    rows: Sequence[Row]
    """Cases of a centre, most urgent first."""
    desk: Sequence[Row]
    """Cases at the city desk, because their place is not clear."""
    closed: Sequence[ClosedRow]
    late: Sequence[int]
    """Cases that have neither owner nor clock: promise P3 is broken."""
    unreached: Sequence[int]
    """Cases that nobody has, and of whose alerts one did not arrive."""

    @property
    def desk_above(self) -> Sequence[Row]:
        """Cases without a clear place that are so urgent that they must stand above the others: nobody can go yet."""
        return [row for row in self.desk if row.level >= self._least_above]

    @property
    def desk_below(self) -> Sequence[Row]:
        """The others without a clear place."""
        return [row for row in self.desk if row.level < self._least_above]

    @property
    def _least_above(self) -> Level:
        return max(Level.URGENT, self.rows[0].level) if self.rows else Level.URGENT


def board(session: Session, scope: Scope, filters: Filters, *, officer_id: int | None) -> Board:
    """The board as ``scope`` may see it. ``officer_id``: the user's own, for the number of "mine"."""
    now = clock.now()
    on_duty = OnDuty(session, now)
    rows = [row_of(case, escalation, on_duty) for case, escalation in _open(session, scope)]
    kept = sorted(filter(filters.keep, rows), key=_by_urgency)
    return Board(
        counts=_counts(list(filter(filters.here, rows)), officer_id),
        rows=[row for row in kept if row.centre is not None],
        desk=[row for row in kept if row.centre is None],
        closed=_closed(session, scope, filters, now),
        # What is broken is shown whatever the filters.
        late=[row.id for row in rows if row.standing.late],
        unreached=_unreached(session, [row.id for row in rows if row.standing.unowned]),
    )


def row_of(case: Case, escalation: Escalation | None, on_duty: OnDuty) -> Row:
    """One case in a line. Expects its reports and centre to be loaded."""
    return Row(
        id=case.id,
        level=case.level,
        place=place_of(case),
        signs=signs_of(case.reports),
        days=max((report.days for report in case.reports if report.days), default=None),
        called_119=case.called_119_at is not None or any(report.called_119 for report in case.reports),
        sealed=case.sealed,
        centre_id=case.centre_id,
        centre=case.centre.name if case.centre else None,
        standing=standing_of(case, escalation, on_duty),
        reports=len(case.reports),
        unverified=bool(case.reports) and not any(report.verified for report in case.reports),
        candidates=tuple(dict.fromkeys(town for report in case.reports for town in report.candidates)),
        opened_at=case.opened_at,
        reported_at=max((report.received_at for report in case.reports), default=case.opened_at),
    )


def standing_of(case: Case, escalation: Escalation | None, on_duty: OnDuty) -> Standing:
    """Where the case stands, with the names of those whose turn is next."""
    closed = case.closed_at is not None
    found = standing.stand(escalation, closed=closed, now=on_duty.now, hours=cities.current().hours)
    if escalation is None or not found.unowned:
        return found
    for rung in standing.next_rungs(escalation):
        names = on_duty.names(rung, escalation.centre_id)
        if names or rung == EVERYONE:
            return found.naming(rung, names)
    return found


def place_of(case: Case) -> Place:
    """Where the case is, as far as it is known."""
    return Place(
        town=case.town,
        number=case.number,
        building=case.building,
        room=case.room,
        surname=case.surname,
        district=case.district,
    )


def signs_of(reports: Sequence[Report]) -> tuple[Sign, ...]:
    """All signs that any report names, in the order of the vocabulary."""
    seen = {code for report in reports for code in report.signs}
    return tuple(sign for sign in Sign if sign.value in seen)


def rota_gaps(session: Session, scope: Scope) -> list[rota.Gap]:
    """Empty duty slots of the coming days, of the centres in scope."""
    gaps = rota.gaps(session, days=cities.current().gap_warning_days)
    if scope.city:
        return gaps
    own = session.scalar(select(Centre.name).where(Centre.id == scope.centre_id))
    return [gap for gap in gaps if gap.centre == own]


def centres(session: Session) -> list[tuple[int, str]]:
    """All centres, for the city's filter."""
    return list(session.execute(select(Centre.id, Centre.name).order_by(Centre.id)).all())


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """The condition that keeps a query to the cases that ``scope`` may see."""
    if scope.city:
        return true()
    return false() if scope.centre_id is None else Case.centre_id == scope.centre_id


def _open(session: Session, scope: Scope) -> list[tuple[Case, Escalation | None]]:
    found = session.execute(
        select(Case, Escalation)
        .outerjoin(Escalation, Escalation.case_id == Case.id)
        .where(Case.closed_at.is_(None), in_scope(scope))
        .options(joinedload(Case.centre), selectinload(Case.reports), joinedload(Escalation.owner))
        .order_by(Case.id)
    )
    return [(case, escalation) for case, escalation in found]


def _by_urgency(row: Row) -> tuple[int, bool, int, datetime, int]:
    """Most urgent first; within a level broken clocks, then what nobody has, then by time left."""
    order = list(standing.State).index(row.standing.state)
    return (-row.level.rank, not row.standing.late, order, row.standing.until or _FAR, row.id)


def _counts(rows: Sequence[Row], officer_id: int | None) -> Counts:
    levels = Counter(row.level for row in rows)
    return Counts(
        open=len(rows),
        unanswered=sum(row.standing.state is standing.State.UNANSWERED for row in rows),
        waiting=sum(row.standing.state is standing.State.WAITING for row in rows),
        levels={level: levels[level] for level in reversed(Level)},
        mine=sum(officer_id is not None and row.standing.owner_id == officer_id for row in rows),
    )


def _closed(session: Session, scope: Scope, filters: Filters, now: datetime) -> list[ClosedRow]:
    here = true() if filters.centre_id is None else Case.centre_id == filters.centre_id
    found = session.scalars(
        select(Case)
        .where(Case.closed_at > now - CLOSED_WITHIN, in_scope(scope), here)
        .options(joinedload(Case.centre))
        .order_by(Case.closed_at.desc())
        .limit(CLOSED_SHOWN)
    )
    return [
        ClosedRow(
            id=case.id,
            level=case.level,
            place=place_of(case),
            centre=case.centre.name if case.centre else None,
            outcome=case.outcome,
            closed_at=case.closed_at or now,
        )
        for case in found
    ]


def _unreached(session: Session, case_ids: Sequence[int]) -> list[int]:
    """Those of the cases of which a duty message did not arrive, as far as it was still needed."""
    found = session.scalars(
        select(Message.case_id)
        .where(
            Message.case_id.in_(case_ids),
            Message.lane == "duty",
            Message.state.in_((State.UNDELIVERED, State.FAILED)),
            Message.reason.is_distinct_from("withdrawn"),
        )
        .distinct()
        .order_by(Message.case_id)
    )
    return [case_id for case_id in found if case_id is not None]
