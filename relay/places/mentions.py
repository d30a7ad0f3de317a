"""Where a text names towns of the table, and what stands around each name.

A name alone proves little: 森本 is a town and a family, 朝日 a town and a newspaper, 「八幡神社」 a landmark. So each
mention carries what its neighbours say, and ``relay.triage.place`` decides.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from relay.places.address import KOAZA_AFTER, Address, number_after
from relay.places.short_names import SHORT, fragments, readings
from relay.places.surroundings import (
    has_honorific,
    is_denied,
    is_doubted,
    is_introduction,
    is_kana_place,
    is_landmark,
    is_one_character_place,
    is_own_shop,
    is_person,
)
from relay.places.table import TownTable
from relay.places.writing import KANJI, hiragana, place_form

_LEFT_WORDS = (
    "住所", "場所", "配達先", "訪問先", "届け先", "お届け先", "現場", "現在地", "地区", "町内",
    "現住所", "管内", "区域",
    "担当", "本日", "今日", "昨日", "先日",
    "自宅", "居所", "所在", "行先", "住居", "市", "県", "只今", "現在", "今", "様", "宅",
    "検針", "配達", "訪問", "至急", "緊急",
)  # fmt: skip
_OTHER_CITY = re.compile(rf"(?P<name>[{KANJI}]{{2,4}}?)(?:市|郡)(?!場|内|役|民|営|立|長|道|外|街|の人)")
_NOT_CITY = re.compile("(?:都|同|本|当|[五九四六七八二三]日)$")
#: 「一宮市」 is the city, whether or not the table's folder says what the city is called.
_CITY = re.compile("市(?!場|町|之|ノ)")


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of a town, or of a part of a name that several towns share."""

    towns: tuple[str, ...]
    start: int
    end: int
    address: Address | None
    #: Written out as in the table (not a part of a longer name).
    whole: bool
    #: A person or an honorific follows: more likely a surname.
    person: bool
    #: The writer's own shop or office is named by it.
    own_shop: bool
    short: bool
    #: It only says from where the writer writes.
    introduced: bool = False
    #: Named as one of several that it could be.
    doubted: bool = False

    @property
    def number(self) -> str | None:
        return self.address.number if self.address else None


@lru_cache(maxsize=8)
def index(table: TownTable) -> "Index":
    """The search index of a town table, made once."""
    return Index(table)


class Index:
    """Finds mentions of a table's towns in a text."""

    def __init__(self, table: TownTable) -> None:
        self._table = table
        self._whole = dict(table.written)
        self._parts = fragments(table)
        names = sorted({*self._whole, *self._parts}, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._readings = readings(table)
        kana = sorted((r for r in self._readings if len(r) > 1), key=lambda r: (-len(r), r))
        self._kana = re.compile("|".join(map(re.escape, kana)) or r"(?!)")
        self._city = tuple(place_form(name) for name in table.city_names)

    def mentions(self, text: str) -> list[Mention]:
        """All mentions in a text already in one spelling (``relay.places.writing.plain``), in order."""
        folded = place_form(text)
        foreign = self._foreign(folded)
        found = [m for m in self._written(text, folded) if not any(a <= m.start <= b for a, b in foreign)]
        return sorted([*_narrowed(found, folded), *self._read(text, found)], key=lambda m: m.start)

    def _foreign(self, folded: str) -> list[tuple[int, int]]:
        """Where the town of another city is named: 「稲沢市平和町」."""
        spans: list[tuple[int, int]] = []
        for match in _OTHER_CITY.finditer(folded):
            name = match.group()
            if any(name.endswith(city) for city in self._city) or _NOT_CITY.search(match["name"]):
                continue
            if any(written.startswith(match["name"]) or name in written for written in self._whole):
                continue
            spans.append((match.end(), match.end() + 4))
        return spans

    def _written(self, text: str, folded: str) -> list[Mention]:
        found = []
        position = 0
        while match := self._pattern.search(folded, position):
            mention = self._mention(text, folded, match)
            found.extend([mention] if mention else [])
            position = match.end() if mention else match.start() + 1
        return found

    def _mention(self, text: str, folded: str, match: re.Match[str]) -> Mention | None:
        name, start, end = match.group(), match.start(), match.end()
        whole = name in self._whole
        if is_denied(text, end) or _CITY.match(folded, end) or not self._begins(text, folded, start):
            return None
        address = number_after(text, end)
        if address is None and name in self._city:
            return None
        if address is None and len(name) == 1 and not (whole and is_one_character_place(text, start, end)):
            return None
        if address is None and is_landmark(folded, end):
            return None
        if (
            address is None
            and re.match(f"[{KANJI}ァ-ヶ]", folded[end : end + 1])
            and not (KOAZA_AFTER.match(text, end) or has_honorific(text, end) or is_own_shop(text, end))
        ):
            return None
        towns = (self._whole[name],) if whole else self._parts[name]
        after = address.end if address else end
        return Mention(
            towns, start, end, address,
            whole=whole,
            person=address is None and is_person(text, start, end),
            own_shop=is_own_shop(text, after),
            short=len(name) <= SHORT,
            introduced=address is None and is_introduction(text, start, end),
            doubted=is_doubted(text, end),
        )  # fmt: skip

    def _begins(self, text: str, folded: str, start: int) -> bool:
        """Whether a name can begin here: not inside a longer word such as 田中町 or 温泉."""
        # Folded, the が of 「ですが緑3-8」 is part of a name.
        if start == 0 or not re.match(f"[{KANJI}ァ-ヶー]", text[start - 1]):
            return True
        before = folded[max(0, start - 6) : start]
        return before.endswith((*self._city, *_LEFT_WORDS)) or (
            bool(re.search("(?:スーパー|コンビニ|ローソン|セブン|ファミマ|ストア)$", before))
        )

    def _read(self, text: str, found: list[Mention]) -> list[Mention]:
        """Names written in kana (「ほんまち4-12」): they need a number, for kana words lie everywhere."""
        kana = hiragana(text)
        mentions = []
        for match in self._kana.finditer(kana):
            start, end = match.span()
            if any(m.start < end and start < m.end for m in found):
                continue
            if re.search("[ぁ-んー]$", kana[:start]) and not re.search(
                "(?:の|は|が|で|を|に|も)$", kana[:start]
            ):
                continue
            address = number_after(text, end)
            if address is None and not is_kana_place(kana, start, end):
                continue
            towns = self._readings[match.group()]
            mentions.append(
                Mention(towns, start, end, address, whole=True, person=False, own_shop=False, short=False)
            )
        return mentions


#: What stands between an area and a town in it.
_JOINTS = ("", "の", "町", "町の", "の方の", "町の方の", "のほうの", "町のほうの")


def _narrowed(found: list[Mention], folded: str) -> list[Mention]:
    """Neighbouring parts taken together: 「今伊勢の馬寄」 is the one town that both fit."""
    merged: list[Mention] = []
    for mention in found:
        last = merged[-1] if merged else None
        if (
            last is not None
            # 「丹陽の五日市場812」: what looked like a 字 before the number is the town.
            and (last.address is None or mention.start < last.address.end)
            and folded[last.end : mention.start].strip() in _JOINTS
        ):
            common = _both(last, mention)
            if common and not (last.whole and mention.whole):
                merged[-1] = replace(mention, towns=common, start=last.start, whole=False, short=False)
                continue
            if last.whole and last.address is not None and not mention.whole:
                # 「起 西出30」: the 字 between a town and its number is no part of another town's name.
                continue
        merged.append(mention)
    return merged


def _both(area: Mention, town: Mention) -> tuple[str, ...]:
    """What two neighbouring parts can mean together: 「丹陽の森本」 is 丹陽町森本, though there is a 森本, too."""
    inside = tuple(name for name in area.towns if name.endswith(town.towns) and name not in town.towns)
    return inside if town.whole and inside else tuple(name for name in area.towns if name in town.towns)
