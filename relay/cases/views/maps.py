"""Addresses of maps that an officer may open: the Geospatial Information Authority's and Google's."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from relay import city as cities
from relay.cases.details import ReportView
from relay.cases.queries import Place
from relay.cases.views.language import _

#: Street level: single houses are told apart.
ZOOM = 18


@dataclass(frozen=True, kw_only=True)
class MapLink:
    """A map to open: its name and address."""

    name: str
    url: str


def links(place: Place, reports: Sequence[ReportView]) -> list[MapLink]:
    """Maps of the place: by the newest coordinates that a reporter's phone gave, else by the address.

    The Authority's map opens by coordinates only, so an address alone gives Google's search.
    """
    spots = [(r.lat, r.lng) for r in reports if r.lat is not None and r.lng is not None]
    found = []
    if spots:
        lat, lng = spots[-1]
        found.append(
            MapLink(name=_("地理院地図"), url=f"https://maps.gsi.go.jp/#{ZOOM}/{lat:.6f}/{lng:.6f}/")
        )
        found.append(MapLink(name=_("Googleマップ"), url=_google(f"{lat:.6f},{lng:.6f}")))
    if place.town:
        name = _("住所で探す") if spots else _("Googleマップ")
        found.append(MapLink(name=name, url=_google(f"{_city()}{place.town}{place.number or ''}")))
    return found


def _city() -> str:
    """The city's name as maps know it, without a remark in brackets."""
    return cities.current().name.split("（")[0]


def _google(query: str) -> str:
    return f"https://www.google.com/maps/search/?api=1&query={quote(query)}"
