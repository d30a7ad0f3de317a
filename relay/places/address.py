"""The part of a Japanese address after the town: number, building, room."""

import re
from dataclasses import dataclass

from relay.places.numbers import KANJI_DIGITS, NUMBER, parts, value
from relay.places.writing import KANJI, plain

#: Words that make a number a count, a time or a quantity instead of a house number.
_COUNTED = (
    "日|にち|週|[かヶカヵケけ箇]月|月|年|時|分(?!譲)|秒|回|度|人|名|件|軒|部|枚|本|個|箱|袋|つ|歳|才|代|階|[fF]|円|万|千|%|℃|キロ|[kK][mMgGwW]|[mM㎡]|メートル"
    r"|匹|台|組|通|食|番目|着|冊|束|杯|リットル|[lL]|トン|立米|班|区|便|センチ|点|周|連|泊|世帯|家族|丁(?!目)|号車|号機|番線|ヶ所|か所|箇所|割|倍|種|段|品|パック|本分"
)
#: A blank ends the number: 「18 分電盤」 counts no minutes, unless the counter stands alone (「3 部 たまって」).
_COUNTED_APART = r"(?:日|週間|部|人|本|個|回|枚|箱|つ)(?=前|間|分(?!電|譲|け)|も|ほど|くらい|[\s、。]|$)"
#: After hyphens nothing after a blank counts: 「2-2 人の姿」 counts nobody.
_NOT_JOINED = rf"(?!(?:{_COUNTED})|[0-9/:]|\.[0-9])"
_NOT_COUNTED = rf"(?!{_COUNTED}|\s{_COUNTED_APART}|[0-9/:]|\.[0-9])"
_SEP = r"(?:\s?-\s?|(?:の|ノ|之)(?![0-9]{3,4}号)\s?)"
_CHOME = rf"{NUMBER}\s?丁目"
_BANCHI = rf"{NUMBER}\s?番地?"
#: 「3-2の三輪さん」 and 「6-22の八百屋」 have no third number.
_LATER = rf"{NUMBER}(?![0-9]|\s?号棟|戸建|軒家|百?屋|輪|浦|好|島|橋|木|村|郎)"
_PATTERN = (
    rf"(?:{_CHOME}(?:\s?(?:の|-)?\s?{NUMBER}(?:\s?番地?(?!目))?(?:(?:\s?(?:の|-)\s?|(?<=番)|(?<=番地)){NUMBER}\s?号?(?!室))?{_NOT_COUNTED})?"
    rf"|{_BANCHI}(?!目|線|号室)(?:\s?(?:の|-)?\s?{NUMBER}\s?号?(?!室){_NOT_COUNTED})?"
    rf"|{NUMBER}(?:{_SEP}{_LATER}){{1,3}}(?:\s?番地|号(?!室))?{_NOT_JOINED}(?!号室|室)"
    rf"|{NUMBER}(?:号(?!室))?{_NOT_COUNTED}(?!号|室|丁))"
)
#: A house number directly at a position.
HERE = re.compile(_PATTERN)
#: A house number that needs no town before it to be recognised as one.
ANYWHERE = re.compile(
    rf"(?<![0-9{{}}\-/.:A-Za-z])(?:{_CHOME}\s?(?:の|-)?\s?{NUMBER}(?:\s?番地?)?"
    rf"(?:(?:\s?(?:の|-)\s?|(?<=番)|(?<=番地)){NUMBER}\s?号?(?!室))?{_NOT_COUNTED}"
    rf"|{NUMBER}\s?番地(?:\s?(?:の|-)?\s?{NUMBER}\s?号?(?!室){_NOT_COUNTED})?"
    rf"|[0-9]{{1,4}}-[0-9]{{1,4}}(?:-[0-9]{{1,4}}){{0,2}}{_NOT_COUNTED}(?![\-~〜]|号室|室))"
)
_MOST_PARTS = 3
#: Between town and number: 「の」, a blank, the town's reading in brackets; a comma where a house number must follow.
_GAP = re.compile(
    r"(?:\([ぁ-んァ-ヶー]+\))?(?:(?:の|、) ?(?=大?字)"
    r"|、 ?(?=[0-9〇一二三四五六七八九十百]+(?:-[0-9]|番地|丁目|番(?!目)))"
    r"| ?(?:の ?(?=[0-9一二三四五六七八九十]))?)"
)
#: Between town and number: 字 and its name, or a bare 字 name of a few kanji.
_KOAZA = re.compile(
    rf"(?:(?:大?字|あざ ?)\s?[^0-9\s、。,()]{{1,10}}? ?(?=[0-9〇一二三四五六七八九十百千])"
    rf"|[{KANJI}ノケヶツ]{{1,6}}?(?=[0-9〇一二三四五六七八九十百千]))"
)
#: 「島村字奥海道」: 字 says that a town stands before it, whatever number follows.
KOAZA_AFTER = re.compile(rf" ?大?字 ?[{KANJI}ァ-ヶぁ-ん]")
_KOAZA_NEVER = re.compile(
    "駅|新聞|郵便|牛乳|雨戸|玄関|昨|今|毎|午[前後]|朝|夕|夜|昼|先[週月]|約|全|各|第|団地|荘|店|局|所|館|病|校|橋|番|号|人|約|計|築|宅|様|氏|洗濯|荷物|弁当"
)
_LONGEST_KOAZA = 12
_BUILDING_WORDS = (
    "コーポ|ハイツ|ハイム|メゾン|マンション|アパート|レジデンス|コート|パレス|ビル|団地|住宅|荘|ハウス|ヴィラ|ビラ|グリーン"
    "|サン|シャトー|コープ野村|エステート|タウン"
)
BUILDING = re.compile(
    rf"(?P<name>(?:[^\s、。,()0-9のがはにで]{{0,12}}?(?:{_BUILDING_WORDS})[^\s、。,()0-9のがはにで\-]{{0,10}}))"
    rf"\s?(?P<room>[0-9]{{2,4}}(?:号室|号|室)?)?"
)
_ROOM = re.compile(r"(?<![0-9\-])(?P<room>[A-Za-z]?-?[0-9]{1,4})\s?(?:号室|号室|室(?!内|外))")


@dataclass(frozen=True, slots=True)
class Address:
    """What stands after a town: number in ASCII digits and hyphens, building, room, and where it ends."""

    number: str | None
    room: str | None
    end: int


def read_number(text: str, position: int) -> Address | None:
    """The house number that begins at ``position``, or None where there is none."""
    match = HERE.match(text, position)
    if match is None or not match.group():
        return None
    return _address(match)


def number_after(text: str, end: int) -> Address | None:
    """The house number after a town, over 「の」, a blank or a 字 name."""
    gap = _GAP.match(text, end)
    position = gap.end() if gap else end
    direct = read_number(text, position)
    if direct is not None and _stands(text, position, direct.end):
        return direct
    koaza = _KOAZA.match(text, position)
    while koaza is not None and (
        KOAZA_AFTER.match(text, position) or not _KOAZA_NEVER.search(koaza.group().removeprefix("字"))
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
    return not re.match(f"[{KANJI}ツノ]", text[end : end + 1])


def _longer(koaza: re.Match[str]) -> str:
    """The pattern of a 字 name that is longer than the one tried (字五反田12: the numeral inside is not the number)."""
    least = len(koaza.group()) + 1
    if least > _LONGEST_KOAZA:
        return r"(?!)"
    return rf"[{KANJI}ぁ-んノケヶツ]{{{least},{_LONGEST_KOAZA}}}?(?=[0-9{KANJI_DIGITS}])"


def find_number(text: str) -> Address | None:
    """The first house number anywhere in ``text`` that can be nothing else, or None."""
    match = ANYWHERE.search(text)
    return None if match is None else _address(match)


def _address(match: re.Match[str]) -> Address | None:
    numbers = parts(match.group())
    if not numbers:
        return None
    room = None
    if len(numbers) > _MOST_PARTS or (len(numbers) == _MOST_PARTS + 1):
        room = str(numbers[_MOST_PARTS])
    return Address("-".join(str(n) for n in numbers[:_MOST_PARTS]), room, match.end())


def normalise_number(text: str) -> str | None:
    """A house number in ASCII digits and hyphens: 「２丁目５番６号」 gives ``2-5-6``. None where there is none."""
    written = plain(text).strip()
    numbers = parts(re.sub(r"(?:号室|号棟|室).*$", "", written))
    return "-".join(str(n) for n in numbers[:_MOST_PARTS]) if numbers else None


def normalise_room(text: str) -> str | None:
    """A room as its bare number, with a wing's letter where there is one: 「２０３号室」 gives ``203``."""
    written = re.sub(r"(?:号室|号|室)$", "", plain(text).strip()).upper()
    found = re.fullmatch(r"(?P<wing>[A-Z]?)-?(?P<number>[0-9]{1,4})", written)
    if found:
        return f"{found['wing']}{int(found['number'])}"
    number = value(written)
    return None if number is None else str(number)


def normalise_building(text: str) -> str | None:
    """A building's name in one spelling, without blanks, so that two reports of one house compare equal."""
    written = re.sub(r"[\s・]+", "", plain(text)).lower()
    return re.sub(r"(?:アパート|マンション)$", "", written) or written or None


def read_building(text: str, number: str | None) -> tuple[str | None, str | None]:
    """Building and room named in ``text``; ``number`` is the house number already found, never the room."""
    building = room = None
    for match in BUILDING.finditer(text):
        name = match["name"].strip()
        if len(name) > 2:  # noqa: PLR2004 - a bare 「ビル」 names no building
            building = name
            if match["room"]:
                room = normalise_room(match["room"])
            break
    said = _ROOM.search(text)
    if said:
        room = normalise_room(said["room"])
    return building, None if room == number else room
