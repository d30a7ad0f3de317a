"""Addresses of maps that a reader may open: the Geospatial Information Authority's and Google's."""

from urllib.parse import quote

from relay import city as cities
from relay.web.language import _

#: Street level: single houses are told apart.
ZOOM = 18

#: A map's name and address.
MapLink = tuple[str, str]


def of_spot(lat: float, lng: float) -> list[MapLink]:
    """Maps that open at a point."""
    return [
        (_("地理院地図"), f"https://maps.gsi.go.jp/#{ZOOM}/{lat:.6f}/{lng:.6f}/"),
        (_("Googleマップ"), _google(f"{lat:.6f},{lng:.6f}")),
    ]


def of_words(place: str, *, name: str | None = None) -> MapLink:
    """A map that looks for a place of the city by words; the Authority's opens by coordinates only."""
    # Maps know the city's name without a remark in brackets.
    city = cities.current().name.split("（")[0]
    return name or _("Googleマップ"), _google(f"{city}{place}")


def _google(query: str) -> str:
    return f"https://www.google.com/maps/search/?api=1&query={quote(query)}"
