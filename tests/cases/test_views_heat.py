"""The city's calendar of heat-alert days."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from relay import city as cities
from relay import clock, db
from relay.places import heat
from relay.places.models import HeatKind, HeatSource
from tests import officer_scenes as scenes

NOW = datetime(2026, 7, 19, 16, 0, tzinfo=clock.JAPAN)
TODAY, TOMORROW = date(2026, 7, 19), date(2026, 7, 20)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[None]:
    """Every test happens on one summer day, login included."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    scenes.sign_in(client, city_sample, "city")
    return client


def press(client: FlaskClient, day: str, kind: str, mark: str = "alert") -> TestResponse:
    found = TOKEN.search(client.get("/board").text)
    assert found
    return client.post(
        f"/heat/{day}",
        data={"csrf_token": found[1], "kind": kind, "mark": mark},
        follow_redirects=True,
    )


def kinds() -> dict[date, HeatKind]:
    with db.transaction() as session:
        found = heat.days(session, date(2026, 7, 1), date(2026, 8, 31))
        return {day: row.kind for day, row in found.items()}


def cell(page: str, day: date) -> str:
    """The form of one day."""
    return page.split(f'action="/heat/{day}"', 1)[1].split("</form>", 1)[0]


def test_the_calendar_shows_this_month_and_the_next(city: FlaskClient) -> None:
    page = city.get("/heat").text
    assert "2026年7月" in page
    assert "2026年8月" in page
    assert 'action="/heat/2026-08-31"' in page
    assert 'action="/heat/2026-07-18"' not in page  # past days can't be pressed
    assert "heat-today" in cell(page, TODAY)


def test_one_tap_sets_a_day_and_says_who_did(city: FlaskClient) -> None:
    page = press(city, "2026-07-20", "alert").text
    assert kinds() == {TOMORROW: HeatKind.ALERT}
    assert "7/20（月） を「警戒アラート」の日にしました。" in page
    assert "市 高齢福祉課（見本） が設定" in page
    assert 'value="none"' in cell(page.split("heat-months")[1], TOMORROW)  # the next tap takes it back


def test_another_tap_takes_it_back(city: FlaskClient) -> None:
    press(city, "2026-07-20", "alert")
    page = press(city, "2026-07-20", "none").text
    assert kinds() == {}
    assert "7/20（月） のアラートを外しました。" in page


@pytest.mark.parametrize("before", ["none", "alert", "special"])
def test_the_last_tap_is_undone_by_one_button(city: FlaskClient, before: str) -> None:
    if before != "none":
        press(city, "2026-07-20", before)
    was = kinds()
    page = press(city, "2026-07-20", "none" if before == "alert" else "alert").text
    undo = cell(page.split('role="status"')[1], TOMORROW)
    assert "元に戻す" in undo
    assert f'value="{before}"' in undo
    press(city, "2026-07-20", before)
    assert kinds() == was


def test_the_chosen_mark_is_what_a_tap_sets(city: FlaskClient) -> None:
    press(city, "2026-07-20", "alert")
    page = city.get("/heat?mark=special").text
    assert 'value="special"' in cell(page, TOMORROW)
    assert 'value="special"' in cell(page, date(2026, 7, 21))
    press(city, "2026-07-20", "special", mark="special")
    assert kinds() == {TOMORROW: HeatKind.SPECIAL}


def test_days_from_elsewhere_say_where_from(city: FlaskClient) -> None:
    with db.transaction() as session:
        heat.set_day(session, TOMORROW, HeatKind.ALERT, source=HeatSource.MINISTRY)
        heat.set_day(session, TODAY, HeatKind.ALERT, source=HeatSource.FILE)
    page = city.get("/heat").text
    assert "環境省の発表から" in page
    assert "ファイルから取り込み" in page


@pytest.mark.parametrize(
    ("day", "kind"), [("2026-07-20", "hot"), ("2026-07-20", ""), ("2026-07-32", "alert"), ("x", "alert")]
)
def test_what_is_no_day_or_no_kind_changes_nothing(city: FlaskClient, day: str, kind: str) -> None:
    assert press(city, day, kind).status_code == 400
    assert kinds() == {}


def test_a_centre_can_neither_see_nor_set_the_days(client: FlaskClient, city_sample: dict[str, Any]) -> None:
    scenes.sign_in(client, city_sample, "officer")
    assert client.get("/heat").status_code == 403
    assert press(client, "2026-07-20", "alert").status_code == 403
    assert kinds() == {}
    assert 'href="/heat"' not in client.get("/board").text


def test_without_login_the_page_asks_for_it(client: FlaskClient) -> None:
    assert "/login" in client.get("/heat").headers["Location"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (None, None),
        (HeatKind.ALERT, "本日は熱中症警戒アラートの日です"),
        (HeatKind.SPECIAL, "本日は熱中症特別警戒アラートの日です"),
    ],
)
def test_the_head_of_the_board_says_what_day_it_is(
    city: FlaskClient, kind: HeatKind | None, says: str | None
) -> None:
    if kind:
        with db.transaction() as session:
            heat.set_day(session, TODAY, kind, source=HeatSource.HAND, by="見本")
    for address in ("/board", "/board/live"):
        page = city.get(address).text
        assert ("本日は熱中症" in page) is (says is not None)
        assert says is None or says in page


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (None, "最後に読めたのは"),
        ("nothing_there", "例年4月下旬から10月下旬"),
        ("area_unknown", "[heat] area"),
        ("no_table", "ファイルの形が変わった"),
        ("http_503", "次の時間にもう一度読みます"),
    ],
)
def test_the_page_says_how_reading_the_ministrys_file_went(
    city: FlaskClient, monkeypatch: pytest.MonkeyPatch, fault: str | None, says: str
) -> None:
    own = cities.current()
    set_up = replace(own, heat=cities.HeatSettings(url="https://example.jp/{date}", area="愛知県"))
    monkeypatch.setattr(cities, "current", lambda: set_up)
    with db.transaction() as session:
        heat.note_feed(session, fault=None)
        if fault:
            heat.note_feed(session, fault=fault)
    assert says in city.get("/heat").text
