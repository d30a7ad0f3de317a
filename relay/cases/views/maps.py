"""Which maps a case page offers for the home."""

from collections.abc import Sequence

from relay.cases.details import ReportView
from relay.cases.queries import Place
from relay.web import maps
from relay.web.language import _


def links(place: Place, reports: Sequence[ReportView]) -> list[maps.MapLink]:
    """Maps of the place: by the newest coordinates that a reporter's phone gave, and by the address."""
    spots = [(r.lat, r.lng) for r in reports if r.lat is not None and r.lng is not None]
    found = maps.of_spot(*spots[-1]) if spots else []
    if place.town:
        name = _("住所で探す") if spots else None
        found.append(maps.of_words(f"{place.town}{place.number or ''}", name=name))
    return found
