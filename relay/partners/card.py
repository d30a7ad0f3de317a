"""The card that a delivery worker carries: the QR code of the company's form, and whom to call first."""

from html import escape

import segno

#: The size of a Japanese business card, in millimetres: it fits every card holder.
WIDTH, HEIGHT = 91, 55
QR_SIDE = 39
LEFT, TEXT_WIDTH = 4, 43
#: Millimetres that a full-width character takes in the company's and the city's line.
CHARACTER = 3.5
_FONT = "'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', Meiryo, sans-serif"


def svg(*, company: str, url: str, city: str, phone: str) -> str:
    """The card as one SVG file, to be printed at its own size. ``phone`` is the city's desk, as printed."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" \
viewBox="0 0 {WIDTH} {HEIGHT}">
<title>{escape(company)}</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<g font-family="{_FONT}" fill="#111">
<text x="{LEFT}" y="10" font-size="5.6" font-weight="700">見守りの連絡</text>
{_line(company, 16.5)}
<rect x="{LEFT}" y="20" width="{TEXT_WIDTH}" height="13" rx="1.5" fill="#b3261e"/>
<text x="{LEFT + 2}" y="25.4" font-size="3.6" fill="#fff">命の危険があるときは</text>
<text x="{LEFT + 2}" y="31" font-size="4.6" font-weight="700" fill="#fff">先に119番へ電話</text>
<text x="{LEFT}" y="39" font-size="3.4">気になることは右のQRから</text>
<text x="{LEFT}" y="44" font-size="3.4">電話は {escape(phone)}</text>
{_line(city, 50)}
</g>
{_code(url)}
</svg>
"""


def _line(text: str, y: float) -> str:
    """One line of text, pressed together where it is too long for its side of the card."""
    too_long = len(text) * CHARACTER > TEXT_WIDTH
    squeeze = f' textLength="{TEXT_WIDTH}" lengthAdjust="spacingAndGlyphs"' if too_long else ""
    return f'<text x="{LEFT}" y="{y}" font-size="{CHARACTER}"{squeeze}>{escape(text)}</text>'


def _code(url: str) -> str:
    # Level H still reads with a third of the code dirty or torn: cards live in delivery bags.
    code = segno.make_qr(url, error="h").svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    x, y = WIDTH - QR_SIDE - 2, (HEIGHT - QR_SIDE) / 2
    return str(code).replace("<svg ", f'<svg x="{x}" y="{y}" width="{QR_SIDE}" height="{QR_SIDE}" ', 1)
