"""The page in a real browser: live, without losing what somebody types, and without a script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from twilio.rest import Client

from relay.embedded.phones import SimulatedPhones
from tests.embedded.phones.harness import NUMBER, OTHER, PHONE, Control, Relay, Reply, until

pytestmark = pytest.mark.browser

DUTY = "+819000001001"


@pytest.fixture
def page(chromium: Browser, phones: SimulatedPhones) -> Iterator[Page]:
    """The page, open and live; any error in its script fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(phones.url)
    expect(page.locator("body")).to_have_class("live")
    yield page
    context.close()
    assert errors == []


def field(number: str) -> str:
    return f'[data-number="{number}"] .compose input[name=body]'


def test_a_message_appears_by_itself_on_a_phone_that_was_not_there(page: Page, client: Client) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body="【見本】新しい知らせ")
    card = page.locator(f'#active [data-number="{PHONE}"]')
    expect(card.locator(".bubble")).to_have_text("【見本】新しい知らせ")
    expect(card.locator(".status")).to_have_text("届いた")
    expect(page.locator("#summary")).to_contain_text("SMS 1 件")


def test_what_somebody_types_stays_with_its_focus_and_cursor_across_updates(
    page: Page, client: Client, control: Control
) -> None:
    control.text("a", sender=OTHER)
    control.text("a", sender=PHONE)
    expect(page.locator("#active .phone")).to_have_count(2)
    page.locator(field(OTHER)).click()
    page.keyboard.type("書きかけの文")
    page.keyboard.press("ArrowLeft")
    for number in (PHONE, OTHER, DUTY):
        client.messages.create(to=number, from_=NUMBER, body="あいだに来た知らせ")
    expect(page.get_by_text("あいだに来た知らせ")).to_have_count(3)
    assert page.evaluate("document.activeElement.closest('.phone').dataset.number") == OTHER
    assert page.evaluate("[document.activeElement.value, document.activeElement.selectionStart]") == [
        "書きかけの文",
        5,
    ]
    page.keyboard.type("の")
    expect(page.locator(field(OTHER))).to_have_value("書きかけのの文")


def test_typing_survives_a_phones_first_activity(page: Page, client: Client) -> None:
    page.locator(field(DUTY)).click()
    page.keyboard.type("12")
    client.messages.create(to=DUTY, from_=NUMBER, body="はじめての知らせ")
    expect(page.locator(f'#active [data-number="{DUTY}"] .bubble')).to_have_text("はじめての知らせ")
    expect(page.locator(field(DUTY))).to_be_focused()
    page.keyboard.type("3")
    expect(page.locator(field(DUTY))).to_have_value("123")


def test_enter_sends_without_leaving_the_page_and_empties_the_field(page: Page, relay: Relay) -> None:
    relay.on("/sms/inbound", Reply("<Response><Message>受付番号 7</Message></Response>"))
    page.evaluate("window.same = true")
    page.locator(field(DUTY)).fill("本町の件")
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-number="{DUTY}"] .ours .bubble')).to_have_text("本町の件")
    expect(page.locator(f'[data-number="{DUTY}"] .theirs .bubble')).to_have_text("受付番号 7")
    expect(page.locator(field(DUTY))).to_have_value("")
    expect(page.locator(field(DUTY))).to_be_focused()
    assert page.evaluate("window.same") is True


def test_the_newest_phone_moves_to_the_front(page: Page, control: Control) -> None:
    for sender in (PHONE, OTHER, PHONE):
        control.text("a", sender=sender)
    expect(page.locator("#active .phone").first).to_have_attribute("data-number", PHONE)
    control.text("a", sender=OTHER)
    expect(page.locator("#active .phone").first).to_have_attribute("data-number", OTHER)


def test_an_empty_field_keeps_its_focus_while_other_phones_move(page: Page, control: Control) -> None:
    for sender in (PHONE, OTHER):
        control.text("a", sender=sender)
    expect(page.locator("#active .phone")).to_have_count(2)
    page.locator(field(OTHER)).click()
    control.text("b", sender=PHONE)
    expect(page.locator("#active .phone").first).to_have_attribute("data-number", PHONE)
    expect(page.locator(field(OTHER))).to_be_focused()


def test_a_key_pressed_in_a_call_reaches_the_relay(page: Page, client: Client, relay: Relay) -> None:
    relay.on("/voice/key", Reply("<Response><Say>受け付けました。</Say></Response>"))
    question = f'<Gather numDigits="1" timeout="60" action="{relay.url}/voice/key"><Say>1 を</Say></Gather>'
    client.calls.create(to=PHONE, from_=NUMBER, twiml=f"<Response>{question}</Response>")
    page.get_by_role("button", name="キー 1 を押す").click()
    expect(page.locator(".thread .call")).to_contain_text("受け付けました。")
    assert relay.got("/voice/key")[0].params["Digits"] == "1"


def test_fault_buttons_and_the_reply_button_work_in_place(
    page: Page, client: Client, control: Control
) -> None:
    page.get_by_role("button", name=re.compile("^切 送信会社が止まる")).click()
    expect(page.locator('.switch[value="down"]')).to_have_attribute("aria-pressed", "true")
    assert control.ok("GET", "/control/faults")["down"] is True
    page.locator('.switch[value="down"]').click()
    expect(page.locator('.switch[value="down"]')).to_have_attribute("aria-pressed", "false")
    client.messages.create(to=PHONE, from_=NUMBER, body="返信12で受付")
    page.get_by_role("button", name="「12」と返信").click()
    expect(page.locator(".ours .bubble")).to_have_text("12")


def test_markup_in_a_text_stays_text_in_a_live_update(page: Page, control: Control) -> None:
    control.text("<img src=x onerror='window.hurt=1'><script>window.hurt=1</script>")
    expect(page.locator(".ours .bubble")).to_contain_text("<script>")
    assert page.evaluate("window.hurt") is None


def test_everything_forgotten_empties_the_page(page: Page, control: Control) -> None:
    control.text("a")
    expect(page.locator("#active .phone")).to_have_count(1)
    control.ok("DELETE", "/control")
    expect(page.locator(".phone")).to_have_count(1)
    expect(page.locator(f'#idle [data-number="{DUTY}"]')).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen_and_targets_are_large(
    chromium: Browser, phones: SimulatedPhones, client: Client, control: Control, width: int
) -> None:
    client.messages.create(
        to=PHONE, from_=NUMBER, body="http://127.0.0.1:8000/c/" + "a" * 80 + " 返信12で受付"
    )
    client.calls.create(to=PHONE, from_=NUMBER, twiml='<Response><Gather timeout="60"/></Response>')
    until(lambda: control.ok("GET", "/control/calls")[0]["waiting"])
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(phones.url)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    small = page.evaluate(
        "[...document.querySelectorAll('button, input:not([type=hidden]), summary')]"
        ".filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML)"
    )
    page.close()
    assert small == []


def test_without_a_script_texting_leads_back_to_the_page_with_the_text(
    chromium: Browser, phones: SimulatedPhones
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{phones.url}/?lang=en")
    page.locator(field(DUTY)).fill("12")
    page.locator(f'[data-number="{DUTY}"] .compose button').click()
    expect(page.locator(f'#active [data-number="{DUTY}"] .ours .bubble')).to_have_text("12")
    assert page.url == f"{phones.url}/?lang=en#p{DUTY[1:]}"
    context.close()
