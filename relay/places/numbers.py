"""Numbers as people write them: digits, kanji numerals, and the number part of a Japanese address."""

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3, "○": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
#: Kanji numerals that may stand in an address or a count.
KANJI_DIGITS = "〇一二三四五六七八九十百千"
#: One number, in either writing, for use inside larger patterns.
NUMBER = f"(?:[0-9]{{1,5}}|[{KANJI_DIGITS}]{{1,7}})"

_PART = re.compile(NUMBER)
_ROOM_MARKS = re.compile(r"(?:号室|号棟|室|号)$")


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
