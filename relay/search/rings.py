"""Rings around the place where somebody was last seen: the district, those beside it, the whole city. Pure.

Minutes count and most people are found near by, so the nearest are told first and nobody is told twice.
"""

from collections.abc import Collection, Mapping

Ring = frozenset[str]


def around(
    start: str | None,
    *,
    neighbours: Mapping[str, Collection[str]],
    same_centre: Collection[str],
    every: Collection[str],
) -> tuple[Ring, ...]:
    """The districts that each ring adds, nearest first; rings that would add none are left out.

    A district without neighbours of its own widens to the others of its centre. With no ``start`` the only ring is
    the whole city.
    """
    if start is None:
        return (frozenset(every),)
    home = frozenset({start})
    beside = frozenset(neighbours.get(start, ()) or same_centre) & frozenset(every) - home
    rest = frozenset(every) - home - beside
    return tuple(ring for ring in (home, beside, rest) if ring)


def ring_of(districts: Collection[str], rings: tuple[Ring, ...]) -> int:
    """The first ring that somebody who works in ``districts`` belongs to; without any, the last one."""
    for number, ring in enumerate(rings):
        if ring.intersection(districts):
            return number
    return len(rings) - 1
