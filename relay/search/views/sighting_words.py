"""Words about sightings in the page's language. Templates call them ``sighted``."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import LazyString, lazy_gettext

from relay import clock, telephone
from relay.search import geo
from relay.search.sighting.board import LastSeen, SightingsBoard, SightingView
from relay.web import words
from relay.web.language import _

MINUTES_A_HOUR = 60
HOURS_TOLD = 48

phone = telephone.shown

HEADINGS: Mapping[str, LazyString] = {
    "北": lazy_gettext("北"),
    "北東": lazy_gettext("北東"),
    "東": lazy_gettext("東"),
    "南東": lazy_gettext("南東"),
    "南": lazy_gettext("南"),
    "南西": lazy_gettext("南西"),
    "西": lazy_gettext("西"),
    "北西": lazy_gettext("北西"),
}
MARKS: Mapping[str, LazyString] = {
    "new": lazy_gettext("未確認"),
    "checked": lazy_gettext("確認済み"),
    "false": lazy_gettext("別の人だった"),
    "last_seen": lazy_gettext("新しい「最後に見た場所」"),
}
MARK_TONES: Mapping[str, str] = {"new": "warning", "checked": "good", "false": "", "last_seen": "error"}
CHANNELS: Mapping[str, LazyString] = {
    "sms": lazy_gettext("SMS"),
    "form": lazy_gettext("専用ページ"),
    "phone": lazy_gettext("電話"),
}


def heading(code: str) -> str:
    """A direction, or where somebody went in the words of who saw it."""
    return str(HEADINGS.get(code, code))


def mark(code: str) -> str:
    """What the city made of a sighting."""
    return str(MARKS.get(code, code))


def tone(code: str) -> str:
    """The colour that goes with ``mark``."""
    return MARK_TONES.get(code, "")


def channel(code: str) -> str:
    """Which way it came."""
    return str(CHANNELS.get(code, code))


def hour(at: datetime) -> str:
    """A time of day, with the date only when it is not today's."""
    here = clock.local(at)
    return f"{here:%H:%M}" if here.date() == clock.local(clock.now()).date() else words.moment_word(at)


def span(minutes: int) -> str:
    """A length of time, as short as it may be."""
    if minutes < MINUTES_A_HOUR:
        return _("%(count)s分", count=minutes)
    hours, rest = divmod(minutes, MINUTES_A_HOUR)
    if hours >= HOURS_TOLD:
        return _("%(count)s日", count=hours // 24)
    if rest == 0:
        return _("%(count)s時間", count=hours)
    return _("%(hours)s時間%(minutes)s分", hours=hours, minutes=rest)


def ago(at: datetime) -> str:
    """How long ago it was."""
    minutes = max(0, int((clock.now() - at).total_seconds() // 60))
    return _("%(span)s前", span=span(minutes)) if minutes else _("たった今")


def after(minutes: int | None) -> str:
    """How long after the last-seen time; empty where that is not known."""
    if minutes is None:
        return ""
    if minutes < 0:
        return _("最後に見た時刻の%(span)s前", span=span(-minutes))
    return _("最後に見た時刻から%(span)s後", span=span(minutes))


def away(metres: float | None, direction: str | None) -> str:
    """How far from the last-seen place, and in which direction; empty where that is not known."""
    if metres is None or direction is None:
        return ""
    return _(
        "最後に見た場所から%(direction)sへ約%(distance)s",
        direction=heading(direction),
        distance=geo.rounded(metres),
    )


def sureness(sure: bool | None) -> str:
    """How sure who saw it was; empty where it was not said."""
    if sure is None:
        return ""
    return _("本人だと思う") if sure else _("似た人かもしれない")


def label(view: SightingView) -> str:
    """One sighting in one line: for the map, and for who hears the page."""
    parts = [
        _("目撃 %(number)s", number=view.number),
        hour(view.at),
        view.town or "",
        away(view.metres, view.direction),
        mark(view.mark),
    ]
    return " ".join(part for part in parts if part)


def place(spot: LastSeen) -> str:
    """The last-seen place in words."""
    return " ".join(part for part in (spot.town, spot.place) if part) or _("場所は分かっていません")


def located(board: SightingsBoard) -> list[SightingView]:
    """The sightings that stand on the map: one for each moment and place."""
    found = []
    for root in sorted(board.sightings, key=lambda one: one.number):
        here = [view for view in (root, *root.joined) if view.lat is not None and view.lng is not None]
        found.extend(here[:1])
    return found
