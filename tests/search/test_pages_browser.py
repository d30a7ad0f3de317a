"""The city's pages of searches in Chromium: on a phone and at a desk, by day and by night, with and without scripts."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from relay import clock, db
from relay.outbox.models import State as Sending
from relay.search import service, spread
from relay.search.composing.drafts import load
from relay.search.models import Search
from relay.search.states import Closing
from tests.search import page_scenes, scenes

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
HEIGHT = {PHONE: 740, DESK: 900}
SMALLEST_TARGET = 44
MOST_BYTES = 200 * 1024


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages as a signed-in user; what the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, login: dict[str, str], *, width: int = DESK, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": HEIGHT[width]}, locale="ja-JP", **options
        )
        # Map pictures come from elsewhere, and tests stay at home.
        context.route(lambda address: not address.startswith(site), lambda route: route.abort())
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto("/login")
        page.get_by_label("メールアドレス").fill(login["email"])
        page.get_by_label("パスワード").fill(login["password"])
        page.get_by_role("button", name="ログインする").click()
        page.wait_for_url("**/board")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # Refusals that a test provokes, and map pictures that no test loads.
    assert not [line for line in complaints if not re.search("404|409|422|503|ERR_FAILED", line)]


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
        """least => [...document.querySelectorAll("main button, main .button, main summary, main select")]
            .map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([, r]) => r.height > 0 && r.height < least)
            .map(([text, r]) => `${text}: ${Math.round(r.height)} px`)""",
        SMALLEST_TARGET,
    )
    weight = page.evaluate(
        """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .filter(part => !part.name.includes("/assets/leaflet/"))
            .reduce((sum, part) => sum + part.decodedBodySize, 0)"""
    )  # the map is loaded by itself after the page, once for all pages
    if weight > MOST_BYTES:
        found.append(f"{weight} bytes")
    return found + small


def busy_city(session: Session) -> dict[str, str]:
    """A search in every state, and two registered persons. Returns pages by name."""
    live = page_scenes.live(session, people_told=12)
    page_scenes.portrait(session, live)
    page_scenes.receipts(session, live, *[Sending.DELIVERED] * 8, Sending.ACCEPTED, Sending.UNDELIVERED)
    page_scenes.opened(session, live, 5)
    writer = scenes.actors(session)[0]
    service.update(live, writer, words="駅の北で見たという情報（見本）")
    with db.transaction() as change:
        change.get_one(Search, live).widen_proposed_at = clock.now()
    waiting = page_scenes.awaiting(session)
    bare = scenes.draft(session, police_station=None, visible=None, clothes=None, name=None)
    drill = scenes.draft(session, drill=True)
    service.send_urgent(drill, writer, reason="訓練（見本）")
    over = scenes.draft(session)
    service.send_urgent(over, writer, reason="夜（見本）")
    spread.spread_due()
    service.close(over, writer, closing=Closing.FOUND)
    dropped = scenes.draft(session)
    service.discard(dropped, writer)
    person = page_scenes.person(session, days_ago=400, photo=page_scenes.jpeg(), photo_date=date(2020, 5, 1))
    page_scenes.person(session, name="見本 はる", kana="ミホン ハル")
    return {
        "list": "/search",
        "new": "/search/new",
        "from a person": f"/search/new?person={person}",
        "draft": f"/search/{bare}/edit",
        "check of a draft": f"/search/{bare}/preview",
        "check": f"/search/{waiting}/preview",
        "live": f"/search/{live}",
        "exercise": f"/search/{drill}",
        "sheet": f"/search/{live}/sheet",
        "over": f"/search/{over}",
        "dropped": f"/search/{dropped}",
        "figures": "/search/figures",
        "people": "/search/people",
        "person": f"/search/people/{person}",
        "person's form": f"/search/people/{person}/edit",
        "end of a registration": f"/search/people/{person}/end",
    }


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(PHONE, "light", "ja"), (PHONE, "dark", "ja"), (PHONE, "light", "en"), (DESK, "light", "ja")],
)
def test_every_page_can_be_read_and_pressed_by_everybody(
    visit: Callable[..., Page],
    city_sample: dict[str, Any],
    session: Session,
    width: int,
    scheme: str,
    language: str,
) -> None:
    pages = busy_city(session)
    page = visit("/board", city_sample["city"], width=width, color_scheme=scheme)
    found = {}
    for name, path in pages.items():
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        if problems := faults(page):
            found[name] = problems
    assert found == {}


def test_a_running_search_moves_by_itself_and_keeps_what_is_being_typed(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session)
    page = visit(f"/search/{number}", city_sample["city"])
    page.get_by_text("続報を送る").click()
    page.get_by_label("伝えること").fill("駅の北で")
    page_scenes.opened(session, number, 3)
    expect(page.locator(".figures", has_text="開いた人")).to_contain_text("43%", timeout=9000)
    expect(page.get_by_label("伝えること")).to_have_value("駅の北で")
    expect(page.get_by_label("伝えること")).to_be_focused()


def test_the_page_of_a_search_that_a_colleague_ends_becomes_that_of_its_end(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session)
    page = visit(f"/search/{number}", city_sample["city"])
    service.close(number, scenes.actors(session)[1], closing=Closing.FOUND)
    expect(page.get_by_role("heading", name=f"K{number}は終わりました")).to_be_visible(timeout=9000)


def test_a_page_that_gets_no_answers_says_so(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session)
    page = visit(f"/search/{number}", city_sample["city"])
    page.clock.install()
    page.reload()
    stalled = page.get_by_text("画面の更新が止まっています")
    expect(stalled).to_be_hidden()
    page.route(f"**/search/{number}/live", lambda route: route.fulfill(status=503, body=""))
    page.clock.run_for(30_000)
    expect(stalled).to_be_visible()


def test_from_the_first_click_to_the_second_persons_approval_without_scripts(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    page = visit("/search", city_sample["city"], java_script_enabled=False)
    page.get_by_role("link", name="捜索を始める").first.click()
    page.get_by_label("届け出た警察署").fill("見本警察署")
    page.get_by_label("同意した人").fill("長女")
    page.get_by_role("checkbox", name="登録した協力員").check()
    page.get_by_label("いちばん目につくもの").fill("赤い帽子")
    page.get_by_label("性別").select_option("female")
    page.get_by_label("町名").fill("黒田")
    now = clock.local(clock.now())
    page.get_by_label("日付").fill(f"{now:%Y-%m-%d}")
    page.get_by_label("おおよその時刻").fill(f"{now:%H:%M}")
    page.get_by_role("button", name="保存して確認へ進む").click()
    expect(page.get_by_text("女性、赤い帽子").first).to_be_visible()
    page.get_by_role("button", name="承認を依頼する").click()
    expect(page.get_by_text("承認を依頼し、市の当番にSMSで知らせました。")).to_be_visible()
    approver = {"email": "approver@sample.example.jp", "password": "mihon-approver-2026"}
    second = visit("/search", approver, width=PHONE, java_script_enabled=False)
    second.get_by_role("link", name="読んで承認する").click()
    second.get_by_role("button", name="承認して送る").click()
    expect(second.get_by_text("承認しました。近い地区から送っています。")).to_be_visible()
    assert load(session, 1).state == "live"


def test_a_place_is_chosen_on_the_map_by_finger_and_by_keyboard(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    scenes.draft(session, lat=35.345, lng=136.78)
    page = visit("/search/new", city_sample["city"])
    expect(page.get_by_label("緯度")).to_be_hidden()
    page.get_by_text("地図や数字で位置を入れる").click()
    page.get_by_role("button", name="地図で選ぶ").click()
    ground = page.get_by_role("application", name="最後に見た場所を選ぶ地図")
    expect(ground).to_be_focused()
    page.get_by_role("button", name="大きく").click()
    ground.click(position={"x": 300, "y": 120})
    expect(page.get_by_text("場所を入れました。")).to_be_visible()
    pressed = float(page.get_by_label("緯度").input_value())
    assert 35.3 < pressed < 35.5, "it opened where the last search was"
    ground.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("緯度")).to_have_value("35.345000")
    expect(page.get_by_label("経度")).to_have_value("136.780000")
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.get_by_text("下書きとして保存しました")).to_be_visible()
    assert load(session, 2).fields.lat == pytest.approx(35.345)
    expect(page.get_by_label("緯度")).to_be_visible()  # what is in it is not hidden


def test_leaving_with_unsaved_words_asks_first(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    page = visit("/search/new", city_sample["city"])
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("服装").fill("紺の上着")
    page.get_by_role("link", name="捜索の一覧へ戻る").click()
    page.wait_for_url("**/search")
    assert asked == ["beforeunload"]
    page.goto("/search/new")
    page.get_by_label("服装").fill("紺の上着")
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.get_by_text("下書きとして保存しました")).to_be_visible()
    assert asked == ["beforeunload"], "saving asks nothing"


def test_a_hasty_double_click_saves_one_draft(
    visit: Callable[..., Page], city_sample: dict[str, Any], session: Session
) -> None:
    page = visit("/search/new", city_sample["city"])
    page.get_by_label("服装").fill("紺の上着")
    page.get_by_role("button", name="下書きを保存").dblclick(no_wait_after=True)
    expect(page.get_by_text("下書きとして保存しました")).to_be_visible()
    assert load(session, 1).fields.clothes == "紺の上着"
    assert session.get(Search, 2) is None
