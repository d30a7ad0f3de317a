"""The city's towns and centres as the database has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, config_files, settings
from relay.config_files import ConfigError
from relay.places.models import Centre, District, Town
from relay.places.table import TownRow, TownTable, TownTableError

#: How long a process works with the town table that it has read.
KEEP = timedelta(seconds=60)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Kept:
    table: TownTable
    read_at: datetime
    complete: bool
    """Whether it was read from the database, not from the file that stands in for it."""

    def fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.read_at < KEEP


class _Cache:
    """The last table of this process. One attribute, replaced whole: threads need no lock."""

    kept: _Kept | None = None


def town_table(session: Session | None) -> TownTable:
    """The town table, read again every minute.

    With the database away pass None: the table of last time serves, or the config folder's ``towns.csv``, or
    in the worst case an empty one, with which every report asks back for its place.
    """
    now = clock.now()
    kept = _Cache.kept
    if kept and kept.fresh(now) and (kept.complete or session is None):
        return kept.table
    if session is not None:
        fresh = _Kept(_from_database(session), now, complete=True)
    elif kept:
        return kept.table
    else:
        fresh = _Kept(_from_folder(settings.current().config), now, complete=False)
    _Cache.kept = fresh
    return fresh.table


def forget() -> None:
    """Read the table anew at the next call: after an import, and between tests."""
    _Cache.kept = None


def town_names(session: Session) -> list[str]:
    """All towns, each once, in the order of their readings."""
    names = session.execute(select(Town.name).order_by(Town.kana, Town.name)).scalars()
    return list(dict.fromkeys(names))


def centre_for(session: Session, town: str) -> Centre | None:
    """The centre that answers for ``town``; None for an unknown town or one without a district."""
    return session.scalar(
        select(Centre)
        .join(District, District.centre_id == Centre.id)
        .join(Town, Town.district_id == District.id)
        .where(Town.name == town)
        .order_by(Centre.id)
        .limit(1)
    )


def city_names(folder: Path) -> tuple[str, ...]:
    """The words of ``city.toml`` that are never a town: the prefecture, and the city with and without 市.

    None where there is no such file. Raises ``ConfigError`` when it can't be read.
    """
    path = folder / "city.toml"
    part = config_files.read(path).get("city", {}) if path.exists() else {}
    names = [name for key in ("prefecture", "name") if isinstance(name := part.get(key), str) and name]
    if isinstance(city := part.get("name"), str) and len(city) > 1 and city[-1] in "市区町村":
        names.append(city[:-1])
    return tuple(names)


def _from_database(session: Session) -> TownTable:
    rows = session.execute(
        select(Town.name, Town.kana, Town.postcode, District.name)
        .outerjoin(District, District.id == Town.district_id)
        .order_by(Town.id)
    )
    try:
        names = city_names(settings.current().config)
    except ConfigError:
        # Reports are still read, only the city's name in an address may puzzle; `relay check` says the same.
        log.exception("city_names_away")
        names = ()
    return TownTable.from_rows((TownRow(*row) for row in rows), city_names=names)


def _from_folder(folder: Path) -> TownTable:
    try:
        return TownTable.from_folder(folder)
    except TownTableError:
        log.exception("town_table_away")
        return TownTable.from_rows(())
