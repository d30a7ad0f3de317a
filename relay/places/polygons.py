"""District boundaries (GeoJSON, RFC 7946): in which district a position lies. Pure but for reading the file.

A FeatureCollection of Polygons and MultiPolygons in longitude and latitude, each with the property ``district``. A
point on a border counts as inside; of two districts that share the border, the one that stands first in the file.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from relay.config_files import ConfigError

FILE = "districts.geojson"
MAX_BYTES = 50_000_000
#: A box around Japan: what lies outside of it is a mistake, mostly latitude written first.
LONGITUDES, LATITUDES = (122.0, 154.0), (20.0, 46.0)
#: Degrees within which a point is on a line: a tenth of a millimetre.
_ON_LINE = 1e-9
#: A ring is a triangle at least, and its first point comes again as its last.
_SHORTEST_RING = 4

Point = tuple[float, float]
"""Longitude, latitude."""


class PolygonError(ConfigError):
    """``districts.geojson`` can't be used. One line for each fault, with what to do."""


@dataclass(frozen=True)
class Polygon:
    """One outer ring and the rings cut out of it; every ring ends where it begins."""

    outer: tuple[Point, ...]
    holes: tuple[tuple[Point, ...], ...] = ()

    def holds(self, point: Point) -> bool:
        """Whether ``point`` lies inside or on the border, the border of a hole included."""
        if _on_border(self.outer, point):
            return True
        if not _inside(self.outer, point):
            return False
        return not any(_inside(hole, point) and not _on_border(hole, point) for hole in self.holes)


@dataclass(frozen=True)
class Area:
    """One district: its polygons, and the box around them."""

    district: str
    polygons: tuple[Polygon, ...]
    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, district: str, polygons: tuple[Polygon, ...]) -> "Area":
        points = [point for polygon in polygons for point in polygon.outer]
        lngs, lats = [point[0] for point in points], [point[1] for point in points]
        return cls(district, polygons, min(lngs), min(lats), max(lngs), max(lats))

    def holds(self, point: Point) -> bool:
        lng, lat = point
        near = (
            self.west - _ON_LINE <= lng <= self.east + _ON_LINE
            and self.south - _ON_LINE <= lat <= self.north + _ON_LINE
        )
        return near and any(polygon.holds(point) for polygon in self.polygons)


@dataclass(frozen=True)
class Areas:
    """All districts that have a boundary."""

    areas: tuple[Area, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The districts, each once."""
        return tuple(dict.fromkeys(area.district for area in self.areas))

    def at(self, *, lat: float, lng: float) -> str | None:
        """The district in which a position lies, None outside of all."""
        return next((area.district for area in self.areas if area.holds((lng, lat))), None)


def read(path: Path) -> Areas:
    """The boundaries of a file. Raises ``PolygonError`` with every fault that it has."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PolygonError(f"{path.name}: is larger than {MAX_BYTES // 1_000_000} MB: simplify the lines")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PolygonError(f"{path.name}: can't be read ({error.strerror})") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise PolygonError(f"{path.name}: is no GeoJSON in UTF-8 ({error})") from error
    faults: list[str] = []
    areas = tuple(parse(data, faults))
    if not areas and not faults:
        faults.append("holds no district: add a Feature for each")
    if faults:
        raise PolygonError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return Areas(areas)


def parse(data: Any, faults: list[str]) -> Iterator[Area]:
    """The areas of a decoded GeoJSON document; what is wrong goes to ``faults``."""
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        faults.append("must be a FeatureCollection with a list of features")
        return
    for number, feature in enumerate(features, 1):
        feature = feature if isinstance(feature, dict) else {}  # noqa: PLW2901 - whatever it is, it has no district
        properties = feature.get("properties")
        district = properties.get("district") if isinstance(properties, dict) else None
        if not isinstance(district, str) or not district.strip():
            faults.append(f"feature {number} needs the property district, a text")
            continue
        before = len(faults)
        polygons = tuple(_polygons(feature.get("geometry"), f"feature {number} ({district})", faults))
        if len(faults) == before and polygons:
            yield Area.of(district.strip(), polygons)


def _polygons(geometry: Any, name: str, faults: list[str]) -> Iterator[Polygon]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
        faults.append(f"{name} must be a Polygon or MultiPolygon with coordinates")
        return
    for rings in coordinates if kind == "MultiPolygon" else [coordinates]:
        if not isinstance(rings, list) or not rings:
            faults.append(f"{name}: a polygon without any ring")
            continue
        read = [_ring(ring, name, faults) for ring in rings]
        whole = tuple(ring for ring in read if ring is not None)
        if len(whole) == len(read):
            yield Polygon(whole[0], whole[1:])


def _ring(ring: Any, name: str, faults: list[str]) -> tuple[Point, ...] | None:
    points = [_point(position) for position in ring] if isinstance(ring, list) else []
    if len(points) < _SHORTEST_RING:
        faults.append(
            f"{name}: a ring needs at least {_SHORTEST_RING} positions, the last one like the first"
        )
        return None
    known = [point for point in points if point is not None]
    if len(known) < len(points):
        faults.append(f"{name}: a position must be two numbers, longitude and latitude")
        return None
    outside = next((point for point in known if not _in_japan(point)), None)
    if outside is not None:
        swapped = " (longitude comes first)" if _in_japan((outside[1], outside[0])) else ""
        faults.append(f"{name}: {list(outside)} lies outside Japan{swapped}")
        return None
    if known[0] != known[-1]:
        faults.append(f"{name}: a ring is not closed: its last position must be like its first")
        return None
    if len(set(known)) < _SHORTEST_RING - 1:
        faults.append(f"{name}: a ring without any area")
        return None
    return tuple(known)


def _point(position: Any) -> Point | None:
    """Longitude and latitude; a height behind them is left off."""
    if not isinstance(position, list) or len(position) < 2:  # noqa: PLR2004 - two coordinates
        return None
    pair = position[:2]
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in pair):
        return None
    try:
        lng, lat = float(pair[0]), float(pair[1])
    except OverflowError:
        return None
    return (lng, lat) if math.isfinite(lng) and math.isfinite(lat) else None


def _in_japan(point: Point) -> bool:
    lng, lat = point
    return LONGITUDES[0] <= lng <= LONGITUDES[1] and LATITUDES[0] <= lat <= LATITUDES[1]


def _inside(ring: tuple[Point, ...], point: Point) -> bool:
    """Whether a line from ``point`` to the east crosses the ring an odd number of times.

    An edge counts with its lower end and without its upper one, so that a corner is crossed once.
    """
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


def _on_border(ring: tuple[Point, ...], point: Point) -> bool:
    return any(_on_edge(start, end, point) for start, end in pairwise(ring))


def _on_edge(start: Point, end: Point, point: Point) -> bool:
    (x1, y1), (x2, y2), (x, y) = start, end, point
    length = math.hypot(x2 - x1, y2 - y1)
    if length <= _ON_LINE:
        return math.hypot(x - x1, y - y1) <= _ON_LINE
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length
    away = abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length
    return away <= _ON_LINE and -_ON_LINE <= along <= length + _ON_LINE
