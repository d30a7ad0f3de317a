"""Finding the centre that a cell names."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay.imports.result import Bad
from relay.imports.sheet import key
from relay.places.models import Centre

CITY = "市"
_CITY_WORDS = ("市", "市役所", "本庁", "city")


@dataclass(frozen=True)
class Place:
    """Where an officer or a shift belongs. ``id`` None: to the city itself."""

    id: int | None
    name: str


class Centres:
    """All centres, found by code or name however they are spaced and widened."""

    def __init__(self, session: Session) -> None:
        centres = list(session.scalars(select(Centre).order_by(Centre.id)))
        self._names: dict[int | None, str] = {None: CITY, **{centre.id: centre.name for centre in centres}}
        self._places = {key(word): Place(None, CITY) for word in _CITY_WORDS}
        for centre in centres:
            for word in (centre.name, centre.code):
                self._places[key(word)] = Place(centre.id, centre.name)
        self._codes = [centre.code for centre in centres]

    def find(self, text: str) -> Place:
        """The centre that ``text`` means, or the city. Raises ``Bad`` with the words that may be used."""
        place = self._places.get(key(text))
        if place is None:
            raise Bad("centre_unknown", given=text, centres=[*self._codes, CITY])
        return place

    def name(self, centre_id: int | None) -> str:
        """The name of a centre, or the word for the city."""
        return self._names[centre_id]
