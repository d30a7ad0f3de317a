"""Numbers as people write them: digits, kanji numerals, and the number part of a Japanese address."""

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3, "○": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
#: Kanji numerals that may stand in an address or a count.
KANJI_DIGITS = "〇一二三四五六七八九十百千"
#: One number, in either writing, for use inside larger patterns.
NUMBER = f"(?:[0-9]{{1,5}}|[{KANJI_DIGITS}]{{1,7}})"

_PART = re.compile(NUMBER)

#: Numbers of 丁目 and 番地 as they are spoken.
_SPOKEN = {
    "いっ": 1, "いち": 1, "に": 2, "さん": 3, "よん": 4, "ご": 5, "ろく": 6, "なな": 7, "しち": 7, "はち": 8, "はっ": 8,
    "きゅう": 9, "じゅう": 10, "じゅっ": 10,
}  # fmt: skip
_IN_KANA = re.compile(
    rf"(?P<number>(?:(?P<ten>(?:に|さん|よん|ご)?じゅう)(?=[いにさよごろなしはき]))?(?P<one>{'|'.join(_SPOKEN)})|{NUMBER})"
    r"(?P<unit>ちょうめ|ばんち)"
)


def value(text: str) -> int | None:
    """The number that ``text`` writes: 「12」「十二」「一二」「百三」「二一二〇」. None where it is no number."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, current = 0, None
    for c in text:
        if c in _DIGITS:
            current = _DIGITS[c] if current is None else current * 10 + _DIGITS[c]
        else:
            total += (1 if current is None else current) * _UNITS[c]
            current = None
    return total + (current or 0)


def parts(text: str) -> tuple[int, ...]:
    """All numbers in an address number, in order: 「2丁目5番6号」 gives 2, 5, 6."""
    found = (value(m.group()) for m in _PART.finditer(text))
    return tuple(n for n in found if n is not None)


def in_digits(text: str) -> str:
    """``text`` with 丁目 and 番地 that are written in kana in digits: 「ろくちょうめ」 gives 「6丁目」."""
    return _IN_KANA.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    unit = "丁目" if match["unit"] == "ちょうめ" else "番地"
    if not match["one"]:
        return match["number"] + unit
    tens = _SPOKEN.get((match["ten"] or "").removesuffix("じゅう"), 1) if match["ten"] else 0
    return f"{10 * tens + _SPOKEN[match['one']]}{unit}"
