"""When somebody was seen, as people say it: 「10分前」「さっき」「14時半ごろ」「2:20 pm」. Pure."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from relay import clock
from relay.places.numbers import KANJI_DIGITS, value

#: Minutes that the vague words stand for.
JUST_NOW, A_WHILE = 0, 5
HALF_HOUR, HOUR, DAY = 30, 60, 24 * 60
NOON = 12
#: Clocks differ a little: a time so far ahead is still today's.
AHEAD = timedelta(minutes=10)
#: More minutes than this are no answer to an alert but a slip.
MOST = 3 * DAY

_N = f"(?:[0-9]{{1,4}}|[{KANJI_DIGITS}]{{1,4}})"
_FEW = r"\s?(?:ほど|ほんの|くらい|ぐらい|位|程|ちょっと|ばかり)?\s?"
_AGO = rf"{_FEW}(?:前|まえ)"
_AFTER = r"(?:\s?(?:ごろ|頃|ころ|過ぎ|すぎ|くらい|ぐらい|前|まえ|ちょうど))?(?:\s?に)?"
_DAYTIME = r"(?P<part>午前|午後|今朝|早朝|朝|昼|夕方|夕べ|夜|今夜|昨夜|[AaPp]\.?[Mm]\.?)"
#: 「今」 stands alone or before what goes on right now; it also begins 今日, 今朝 and names of towns.
_NOW = re.compile(
    r"(?:たった今|ただいま|ただ今|現在|(?:(?<![一-鿿])今|(?<![ぁ-ん])いま)(?!のところ)"
    r"(?=[、。,!\s]|$|ここ|そこ|目の前|一緒|いっしょ|隣|となり|そば|側|保護|見(?!て(?:い)?ませ)|歩|い(?:る|ま|て)|話"
    r"|通|すれ|向か|座|立|駅|店|コンビニ|も|は))",
)
_SOON = re.compile(
    r"さっき|さきほど|先ほど|先程|ちょっと(?:前|まえ)|少し(?:前|まえ)|数分前|すこし前|ついさっき"
)
_ENGLISH_NOW = re.compile(r"\b(?:right now|just now|now|at the moment|currently)\b", re.IGNORECASE)
_ENGLISH_SOON = re.compile(
    r"\b(?:a (?:few|couple of) minutes ago|a moment ago|a little while ago|just (?:saw|seen|passed))\b",
    re.IGNORECASE,
)
_YESTERDAY = r"(?P<day>昨日|きのう|昨夜|ゆうべ|夕べ|yesterday)?(?:の|,)?\s?(?:at\s)?"

_HOURS = re.compile(rf"(?P<hours>{_N})\s?時間\s?(?:(?P<half>半)|(?P<minutes>{_N})\s?分)?{_AGO}")
_MINUTES = re.compile(rf"(?:{_N}\s?分?\s?[、,~〜\-・から]{{1,2}}\s?)?(?P<minutes>{_N})\s?分{_AGO}")
_HALF_AGO = re.compile(rf"半時間{_AGO}|half an hour ago", re.IGNORECASE)
_ENGLISH_MINUTES = re.compile(
    r"(?:[0-9]{1,4}\s?(?:-|to|or)\s?)?(?P<minutes>[0-9]{1,4})\s?(?:m|mins?|minutes?)\.?\s+ago", re.IGNORECASE
)
_ENGLISH_HOURS = re.compile(
    r"(?P<hours>[0-9]{1,2}|an?|one|two|three)\s?(?:h|hrs?|hours?)\.?\s+ago", re.IGNORECASE
)
_CLOCK = re.compile(
    rf"(?<![0-9:\-])(?:{_YESTERDAY})(?:{_DAYTIME}\s?の?\s?)?"
    rf"(?:(?P<hour>[0-9]{{1,2}})\s?:\s?(?P<minute>[0-5][0-9])(?![0-9:])"
    rf"|(?P<hour2>{_N})\s?時(?!間)\s?(?:(?P<half>半)|(?P<minute2>{_N})\s?分)?)"
    rf"(?:\s?(?P<ampm>[AaPp]\.?[Mm])\b\.?)?{_AFTER}",
    re.IGNORECASE,
)
_ENGLISH_CLOCK = re.compile(
    r"(?<![0-9:\-])(?P<hour>[0-9]{1,2})\s?(?P<ampm>[ap]\.?m)\b\.?(?P<day>\syesterday)?", re.IGNORECASE
)
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_MORNING = ("午前", "今朝", "早朝", "朝")

Span = tuple[int, int]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], datetime], int | None]]


def minutes_ago(text: str, now: datetime) -> tuple[int | None, list[Span]]:
    """How many minutes before ``now`` the text says it was, and where it says so.

    ``text`` is in one way of writing (NFKC). A counted time (「10分前」) wins over a time of day, and that over
    「さっき」 and 「今」. None when nothing is said, or only a day.
    """
    chosen: int | None = None
    spans: list[Span] = []
    for rules in _RULES:
        for minutes, span in _found(text, rules, now):
            if any(start < span[1] and span[0] < end for start, end in spans):
                continue
            spans.append(span)
            chosen = minutes if chosen is None else chosen
    return chosen, spans


def _found(text: str, rules: tuple[Rule, ...], now: datetime) -> Iterator[tuple[int, Span]]:
    for pattern, read in rules:
        for match in pattern.finditer(text):
            minutes = read(match, now)
            if minutes is not None and 0 <= minutes <= MOST:
                yield minutes, match.span()


def _number(text: str | None) -> int | None:
    if not text:
        return None
    return _WORDS.get(text.lower(), value(text))


def _hours(match: re.Match[str], _now: datetime) -> int | None:
    hours = _number(match["hours"])
    if hours is None:
        return None
    groups = match.groupdict()
    return hours * HOUR + (HALF_HOUR if groups.get("half") else _number(groups.get("minutes")) or 0)


def _minutes(match: re.Match[str], _now: datetime) -> int | None:
    return _number(match["minutes"])


def _clock(match: re.Match[str], now: datetime) -> int | None:
    """The latest moment that the wall clock can mean: 「2時半」 said at three in the afternoon is half an hour ago."""
    groups = match.groupdict()
    hour = _number(groups.get("hour") or groups.get("hour2"))
    minute = HALF_HOUR if groups.get("half") else _number(groups.get("minute") or groups.get("minute2")) or 0
    part = (groups.get("part") or groups.get("ampm") or "").lower().replace(".", "")
    if hour is None or hour > 24 or minute >= HOUR:  # noqa: PLR2004
        return None
    here = clock.local(now)
    yesterday = bool(groups.get("day")) or part in ("昨夜", "夕べ")
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=int(yesterday))
    moments = [midnight + timedelta(hours=h, minutes=minute) for h in _hours_meant(hour, part)]
    moments += [] if yesterday else [moment - timedelta(days=1) for moment in moments]
    past = [moment for moment in moments if moment <= here + AHEAD]
    if not past:
        return None
    return max(0, round((here - max(past)).total_seconds() / 60))


def _hours_meant(hour: int, part: str) -> tuple[int, ...]:
    if part in _MORNING or part == "am":
        return (0,) if hour == NOON and part in ("午前", "am") else (hour,)
    if part:
        return (hour + NOON,) if hour < NOON else (hour,)
    return (hour, hour + NOON) if hour < NOON else (hour,)


def _fixed(minutes: int) -> Callable[[re.Match[str], datetime], int | None]:
    return lambda _match, _now: minutes


#: Strongest first; within one row the first in the list.
_RULES: tuple[tuple[Rule, ...], ...] = (
    (
        (_HOURS, _hours),
        (_MINUTES, _minutes),
        (_HALF_AGO, _fixed(HALF_HOUR)),
        (_ENGLISH_MINUTES, _minutes),
        (_ENGLISH_HOURS, _hours),
    ),
    ((_CLOCK, _clock), (_ENGLISH_CLOCK, _clock)),
    ((_SOON, _fixed(A_WHILE)), (_ENGLISH_SOON, _fixed(A_WHILE))),
    ((_NOW, _fixed(JUST_NOW)), (_ENGLISH_NOW, _fixed(JUST_NOW))),
)
