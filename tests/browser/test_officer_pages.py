"""The officers' pages in Chromium: seen on a phone and at a desk, by day and by night, with and without scripts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect

from relay.vocabulary import Level, Outcome, Sign
from relay.web import words
from tests import officer_scenes as scenes

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
HEIGHT = {PHONE: 740, DESK: 900}
SMALLEST_TARGET = 44
MOST_BYTES = 200 * 1024


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages; what the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str, *, width: int = PHONE, login: dict[str, str] | None = None, **options: Any
    ) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": HEIGHT[width]}, locale="ja-JP", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        if login:
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
    # What a test provokes on purpose: a page that is not there, a refusal, a server that is away.
    assert not [line for line in complaints if not re.search("404|409|503", line)]


def faults(page: Page) -> list[str]:
    """What a person with a screen reader, a small screen or a thumb would stumble over."""
    found = [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
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
    return found + small


def busy_city() -> dict[str, str]:
    """A bit of everything. Returns pages by name."""
    emergency = scenes.report(
        Level.EMERGENCY,
        building="コーポ桜",
        room="203",
        surname="見本",
        signs=(Sign.COLLAPSED, Sign.NO_ANSWER, Sign.NEWSPAPERS, Sign.SHUTTERS, Sign.SMELL),
        spot=(35.3, 136.8),
    )
    mine = scenes.report(number="7")
    scenes.accept(mine)
    scenes.report(Level.PROMPT, number="7", text="続けての通報（見本）", signs=(Sign.MAIL,))
    scenes.report(Level.ROUTINE, number="8", signs=(Sign.UPKEEP,), sealed=True)
    nowhere = scenes.report(town=None, number=None, candidates=("苅安賀", "大和町苅安賀"), verified=False)
    closed = scenes.report(number="9")
    scenes.close(closed, Outcome.HOSPITAL, "先週から入院（見本）")
    return {
        "board": "/board",
        "filtered": "/board?level=prompt&mine=yes",
        "case": f"/cases/{mine}",
        "nowhere": f"/cases/{nowhere}",
        "ended": f"/cases/{closed}",
        "open link": f"/c/{scenes.link_token(emergency)}",
        "my link": f"/c/{scenes.link_token(mine)}",
        "another's link": f"/c/{scenes.link_token(mine, scenes.BACKUP)}",
        "closing": f"/c/{scenes.link_token(mine)}/close/died",
        "closed link": f"/c/{scenes.link_token(closed)}",
        "no link": "/c/AbCdEfGh12345678",
        "login": "/login",
    }


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(PHONE, "light", "ja"), (PHONE, "dark", "ja"), (PHONE, "light", "en"), (DESK, "light", "ja")],
)
def test_every_page_can_be_read_and_pressed_by_everybody(
    visit: Callable[..., Page], city_sample: dict[str, Any], width: int, scheme: str, language: str
) -> None:
    pages = busy_city()
    signed_in = visit("/board", width=width, login=city_sample["city"], color_scheme=scheme)
    anybody = visit("/login", width=width, color_scheme=scheme)
    found = {}
    for name, path in pages.items():
        page = signed_in if path.startswith(("/board", "/cases")) else anybody
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        if problems := faults(page):
            found[name] = problems
    assert found == {}


def test_no_page_is_heavier_than_200_kilobytes(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    pages = busy_city()
    page = visit("/board", login=city_sample["city"])
    for path in (pages["board"], pages["case"], pages["open link"]):
        page.goto(path)
        weight = page.evaluate(
            """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                .reduce((sum, part) => sum + part.decodedBodySize, 0)"""
        )
        assert 0 < weight < MOST_BYTES, path


def test_at_night_one_thumb_is_enough(visit: Callable[..., Page]) -> None:
    case = scenes.report(Level.EMERGENCY, signs=tuple(Sign)[:8])
    page = visit(f"/c/{scenes.link_token(case)}", color_scheme="dark")
    button = page.get_by_role("button", name="受け付ける")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 60
    assert HEIGHT[PHONE] / 2 < box["y"] < HEIGHT[PHONE] - box["height"], "in reach without scrolling"
    button.click()
    expect(page.get_by_role("status").filter(has_text="あなたが担当です")).to_be_visible()
    page.get_by_role("link", name=str(words.OUTCOMES[Outcome.AMBULANCE])).click()
    page.get_by_role("button", name="終了する").click()
    expect(page.get_by_text("終了しました。おつかれさまでした。")).to_be_visible()
    assert scenes.case_row(case).outcome is Outcome.AMBULANCE


def test_a_hasty_double_tap_takes_the_case_once(visit: Callable[..., Page]) -> None:
    page = visit(f"/c/{scenes.link_token(scenes.report())}")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="受け付ける").dblclick(no_wait_after=True)
    expect(page.get_by_text("受け付けました。")).to_be_visible()
    assert len(posts) == 1


def test_handing_over_asks_first(visit: Callable[..., Page]) -> None:
    case = scenes.report()
    scenes.accept(case)
    page = visit(f"/c/{scenes.link_token(case)}")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="交代する").click()
    expect(page.get_by_text("確かめた結果を選ぶ")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="交代する").click()
    expect(page.get_by_text("あなたの担当は外れました")).to_be_visible()


def test_everything_works_without_scripts(visit: Callable[..., Page], city_sample: dict[str, Any]) -> None:
    case = scenes.report(Level.PROMPT)
    link = visit(f"/c/{scenes.link_token(case)}", java_script_enabled=False)
    link.get_by_role("button", name="受け付ける").click()
    link.get_by_label("分かったことを書く").fill("訪問します（見本）")
    link.get_by_role("button", name="メモを残す").click()
    expect(link.get_by_text("訪問します（見本）")).to_be_visible()
    desk = visit("/board", login=city_sample["city"], java_script_enabled=False)
    desk.get_by_role("link", name=f"{scenes.TOWN}2-5-6").click()
    desk.get_by_text("緊急度を変える").click()
    desk.get_by_role("radio", name=str(words.LEVELS[Level.ROUTINE])).check()
    desk.locator("#level_reason").fill("家族と話した（見本）")
    desk.get_by_role("button", name="変える", exact=True).click()
    desk.get_by_role("button", name="下げる").click()
    expect(desk.get_by_text("「当日」から「相談」に変えました")).to_be_visible()
    assert scenes.case_row(case).level is Level.ROUTINE


def test_the_board_shows_a_new_case_by_itself_and_keeps_the_place_of_the_reader(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    scenes.report(number="1")
    page = visit("/board", width=DESK, login=city_sample["city"])
    first = page.get_by_role("link", name=f"{scenes.TOWN}1", exact=True)
    first.focus()
    scenes.report(Level.EMERGENCY, number="2")
    expect(page.get_by_role("link", name=f"{scenes.TOWN}2", exact=True)).to_be_visible(timeout=8000)
    expect(page).to_have_title(re.compile(r"^\(2\) ボード"))
    expect(page.get_by_role("status").filter(has_text="開いている案件 2")).to_be_attached()
    expect(first).to_be_focused()


def test_a_board_that_gets_no_answers_says_so_and_recovers(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    page = visit("/board", login=city_sample["city"])
    page.clock.install()
    page.reload()
    stalled = page.get_by_text("画面の更新が止まっています")
    expect(stalled).to_be_hidden()
    page.route("**/board/live*", lambda route: route.fulfill(status=503, body=""))
    page.clock.run_for(21_000)
    expect(stalled).to_be_visible()
    page.unroute("**/board/live*")
    page.clock.run_for(4_000)
    expect(stalled).to_be_hidden()


def test_a_board_whose_session_ended_goes_to_the_login(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    page = visit("/board", login=city_sample["city"])
    page.context.clear_cookies()
    page.wait_for_url(re.compile(r"/login\?next="), timeout=8000)
    expect(page.locator("input[name=password]")).to_be_visible()


def test_choosing_a_centre_needs_no_button(visit: Callable[..., Page], city_sample: dict[str, Any]) -> None:
    scenes.report(number="1")
    scenes.report(number="2", town=scenes.OTHER_TOWN)
    page = visit("/board", width=DESK, login=city_sample["city"])
    page.get_by_label("センター").select_option(label="西部地域包括支援センター（見本）")
    page.wait_for_url(re.compile(r"/board\?centre="))
    expect(page.get_by_role("link", name=scenes.OTHER_TOWN)).to_be_visible()
    expect(page.get_by_role("link", name=f"{scenes.TOWN}1")).to_have_count(0)


def test_on_an_old_page_the_news_gets_the_focus(
    visit: Callable[..., Page], city_sample: dict[str, Any]
) -> None:
    case = scenes.report()
    page = visit(f"/cases/{case}", login=city_sample["city"])
    scenes.accept(case)
    page.get_by_label("担当する人").select_option(label=scenes.officer(scenes.BACKUP).name)
    page.get_by_role("button", name="割り当てて").click()
    news = page.get_by_role("alert")
    expect(news).to_contain_text("次のことがありました")
    expect(news).to_be_focused()
    expect(page.get_by_label("担当する人")).to_have_value(str(scenes.officer(scenes.BACKUP).id))
