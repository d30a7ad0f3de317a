"""Heat-alert days: a calendar of this month and the next, set and taken back by one tap. For the city."""

import calendar
from datetime import date
from http import HTTPStatus

from babel.dates import format_date, get_day_names
from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext

from relay import city, clock, db
from relay.accounts.scope import current_scope, signed_in, signed_in_user
from relay.cases.views.blueprints import bp
from relay.places import heat
from relay.places.models import HeatFeed, HeatKind, HeatSource
from relay.web import words
from relay.web.language import _

KINDS: dict[HeatKind, LazyString] = {
    HeatKind.ALERT: lazy_gettext("警戒アラート"),
    HeatKind.SPECIAL: lazy_gettext("特別警戒アラート"),
}
#: What is written into a day's cell.
SHORT: dict[HeatKind, LazyString] = {
    HeatKind.ALERT: lazy_gettext("警戒"),
    HeatKind.SPECIAL: lazy_gettext("特別"),
}
NONE = "none"
#: Calendars here begin on Sunday.
SUNDAY = 6


@bp.get("/heat")
@signed_in
def heat_days() -> ResponseReturnValue:
    """The calendar. ``mark``: which kind a tap sets; ``done`` and ``was``: what the last tap changed, to be undone."""
    _city_only()
    today = heat.day_of(clock.now())
    first, following = heat.months(today)
    last = following.replace(day=calendar.monthrange(following.year, following.month)[1])
    with db.transaction() as session:
        known = heat.days(session, first, last)
        feed = heat.feed(session)
    done = _day(request.args.get("done", ""))
    return render_template(
        "cases/heat.html",
        months=[(month, _weeks(month)) for month in (first, following)],
        known=known,
        today=today,
        mark=_kind(request.args.get("mark")) or HeatKind.ALERT,
        kinds=KINDS,
        short=SHORT,
        done=done,
        was=_kind(request.args.get("was")),
        feed=feed,
        feed_fault=_fault(feed),
        reads=bool(city.current().heat.url),
        area=city.current().heat.area,
        hand=HeatSource.HAND,
        file=HeatSource.FILE,
        day_word=day_word,
        month_word=month_word,
        weekdays=_weekdays(),
    )


@bp.post("/heat/<day>")
@signed_in
def set_heat_day(day: str) -> ResponseReturnValue:
    """Set one day, or take its alert back (``kind`` none)."""
    _city_only()
    wanted, chosen = _day(day), request.form.get("kind")
    kind = _kind(chosen)
    if wanted is None or (kind is None and chosen != NONE):
        abort(HTTPStatus.BAD_REQUEST)
    who = signed_in_user().name
    with db.transaction() as session:
        before = heat.alert_on(session, wanted)
        was = before.kind.value if before else NONE
        if kind is None:
            heat.lift(session, wanted, by=who)
        else:
            heat.set_day(session, wanted, kind, source=HeatSource.HAND, by=who)
    mark = _kind(request.form.get("mark")) or HeatKind.ALERT
    return redirect(
        url_for("cases.heat_days", mark=mark.value, done=wanted.isoformat(), was=was), HTTPStatus.SEE_OTHER
    )


def day_word(day: date) -> str:
    """「7/20（月）」."""
    if words.language() == "ja":
        return format_date(day, "M/d（E）", locale="ja")
    return format_date(day, "EEE d MMM", locale="en")


def month_word(day: date) -> str:
    """「2026年7月」."""
    return format_date(day, "y年M月" if words.language() == "ja" else "MMMM y", locale=words.language())


def _city_only() -> None:
    if not current_scope().city:
        abort(HTTPStatus.FORBIDDEN)


def _weekdays() -> list[str]:
    names = get_day_names("abbreviated", locale=words.language())
    return [names[(SUNDAY + ahead) % 7] for ahead in range(7)]


def _weeks(month: date) -> list[list[date | None]]:
    """The days of a month by weeks that begin on Sunday; None where a day belongs to another month."""
    weeks = calendar.Calendar(SUNDAY).monthdatescalendar(month.year, month.month)
    return [[day if day.month == month.month else None for day in week] for week in weeks]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _kind(text: str | None) -> HeatKind | None:
    return HeatKind(text) if text in list(HeatKind) else None


def _fault(feed: HeatFeed | None) -> str | None:
    """What to do about the last reading, None when it went well."""
    if feed is None or feed.fault is None:
        return None
    if feed.fault == "nothing_there":
        return _("発表のファイルがまだありません（提供は例年4月下旬から10月下旬までです）。")
    if feed.fault == "area_unknown":
        return _("設定の地域「%(area)s」がファイルにありません。relay.toml の [heat] area を直してください。",
                 area=city.current().heat.area)  # fmt: skip
    if feed.fault in ("no_table", "no_dates", "bad_flag", "encoding"):
        return _(
            "ファイルの形が変わったようです。発表は上の暦で手で設定し、システムの管理者に知らせてください。"
        )
    return _(
        "環境省のサイトから読めませんでした。次の時間にもう一度読みます。急ぐときは上の暦で設定してください。"
    )
