"""The personal link and the map in Chromium: in the street, on a small phone, with and without scripts."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy.orm import Session

from relay import db
from relay.search.sighting import sighting_marks
from tests.search import page_scenes
from tests.search import sighting_scenes as scene
from tests.search.sighting_scenes import ENGLISH, STATION, STRANGER

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
HEIGHT = {PHONE: 740, DESK: 900}
SMALLEST_TARGET = 44
MOST_BYTES = 200 * 1024
TILES = "https://cyberjapandata.gsi.go.jp/"


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages; what the browser complains about fails the test. Map pictures come only where a test draws them."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, *, width: int = PHONE, tiles: bytes | None = None, **options: Any) -> Page:
        def elsewhere(route: Route) -> None:
            if tiles and route.request.url.startswith(TILES):
                route.fulfill(body=tiles, content_type="image/png")
            else:
                route.abort()

        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": HEIGHT[width]}, locale="ja-JP", **options
        )
        context.route(lambda address: not address.startswith(site), elsewhere)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [line for line in complaints if not re.search("404|410|422|503|ERR_FAILED|DISCONNECTED", line)]


def faults(page: Page) -> list[str]:
    """What a person with a screen reader, a small screen or a thumb would stumble over."""
    found = [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical", "moderate")
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{wide} px too wide")
    small: list[str] = page.evaluate(
        """least => [...document.querySelectorAll("main button, main .button, main summary, main select, .calls a")]
            .map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([, r]) => r.height > 0 && r.height < least)
            .map(([text, r]) => `${text}: ${Math.round(r.height)} px`)""",
        SMALLEST_TARGET,
    )
    return found + small


def weight(page: Page) -> int:
    bytes_: int = page.evaluate(
        """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .reduce((sum, part) => sum + part.decodedBodySize, 0)"""
    )
    return bytes_


def searched(session: Session, **changes: Any) -> tuple[int, str]:
    """A live search with everything that a page may show. Its number and the worker's token."""
    shown = {"consent_items": ["name", "face", "condition"], "condition": "耳が遠い", "speak": "ゆっくり話す"}
    place = {"lat": STATION[0], "lng": STATION[1]}
    number = scene.live(session, **(shown | place | changes))
    page_scenes.portrait(session, number)
    return number, scene.token(session, number)


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (256, 256), "#cde").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(PHONE, "light", "ja"), (PHONE, "dark", "ja"), (PHONE, "light", "en"), (DESK, "light", "ja")],
)
def test_every_page_can_be_read_and_pressed_by_everybody(
    visit: Callable[..., Page], session: Session, client: FlaskClient, width: int, scheme: str, language: str
) -> None:
    _, token = searched(session, drill=language == "en")
    sent = client.post(f"/s/{token}/sightings", data={"where": "駅"}).headers["Location"]
    empty, over = searched(session)
    scene.close(session, empty)
    page = visit(f"/s/{token}?lang={language}", width=width, color_scheme=scheme)
    found = {}
    for name, path in {
        "link": f"/s/{token}",
        "sent": sent,
        "over": f"/s/{over}",
        "unknown": "/s/AbCdEfGh12345678",
    }.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        if problems := faults(page):
            found[name] = problems
    page.goto(f"/s/{token}")
    page.locator("[data-map-open]").click()
    expect(page.locator(".map-last")).to_be_visible()
    if problems := faults(page):
        found["map"] = problems
    assert found == {}


def test_the_page_is_light_until_the_map_is_opened(visit: Callable[..., Page], session: Session) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    assert 0 < weight(page) < MOST_BYTES
    assert not page.evaluate("'L' in window")


def test_the_two_ways_on_are_seen_without_scrolling(visit: Callable[..., Page], session: Session) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    for name in ("見かけた", "今から探します"):
        box = page.locator(".ways").get_by_text(name).bounding_box()
        assert box
        assert box["y"] + box["height"] < HEIGHT[PHONE]


def test_in_the_street_a_sighting_takes_a_few_taps(visit: Callable[..., Page], session: Session) -> None:
    number, token = searched(session)
    spot = {"latitude": 35.35, "longitude": 136.79, "accuracy": 12}
    page = visit(f"/s/{token}", geolocation=spot, permissions=["geolocation"])
    page.get_by_role("link", name="見かけた").click()
    expect(page.get_by_role("heading", name="見かけたら")).to_be_in_viewport()
    page.get_by_role("button", name="いまいる場所").click()
    expect(page.locator("[name=lat]")).to_have_value("35.350000")
    page.get_by_text("10分前").click()
    page.get_by_role("button", name="知らせる").click()
    page.wait_for_url("**/sightings/*")
    expect(page.get_by_text("受け取りました。ありがとうございます。")).to_be_visible()
    [one] = scene.sightings(number)
    assert (one.lat, one.lng) == (35.35, 136.79)
    page.go_back()
    expect(page.locator("#where")).to_have_value("")


def test_a_time_of_day_and_minutes_ago_exclude_each_other(
    visit: Callable[..., Page], session: Session
) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    page.get_by_text("30分前").click()
    page.locator("#time").fill("14:20")
    assert page.locator("[name=when]:checked").count() == 0
    page.get_by_text("いま", exact=True).click()
    expect(page.locator("#time")).to_have_value("")


def test_a_hasty_double_tap_sends_one_sighting(visit: Callable[..., Page], session: Session) -> None:
    number, token = searched(session)
    page = visit(f"/s/{token}")
    page.locator("#where").fill("駅前")
    page.get_by_role("button", name="知らせる").dblclick(no_wait_after=True)
    page.wait_for_url("**/sightings/*")
    assert len(scene.sightings(number)) == 1


def test_without_a_connection_nothing_typed_is_lost(visit: Callable[..., Page], session: Session) -> None:
    number, token = searched(session)
    page = visit(f"/s/{token}")
    page.locator("#where").fill("駅前のコンビニ")
    page.context.set_offline(True)
    page.get_by_role("button", name="知らせる").click()
    expect(page.get_by_text("書いた内容は残っています")).to_be_visible()
    expect(page.locator("#where")).to_have_value("駅前のコンビニ")
    page.context.set_offline(False)
    page.get_by_role("button", name="もう一度送る").click()
    page.wait_for_url("**/sightings/*")
    assert len(scene.sightings(number)) == 1


def test_an_empty_form_says_what_to_add_above_the_button(
    visit: Callable[..., Page], session: Session
) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    page.get_by_role("button", name="知らせる").click()
    expect(page.locator("form [role=alert]")).to_contain_text("場所か様子を")
    expect(page.get_by_role("button", name="もう一度送る")).to_be_visible()


def test_a_large_photo_is_made_smaller_before_it_travels(
    visit: Callable[..., Page], session: Session, tmp_path: Path
) -> None:
    number, token = searched(session)
    file = tmp_path / "photo.jpg"
    Image.effect_noise((3200, 2400), 60).convert("RGB").save(file, quality=92)
    page = visit(f"/s/{token}")
    page.locator("summary", has_text="くわしく").click()
    page.locator("[name=photo]").set_input_files(file)
    expect(page.locator("[data-preview]")).to_be_visible()
    size = page.evaluate("() => { const c = document.querySelector('canvas'); return [c.width, c.height] }")
    assert size == [1600, 1200]
    page.get_by_role("button", name="知らせる").click()
    page.wait_for_url("**/sightings/*")
    with db.transaction() as reading:
        assert sighting_marks.photo(reading, number, scene.sightings(number)[0].id)


def test_everything_works_without_scripts(
    visit: Callable[..., Page], session: Session, city_sample: dict[str, Any]
) -> None:
    number, token = searched(session)
    page = visit(f"/s/{token}", java_script_enabled=False)
    expect(page.locator("[data-map-open]")).to_be_hidden()
    expect(page.get_by_role("link", name="地理院地図")).to_be_visible()
    page.get_by_role("button", name="今から探します").click()
    expect(page.get_by_text("「今から探します」を受け取りました。")).to_be_visible()
    page.get_by_role("button", name="探すのを終える").click()
    page.locator("#where").fill("駅前")
    page.get_by_role("button", name="知らせる").click()
    expect(page.get_by_text("受け取りました。ありがとうございます。")).to_be_visible()
    desk = visit("/login", width=DESK, java_script_enabled=False)
    sign_in(desk, city_sample["city"])
    desk.goto(f"/search/{number}")
    desk.get_by_role("button", name="目撃 1：確認済み").click()
    expect(desk.get_by_role("button", name="目撃 1：印を外す")).to_be_visible()
    assert scene.sightings(number)[0].mark == "checked"


def sign_in(page: Page, who: dict[str, str]) -> None:
    page.get_by_label("メールアドレス").fill(who["email"])
    page.get_by_label("パスワード").fill(who["password"])
    page.get_by_role("button", name="ログインする").click()
    page.wait_for_url("**/board")


def test_without_map_pictures_points_rings_and_scale_still_tell_where(
    visit: Callable[..., Page], session: Session
) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    page.get_by_role("button", name="地図を開く").click()
    expect(page.locator(".map-last")).to_be_visible()
    expect(page.locator(".map-distance", has_text="500 m")).to_be_visible()
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    expect(page.get_by_text("↑ 北")).to_be_visible()
    expect(page.get_by_text("国土地理院", exact=True)).to_be_visible()
    page.locator(".map-last").click()
    expect(page.locator(".leaflet-popup-content")).to_contain_text("最後に見た場所")


def test_map_pictures_of_the_city_are_let_in_and_shown(visit: Callable[..., Page], session: Session) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}", tiles=picture())
    page.get_by_role("button", name="地図を開く").click()
    shown = page.locator(".map img.leaflet-tile-loaded")
    expect(shown.first).to_be_visible()
    assert str(shown.first.get_attribute("src")).startswith(f"{TILES}xyz/pale/14/")


def test_a_map_that_does_not_come_says_what_else_there_is(
    visit: Callable[..., Page], session: Session
) -> None:
    _, token = searched(session)
    page = visit(f"/s/{token}")
    page.route("**/leaflet.js*", lambda route: route.abort())
    page.get_by_role("button", name="地図を開く").click()
    expect(page.get_by_text("地図を開けませんでした")).to_be_visible()
    page.unroute("**/leaflet.js*")
    page.get_by_role("button", name="地図を開く").click()
    expect(page.locator(".map-last")).to_be_visible()


def test_a_search_without_any_position_says_so_instead_of_explaining_signs(
    visit: Callable[..., Page], session: Session, city_sample: dict[str, Any]
) -> None:
    number = scene.live(session)
    desk = visit("/login", width=DESK)
    sign_in(desk, city_sample["city"])
    desk.goto(f"/search/{number}")
    desk.locator("#map").scroll_into_view_if_needed()
    expect(desk.get_by_text("位置は、まだ分かっていません。")).to_be_visible()
    expect(desk.locator(".map-legend")).to_be_hidden()


def test_the_desk_sees_new_sightings_on_the_map_by_itself(
    visit: Callable[..., Page], session: Session, client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    number, token = searched(session)
    page = visit("/login", width=DESK)
    sign_in(page, city_sample["city"])
    page.goto(f"/search/{number}")
    page.locator("#map").scroll_into_view_if_needed()
    expect(page.locator(".map-last").first).to_be_visible()
    expect(page.locator(".map-legend")).to_be_visible()
    client.post(f"/s/{token}/sightings", data={"where": "公園", "lat": "35.35", "lng": "136.79"})
    marker = page.get_by_role("button", name=re.compile("^目撃 1 "))
    expect(marker).to_be_visible(timeout=15_000)
    marker.click()
    onward = page.get_by_role("link", name="一覧で見る")
    expect(onward).to_be_visible()
    client.post(f"/s/{token}/sightings", data={"where": "橋", "lat": "35.358", "lng": "136.79"})
    expect(page.get_by_role("button", name=re.compile("^目撃 2 "))).to_be_visible(timeout=15_000)
    expect(page.locator(".leaflet-pan-anim")).to_have_count(0)
    onward.click()
    expect(page.locator(f"#sighting-{scene.sightings(number)[0].id}")).to_be_in_viewport()


@pytest.mark.parametrize(("width", "language"), [(PHONE, "ja"), (DESK, "en")])
def test_the_desks_list_and_map_can_be_read_and_pressed_by_everybody(
    visit: Callable[..., Page],
    session: Session,
    client: FlaskClient,
    city_sample: dict[str, Any],
    width: int,
    language: str,
) -> None:
    number, token = searched(session)
    for n, words in enumerate(
        ("木曽川町黒田の駅 10分前 北へ", "木曽川町黒田の駅 11分前", "公園で一緒にいます")
    ):
        scene.sms(client, f"K{number} {words}", sender=STRANGER if n == 1 else scene.WORKER, sid=f"SM{n}")
    client.post(
        f"/s/{token}/sightings",
        data={
            "where": "橋",
            "lat": "35.35",
            "lng": "136.79",
            "photo": (io.BytesIO(page_scenes.jpeg()), "p.jpg"),
        },
    )
    first = scene.sightings(number)[0].id
    page = visit("/login", width=width)
    sign_in(page, city_sample["city"])
    found = {}
    for name, path in {
        "search": f"/search/{number}?lang={language}",
        "new": f"/search/{number}/sightings/new",
        "move": f"/search/{number}/sightings/{first}/last-seen",
    }.items():
        page.goto(path)
        if name == "search":
            page.locator("#map").scroll_into_view_if_needed()
            expect(page.locator(".map-point.leaflet-marker-icon").first).to_be_visible()
        if problems := faults(page):
            found[name] = problems
    assert found == {}


def test_staff_who_read_english_can_do_everything_in_english(
    visit: Callable[..., Page], session: Session
) -> None:
    number = scene.live(session, whole_city=True)
    page = visit(f"/s/{scene.token(session, number, ENGLISH)}")
    page.get_by_role("button", name="I’ll look now").click()
    expect(page.get_by_text("Thank you for looking.")).to_be_visible()
    page.get_by_label("The place in words").fill("near the station")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We have got it. Thank you.")).to_be_visible()
