"""Where the home of a report is: the town that the words can only mean, else the candidates to ask back about."""

import re
from dataclasses import replace
from itertools import pairwise

from relay.places.address import (
    Address,
    find_number,
    normalise_building,
    normalise_number,
    normalise_room,
    read_building,
)
from relay.places.mentions import Mention, index
from relay.places.numbers import in_digits
from relay.places.table import TownTable
from relay.places.writing import hiragana, plain
from relay.triage.results import NOWHERE, Place

__all__ = [
    "find_towns",
    "normalise_building",
    "normalise_number",
    "normalise_room",
    "read_place",
    "split_homes",
]

_PHONE = re.compile(r"(?<![0-9\-])(?:\+81[\- ]?|0)[0-9]{1,4}[\- ]?[0-9]{2,4}[\- ]?[0-9]{3,4}(?![0-9\-])")
_POSTCODE = re.compile(
    r"〒\s?(?P<code>[0-9]{3}-?[0-9]{4})|(?<![0-9\-])(?P<bare>[0-9]{3}-[0-9]{4})(?![0-9\-])"
)
_OTHER_NUMBERS = re.compile(
    r"https?://\S+|(?<![0-9])[0-9]{1,2}[:/][0-9]{1,2}(?![0-9])"
    r"|(?:ルート|受付(?:番号)?|伝票(?:番号)?|コード|no\.?|№|お客様番号|問い合わせ番号|追跡|管理番号|id)\s?[:#]?\s?[0-9\-]+",
    re.IGNORECASE,
)
_SURNAMES = frozenset(
    {
        "森本", "浅野", "野口", "杉山", "神山", "丹羽", "富田",
        "冨田", "高田", "島崎", "島村", "中島", "平島", "大江",
        "黒田", "小山", "佐野", "前野", "大野", "尾関", "戸塚",
        "高木", "高松", "江森", "黒岩", "河田", "河端", "北方",
        "曽根", "一色", "加茂", "塩尻", "芝原", "小原", "松山",
        "石山", "藤塚", "中野", "小栗", "長島", "田島", "松島",
        "福森", "大宮", "八幡", "萩原", "浅井", "木曽", "外崎", "森",
        "泉", "栄", "桜", "富士", "林野", "朝宮", "大浜", "瀬部",
        "田所", "玉野", "平安", "平和", "朝日", "昭和", "宮地",
        "下田", "花池", "末広", "住吉", "若竹",
    }
)  # fmt: skip

#: 「一色町の二軒です」: of which of them one town or number was said is not known.
_SEVERAL_HOMES = re.compile(
    r"(?<![0-9一二三四五六七八九十])[23二三]"
    r"(?:(?:軒|けん|[かヶカケ]所)(?:です|あり|とも|いっぺん|、片方|、お知らせ|。|報告|続け|まとめて)|[軒件]回りま)"
)
#: More addresses than these are a list, not a report of several homes; it is read as one text.
_MOST_HOMES = 4


def read_place(text: str, towns: TownTable, *, person_here: bool = False, person_away: bool = False) -> Place:
    """The place named in ``text``.

    ``person_here``: the person is with the observer now (lost, collapsed, at the counter), so the observer's own
    shop is the place. ``person_away``: all that is told is that the person does not come, so that it cannot be.
    """
    written = in_digits(plain(text))
    clean, by_postcode = _without_other_numbers(written, towns)
    mentions = index(towns).mentions(clean)
    if person_away:
        mentions = [m for m in mentions if not m.introduced]
    chosen = _chosen(mentions, person_here=person_here)
    number = _number(clean, chosen, mentions)
    building, room = read_building(clean, number.number if number else None)
    town, candidates = _town(chosen, by_postcode)
    if town and _SEVERAL_HOMES.search(clean):
        return replace(NOWHERE, candidates=(town,))
    return Place(
        town=town,
        number=number.number if number else None,
        building=building,
        room=number.room if number and number.room else room,
        candidates=candidates,
    )


def _without_other_numbers(written: str, towns: TownTable) -> tuple[str, tuple[str, ...]]:
    """The text with phone numbers, postcodes, times and codes blanked out, and the towns of its postcode."""
    by_postcode: tuple[str, ...] = ()
    for match in _POSTCODE.finditer(written):
        by_postcode = by_postcode or towns.with_postcode((match["code"] or match["bare"]).replace("-", ""))
    for pattern in (_PHONE, _POSTCODE, _OTHER_NUMBERS):
        written = pattern.sub(lambda match: "。" * len(match.group()), written)
    return written, by_postcode


def _chosen(mentions: list[Mention], *, person_here: bool) -> list[Mention]:
    """The mentions that speak of the home, the weightiest kind only."""
    usable = [m for m in mentions if person_here or not m.own_shop]
    homes = [m for m in usable if not m.own_shop] or usable
    numbered = [m for m in homes if m.number]
    if numbered:
        return numbered
    return [m for m in homes if not m.person or not _maybe_surname(m)]


def _maybe_surname(mention: Mention) -> bool:
    return True if mention.short else any(town in _SURNAMES for town in mention.towns)


def _town(chosen: list[Mention], by_postcode: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    candidates = tuple(dict.fromkeys(town for mention in chosen for town in mention.towns))
    if any(mention.doubted for mention in chosen):
        return None, candidates
    if by_postcode and (not candidates or len(candidates) > 1):
        candidates = tuple(t for t in candidates if t in by_postcode) or by_postcode
    named = [set(mention.towns) for mention in chosen if mention.towns] or [set(candidates)]
    # 「小日比野の、浅井の」: what all namings can mean.
    common = set.intersection(*named)
    return (common.pop(), ()) if len(common) == 1 else (None, candidates)


def _number(clean: str, chosen: list[Mention], mentions: list[Mention]) -> Address | None:
    numbers = {m.number: m.address for m in chosen if m.number}
    if len(numbers) == 1:
        return next(iter(numbers.values()))
    if numbers or any(m.own_shop and m.number for m in mentions):
        return None
    return find_number(clean)


def find_towns(written: str, towns: TownTable) -> tuple[str, ...]:
    """The towns that a town typed by hand can mean: in kana, with the city before it, without 町, with 字 behind.

    One where it is clear, several where it is not, none where nothing fits.
    """
    name = re.sub(r"[\s・,、]", "", plain(written))
    for city in sorted(towns.city_names, key=len, reverse=True):
        if len(name) > len(city) and name not in towns:
            name = name.removeprefix(city)
    name = re.sub("^(?:..?.?県)?.{1,4}?市(?=.)", "", name) if name not in towns else name
    exact = towns.exact(name)
    if exact is not None:
        return (exact,)
    kana = towns.readings.get(hiragana(name)) or towns.readings.get(hiragana(name) + "ちょう")
    if kana:
        return kana
    before = re.split("大?字|[0-9]|[一二三四五六七八九十]+丁目", name)[0]
    if before != name:
        return find_towns(before, towns) if before else ()
    same = tuple(t for t in (towns.exact(f"{name}町"), towns.exact(name.removesuffix("町"))) if t)
    return same or towns.holding(name)


def split_homes(text: str, towns: TownTable) -> list[str]:
    """The parts of a text that tell of different homes; one part, the text itself, where it tells of one."""
    mentions = [m for m in index(towns).mentions(_without_other_numbers(plain(text), towns)[0]) if m.number]
    homes = [m for m in mentions if not m.own_shop]
    changes = [b.start for a, b in pairwise(homes) if (a.towns, a.number) != (b.towns, b.number)]
    if not 0 < len(changes) < _MOST_HOMES:
        return [text]
    written = plain(text)
    return [written[a:b] for a, b in pairwise([0, *changes, len(written)])]
