"""The duty rota: who is on duty at which centre from when to when."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city
from relay.clock import local
from relay.duty import rota as duty_rota
from relay.duty.models import Officer, Shift
from relay.imports import cells
from relay.imports.lookup import Centres, Place
from relay.imports.result import Bad, Column, Result
from relay.imports.rows import need
from relay.imports.sheet import Row
from relay.imports.words import Word

CENTRE = Column("センター", "centre", ("センター名", "包括"))
PHONE = Column(
    "電話", "officer phone", ("電話番号", "職員電話", "携帯", "携帯電話", "phone", "officer_phone")
)
RANK = Column("順位", "rank", ("当番順位",))
FROM = Column("開始", "from", ("開始日時", "始まり", "start"))
TO = Column("終了", "to", ("終了日時", "終わり", "end"))
COLUMNS = (CENTRE, PHONE, RANK, FROM, TO)
OFFICER = Column("担当", "officer")

_Slot = tuple[int | None, int]
"""A centre and a rank: within one, shifts must not overlap."""


@dataclass(frozen=True)
class _Entry:
    place: Place
    rank: int
    officer: Officer
    starts: datetime
    ends: datetime
    line: int

    @property
    def slot(self) -> _Slot:
        return self.place.id, self.rank


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Write the shifts of ``rows``, told apart by centre, rank and start.

    A file speaks for the time between its first start and its last end at each centre. Stored shifts of that
    time which it does not name stay (a fault where they would overlap) or go with ``remove_missing``.
    """
    centres = Centres(session)
    entries = _entries(session, rows, centres, result)
    _overlaps(entries, result)
    if result.faults:
        return
    stored = _stored(session, entries)
    by_start = {(shift.centre_id, shift.rank, shift.starts_at): shift for shift in stored}
    named = {(*entry.slot, entry.starts) for entry in entries}
    spans = _spans(entries)
    staying = []
    for shift in stored:
        if (shift.centre_id, shift.rank, shift.starts_at) in named:
            continue
        inside = shift.centre_id in spans and _within(shift, *spans[shift.centre_id])
        label = _label(centres.name(shift.centre_id), shift.rank, shift.starts_at, shift.officer)
        if inside and remove_missing:
            session.delete(shift)
            result.removed.append(label)
            continue
        if inside:
            result.missing.append(label)
        staying.append(shift)
    _meets_stored(entries, staying, result)
    if result.faults:
        return
    for entry in entries:
        _write(session, by_start.get((*entry.slot, entry.starts)), entry, result)
    session.flush()
    for gap in duty_rota.gaps(session, days=city.current().gap_warning_days):
        result.warn(
            None,
            "gap",
            centre=gap.centre or Word("city"),
            rank=Word(f"rank_{gap.rank}"),
            starts=gap.starts_at,
            ends=gap.ends_at,
        )


def _entries(session: Session, rows: list[Row], centres: Centres, result: Result) -> list[_Entry]:
    officers = {officer.phone: officer for officer in session.scalars(select(Officer))}
    entries = []
    for row in rows:
        place = need(row, CENTRE, result, centres.find)
        officer = need(row, PHONE, result, partial(_officer, officers))
        rank = need(row, RANK, result, cells.rank)
        starts = need(row, FROM, result, cells.moment)
        ends = need(row, TO, result, cells.moment)
        if starts and ends and ends <= starts:
            result.fault(row.line, "shift_backwards", starts=starts, ends=ends)
            continue
        if place is None or officer is None or rank is None or starts is None or ends is None:
            continue
        if officer.centre_id not in (None, place.id):
            own = centres.name(officer.centre_id)
            result.warn(row.line, "officer_other_centre", name=officer.name, own=own, centre=place.name)
        entries.append(_Entry(place, rank, officer, starts, ends, row.line))
    return entries


def _officer(officers: dict[str, Officer], text: str) -> Officer:
    officer = officers.get(cells.phone(text))
    if officer is None:
        raise Bad("officer_unknown", given=text)
    if not officer.active:
        raise Bad("officer_off", given=text, name=officer.name)
    return officer


def _overlaps(entries: list[_Entry], result: Result) -> None:
    """Faults for overlaps at one rank, warnings where one person is duty and backup at once."""
    by_start = sorted(entries, key=lambda entry: (entry.starts, entry.line))
    latest: dict[_Slot, _Entry] = {}
    for entry in by_start:
        before = latest.get(entry.slot)
        if before and before.ends > entry.starts:
            first, second = sorted((before, entry), key=lambda e: e.line)
            result.fault(second.line, "shift_overlap", line=first.line, starts=first.starts, ends=first.ends)
        if before is None or entry.ends > before.ends:
            latest[entry.slot] = entry
        other = latest.get((entry.place.id, 3 - entry.rank))
        if other and other.officer is entry.officer and other.ends > entry.starts:
            first, second = sorted((other, entry), key=lambda e: e.line)
            result.warn(second.line, "shift_same_person", name=entry.officer.name, line=first.line)


def _stored(session: Session, entries: list[_Entry]) -> list[Shift]:
    """The shifts that the file's time touches."""
    if not entries:
        return []
    start, end = min(entry.starts for entry in entries), max(entry.ends for entry in entries)
    touching = select(Shift).where(Shift.ends_at > start, Shift.starts_at < end)
    return list(session.scalars(touching.order_by(Shift.starts_at, Shift.id)))


def _spans(entries: list[_Entry]) -> dict[int | None, tuple[datetime, datetime]]:
    spans: dict[int | None, tuple[datetime, datetime]] = {}
    for entry in entries:
        start, end = spans.get(entry.place.id, (entry.starts, entry.ends))
        spans[entry.place.id] = min(start, entry.starts), max(end, entry.ends)
    return spans


def _within(shift: Shift, start: datetime, end: datetime) -> bool:
    return shift.starts_at >= start and shift.ends_at <= end


def _meets_stored(entries: list[_Entry], staying: list[Shift], result: Result) -> None:
    for entry in entries:
        for shift in staying:
            same_slot = (shift.centre_id, shift.rank) == entry.slot
            if same_slot and shift.starts_at < entry.ends and shift.ends_at > entry.starts:
                result.fault(
                    entry.line,
                    "shift_overlap_stored",
                    name=shift.officer.name,
                    starts=shift.starts_at,
                    ends=shift.ends_at,
                )


def _write(session: Session, shift: Shift | None, entry: _Entry, result: Result) -> None:
    label = _label(entry.place.name, entry.rank, entry.starts, entry.officer)
    if shift is None:
        session.add(
            Shift(
                centre_id=entry.place.id,
                officer_id=entry.officer.id,
                rank=entry.rank,
                starts_at=entry.starts,
                ends_at=entry.ends,
            )
        )
        result.added.append(label)
        return
    fields = [
        (OFFICER, shift.officer.name, entry.officer.name),
        (TO, _shown(shift.ends_at), _shown(entry.ends)),
    ]
    result.settle(label, fields)
    shift.officer, shift.ends_at = entry.officer, entry.ends


def _label(centre: str, rank: int, starts: datetime, officer: Officer) -> str:
    return f"{centre} {rank} {_shown(starts)} {officer.name}"


def _shown(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%d %H:%M")
