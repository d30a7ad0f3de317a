"""The page as HTML and forms, without a script."""

import re

import pytest
from twilio.rest import Client

from relay.embedded.phones import SimulatedPhones
from relay.embedded.phones.page.words import WORDS
from tests.embedded.phones.harness import NUMBER, OTHER, PHONE, Control, Relay, until

DUTY = "+819000001001"
MENU = (
    '<Response><Gather numDigits="1" timeout="60" action="{}">'
    "<Say>1 を押してください。</Say></Gather></Response>"
)


def page(control: Control, path: str = "/") -> str:
    answer = control("GET", path)
    assert answer.status_code == 200
    return answer.text


def post(control: Control, path: str, **form: str) -> str:
    """Where a form leads to."""
    answer = control.http.post(control.url + path, data=form, allow_redirects=False, timeout=5)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_page_says_in_japanese_that_nothing_real_is_sent(control: Control) -> None:
    text = page(control)
    assert '<html lang="ja">' in text
    assert "本物の電話には何も送られません。" in text
    assert "見本北センター 当番（見本）" in text
    assert "090-0000-1001" in text


def test_the_page_is_complete_in_english(control: Control) -> None:
    control.text("hello")
    text = page(control, "/?lang=en")
    assert '<html lang="en">' in text
    assert "Nothing is sent to any real phone." in text
    label = "見本北センター 当番（見本）"
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", text.replace(label, "").replace("日本語", ""))


def test_every_word_exists_in_both_languages_with_the_same_blanks() -> None:
    for key, (japanese, english) in WORDS.items():
        assert japanese, key
        assert english, key
        assert set(re.findall(r"{\w+}", japanese)) == set(re.findall(r"{\w+}", english)), key


def test_styles_and_script_come_from_the_page_itself(control: Control) -> None:
    answer = control("GET", "/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert set(re.findall(r'(?:src|stylesheet" href)="([^"]+)"', answer.text)) == {
        "/static/phones.css",
        "/static/phones.js",
    }
    for asset in ("phones.css", "phones.js"):
        assert control("GET", f"/static/{asset}").status_code == 200
    assert control("GET", "/static/page.html").status_code == 404


def test_what_phones_write_is_shown_as_text_and_never_as_markup(control: Control) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'&"
    control.text(f"{nasty} https://example.jp/{nasty}")
    control.ok("PUT", f"/control/phones/{OTHER}", {"label": "<b onclick=x>"})
    text = page(control) + control("GET", "/cards").json()["cards"][PHONE]
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "<b onclick" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_a_filter_and_a_view_from_the_address_are_escaped(control: Control) -> None:
    text = page(control, '/?q="><script>x</script>&phone=<i>')
    assert "<script>x" not in text
    assert "<i>" not in text


def test_links_open_in_a_new_tab_and_end_where_japanese_begins(client: Client, control: Control) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body='開く：http://127.0.0.1:8000/c/aB3?x=1&y="。次へ')
    text = page(control)
    assert (
        '<a href="http://127.0.0.1:8000/c/aB3?x=1&amp;y=" target="_blank" rel="noopener noreferrer">' in text
    )


def test_a_thread_shows_parts_and_how_each_message_fared(client: Client, control: Control) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body="あ" * 71)
    control.ok("PUT", f"/control/phones/{OTHER}", {"error_code": 30005})
    lost = client.messages.create(to=OTHER, from_=NUMBER, body="い")
    until(lambda: control.message(str(lost.sid))["status"] == "undelivered")
    text = page(control)
    assert "2通分" in text
    assert "届いた" in text
    assert "届かない：使われていない番号 30005" in text


def test_a_phone_with_newer_activity_stands_first_and_idle_ones_apart(control: Control) -> None:
    control.text("a", sender=PHONE)
    control.text("b", sender=OTHER)
    news = control("GET", "/cards").json()
    assert (news["active"], news["idle"]) == ([OTHER, PHONE], [DUTY])
    control.text("c", sender=PHONE)
    assert control("GET", "/cards").json()["active"] == [PHONE, OTHER]


def test_only_what_changed_is_drawn_again(control: Control) -> None:
    control.text("a", sender=PHONE)
    until(lambda: control.ok("GET", "/control/webhooks"))
    before = control("GET", "/cards").json()
    assert set(before["cards"]) == {PHONE, DUTY}
    control.text("b", sender=OTHER)
    assert set(control("GET", "/cards", since=before["version"]).json()["cards"]) == {OTHER}
    assert set(control("GET", "/cards", since="otherrun.9999").json()["cards"]) == {PHONE, OTHER, DUTY}


def test_texting_by_the_form_reaches_the_relay_and_leads_back_to_the_phone(
    control: Control, relay: Relay
) -> None:
    assert post(control, "/send?lang=en", number=PHONE, body=" 12 ") == f"/?lang=en#p{PHONE[1:]}"
    assert until(lambda: relay.got("/sms/inbound"))[0].params["Body"] == "12"


def test_a_number_may_be_written_as_in_japan(control: Control, relay: Relay) -> None:
    post(control, "/send", number="090-1234-5678", body="x")
    assert until(lambda: relay.got("/sms/inbound"))[0].params["From"] == PHONE


@pytest.mark.parametrize(
    ("form", "words"),
    [({"number": "119", "body": "x"}, "「119」"), ({"number": PHONE, "body": " "}, "文が空です")],
)
def test_a_wrong_text_is_explained_on_the_page(control: Control, form: dict[str, str], words: str) -> None:
    answer = control.http.post(f"{control.url}/send", data=form, timeout=5)
    assert (answer.status_code, words in answer.text) == (400, True)
    assert control.messages() == []


def test_a_form_posted_from_another_page_is_refused(control: Control) -> None:
    answer = control.http.post(
        f"{control.url}/send",
        data={"number": PHONE, "body": "x"},
        headers={"Origin": "https://elsewhere.example"},
        timeout=5,
    )
    assert answer.status_code == 403
    assert control.messages() == []


def test_the_reply_code_of_the_newest_question_is_one_button(client: Client, control: Control) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body="【至急】新聞4日分 返信12で受付")
    assert "「12」と返信" in page(control)
    post(control, "/send", number=PHONE, body="12")
    assert "「12」と返信" not in page(control)


def test_a_call_shows_what_is_said_and_takes_keys(client: Client, control: Control, relay: Relay) -> None:
    call = client.calls.create(to=PHONE, from_=NUMBER, twiml=MENU.format(f"{relay.url}/voice/key"))
    until(lambda: control.call(str(call.sid))["waiting"])
    text = page(control)
    assert "1 を押してください。" in text
    assert re.findall(r'name="key" value="(.)"', text) == ["1", "2", "3", "9", "#"]
    post(control, "/press", call=str(call.sid), key="9", number=PHONE)
    assert until(lambda: relay.got("/voice/key"))[0].params["Digits"] == "9"
    until(lambda: control.call(str(call.sid))["status"] == "completed")
    text = page(control)
    assert "押したキー 9" in text
    assert 'name="key"' not in text


def test_a_call_can_be_hung_up_on_the_page(client: Client, control: Control) -> None:
    call = client.calls.create(to=PHONE, from_=NUMBER, twiml=MENU.format(""))
    until(lambda: control.call(str(call.sid))["waiting"])
    post(control, "/hangup", call=str(call.sid), number=PHONE)
    assert control.call(str(call.sid))["status"] == "completed"


def test_a_phone_is_switched_off_and_on_again(control: Control) -> None:
    post(control, "/switch", number=DUTY, off="1")
    assert control.ok("GET", "/control/phones")[0]["off"] is True
    assert "圏外を解く" in page(control)
    post(control, "/switch", number=DUTY, off="0")
    assert control.ok("GET", "/control/phones")[0]["off"] is False


@pytest.mark.parametrize(
    ("preset", "fault", "value"),
    [
        ("down", "down", True),
        ("lost", "undelivered_rate", 1),
        ("late", "queue_ms", 10000),
        ("messy", "shuffle_receipts", True),
    ],
)
def test_a_fault_button_goes_on_and_off_and_leaves_other_faults(
    control: Control, preset: str, fault: str, value: object
) -> None:
    control.faults(rate_429=0.5)
    post(control, "/faults", preset=preset)
    shown = control.ok("GET", "/control/faults")
    assert (shown[fault], shown["rate_429"]) == (value, 0.5)
    assert page(control).count('class="switch" name="preset"') == 4
    assert page(control).count('aria-pressed="true"') == 1
    assert "ほかの設定も入っています" in page(control)
    post(control, "/faults", preset=preset)
    shown = control.ok("GET", "/control/faults")
    assert (bool(shown[fault]), shown["rate_429"]) == (False, 0.5)


def test_the_page_can_forget_everything(control: Control) -> None:
    control.text("x")
    post(control, "/forget")
    assert control.messages() == []


def test_a_search_finds_names_and_numbers_written_in_any_way(control: Control) -> None:
    control.text("x", sender=PHONE)
    for wanted in ("北センター", "090-0000-1001", "+8190 0000 1001", "0000-1001"):
        news = control("GET", "/cards", q=wanted).json()
        assert [*news["active"], *news["idle"]] == [DUTY], wanted
    assert "合う電話はありません" in page(control, "/?q=南センター")


def test_thousands_of_phones_are_shown_a_few_at_a_time(client: Client, control: Control) -> None:
    for n in range(30):
        client.messages.create(to=f"+8190111{n:05d}", from_=NUMBER, body="x")
    text = page(control)
    assert text.count("<article") == 24
    assert "あと 7 台を見る" in text
    assert page(control, "/?limit=72").count("<article") == 31


def test_a_full_page_stays_under_200_kilobytes(client: Client, control: Control) -> None:
    duty = (
        "【至急】見守りリレー 苅安賀1-2-3 新聞4日分・応答なし 返信12で受付 http://127.0.0.1:8000/c/"
        + "a" * 22
    )
    for n in range(24 * 12):
        client.messages.create(to=f"+8190111{n % 24:05d}", from_=NUMBER, body=duty)
    text = page(control)
    assert text.count('class="bubble"') == 24 * 12
    assert len(text.encode()) < 200_000


def test_a_phone_that_somebody_writes_on_stays_however_many_are_newer(
    client: Client, control: Control
) -> None:
    for n in range(30):
        client.messages.create(to=f"+8190111{n:05d}", from_=NUMBER, body="x")
    first = "+819011100000"
    assert first not in control("GET", "/cards").json()["active"]
    kept = control("GET", "/cards", keep=f"{first},+810").json()
    assert kept["active"][-1] == first
    assert first in kept["cards"]


def test_a_text_that_nobody_took_says_so(control: Control, phones: SimulatedPhones) -> None:
    phones.connect("http://127.0.0.1:9")
    sid = control.text("x")
    until(lambda: control.message(sid)["problem"])
    assert "リレーが受け取れませんでした（応答なし）" in page(control)


def test_a_long_thread_shows_its_end_and_leads_to_the_whole(client: Client, control: Control) -> None:
    for n in range(35):
        client.messages.create(to=PHONE, from_=NUMBER, body=f"文{n:02d}。")
    text = page(control)
    assert ("文22。" in text, "文23。" in text, "文34。" in text) == (False, True, True)
    assert "前の 23 件も見る" in text
    whole = page(control, "/?phone=%2B819012345678")
    assert "文00。" in whole
    assert whole.count("<article") == 1


def test_the_stream_tells_a_new_version_when_something_happens(control: Control) -> None:
    with control.http.get(f"{control.url}/events", stream=True, timeout=5) as stream:
        lines = (line for line in stream.iter_lines() if line)
        first = next(lines)
        control.text("x")
        second = next(lines)
    assert first.startswith(b"data: ")
    assert second != first
