"""Words for the codes of searches, in the page's language. Templates call them ``word``."""

from collections.abc import Mapping, Sequence
from datetime import date as calendar_date
from datetime import datetime

from babel.dates import format_date
from flask_babel import LazyString, lazy_gettext

from relay import clock, telephone
from relay.search.states import Closing, Kind, State
from relay.search.texts import AGE_BANDS
from relay.web import words
from relay.web.language import _

SECONDS_A_MINUTE = 60
MINUTES_A_HOUR = 60
HOURS_A_DAY = 24
#: Ages in a band that says "early" in Japanese: 80–84 is 80代前半.
_HALF = 5

phone = telephone.shown

STATES: Mapping[State, LazyString] = {
    State.DRAFT: lazy_gettext("下書き"),
    State.AWAITING: lazy_gettext("承認待ち"),
    State.LIVE: lazy_gettext("捜索中"),
    State.CLOSED: lazy_gettext("終了"),
    State.WITHDRAWN: lazy_gettext("取り消し"),
}
STATE_TONES: Mapping[State, str] = {
    State.DRAFT: "",
    State.AWAITING: "warning",
    State.LIVE: "error",
    State.CLOSED: "good",
    State.WITHDRAWN: "",
}
CLOSINGS: Mapping[Closing, LazyString] = {
    Closing.FOUND: lazy_gettext("発見"),
    Closing.ENDED: lazy_gettext("終了"),
    Closing.WITHDRAWN: lazy_gettext("取り消し"),
    Closing.EXPIRED: lazy_gettext("期限で終了"),
}
KINDS: Mapping[Kind, LazyString] = {
    Kind.ALERT: lazy_gettext("最初のお知らせ"),
    Kind.UPDATE: lazy_gettext("続報"),
    Kind.WIDENING: lazy_gettext("範囲を広げたお知らせ"),
    Kind.CLOSING: lazy_gettext("終了のお知らせ"),
}
RINGS: Sequence[LazyString] = (
    lazy_gettext("最後に見た地区"),
    lazy_gettext("となりの地区"),
    lazy_gettext("市の全域"),
)
SEXES: Mapping[str, LazyString] = {
    "male": lazy_gettext("男性"),
    "female": lazy_gettext("女性"),
}
TRAVELS: Mapping[str, LazyString] = {
    "foot": lazy_gettext("徒歩"),
    "bicycle": lazy_gettext("自転車"),
    "car": lazy_gettext("車"),
    "train": lazy_gettext("電車・バス"),
}
ITEMS: Mapping[str, LazyString] = {
    "name": lazy_gettext("名前"),
    "face": lazy_gettext("顔写真"),
    "condition": lazy_gettext("健康上の注意"),
}
RANGES: Mapping[str, LazyString] = {
    "staff": lazy_gettext("登録した協力員"),
    "neighbours": lazy_gettext("近隣の市町"),
}
CHANNELS: Mapping[str, LazyString] = {
    "form": lazy_gettext("ページから"),
    "sms": lazy_gettext("SMSで"),
    "phone": lazy_gettext("電話で"),
}
#: Fields of the forms, as their labels and the log name them.
FIELDS: Mapping[str, LazyString] = {
    "police_station": lazy_gettext("警察署"),
    "police_number": lazy_gettext("受理番号"),
    "police_not_why": lazy_gettext("まだ届け出ていない理由"),
    "consent_by": lazy_gettext("同意した人"),
    "consent_items": lazy_gettext("見せてよいもの"),
    "consent_ranges": lazy_gettext("伝えてよい相手"),
    "danger_reason": lazy_gettext("生命の危険がある理由"),
    "name": lazy_gettext("名前"),
    "kana": lazy_gettext("ふりがな"),
    "age_band": lazy_gettext("年齢"),
    "sex": lazy_gettext("性別"),
    "height": lazy_gettext("身長"),
    "build": lazy_gettext("体格"),
    "hair": lazy_gettext("髪"),
    "clothes": lazy_gettext("服装"),
    "visible": lazy_gettext("いちばん目につくもの"),
    "shoes": lazy_gettext("はきもの"),
    "belongings": lazy_gettext("持ち物"),
    "condition": lazy_gettext("健康上の注意"),
    "speak": lazy_gettext("声のかけ方"),
    "photo_taken": lazy_gettext("撮影した時期"),
    "seen_at": lazy_gettext("最後に見た日時"),
    "seen_town": lazy_gettext("町名"),
    "seen_place": lazy_gettext("場所"),
    "district_id": lazy_gettext("地区"),
    "lat": lazy_gettext("緯度"),
    "lng": lazy_gettext("経度"),
    "heading": lazy_gettext("向かった方向"),
    "travel": lazy_gettext("移動の方法"),
    "birth": lazy_gettext("生年月日"),
    "usual_clothes": lazy_gettext("ふだんの服装"),
    "usual_belongings": lazy_gettext("ふだんの持ち物"),
    "habits": lazy_gettext("よく行く場所"),
    "town": lazy_gettext("町名"),
    "number": lazy_gettext("番地"),
    "contacts": lazy_gettext("家族の連絡先"),
    "photo": lazy_gettext("写真"),
    "photo_date": lazy_gettext("撮影した日"),
}


#: Fields that stand on a form under other names than in the record.
FORM_FIELDS: Mapping[str, str] = {
    "seen_date": "seen_at",
    "seen_time": "seen_at",
    "district": "district_id",
}


def label(field: str) -> str:
    """What a field of a form is called."""
    if field.startswith("contact_"):
        field = "contacts"
    return of(FIELDS, FORM_FIELDS.get(field, field))


def of(table: Mapping[str, LazyString], code: object) -> str:
    """The word for a code; a code without a word is shown as it is, so that nothing is hidden."""
    text = "" if code is None else str(code)
    return str(table.get(text, text))


def state(code: State) -> str:
    """Where a search stands."""
    return str(STATES[code])


def tone(code: State) -> str:
    """The colour that goes with ``state``."""
    return STATE_TONES[code]


def closing(code: Closing) -> str:
    """How a search ended."""
    return str(CLOSINGS[code])


def kind(code: Kind) -> str:
    """What a transmission was."""
    return str(KINDS[code])


def ring(number: int, *, last: bool = False) -> str:
    """A ring around the last-seen place. The last one is always the rest of the city."""
    return str(RINGS[-1] if last else RINGS[min(number, len(RINGS) - 1)])


def age(band: str | None) -> str:
    """A band of ages as people say it."""
    if not band:
        return ""
    low, _dash, high = band.partition("-")
    if not low:
        return _("60歳未満")
    if not high:
        return _("%(age)s歳以上", age=low)
    early = int(low) % 10 < _HALF
    if early:
        return _("%(decade)s代前半（%(low)s〜%(high)s歳）", decade=f"{low[0]}0", low=low, high=high)
    return _("%(decade)s代後半（%(low)s〜%(high)s歳）", decade=f"{low[0]}0", low=low, high=high)


def age_choices() -> list[tuple[str, str]]:
    """For choosing a band of ages."""
    return [("", _("選んでください")), *((band, age(band)) for band in AGE_BANDS)]


def choices(table: Mapping[str, LazyString], *, none: str | None = None) -> list[tuple[str, str]]:
    """For choosing one of a table's codes; ``none`` is the word for no choice."""
    first = [("", none)] if none is not None else []
    return [*first, *((code, str(text)) for code, text in table.items())]


def names(several: Sequence[str]) -> str:
    """Several words in one breath."""
    return ("、" if words.language() == "ja" else ", ").join(several)


def several(table: Mapping[str, LazyString], codes: Sequence[str]) -> list[str]:
    """The words for several codes."""
    return [of(table, code) for code in codes]


def date(day: calendar_date | None) -> str:
    """A day with its year, empty for none."""
    if day is None:
        return ""
    return (
        format_date(day, "y/M/d", locale="ja")
        if words.language() == "ja"
        else format_date(day, "d MMM y", locale="en")
    )


def day(moment: datetime) -> str:
    """The day of a moment on the city's calendar."""
    return date(clock.local(moment).date())


def since(moment: datetime) -> str:
    """How long ago, to the minute for as long as minutes count."""
    minutes = max(0, int((clock.now() - moment).total_seconds() // 60))
    hours, rest = divmod(minutes, MINUTES_A_HOUR)
    if not hours:
        return _("%(count)s分", count=minutes)
    if hours < HOURS_A_DAY:
        return _("%(hours)s時間%(minutes)s分", hours=hours, minutes=rest)
    days, hours = divmod(hours, HOURS_A_DAY)
    return _("%(days)s日と%(hours)s時間", days=days, hours=hours)


def minutes(count: float | None) -> str:
    """A span in minutes, in seconds below one, or a dash where there is none."""
    if count is None:
        return "–"
    if count >= MINUTES_A_HOUR:
        whole = round(count)
        return _("%(hours)s時間%(minutes)s分", hours=whole // MINUTES_A_HOUR, minutes=whole % MINUTES_A_HOUR)
    if count < 1:
        return _("%(count)s秒", count=round(count * SECONDS_A_MINUTE))
    return _("%(count)s分", count=f"{count:g}")


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent; a dash where there is nothing to compare."""
    return f"{round(100 * part / whole)}%" if whole else "–"
