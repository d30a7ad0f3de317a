"""Reading single cells: phones, postcodes, times, ranks, yes and no.

Pure; each function raises ``Bad`` for a text that it can't read.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from relay.clock import JAPAN
from relay.imports.result import Bad
from relay.imports.sheet import key
from relay.places.models import HeatKind
from relay.places.writing import katakana, plain

#: Ten digits from 60, 70, 80 or 90: the shape of every number that can get an SMS in Japan.
MOBILE = re.compile(r"\+81[6-9]0\d{8}")
#: 080-0000-xxxx: the invented numbers of the sample city. No mobile number begins so.
SAMPLE_NUMBERS = "+8180000"

_POSTCODE = re.compile(r"\d{7}")
_MOMENT = re.compile(
    r"(?:(?P<western>\d{4})[-/.年]|(?:令和|R)(?P<reiwa>\d{1,2}|元)[-/.年])"
    r"(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?:日 *|[T ]+)"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::00)?|時(?:(?P<kanji_minute>\d{1,2})分)?)"
)
_DAY = re.compile(
    r"(?:(?:(?P<western>\d{4})[-/.年]|(?:令和|R)(?P<reiwa>\d{1,2}|元)[-/.年])"
    r"(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<bare>20\d{6}))(?:[T ]+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_HEAT_KINDS = {
    HeatKind.ALERT: ("", "1", "警戒", "警戒アラート", "熱中症警戒アラート", "熱中症警戒情報", "alert"),
    HeatKind.SPECIAL: (
        *("2", "特別", "特別警戒", "特別警戒アラート", "熱中症特別警戒アラート", "熱中症特別警戒情報"),
        "special",
    ),
}
_REIWA_BEFORE_FIRST_YEAR = 2018
_HOURS = 24
_KANA = re.compile(r"[ァ-ヺー・0-9A-Za-z()、\-]+")
_RANKS = {1: ("1", "当番", "主", "duty"), 2: ("2", "バックアップ", "副当番", "副", "backup")}
_LANGUAGES = {"ja": ("", "ja", "日本語", "japanese"), "en": ("en", "英語", "english")}
_YES = ("○", "〇", "◯", "o", "1", "はい", "有", "あり", "長", "センター長", "yes", "y", "true")
_NO = ("", "×", "x", "0", "いいえ", "無", "なし", "-", "no", "n", "false")


def phone(text: str) -> str:
    """A mobile number in E.164. Full width, any hyphens and a first 0 that Excel took away are fine."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), "JP")
    except NumberParseException as error:
        raise Bad("phone_unreadable", given=text) from error
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if number.extension or not MOBILE.fullmatch(written):
        raise Bad("phone_not_mobile", given=text)
    freephone = phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE
    if freephone and not written.startswith(SAMPLE_NUMBERS):
        raise Bad("phone_not_mobile", given=text)
    return written


def national(number: str) -> str:
    """A number as people here write it (090-1234-5678), for messages on the operator's own screen."""
    digits = number.removeprefix("+81")
    return f"0{digits[:2]}-{digits[2:6]}-{digits[6:]}" if MOBILE.fullmatch(number) else number


def postcode(text: str) -> str:
    """Seven digits without a hyphen."""
    digits = plain(text).replace("〒", "").replace("-", "").replace(" ", "")
    if not (digits.isascii() and _POSTCODE.fullmatch(digits)):
        raise Bad("postcode", given=text)
    return digits


def kana(text: str) -> str:
    """A reading in full-width katakana; half width and hiragana are turned into it."""
    reading = katakana(unicodedata.normalize("NFKC", text)).replace(" ", "")
    if not _KANA.fullmatch(reading):
        raise Bad("kana", given=text)
    return reading


def moment(text: str) -> datetime:
    """A local date and time: 2026-12-01 17:15, 2026/12/1 17:15:00 as Excel shows it, 令和8年12月1日17時15分.

    24:00 is the end of that day.
    """
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        raise Bad("moment", given=text)
    reiwa = match["reiwa"]
    year = (
        int(match["western"])
        if match["western"]
        else _REIWA_BEFORE_FIRST_YEAR + int(reiwa.replace("元", "1"))
    )
    hour, minute = int(match["hour"]), int(match["minute"] or match["kanji_minute"] or 0)
    try:
        day = datetime(year, int(match["month"]), int(match["day"]), tzinfo=JAPAN)
        if hour == _HOURS and not minute:
            return day + timedelta(days=1)
        return day.replace(hour=hour, minute=minute)
    except (ValueError, OverflowError) as error:
        raise Bad("moment", given=text) from error


def day(text: str) -> date:
    """A date: 2026-07-20, 2026/7/20, 令和8年7月20日, 20260720. A time behind it, as Excel adds, is left off."""
    written = unicodedata.normalize("NFKC", text)
    match = _DAY.fullmatch(written)
    if not match:
        raise Bad("day", given=text)
    reiwa = match["reiwa"]
    year = (
        int(match["western"] or match["bare"][:4])
        if not reiwa
        else _REIWA_BEFORE_FIRST_YEAR + int(reiwa.replace("元", "1"))
    )
    month, number = (
        (match["bare"][4:6], match["bare"][6:]) if match["bare"] else (match["month"], match["day"])
    )
    try:
        return date(year, int(month), int(number))
    except ValueError as error:
        raise Bad("day", given=text) from error


def heat_kind(text: str) -> HeatKind:
    """Alert or special alert; empty means alert."""
    for kind, words in _HEAT_KINDS.items():
        if key(text) in map(key, words):
            return kind
    raise Bad("heat_kind", given=text)


def rank(text: str) -> int:
    """1 for the duty officer, 2 for the backup."""
    for number, words in _RANKS.items():
        if key(text) in words:
            return number
    raise Bad("rank", given=text)


def email(text: str) -> str:
    """An e-mail address, or empty. Whether mail arrives there is not asked."""
    if not text:
        return ""
    try:
        return validate_email(unicodedata.normalize("NFKC", text), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Bad("email", given=text) from error


def language(text: str) -> str:
    """``ja`` or ``en``; empty means Japanese."""
    for code, words in _LANGUAGES.items():
        if key(text) in map(key, words):
            return code
    raise Bad("language", given=text)


def yes(text: str) -> bool:
    """○ or empty, and the other ways of saying so."""
    if key(text) in map(key, _YES):
        return True
    if key(text) in map(key, _NO):
        return False
    raise Bad("yes_or_no", given=text)
