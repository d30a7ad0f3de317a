"""Is everything there that places and hot days need? For ``relay check``: one line each, Japanese and English."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from relay import city, clock
from relay.places import heat

#: The ministry's file is read every hour.
LATE = timedelta(hours=3)

#: Whether it is fine, and the line in Japanese and English.
Said = tuple[bool, str, str]


def lines(session: Session) -> Iterator[Said]:
    """Heat alerts."""
    yield _heat(session)


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
