"""How many SMS parts a text takes: GSM-7 where every character fits it, otherwise UCS-2."""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Written as an escape and a second septet.
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM = GSM_BASIC | GSM_EXTENDED

GSM_SINGLE, GSM_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67
LAST_BMP = "\uffff"


def count(body: str) -> int:
    """Parts that ``body`` is sent in; an empty text is one.

    An escape pair or a surrogate pair is never torn apart: where only one unit is left in a part, the next
    begins.
    """
    if GSM.issuperset(body):
        wide = GSM_EXTENDED
        single, part = GSM_SINGLE, GSM_PART
    else:
        wide = frozenset(character for character in body if character > LAST_BMP)
        single, part = UCS2_SINGLE, UCS2_PART
    doubled = sum(character in wide for character in body)
    units = len(body) + doubled
    if units <= single:
        return 1
    if not doubled:
        return -(-units // part)
    parts, used = 1, 0
    for character in body:
        width = 2 if character in wide else 1
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
