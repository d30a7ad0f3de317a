"""What is missing of a place, and what an answer to that question says. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from relay.places import names, romaji_reading
from relay.places.address import normalise_number
from relay.places.romaji import romaji
from relay.places.table import TownTable
from relay.places.writing import plain
from relay.triage.place import find_towns
from relay.triage.results import Place
from relay.vocabulary import Level

#: How many candidates a text can ask about and stay readable.
MOST_CANDIDATES = 3

#: The whole answer is a house number, or a town's place in the list that we asked about.
_ONLY_NUMBER = re.compile(
    r"(?:番地は|番地:?|no\.?)?\s*(?P<number>[0-9]{1,4}(?:丁目|番地?|号|の|-|\s)*(?:[0-9]{1,4}(?:番地?|号|の|-|\s)*){0,2})"
    r"(?:です|だと思います)?[。.!]?",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"(?P<at>[1-9])\s?(?:番|番目|つ目|です|番です|\))?(?:[\s、,。.:]+(?P<rest>.+))?", re.DOTALL
)
#: What people say around a town's name.
_AROUND = re.compile(r"(?:の?(?:ほう|方|あたり|辺り|付近|近く))?(?:です|でした|だと思います)?[。!]?$")
_LONGEST_TOWN = 12
_CIRCLED = {ord(char): str(at) for at, char in enumerate("①②③④⑤⑥⑦⑧⑨", 1)}


class Missing(StrEnum):
    """The part of a place without which nobody finds the home."""

    TOWN = "town"  # nothing fits
    WHICH = "which"  # several towns fit
    HOUSE = "house"  # the town is known, but no number, building, family name or position


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """All that is known of where a report's home is."""

    town: str | None
    number: str | None
    building: str | None
    room: str | None
    surname: str | None
    candidates: tuple[str, ...]
    position: bool
    """A phone's position came with the report."""

    @classmethod
    def of(cls, place: Place, *, surname: str | None, position: bool) -> "Whereabouts":
        """What a reading and the fields beside it say."""
        return cls(
            town=place.town,
            number=place.number,
            building=place.building,
            room=place.room,
            surname=surname,
            candidates=place.candidates,
            position=position,
        )

    @property
    def missing(self) -> Missing | None:
        """What is missing; None when somebody can go there."""
        if self.town is None:
            return Missing.WHICH if self.candidates else Missing.TOWN
        found = self.number or self.building or self.surname or self.position
        return None if found else Missing.HOUSE


def to_ask(where: Whereabouts, *, level: Level, signs: Sequence[str]) -> Missing | None:
    """What the reporter is asked for, None for nothing.

    Thanks, questions and other texts without any sign are nobody's home, and are not asked about.
    """
    return None if level == Level.ROUTINE and not signs else where.missing


def answered(
    known: Whereabouts, text: str, read: Place, towns: TownTable, *, surname: str | None = None
) -> Whereabouts:
    """What is known once ``text`` has answered. ``read``: the place that the triage finds in it.

    An answer is read more boldly than a report: a bare number, a bare family name, a number from the list that we
    asked with, and a town in Latin letters count.
    """
    text = text.strip()
    name = names.alone(text)
    if known.missing is Missing.HOUSE and name and name != known.town:
        return replace(known, surname=name)  # we asked for it: 「森本です」 is no town here
    town, candidates, text = _town(known, text, read, towns)
    same_town = known.town in (None, town)
    said = surname or names.named(text, towns)
    return replace(
        known,
        town=town,
        candidates=() if town else candidates,
        number=read.number or _bare_number(text) or (known.number if same_town else None),
        building=read.building or (known.building if same_town else None),
        room=read.room or (known.room if same_town else None),
        surname=known.surname or (None if said in towns.names else said),
    )


def _town(
    known: Whereabouts, text: str, read: Place, towns: TownTable
) -> tuple[str | None, tuple[str, ...], str]:
    """The town after the answer, the candidates if it is not clear, and what is left of the answer."""
    chosen = _CHOICE.fullmatch(unicodedata.normalize("NFKC", text.translate(_CIRCLED)))
    offered = known.candidates[:MOST_CANDIDATES]
    if known.missing is Missing.WHICH and chosen and int(chosen["at"]) <= len(offered):
        return offered[int(chosen["at"]) - 1], (), chosen["rest"] or ""
    if read.town:
        return read.town, (), text
    fits = read.candidates or romaji_reading.index(towns).towns(text, answer=True) or _typed(text, towns)
    both = tuple(town for town in known.candidates if town in fits)
    if len(fits) == 1:
        return fits[0], (), text
    if known.town is None and len(both) == 1:
        return both[0], (), text
    return known.town, both or fits or known.candidates, text


def _typed(text: str, towns: TownTable) -> tuple[str, ...]:
    """The towns that an answer means which is nothing but a town's name, or a part of one: 「栄です」「馬引」."""
    name = _AROUND.sub("", plain(text).strip())
    if not name or len(name) > _LONGEST_TOWN:
        return ()
    found = find_towns(name, towns)
    return found if len(name) > 1 or name in found else ()


def _bare_number(text: str) -> str | None:
    match = _ONLY_NUMBER.fullmatch(plain(text).strip())
    return normalise_number(match["number"]) if match else None


def shown(candidates: Sequence[str], language: str, towns: TownTable) -> str:
    """The towns to choose from, numbered: an answer may be the number alone."""
    offered = candidates[:MOST_CANDIDATES]
    return " ".join(f"{at} {town_word(town, language, towns)}" for at, town in enumerate(offered, 1))


def town_word(town: str, language: str, towns: TownTable) -> str:
    """A town as the reporter reads it: in Latin letters for whoever wrote English."""
    kana = next((row.kana for row in towns.rows if row.town == town), None)
    return romaji(kana) if kana and language == "en" else town
