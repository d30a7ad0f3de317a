"""How long an SMS is: pure counting, as the networks count.

Sources: 3GPP TS 23.038 (GSM 7-bit alphabet and extension table) and the Japanese carriers' UCS-2 limits of 70
characters alone and 67 in each part of a longer one; a character outside the BMP (most emoji) counts as two.
"""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67
ELLIPSIS = "…"


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def segments(text: str) -> int:
    """The number of SMS parts that ``text`` costs; at least 1."""
    if all(c in GSM_BASIC or c in GSM_EXTENDED for c in text):
        length = sum(2 if c in GSM_EXTENDED else 1 for c in text)
        return 1 if length <= GSM_ALONE else -(-length // GSM_PART)
    if units(text) <= UCS2_ALONE:
        return 1
    parts, room = 1, UCS2_PART
    for character in text:
        size = units(character)
        if size > room:  # the two halves of an emoji are never torn into two parts
            parts, room = parts + 1, UCS2_PART
        room -= size
    return parts


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` UTF-16 units, ending in … where something was cut."""
    if units(text) <= limit:
        return text
    kept = ""
    for character in text:
        if units(kept + character) > limit - 1:
            break
        kept += character
    return kept + ELLIPSIS if limit > 0 else ""
