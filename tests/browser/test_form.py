"""The report form in Chromium: one thumb, a slow line, a phone that many use."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request, request_started
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay.intake.models import Inbound

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
HEIGHT = {PHONE: 740, DESK: 900}
SMALLEST_TARGET = 44
MOST_BYTES = 200 * 1024
#: Visible things to tap or click that are lower than a thumb; a label counts for the box inside it.
TARGETS_BELOW = """least => [...document.querySelectorAll(
    'main a, main button, main input:not([type=hidden]), main select, main summary, main textarea')]
  .filter(element => element.offsetParent)
  .map(element => [element.outerHTML.slice(0, 80), (element.closest('label') || element).getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && box.height < least)
  .map(([words]) => words)"""


@pytest.fixture
def form(site: str, city_sample: dict[str, Any]) -> str:
    """The address of the sample company's form on a server of its own."""
    return f"{site}{urlsplit(city_sample['form_url']).path}"


@pytest.fixture
def visit(chromium: Browser, form: str) -> Iterator[Callable[..., Page]]:
    """Opens the form; a script that fails fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_form(*, width: int = PHONE, lang: str = "ja", address: str = form, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT[width]}, locale=lang, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address if lang == "ja" else f"{address}?lang={lang}")
        return page

    yield open_form
    for context in contexts:
        context.close()
    assert not faults


def send(page: Page) -> None:
    page.locator("form[data-report] button[type=submit]").click()


def said(page: Page) -> Any:
    return expect(page.locator("[data-state]"))


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Inbound)) or 0


def check(page: Page, width: int) -> None:
    """What every page must hold: no accessibility fault, no sideways scrolling, thumb-sized targets."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    faults = [
        (fault["id"], [node["target"] for node in fault["nodes"]])
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert not faults
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.evaluate(TARGETS_BELOW, SMALLEST_TARGET)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_form_and_receipt_are_readable_for_everybody_at_both_widths(
    visit: Callable[..., Page], lang: str, width: int, scheme: str
) -> None:
    page = visit(lang=lang, width=width, color_scheme=scheme)
    check(page, width)
    page.locator("[value=collapsed]").check()
    page.locator("#town").fill("本町")
    send(page)
    page.wait_for_url("**/receipt/**")
    check(page, width)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_unknown_address_is_readable_too(visit: Callable[..., Page], form: str, lang: str) -> None:
    page = visit(lang=lang, address=form.rsplit("/", 1)[0] + "/nobody")
    expect(page.locator("main a[href='tel:119']")).to_be_visible()
    check(page, PHONE)


def test_a_worker_needs_two_taps_an_address_and_one_swipe(visit: Callable[..., Page]) -> None:
    page = visit()
    common = page.locator("[value=newspapers]")
    assert page.evaluate("e => e.getBoundingClientRect().bottom", common.element_handle()) < HEIGHT[PHONE]
    expect(page.locator("form[data-report] button[type=submit]")).to_be_in_viewport(ratio=1)
    top = "e => e.getBoundingClientRect().top"
    assert page.evaluate(top, page.locator("#town").element_handle()) < 2 * HEIGHT[PHONE]
    common.check()
    page.locator("#town").fill("本町")
    page.locator("#number").fill("2-5-6")
    expect(page.locator("form[data-report] button[type=submit]")).to_be_in_viewport(ratio=1)
    send(page)
    page.wait_for_url("**/receipt/**")
    assert page.locator(".receipt-number b").inner_text().replace("-", "").isdigit()


def test_the_whole_form_travels_in_less_than_200_kb(visit: Callable[..., Page], form: str) -> None:
    sizes: list[int] = []
    page = visit(address="about:blank")
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(form, wait_until="networkidle")
    assert len(sizes) >= 4
    assert sum(sizes) < MOST_BYTES


def test_without_scripts_the_report_goes_out_with_its_photo(
    visit: Callable[..., Page], session: Session, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (300, 200), "green").save(photo)
    page = visit(java_script_enabled=False)
    page.locator("[value=mail]").check()
    page.locator("summary", has_text="くわしく").click()
    page.locator("[name=photo]").set_input_files(photo)
    send(page)
    page.wait_for_url("**/receipt/**")
    assert stored(session) == 1
    expect(page.locator("h1")).to_contain_text("受け付けました")


def test_without_scripts_no_button_is_shown_that_would_do_nothing(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    expect(page.get_by_text("いまいる場所")).to_be_hidden()


def test_a_double_tap_sends_once_and_says_that_it_is_sending(
    visit: Callable[..., Page], session: Session, app: Flask
) -> None:
    posts: list[str] = []

    def slowly(_: Flask) -> None:
        if request.method == "POST":
            posts.append(request.path)
            time.sleep(0.5)

    page = visit()
    page.locator("[value=mail]").check()
    page.locator("#town").fill("本町")
    with request_started.connected_to(slowly, app):
        page.locator("form[data-report] button[type=submit]").dblclick(no_wait_after=True)
        expect(page.locator("form[data-report] button[type=submit]")).to_have_text("送信中…")
        said(page).to_have_text("送信中…")
        page.wait_for_url("**/receipt/**")
    assert len(posts) == 1
    assert stored(session) == 1


def test_a_lost_line_loses_no_words_and_the_second_try_is_the_same_report(
    visit: Callable[..., Page], session: Session
) -> None:
    page = visit()
    page.locator("[value=newspapers]").check()
    page.locator("#town").fill("本町")
    page.context.set_offline(True)
    send(page)
    said(page).to_contain_text("書いた内容は残っています")
    expect(page.locator("#town")).to_have_value("本町")
    expect(page.locator("[value=newspapers]")).to_be_checked()
    expect(page.locator("form[data-report] button[type=submit]")).to_have_text("もう一度送る")
    page.context.set_offline(False)
    send(page)
    page.wait_for_url("**/receipt/**")
    assert stored(session) == 1


def test_an_answer_lost_on_the_way_back_does_not_make_two_reports(
    visit: Callable[..., Page], session: Session
) -> None:
    page = visit()

    def swallow(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/r/*", swallow)
    page.locator("[value=mail]").check()
    page.locator("#town").fill("本町")
    send(page)
    said(page).to_contain_text("送れませんでした")
    page.unroute("**/r/*")
    send(page)
    page.wait_for_url("**/receipt/**")
    assert stored(session) == 1


@pytest.mark.parametrize("code", [413, 429, 500, 503])
def test_a_refusal_is_said_above_the_button_with_a_number_to_call(
    visit: Callable[..., Page], code: int
) -> None:
    page = visit()
    page.route(
        "**/r/*",
        lambda route: route.fulfill(
            status=code,
            content_type="text/html",
            body="<main><div data-problem><h1>だめでした</h1><p>あとで送ってください。</p></div></main>",
        ),
    )
    page.locator("[value=mail]").check()
    page.locator("#town").fill("本町")
    send(page)
    said(page).to_contain_text("だめでした あとで送ってください。")
    expect(page.locator("[data-state] a[href^='tel:']")).to_be_visible()
    expect(page.locator("#town")).to_have_value("本町")


def test_an_empty_form_is_not_sent_and_a_missing_place_is_asked_for_once(
    visit: Callable[..., Page], session: Session
) -> None:
    page = visit()
    send(page)
    said(page).to_contain_text("まだ何も選ばれていません")
    page.locator("[value=mail]").check()
    said(page).to_be_empty()
    send(page)
    said(page).to_contain_text("場所がまだです")
    expect(page.locator("#town")).to_be_focused()
    assert stored(session) == 0
    send(page)
    page.wait_for_url("**/receipt/**")
    assert stored(session) == 1


def test_after_sending_the_way_back_leads_to_no_filled_form(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator("[value=mail]").check()
    page.locator("#town").fill("本町")
    send(page)
    page.wait_for_url("**/receipt/**")
    page.go_back()
    assert not page.locator("#town").count() or page.locator("#town").input_value() == ""
    assert page.evaluate("() => { try { return localStorage.length } catch { return 0 } }") == 0


def test_a_large_photo_is_made_smaller_before_it_travels(
    visit: Callable[..., Page], app: Flask, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    Image.effect_noise((3200, 2400), 60).convert("RGB").save(photo, quality=92)
    sizes: list[int] = []

    def weigh(_: Flask) -> None:
        if request.method == "POST":
            sizes.append(request.content_length or 0)

    page = visit()
    page.locator("summary", has_text="くわしく").click()
    page.locator("[name=photo]").set_input_files(photo)
    expect(page.locator("[data-preview]")).to_be_visible()
    size = page.evaluate("() => { const c = document.querySelector('canvas'); return [c.width, c.height] }")
    assert size == [1600, 1200]
    page.locator("#town").fill("本町")
    with request_started.connected_to(weigh, app):
        send(page)
        page.wait_for_url("**/receipt/**")
    assert 10_000 < sizes[0] < photo.stat().st_size / 2


def test_a_photo_can_be_taken_back(visit: Callable[..., Page], tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (300, 200), "green").save(photo)
    page = visit()
    page.locator("summary", has_text="くわしく").click()
    page.locator("[name=photo]").set_input_files(photo)
    expect(page.locator("[data-preview]")).to_be_visible()
    page.locator("[data-drop]").click()
    expect(page.locator("[data-preview]")).to_be_hidden()
    expect(page.locator("[name=photo]")).to_have_value("")


def test_the_phones_position_is_used_only_when_asked_and_can_be_taken_back(
    visit: Callable[..., Page],
) -> None:
    page = visit(
        geolocation={"latitude": 35.3036, "longitude": 136.8, "accuracy": 12}, permissions=["geolocation"]
    )
    expect(page.locator("[name=lat]")).to_have_value("")
    page.get_by_role("button", name="いまいる場所").click()
    expect(page.locator("[name=lat]")).to_have_value("35.303600")
    expect(page.locator("[data-words]")).to_contain_text("約10m")
    page.get_by_role("button", name="場所を消す").click()
    expect(page.locator("[name=lat]")).to_have_value("")


def test_a_phone_that_keeps_its_position_to_itself_is_told_what_to_write(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_role("button", name="いまいる場所").click()
    expect(page.locator("[data-words]")).to_contain_text("町名と番地を書いてください")


def test_choosing_a_danger_says_119_right_there(visit: Callable[..., Page]) -> None:
    page = visit()
    warning = page.locator(".danger-note")
    expect(warning).to_be_hidden()
    page.locator("[value=smell]").check()
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("119")
