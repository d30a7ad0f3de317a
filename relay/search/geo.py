"""Distances and directions between two points on the ground. Pure; degrees in, metres and compass words out."""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin, sqrt

#: Mean radius of the Earth in metres (IUGG). Within one city the error is far below a street's width.
EARTH = 6_371_009
#: The eight directions from north, clockwise, as they are stored and spoken.
COMPASS = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")
#: Below so many metres a distance is told in tens of metres, above in kilometres.
KILOMETRE = 1000


@dataclass(frozen=True)
class Point:
    """A position, WGS 84."""

    lat: float
    lng: float


def point(lat: float | None, lng: float | None) -> Point | None:
    """A point where both halves are known."""
    return None if lat is None or lng is None else Point(lat, lng)


def metres(a: Point, b: Point) -> float:
    """The way from ``a`` to ``b`` as the crow flies (haversine)."""
    north, east = radians(b.lat - a.lat), radians(b.lng - a.lng)
    part = sin(north / 2) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(east / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, part)))


def direction(a: Point, b: Point) -> str:
    """Which of the eight directions ``b`` lies in, seen from ``a``."""
    east = radians(b.lng - a.lng)
    y = sin(east) * cos(radians(b.lat))
    x = cos(radians(a.lat)) * sin(radians(b.lat)) - sin(radians(a.lat)) * cos(radians(b.lat)) * cos(east)
    return COMPASS[round(degrees(atan2(y, x)) / 45) % len(COMPASS)]


def rounded(distance: float) -> str:
    """A distance as one says it: 「80m」「650m」「1.2km」「12km」."""
    if distance < KILOMETRE - 5:
        return f"{max(10, round(distance, -1)):.0f}m"
    kilometres = distance / KILOMETRE
    return f"{kilometres:.1f}km" if kilometres < 10 else f"{kilometres:.0f}km"  # noqa: PLR2004
