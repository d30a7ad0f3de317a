"""The shorter ways to say a town: without its area, without 町, in kana, without small letters."""

import re

from relay.places.table import TownTable

#: Shorter parts are words of every text.
SHORT = 2
_COMMON = frozenset({"町", "通", "公園", "本町通", "神社", "学校", "中央", "市場"})
#: Kana of a name's second part alone lie inside other words unless they are long.
KANA_ALONE = 4
_LARGE = str.maketrans("ゃゅょっ", "やゆよつ")


def readings(table: TownTable) -> dict[str, tuple[str, ...]]:
    """Readings in hiragana, also of the part behind the area's name (「ほづみつかもと」 of 千秋町穂積塚本)."""
    found = dict(table.readings)
    for reading, towns in table.readings.items():
        for name in towns:
            area, _, rest = name.partition("町")
            behind = reading.partition("ちょう")[2] or reading.partition("まち")[2]
            if area and rest and len(behind) >= KANA_ALONE and behind not in table.readings:
                found[behind] = tuple(dict.fromkeys((*found.get(behind, ()), name)))
    # Half-width kana and old machines know no small letters: 「ﾁｱｷﾁﾖｳﾏﾁﾔ」.
    large = {reading.translate(_LARGE): towns for reading, towns in found.items()}
    return large | found


def fragments(table: TownTable) -> dict[str, tuple[str, ...]]:
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
        parts |= {part for part in names if len(part) >= SHORT and part not in _COMMON}
    held = {part: table.holding(part) for part in parts if part not in table.written}
    return {part: towns for part, towns in held.items() if towns} | _without_town_word(table)


def _without_town_word(table: TownTable) -> dict[str, tuple[str, ...]]:
    """「今伊勢本神戸」 for 今伊勢町本神戸."""
    short = {name.replace("町", "", 1): (town,) for name, town in table.written.items() if "町" in name[1:-1]}
    return {name: towns for name, towns in short.items() if name not in table.written}
