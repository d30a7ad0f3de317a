"""Where a text names towns of the table, and what stands around each name.

A name alone proves little: 森本 is a town and a family, 朝日 a town and a newspaper, 「八幡神社」 a landmark. So each
mention carries what its neighbours say, and ``relay.triage.place`` decides.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from relay.places.address import Address, read_number
from relay.places.numbers import KANJI_DIGITS
from relay.places.table import TownTable
from relay.places.writing import hiragana, place_form

_KANJI = "一-龯々〆"
_HONORIFIC = re.compile(
    r"\s?(?:さん|様|さま|氏|宅|家(?!の裏)|くん|君|ちゃん|殿|先生|じいさん|ばあさん|姓|のさん)"
)
_PERSON = re.compile(
    r"の(?:お|ご)?(?:おばあ|ばあ|婆|おじい|じい|爺|奥さ|奥様|旦那|主人|ご主人|嫁|息子|娘|夫婦|大将|親父|老夫婦|家族)"
)
_LANDMARK = re.compile(
    r"(?:の?駅|神社|大社|八幡宮|天満宮|小(?:学校)?(?:の|校)|小学校|中学|高校|保育|幼稚園|公園"
    r"|病院|医院|クリニック|橋|交差点|バス停|公民館|体育|図書館|線|川(?!田)|山|インター|ic|寺(?!島|前)"
    r"|さま|様のお祭|祭|宮|新聞|時代|町|通|荘|団地|マンション|アパート|コーポ|ハイツ"
    # 朝日 and 昭和 are towns, a newspaper and an age.
    r"|(?<=昭和)の(?:昔|男|女|人間|はじめ|初め|頃|ころ|硬貨|百円|匂い)|(?<=富士)の(?:裾|山|頂|見え|写真|絵)"
    r"|(?<=朝日)(?:の?[朝夕]刊|の?販売[店所]|を|と(?:中日|毎日|日経))|の(?:話|日付|頃|ころ|歌|生まれ)|生まれ|と書)"
)
_OWN_SHOP = re.compile(
    r" ?(?:の)?(?:[^\s、。]{0,6}?)(?:販売店|販売所|郵便局|営業所|支店|支局|出張所"
    r"|配送センター|集配|事業所|店の者|店です|店の店員"
    r"|店員|店より|店から|店長|交番|スーパー|コンビニ"
    r"|薬局|銀行|信金"
    r"|ファミマ|セブン|ローソン|店(?=$|[、。\s]))"
    r"(?!の?(?:隣|となり|裏|前|横|向か|そば|近く|角|上|二階|2階|手前|先|斜め|はす))"
)
_NOT_THIS = re.compile(r"\s?(?:じゃない|ではない|でない|じゃなく|ではなく|とは別|とは違)")
_LEFT_WORDS = (
    "住所", "場所", "配達先", "訪問先", "届け先", "お届け先", "現場", "現在地", "地区", "町内",
    "現住所", "管内", "区域",
    "担当", "本日", "今日", "昨日", "先日",
    "自宅", "居所", "所在", "行先", "住居", "市", "県", "只今", "現在", "今", "様", "宅",
    "検針", "配達", "訪問", "至急", "緊急",
)  # fmt: skip
_OTHER_CITY = re.compile(rf"(?P<name>[{_KANJI}]{{2,4}}?)(?:市|郡)(?!場|内|役|民|営|立|長|道|外|街|の人)")
_NOT_CITY = re.compile("(?:都|同|本|当|[五九四六七八二三]日)$")
#: 「一宮市」 is the city, whether or not the table's folder says what the city is called.
_CITY = re.compile("市(?!場|町|之|ノ)")
#: Between town and number: 字 and its name, or a bare 字 name of a few kanji.
_KOAZA = re.compile(
    rf"(?:(?:大?字|あざ ?)\s?[^0-9\s、。,()]{{1,10}}? ?(?=[0-9〇一二三四五六七八九十百千])"
    rf"|[{_KANJI}ノケヶツ]{{1,6}}?(?=[0-9〇一二三四五六七八九十百千]))"
)
#: 「島村字奥海道」: 字 says that a town stands before it, whatever number follows.
_KOAZA_AFTER = re.compile(rf" ?大?字 ?[{_KANJI}ァ-ヶぁ-ん]")
_KOAZA_NEVER = re.compile(
    "駅|新聞|郵便|牛乳|雨戸|玄関|昨|今|毎|午[前後]|朝|夕|夜|昼|先[週月]|約|全|各|第|団地|荘|店|局|所|館|病|校|橋|番|号|人|約|計|築|宅|様|氏|洗濯|荷物|弁当"
)
_SHORT = 2
_LONGEST_KOAZA = 12


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
        self._parts = _fragments(table)
        names = sorted({*self._whole, *self._parts}, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._readings = _readings(table)
        readings = sorted((r for r in self._readings if len(r) > 1), key=lambda r: (-len(r), r))
        self._kana = re.compile("|".join(map(re.escape, readings)) or r"(?!)")
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
        if _NOT_THIS.match(text, end) or _CITY.match(folded, end) or not self._begins(folded, start):
            return None
        address = _number_after(text, end)
        if address is None and name in self._city:
            return None
        if address is None and len(name) == 1 and not (whole and _one_character_place(text, start, end)):
            return None
        if address is None and _LANDMARK.match(folded, end):
            return None
        if (
            address is None
            and re.match(f"[{_KANJI}ァ-ヶ]", folded[end : end + 1])
            and not (
                _KOAZA_AFTER.match(text, end) or _HONORIFIC.match(text, end) or _OWN_SHOP.match(text, end)
            )
        ):
            return None
        towns = (self._whole[name],) if whole else self._parts[name]
        after = address.end if address else end
        return Mention(
            towns, start, end, address,
            whole=whole,
            person=address is None and bool(_HONORIFIC.match(text, end) or _PERSON.match(text, end)),
            own_shop=bool(_OWN_SHOP.match(text, after)),
            short=len(name) <= _SHORT,
        )  # fmt: skip

    def _begins(self, folded: str, start: int) -> bool:
        """Whether a name can begin here: not inside a longer word such as 田中町 or 温泉."""
        before = folded[max(0, start - 6) : start]
        if not before or not re.search(f"[{_KANJI}ァ-ヶー]$", before):
            return True
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
            address = _number_after(text, end)
            if address is None and not _kana_alone(kana, start, end):
                continue
            towns = self._readings[match.group()]
            mentions.append(
                Mention(towns, start, end, address, whole=True, person=False, own_shop=False, short=False)
            )
        return mentions


_GAP = re.compile(r"(?:の|、) ?(?=大?字)| ?(?:の ?(?=[0-9一二三四五六七八九十]))?")


def _number_after(text: str, end: int) -> Address | None:
    """The house number after a town, over 「の」, a blank or a 字 name."""
    gap = _GAP.match(text, end)
    position = gap.end() if gap else end
    direct = read_number(text, position)
    if direct is not None and _stands(text, position, direct.end):
        return direct
    koaza = _KOAZA.match(text, position)
    while koaza is not None and (
        _KOAZA_AFTER.match(text, position) or not _KOAZA_NEVER.search(koaza.group().removeprefix("字"))
    ):
        address = read_number(text, koaza.end())
        if address is not None and _stands(text, koaza.end(), address.end):
            return address
        koaza = re.compile(_longer(koaza)).match(text, position)
    return None


def _stands(text: str, start: int, end: int) -> bool:
    """Whether digits are a number of their own: 「五」 in 五反田 is none, 「二十」 in 二十番地 is."""
    written = text[start:end]
    if not re.fullmatch(f"[{KANJI_DIGITS}]+", written):
        return True
    return not re.match(f"[{_KANJI}ツノ]", text[end : end + 1])


def _longer(koaza: re.Match[str]) -> str:
    """The pattern of a 字 name that is longer than the one tried (字五反田12: the numeral inside is not the number)."""
    least = len(koaza.group()) + 1
    if least > _LONGEST_KOAZA:
        return r"(?!)"
    return rf"[{_KANJI}ぁ-んノケヶツ]{{{least},{_LONGEST_KOAZA}}}?(?=[0-9{KANJI_DIGITS}])"


#: Parts of names that are words of every text.
_COMMON = frozenset({"町", "通", "公園", "本町通", "神社", "学校", "中央", "市場"})
#: A town of one character (起, 栄) is a word of its own only where a home or a place of that town follows.
_ONE_CHARACTER = re.compile(
    rf"の(?:[{_KANJI}]{{1,3}}(?:屋|店|商店街|方面)|町家|渡し場|商店街|方(?![向法針])|畑|田んぼ|土手|父|母|家|お宅|団地|公園|アパート|そば屋|おばあ|おじい|幼稚園|人[、はが])"
)
_CLAUSE_BEGINS = re.compile(r"(?:\A|[、。,!?\n\s「(])$")
#: Kana names lie inside other words: alone they must be long, begin a clause and end before a word of their own.
_KANA_ALONE = 4
_KANA_ENDS = re.compile(r"(?= ?(?:の|です|、|。|,|\n|さん|地区|で |だわ|だが)| |$)")


def _readings(table: TownTable) -> dict[str, tuple[str, ...]]:
    """Readings in hiragana, also of the part behind the area's name (「ほづみつかもと」 of 千秋町穂積塚本)."""
    found = dict(table.readings)
    for reading, towns in table.readings.items():
        for name in towns:
            area, _, rest = name.partition("町")
            behind = reading.partition("ちょう")[2] or reading.partition("まち")[2]
            if area and rest and len(behind) >= _KANA_ALONE and behind not in table.readings:
                found[behind] = tuple(dict.fromkeys((*found.get(behind, ()), name)))
    return found


def _one_character_place(text: str, start: int, end: int) -> bool:
    """Whether a one-character town stands at the beginning of a clause, with something that lies in a town behind."""
    return bool(_CLAUSE_BEGINS.search(text[:start]) and _ONE_CHARACTER.match(text, end))


def _kana_alone(kana: str, start: int, end: int) -> bool:
    """Whether a town's reading without a number behind it can be nothing but the town."""
    long = end - start >= _KANA_ALONE
    return long and bool(_CLAUSE_BEGINS.search(kana[:start]) and _KANA_ENDS.match(kana, end))


def _fragments(table: TownTable) -> dict[str, tuple[str, ...]]:
    """Parts of names that people use alone (印田, 大和町, 馬寄), with all towns that hold them."""
    parts: set[str] = set()
    for name in table.written:
        area, town, rest = name.partition("町")
        names = {name}
        if town and rest:
            names |= {area + town, area, rest}
        for part in tuple(names):
            names.add(re.sub("(?:町|通|南)$", "", part))
            names.add(re.sub("^[東西南北大小上下新本]", "", part))
            names.add(re.sub("(?:町|通)$", "", re.sub("^[東西南北]", "", part)))
        parts |= {part for part in names if len(part) >= _SHORT and part not in _COMMON}
    held = {part: table.holding(part) for part in parts if part not in table.written}
    return {part: towns for part, towns in held.items() if towns}


def _narrowed(found: list[Mention], folded: str) -> list[Mention]:
    """Neighbouring parts taken together: 「今伊勢の馬寄」 is the one town that both fit."""
    merged: list[Mention] = []
    for mention in found:
        last = merged[-1] if merged else None
        if (
            last is not None
            # 「丹陽の五日市場812」: what looked like a 字 before the number is the town.
            and (last.address is None or mention.start < last.address.end)
            and folded[last.end : mention.start].strip() in ("", "の", "町", "町の")
        ):
            common = _both(last, mention)
            if common and not (last.whole and mention.whole):
                merged[-1] = Mention(
                    common, last.start, mention.end, mention.address,
                    whole=False, person=mention.person, own_shop=mention.own_shop, short=False,
                )  # fmt: skip
                continue
        merged.append(mention)
    return merged


def _both(area: Mention, town: Mention) -> tuple[str, ...]:
    """What two neighbouring parts can mean together: 「丹陽の森本」 is 丹陽町森本, though there is a 森本, too."""
    inside = tuple(name for name in area.towns if name.endswith(town.towns) and name not in town.towns)
    return inside if town.whole and inside else tuple(name for name in area.towns if name in town.towns)
