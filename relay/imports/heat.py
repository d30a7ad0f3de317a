"""Heat-alert days, as the city or the prefecture writes them down."""

from datetime import date

from sqlalchemy.orm import Session

from relay.imports import cells
from relay.imports.result import Column, Result
from relay.imports.rows import Once, may, need
from relay.imports.sheet import Row
from relay.places import heat
from relay.places.models import HeatKind, HeatSource

DAY = Column("日付", "day", ("年月日", "月日", "date", "対象日"))
KIND = Column("種別", "kind", ("区分", "種類", "アラート"), needed=False)
COLUMNS = (DAY, KIND)
_SHOWN = {HeatKind.ALERT: "警戒アラート", HeatKind.SPECIAL: "特別警戒アラート"}


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Set the days of ``rows``; one that a person took back is set again, for this file is a person's word too.

    A file speaks only for the time from its first to its last day.
    """
    once = Once(DAY, result)
    listed: dict[date, HeatKind] = {}
    for row in rows:
        day = need(row, DAY, result, cells.day)
        kind = may(row, KIND, result, cells.heat_kind)
        if day and kind and once.see(day, row.line, shown=row[DAY]):
            listed[day] = kind
    if result.faults or not listed:
        return
    stored = heat.days(session, min(listed), max(listed))
    for day, kind in listed.items():
        before = stored.get(day)
        if before is None:
            result.added.append(_label(day, kind))
        else:
            result.settle(f"{day}", [(KIND, _SHOWN[before.kind], _SHOWN[kind])])
        if before is None or before.kind is not kind:
            heat.set_day(session, day, kind, source=HeatSource.FILE)
    for day, known in stored.items():
        if day in listed:
            continue
        if remove_missing:
            result.removed.append(_label(day, known.kind))
            heat.lift(session, day, by=None)
        else:
            result.missing.append(_label(day, known.kind))


def _label(day: date, kind: HeatKind) -> str:
    return f"{day} {_SHOWN[kind]}"
