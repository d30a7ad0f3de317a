"""Is everything there that places and hot days need? For ``relay check``: one line each, Japanese and English."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, settings
from relay.places import areas, heat
from relay.places.models import District
from relay.places.polygons import FILE, PolygonError

#: The ministry's file is read every hour.
LATE = timedelta(hours=3)

#: Whether it is fine, and the line in Japanese and English.
Said = tuple[bool, str, str]


def lines(session: Session) -> Iterator[Said]:
    """Boundaries of districts and heat alerts."""
    yield from _areas(session)
    yield _heat(session)


def _areas(session: Session) -> Iterator[Said]:
    """Whether the boundaries are right and cover the districts of the database."""
    known = set(session.scalars(select(District.name)))
    folder = settings.current().config
    try:
        areas.load(folder)
    except PolygonError:
        return  # said with the other files of the folder
    try:
        found = areas.check(folder, known)
    except PolygonError as error:
        for fault in str(error).splitlines():
            yield False, f"地区の境界：{fault}", f"district boundaries: {fault}"
        return
    if found is None:
        yield (
            True,
            f"地区の境界：{FILE} はありません（位置情報だけの通報は市の窓口に届きます）",
            f"district boundaries: no {FILE} (reports with a position alone go to the city desk)",
        )
        return
    without = sorted(known - set(found.names))
    more = f"、境界のない地区：{'、'.join(without)}" if without else ""
    more_en = f"; none for {', '.join(without)}" if without else ""
    yield (
        True,
        f"地区の境界：{len(found.names)}地区{more}",
        f"district boundaries: {len(found.names)} districts{more_en}",
    )


def _heat(session: Session) -> Said:
    """Whether the ministry's heat alerts come in by themselves, and if they should, whether they do."""
    settings = city.current().heat
    if not settings.url:
        return (
            True,
            "熱中症警戒アラート：自動では読みません（画面 /heat か relay import heat で設定します）",
            "heat alerts: not read automatically (set them on /heat or with relay import heat)",
        )
    feed = heat.feed(session)
    if feed is None:
        return (
            True,
            f"熱中症警戒アラート：{settings.area} の発表を1時間以内に読みます",
            f"heat alerts: {settings.area} is read within the hour",
        )
    late = feed.tried_at < clock.now() - LATE
    if feed.fault == "nothing_there" and not late:
        return (
            True,
            "熱中症警戒アラート：発表のファイルがまだありません（例年4月下旬から10月下旬）",
            "heat alerts: no file yet (usually from late April to late October)",
        )
    if feed.fault or late:
        why = "late" if late else feed.fault
        return (
            False,
            f"熱中症警戒アラート：読めていません（{why}）。relay.toml の [heat] と、worker と beat が動いているかを"
            "確かめ、それまでは画面 /heat で設定してください",
            f"heat alerts: not read ({why}): check [heat] in relay.toml and that worker and beat run,"
            " and set the days on /heat meanwhile",
        )
    return (
        True,
        f"熱中症警戒アラート：{settings.area} の発表を読んでいます",
        f"heat alerts: {settings.area} is being read",
    )
