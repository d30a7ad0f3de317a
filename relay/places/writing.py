"""How the same Japanese words are written differently, brought to one form.

Reports come from phones, handy terminals and voice input: full and half width, five kinds of dash, old and new
kanji. Everything that compares written words (town names, addresses, the phrases of the triage) starts from here.
"""

import re
import unicodedata

#: Every sign that people type for a hyphen. NFKC leaves most of them alone, so they are mapped by hand.
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u30fc\ufe63\uff0d\uff70\u02d7\u207b"
#: For use in a class of characters.
KANJI = "一-龯々〆"
_DIGIT = "0-9〇一二三四五六七八九十百"
_DASH_BETWEEN = re.compile(f"(?<=[{_DIGIT}A-Za-z])\\s?[{_DASHES}]\\s?(?=[{_DIGIT}])")
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)

#: Characters that stand for each other in place names. One for one, so that positions stay the same.
_FOLDED = str.maketrans(
    {
        "冨": "富",
        "籠": "篭",
        "刈": "苅",
        "嶋": "島",
        "嶌": "島",
        "髙": "高",
        "﨑": "崎",
        "栁": "柳",
        "澤": "沢",
        "條": "条",
        "縣": "県",
        "邊": "辺",
        "邉": "辺",
        "榮": "栄",
        "櫻": "桜",
        "濱": "浜",
        "濵": "浜",
        "龍": "竜",
        "淵": "渕",
        "佛": "仏",
        "傳": "伝",
        "觀": "観",
        "會": "会",
        "圓": "円",
        "瀨": "瀬",
        "靜": "静",
        "曾": "曽",
        "萬": "万",
        "之": "の",
        "ノ": "の",
        "乃": "の",
        "ツ": "つ",
        "ッ": "つ",
        "っ": "つ",
        "ヶ": "ケ",
        "ヵ": "ケ",
        "が": "ケ",
        "ガ": "ケ",
        "衞": "衛",
    }
)
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_TO_HIRAGANA = {code + 0x60: code for code in range(0x3041, 0x3097)}


def plain(text: str) -> str:
    """One way of writing: NFKC, no invisible characters, one hyphen between digits, line ends as ``\\n``."""
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text)
    return _DASH_BETWEEN.sub("-", text)


def place_form(text: str) -> str:
    """``text`` (already ``plain``) with place-name variants folded; the same length, so positions hold."""
    return text.translate(_FOLDED)


def katakana(text: str) -> str:
    """Hiragana turned into katakana, everything else as it is."""
    return text.translate(_TO_KATAKANA)


def hiragana(text: str) -> str:
    """Katakana turned into hiragana, everything else as it is."""
    return text.translate(_TO_HIRAGANA)
