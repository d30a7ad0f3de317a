"""How long: every stated time in a report, as a number of days.

「三日前から」「4、5日分」「先週から」「一週間」「半月」 are times; 「2-5-6」「3人」「25日なので」「15年配っている」
are not. A range counts with its longer end. Hours, weekdays and dates give nothing: nothing says how long ago.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from relay.places.numbers import KANJI_DIGITS, value
from relay.places.writing import hiragana

WEEK = 7
HALF_MONTH = 15
MONTH = 30
YEAR = 365
_MOST = 5 * YEAR

_N = f"(?:[0-9]{{1,3}}|[{KANJI_DIGITS}]{{1,4}})"
_JOIN = r"\s?(?:[~〜\-、・,]|か|から|or|to)\s?"
_RANGE = f"(?:(?P<low>{_N})(?:{{unit}})?{_JOIN})?(?P<high>{_N})"
#: What may stand after 「3日」 so that it is a length of time and not a date or a rhythm.
_NOT_LENGTH = (
    r"(?!\s?(?:付|市|締|中|じゅう|まで|に(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2}|何)(?:回|度)|までに|後|ご[とろ]|おき|置き|に[0-9一二]|に(?:は|も)?(?:行|伺|訪|集|来|届|会|電)|以内|曜|生まれ|の(?:朝刊|夕刊|新聞|分|朝|夜|夕方|予定)"
    r"|なので|だから|ぶり|[0-9]|中に|頃に|午[前後]))"
)
KANA_DAYS = {
    "ふつか": 2,
    "みっか": 3,
    "よっか": 4,
    "いつか": 5,
    "むいか": 6,
    "なのか": 7,
    "ようか": 8,
    "ここのか": 9,
    "とおか": 10,
}
#: These are also other words (いつか, ようか, なのか), so they need 分, 前 or the like behind them.
_KANA_TAIL = (
    r"(?=\s?(?:ぶん|分|まえ|前|かん|間|め|目|くらい|ぐらい|ほど|いじょう|以上|も|つづ|続|から|れんぞく))"
)
_SINCE = (
    r"(?=の[^、。]{0,4}(?:箱|弁当|新聞|荷物|牛乳|食材)|(?:の[^、。]{0,4}?)?(?:から|より|以来|以降|ずっと|きり)"
    r"|の分|分|ぶん)"
)
#: 「おとといの弁当」「昨日届けた荷物」: something of that day is still there.
_LEFT_THEN = (
    r"(?=の?(?:分|ぶん)|の(?!約束|夜|朝(?!刊)|晩|昼に|夕方|午|地震|雨|件|報告|連絡|電話|めーる)[^、。]{0,12}?"
    r"(?:新聞|朝刊|夕刊|しんぶん|弁当|べんとう|牛乳|ぎゅうにゅう|やくると|荷物|にもつ|箱|便|手紙|ちらし|郵便|まま|残|のこ|手つかず|まだ|ある|あり|置)"
    r"|[^、。]{0,8}?(?:置い|届け|入れ|配達し|置かせていただい|入れさせていただい)た|お届け|お入れ)"
)
_SINCE_OR_LEFT = f"(?:{_SINCE}|{_LEFT_THEN})"
#: 「何日分かは分からない」 says no number.
_UNKNOWN = (
    r"(?!(?:分|ぶん)?か?(?:まで)?(?:は|も)?[…、]{0,2}(?:見て|不明|分から|わから|知ら|さあ|きいて|聞いて)"
    r"|(?:分|ぶん)?か知ら| ?からか)"
)
_TODAY, _YESTERDAY, _DAY_BEFORE = "(?:今日|今朝|本日)", "(?:昨日|きのう)", "(?:おととい|一昨日)"
_EACH = "(?=の?分|の新聞|の朝刊|も|、|。| |$)"
_SEVERAL, _HOW_MANY = "(?:数|幾|すう|いく)", "(?:何|なん)"
#: 「一日三回」 tells how often.
_A_DAY = re.compile(f" ?に?(?:[0-9{KANJI_DIGITS}何]|お)|ずっと")


@dataclass(frozen=True, slots=True)
class Duration:
    """One stated time and where it stands."""

    days: int
    start: int
    end: int


def durations(text: str, *, several: int) -> list[Duration]:
    """All stated times in a prepared text. ``several``: the days that 「数日」「何日も」 stand for."""
    folded = hiragana(text)
    found: list[Duration] = []
    for pattern, days in _RULES:
        for match in pattern.finditer(folded):
            number = days(match, several)
            if number is not None and 0 < number <= _MOST:
                found.append(Duration(number, match.start(), match.end()))
    return [d for d in found if not any(_inside(d, other) for other in found)]


def _inside(inner: Duration, outer: Duration) -> bool:
    return (
        outer.start <= inner.start
        and inner.end <= outer.end
        and (outer.end - outer.start) > (inner.end - inner.start)
    )


def _high(match: re.Match[str]) -> int | None:
    """The longer end of a range; 「二三日」 is a range too."""
    written = match["high"]
    if len(written) == 2 and all(c in "一二三四五六七八九" for c in written):  # noqa: PLR2004
        low, high = value(written[0]), value(written[1])
        if low is not None and high == low + 1:
            return high
    return value(written)


def _days(match: re.Match[str], _several: int) -> int | None:
    number = _high(match)
    return None if number == 1 and _A_DAY.match(match.string, match.end()) else number


def _times(factor: float) -> Callable[[re.Match[str], int], int | None]:
    def days(match: re.Match[str], _several: int) -> int | None:
        number = _high(match)
        half = "半" in match.group()[match.end("high") - match.start() :]
        return None if number is None else int((number + (0.5 if half else 0)) * factor)

    return days


def _fixed(number: int) -> Callable[[re.Match[str], int], int | None]:
    return lambda _match, _several: number


def _several(factor: int) -> Callable[[re.Match[str], int], int | None]:
    return lambda _match, several: several * factor


_ENGLISH_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "couple of": 2, "a couple of": 2,
}  # fmt: skip


def _english(match: re.Match[str], several: int) -> int | None:
    word, unit = match["n"], match["unit"]
    factor = {"day": 1, "night": 1, "morning": 1, "evening": 1, "week": WEEK, "month": MONTH}[unit]
    if word in ("several", "a few", "few", "many", "some"):
        return several * factor
    if word.isdigit():
        return int(word) * factor
    if word in ("a", "an", "one", "many", "some") and unit not in ("week", "month"):
        return None
    number = _ENGLISH_NUMBERS.get(word)
    return None if number is None else number * factor


def _kana(match: re.Match[str], _several_days: int) -> int | None:
    return KANA_DAYS[match["kana"]]


def _unit(unit: str, tail: str = "") -> re.Pattern[str]:
    return re.compile(
        rf"(?<![0-9{KANJI_DIGITS}年月第/\-:.週])" + _RANGE.replace("{unit}", unit) + rf"(?:{unit})" + tail
    )


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], int], int | None]]
_RULES: tuple[_Rule, ...] = (
    (_unit("日|にち|か(?=ぶん|分)|晩", rf"(?:間|分|ぶん)?{_NOT_LENGTH}(?!本)"), _days),
    (_unit("週間?|しゅうかん", r"間?半?" + _NOT_LENGTH), _times(WEEK)),
    (_unit("[かヶけカヵケ箇ゖゕ]月", "半?" + _NOT_LENGTH), _times(MONTH)),
    (_unit("年", r"(?=前から|以上|近く|間ずっと)"), _times(YEAR)),
    (re.compile(f"(?P<kana>ふつか|みっか){_NOT_LENGTH}"), _kana),
    (re.compile(f"(?P<kana>よっか|いつか|むいか|なのか|ようか|ここのか|とおか){_KANA_TAIL}"), _kana),
    (re.compile("い[っつ]しゅうかん"), _fixed(WEEK)),
    (re.compile("にしゅうかん"), _fixed(2 * WEEK)),
    (re.compile("さんしゅうかん"), _fixed(3 * WEEK)),
    (re.compile("(?:まる|丸)(?:一|1|いち)(?:日|にち)"), _fixed(1)),
    (re.compile("ひと月|一月(?=ほど|くらい|ぐらい|以上|前|近く|ばかり)|ひとつき|い[っつ]かげつ"), _fixed(MONTH)),
    (re.compile("ふた月"), _fixed(2 * MONTH)),
    (re.compile("(?:半月(?!板|形)|はんつき)(?!ぶり)"), _fixed(HALF_MONTH)),
    (re.compile("(?:半年|はんとし)(?!ぶり)"), _fixed(YEAR // 2 - 2)),
    (re.compile("(?<!先)先々週" + _SINCE_OR_LEFT), _fixed(2 * WEEK)),
    (re.compile("(?<!先)(?:先週|せんしゅう|前の週)" + _SINCE_OR_LEFT), _fixed(WEEK)),
    (re.compile("先々月" + _SINCE_OR_LEFT), _fixed(2 * MONTH)),
    (re.compile("先月" + _SINCE_OR_LEFT), _fixed(MONTH)),
    (re.compile("(?:さきおととい|一昨昨日|一昨々日)" + _SINCE), _fixed(3)),
    (re.compile("(?<!き)(?:おととい|おとつい|一昨日)" + _SINCE), _fixed(2)),
    (re.compile("(?<!一)(?:昨日|きのう|前日)(?:の(?:朝|夕方?|昼|晩)(?:頃|ごろ)?)?(?:から|より|以来)"), _fixed(1)),
    (re.compile(f"{_TODAY}[と、も]{_YESTERDAY}|{_YESTERDAY}[と、も]{_TODAY}{_EACH}"), _fixed(2)),
    (re.compile(f"{_YESTERDAY}[とも、]{_DAY_BEFORE}{_EACH}|{_DAY_BEFORE}[とも、]{_YESTERDAY}{_EACH}"), _fixed(2)),
    (re.compile(f"(?<!き)(?:おととい|おとつい|一昨日){_LEFT_THEN}"), _fixed(2)),
    (re.compile(f"(?<!一)(?:昨日|きのう|前日|昨夜|昨晩|ゆうべ|夕べ){_LEFT_THEN}"), _fixed(1)),
    (re.compile(f"(?:日数|期間) ?: ?(?P<high>{_N})(?:日|$|\\s|。)"), _days),
    (re.compile(f"{_SEVERAL}(?:日|にち){_UNKNOWN}"), _several(1)),
    (re.compile(f"{_HOW_MANY}(?:日|にち)(?:(?:間|分|ぶん|か分)?(?:も|と)|か前)"), _several(1)),
    (re.compile(f"{_SEVERAL}週間|{_HOW_MANY}週間も"), _several(WEEK)),
    (re.compile(f"{_SEVERAL}[かヶけヵゖゕ]月|{_HOW_MANY}[かヶけヵゖゕ]月も"), _several(MONTH)),
    (
        re.compile(
            r"\b(?:[0-9]{1,2} ?(?:-|to|or) ?)?(?P<n>[0-9]{1,3}|a couple of|couple of|a few|several|few|many|some"
            r"|an?|one|two|three|four|five|six|seven|eight|nine|ten) ?"
            r"(?P<unit>day|night|morning|evening|week|month)s?\b"
            r"(?! later| ago i (?:met|saw|talked))"
        ),
        _english,
    ),
    (re.compile(r"\bsince (?:the day before yesterday)\b"), _fixed(2)),
    (re.compile(r"\b(?:since|from) yesterday\b"), _fixed(1)),
    (re.compile(r"\byesterday's (?:(?:news)?paper|milk|lunch|bento|box|parcel|mail|delivery)"), _fixed(1)),
    (re.compile(r"\bhalf a month\b"), _fixed(HALF_MONTH)),
    (re.compile(r"\bsince last week\b"), _fixed(WEEK)),
    (re.compile(r"\bsince last month\b"), _fixed(MONTH)),
)  # fmt: skip

_PAPERS = re.compile(
    rf"(?P<n>{_N})\s?(?:部|紙|つ|束|枚|ぶ(?![んあ-ん]))|(?:新聞|朝刊|しんぶん) ?(?P<bare>[0-9]{{1,2}})(?=[ 、。,\n]|$)"
)
#: 「昨日の弁当が」「おとといのヤクルト」: one thing of that day.
_OF_THEN = re.compile(
    "(?:(?<!一)(?P<one>昨日|きのう|昨夜|昨晩|ゆうべ)|(?P<two>おととい|おとつい|一昨日))"
    "の(?!昼|朝(?!刊)|夜|晩(?!の)|夕方(?!の)|午前|午後|件|続き|話|雨|電話)"
)
_COUNTED_KANA = {
    "ひとつ": 1,
    "いちぶ": 1,
    "ふたつ": 2,
    "にぶ": 2,
    "みっつ": 3,
    "さんぶ": 3,
    "よっつ": 4,
    "いつつ": 5,
    "むっつ": 6,
}


def of_then(text: str) -> int | None:
    """Days that 「昨日の弁当」 stands for, where something delivered is left: the longest; None where none is named."""
    found = [1 if match["one"] else 2 for match in _OF_THEN.finditer(text)]
    return max(found, default=None)


_RATE = re.compile(rf"(?:毎日|毎朝|一日|1日|日に)\s?(?P<n>{_N})\s?(?:部|紙|つ)")
_EDITIONS = 2


def papers(text: str, start: int, end: int, *, editions: bool) -> int | None:
    """Days that a count of newspapers stands for between two positions, or None where nothing is counted.

    ``editions``: the home takes a morning and an evening paper, so two make a day.
    """
    part = text[start:end]
    rate = _RATE.search(part)
    per_day = (value(rate["n"]) or 1) if rate else (_EDITIONS if editions else 1)
    counts = [n for n in _counts(part, rate) if n]
    return max(1, round(max(counts) / per_day)) if counts else None


def _counts(part: str, rate: re.Match[str] | None) -> Iterator[int]:
    for match in _PAPERS.finditer(part):
        if rate is None or not rate.start() <= match.start() < rate.end():
            yield value(match["n"] or match["bare"]) or 0
    for word, number in _COUNTED_KANA.items():
        if word in part:
            yield number
