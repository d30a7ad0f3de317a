"""How codes read on screen: levels, signs, outcomes, moments. Japanese is the source language."""

from datetime import datetime

from babel.dates import format_datetime
from flask_babel import LazyString, get_locale, lazy_gettext

from relay import city as cities
from relay import clock
from relay.vocabulary import Level, Outcome, Sign

LEVELS: dict[Level, LazyString] = {
    Level.EMERGENCY: lazy_gettext("緊急"),
    Level.URGENT: lazy_gettext("至急"),
    Level.PROMPT: lazy_gettext("当日"),
    Level.ROUTINE: lazy_gettext("相談"),
}

SIGNS: dict[Sign, LazyString] = {
    # As short as an observer would say it: two lines on a thumb-sized button.
    Sign.COLLAPSED: lazy_gettext("倒れている・動けない"),
    Sign.CRY_FOR_HELP: lazy_gettext("助けを求める声"),
    Sign.UNWELL: lazy_gettext("具合が悪い・けが"),
    Sign.SMELL: lazy_gettext("ガス・煙・変なにおい"),
    Sign.NO_ANSWER: lazy_gettext("呼んでも出ない"),
    Sign.MISSING: lazy_gettext("いなくなった"),
    Sign.LOST: lazy_gettext("道に迷っている"),
    Sign.ABUSE: lazy_gettext("あざ・どなり声"),
    Sign.FRAUD: lazy_gettext("詐欺・あやしい買い物"),
    Sign.NEWSPAPERS: lazy_gettext("新聞がたまっている"),
    Sign.MAIL: lazy_gettext("郵便がたまっている"),
    Sign.DELIVERIES: lazy_gettext("配達品が残っている"),
    Sign.LAUNDRY: lazy_gettext("洗濯物が出たまま"),
    Sign.SHUTTERS: lazy_gettext("雨戸・カーテンそのまま"),
    Sign.LIGHTS: lazy_gettext("明かりがそのまま"),
    Sign.SOUND: lazy_gettext("水やテレビの音が続く"),
    Sign.USAGE: lazy_gettext("電気や水を使っていない"),
    Sign.NOT_SEEN: lazy_gettext("姿を見ない"),
    Sign.SELF_NEGLECT: lazy_gettext("やせた・汚れている"),
    Sign.CONFUSION: lazy_gettext("物忘れが多い"),
    Sign.UPKEEP: lazy_gettext("ごみ・庭が荒れている"),
    Sign.ALL_CLEAR: lazy_gettext("無事だった"),
    Sign.ABSENCE_KNOWN: lazy_gettext("入院・旅行と分かった"),
}

OUTCOMES: dict[Outcome, LazyString] = {
    Outcome.SAFE: lazy_gettext("無事を確認"),
    Outcome.AWAY: lazy_gettext("外出・旅行などで不在"),
    Outcome.HOSPITAL: lazy_gettext("入院・入所中"),
    Outcome.SUPPORTED: lazy_gettext("支援につないだ"),
    Outcome.AMBULANCE: lazy_gettext("救急搬送"),
    Outcome.DIED: lazy_gettext("死亡を確認"),
    Outcome.UNFOUNDED: lazy_gettext("異常なし（間違い・テスト）"),
}


def level_word(code: str) -> str:
    """The badge's word for a level, given as ``Level`` or its code."""
    return str(LEVELS[Level(code)])


def sign_word(code: str) -> str:
    """What an observer would say for a sign, given as ``Sign`` or its code."""
    return str(SIGNS[Sign(code)])


def outcome_word(code: str) -> str:
    """How a case ended, in the office's words. Not for partners: they hear only coarse words."""
    return str(OUTCOMES[Outcome(code)])


def language() -> str:
    """The language of this page: ``ja`` or ``en``."""
    locale = get_locale()
    return locale.language if locale else "ja"


def moment_word(at: datetime) -> str:
    """A moment on the city's wall clock: 「11/23（月） 4:30」, with the year only if it is another one."""
    here = clock.local(at)
    this_year = here.year == clock.local(clock.now()).year
    if language() == "ja":
        return format_datetime(here, "M/d（E） H:mm" if this_year else "y/M/d（E） H:mm", locale="ja")
    return format_datetime(here, "EEE d MMM, H:mm" if this_year else "EEE d MMM y, H:mm", locale="en")


def city_name() -> str:
    """The city's name in the page's language."""
    city = cities.current()
    return city.name if language() == "ja" else city.name_en


def desk_name() -> str:
    """The name of the city's desk for watch matters in the page's language."""
    city = cities.current()
    return city.desk_name if language() == "ja" else city.desk_name_en
