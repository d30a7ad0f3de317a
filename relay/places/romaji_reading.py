"""Towns that a text names in Latin letters: 「Honmachi 4-12」, 「Kisogawa-cho Kuroda」, 「Kuroda, Kisogawacho」. Pure.

People write readings in many ways: with and without marks for long vowels, with hyphens, 町 as cho or machi or not at
all, the part before the whole. In English a town may also be a surname or a newspaper, so unless the text is an answer
to where it is, a name counts only beside a number, after a word of place, or when it is long.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from relay.places.romaji import romaji
from relay.places.table import TownTable
from relay.places.writing import katakana, plain

#: A name of so many letters is hardly ever anything else.
_LONG = 9
_SHORTEST = 3
_NUMBER = r"[0-9]{1,4}(?:-[0-9]{1,4}){0,2}"
_AFTER = re.compile(
    rf"[\s,]*(?:No\.?\s?)?{_NUMBER}(?![0-9:/%]|\s?(?:days?|years?|people|p\.?m|a\.?m)\b)", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"(?:(?<![0-9:/]){_NUMBER}[\s,]*|\b(?:in|at|near|of|to|from|town)\s+(?:the\s+)?)$", re.IGNORECASE
)
_NOT_A_PLACE = re.compile(
    r"[\s'’]*(?:-?san\b|s\b|shimbun|shinbun|newspapers?|beer|station|hospital|shrine|temple|bridge|bank|store|shop)",
    re.IGNORECASE,
)
#: Other spellings of the same sound, longest first. (Kunrei, Nihon-shiki, and marks left off.)
_VARIANTS = (
    ("shi", "s?(?:shi|si)"),
    ("chi", "[ct]?(?:chi|ti)"),
    ("tsu", "t?(?:tsu|tu)"),
    ("sh", "s?(?:sh|sy)"),
    ("ch", "[ct]?(?:ch|ty)"),
    ("fu", "(?:fu|hu)"),
    ("ji", "(?:ji|zi|di)"),
    ("k", "k{1,2}"),
    ("s", "s{1,2}"),
    ("t", "t{1,2}"),
    ("p", "p{1,2}"),
    ("n", "[nm]"),
    ("o", "o(?:u|o|h)?"),
    ("u", "uu?"),
)
_TOWN_WORD = "(?:cho|chou|machi|town)"


@lru_cache(maxsize=8)
def index(table: TownTable) -> "LatinIndex":
    """The search index of a town table, made once."""
    return LatinIndex(table)


class LatinIndex:
    """Finds a table's towns by their readings in Latin letters."""

    def __init__(self, table: TownTable) -> None:
        areas = Counter(town.partition("町")[0] for town in table.names if town.partition("町")[2])
        readings: dict[str, set[str]] = {}
        for row in table.rows:
            kana = katakana(plain(row.kana))
            for name in _spellings(row.town, kana, areas[row.town.partition("町")[0]] > 1):
                readings.setdefault(name, set()).add(row.town)
        self._order = {town: at for at, town in enumerate(table.names)}
        self._towns = readings
        # 「Ichinomiya」 is the city, and only beside a number the town that is called like it.
        self._cities = frozenset(name for name, towns in readings.items() if towns <= set(table.city_names))
        names = sorted((name for name in readings if len(name) >= _SHORTEST), key=lambda n: (-len(n), n))
        self._patterns = [(name, re.compile(rf"(?<![a-z]){_pattern(name)}(?![a-z])")) for name in names]

    def towns(self, text: str, *, answer: bool = False) -> tuple[str, ...]:
        """The towns that ``text`` can mean: one where it is clear, several where it is not, none where it names none.

        ``answer``: the text answers the question where it is, so every name in it counts.
        """
        folded = fold(text)
        if not re.search("[a-z]{3}", folded):
            return ()
        sure: list[set[str]] = []
        perhaps: list[set[str]] = []
        for name, start, end in self._named(folded):
            if name in self._cities and not _AFTER.match(folded, end):
                continue
            counts = answer or _is_place(folded, start, end, name)
            if _NOT_A_PLACE.match(folded, end):
                continue
            (sure if counts else perhaps).append(self._towns[name])
        if not sure:
            return ()
        # Parts of one name, in whatever order, leave the town that all of them fit.
        common = set.intersection(*sure) or set.union(*sure)
        for towns in perhaps:
            common = (common & towns) or common
        return tuple(sorted(common, key=self._order.__getitem__))

    def _named(self, folded: str) -> list[tuple[str, int, int]]:
        """Every name in the text with where it stands, without overlaps: the longest first, and of two that are
        written alike the one that needs no town word added."""
        everything = [
            (name, *match.span()) for name, pattern in self._patterns for match in pattern.finditer(folded)
        ]
        found: list[tuple[str, int, int]] = []
        for name, start, end in sorted(everything, key=lambda m: (m[1] - m[2], "~" in m[0])):
            if not any(start < b and a < end for _, a, b in found):
                found.append((name, start, end))
        return found


def fold(text: str) -> str:
    """``text`` in small letters without accents (ō → o), everything else in one writing."""
    decomposed = unicodedata.normalize("NFD", plain(text).lower())
    return "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")


def _is_place(folded: str, start: int, end: int, name: str) -> bool:
    long = len(name.replace(" ", "")) >= _LONG
    town_word = name.endswith(("~", "cho", "machi")) and re.search(f"{_TOWN_WORD}$", folded[start:end])
    return long or bool(town_word or _AFTER.match(folded, end) or _BEFORE.search(folded[:start]))


def _spellings(town: str, kana: str, in_area: bool) -> set[str]:
    """The ways to say a town: whole, and where it is one of several of an area, area and part alone."""
    area = town.partition("町")[0]
    if not in_area or town.endswith("町"):
        return {_town_words(romaji(kana).lower(), town)}
    for word in ("チョウ", "マチ"):
        before, cut, after = kana.partition(word)
        if cut and after and before:
            area_said, part_said = romaji(before + word).lower(), romaji(after).lower()
            return {
                f"{_town_words(area_said, area + '町')} {part_said}",
                _town_words(area_said, area + "町"),
                part_said,
            }
    return {romaji(kana).lower()}


def _town_words(said: str, town: str) -> str:
    """「honmachi」 of 本町 stays whole; of a longer name the town word is set apart: 「kisogawa cho」."""
    if not town.endswith("町"):
        return said
    for word in ("cho", "machi"):
        stem = said.removesuffix(word)
        if stem != said and len(stem) > _SHORTEST + 1:
            return f"{stem}~"
    return said


def _pattern(name: str) -> str:
    """Any spelling of ``name``; ``~`` is the town word, which may be set apart or left off."""
    written = ""
    at = 0
    while at < len(name):
        char = name[at]
        if char == "~":
            written += rf"(?:[ \-]?{_TOWN_WORD})?"
            at += 1
            continue
        if char == " ":
            written += r"[ ,\-]*"
            at += 1
            continue
        for sound, variants in _VARIANTS:
            if name.startswith(sound, at):
                written += variants
                at += len(sound)
                break
        else:
            written += re.escape(char)
            at += 1
        if at < len(name) and name[at] not in "~ ":
            written += "['’ \\-]?" if name[at - 1] == "n" else "-?"
    return written
