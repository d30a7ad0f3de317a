"""From a phone's position to the district that answers for it, where the city has drawn its districts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import settings
from relay.places import polygons
from relay.places import service as places
from relay.places.models import Centre, District, Town
from relay.places.polygons import Areas, PolygonError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Located:
    """The district of a position, and the centre that answers for it (None: the city has no such district)."""

    district: str
    centre: Centre | None


def load(folder: Path) -> Areas | None:
    """The boundaries of a city's own folder; None where it has drawn none. Raises ``PolygonError``."""
    path = folder / polygons.FILE
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Areas:
    del changed  # a changed file is read again
    return polygons.read(path)


class _Kept:
    """The last boundaries that could be read. Replaced whole, so threads need no lock."""

    last: tuple[Path, Areas | None] | None = None


def _current() -> Areas | None:
    """The boundaries of now. A file that is broken while the relay runs costs no report: the last good ones serve."""
    folder = settings.current().config
    try:
        found = load(folder)
    except PolygonError:
        log.exception("boundaries_away")
        return _Kept.last[1] if _Kept.last and _Kept.last[0] == folder else None
    _Kept.last = (folder, found)
    return found


def check(folder: Path, districts: Iterable[str]) -> Areas | None:
    """Read the boundaries and compare them with the city's ``districts``.

    Raises ``PolygonError`` with one line for each fault. Districts without a boundary are fine: there the position
    says nothing.
    """
    areas, known = load(folder), set(districts)
    unknown = [name for name in areas.names if name not in known] if areas and known else []
    if unknown:
        raise PolygonError(
            "\n".join(
                f"{polygons.FILE}: there is no district {name!r}: write it as in city.toml"
                for name in unknown
            )
        )
    return areas


def locate(session: Session, *, lat: float | None, lng: float | None) -> Located | None:
    """The district in which a position lies; None without a position, without boundaries, and outside of all."""
    if lat is None or lng is None:
        return None
    areas = _current()
    name = areas.at(lat=lat, lng=lng) if areas else None
    if name is None:
        return None
    centre = session.scalar(
        select(Centre).join(District, District.centre_id == Centre.id).where(District.name == name)
    )
    return Located(district=name, centre=centre)


def centre_of(session: Session, town: str | None, *, lat: float | None, lng: float | None) -> Centre | None:
    """The centre that answers for a town; where the town is not known, that of the position."""
    if town:
        return places.centre_for(session, town)
    located = locate(session, lat=lat, lng=lng)
    return located.centre if located else None


def district_of(session: Session, town: str) -> str | None:
    """The district of a town, None where it has none."""
    return session.scalar(
        select(District.name).join(Town, Town.district_id == District.id).where(Town.name == town).limit(1)
    )


def contradiction(
    session: Session, town: str | None, *, lat: float | None, lng: float | None
) -> tuple[str, str] | None:
    """Where the position and the town do not agree: the district of the position, and that of the town, which wins."""
    own = district_of(session, town) if town else None
    located = locate(session, lat=lat, lng=lng) if own else None
    return (located.district, own) if located and own and located.district != own else None
