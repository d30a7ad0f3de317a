"""Messages over REST, as the official SDK sends and reads them."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from relay.embedded.phones import SimulatedPhones
from tests.embedded.phones.harness import (
    ACCOUNT,
    NUMBER,
    OTHER,
    PHONE,
    TOKEN,
    AsyncDetour,
    Control,
    Detour,
    Relay,
    Reply,
    until,
)


def refused(client: Client, **message: object) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(**message)
    return caught.value


def test_a_new_message_is_queued_and_reads_back_through_the_sdk(client: Client) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = client.messages.create(to=PHONE, from_=NUMBER, body="新聞が３日分たまっています")
    read = client.messages(made.sid).fetch()
    assert made.status == "queued"
    assert made.sid.startswith("SM")
    assert len(made.sid) == 34
    assert (read.to, read.from_, read.body) == (PHONE, NUMBER, "新聞が３日分たまっています")
    assert (read.num_segments, read.direction, read.error_code) == ("1", "outbound-api", None)
    assert before <= read.date_created <= datetime.now(UTC)


def test_the_create_call_answers_201(phones: SimulatedPhones) -> None:
    answer = requests.post(
        f"{phones.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        data={"To": PHONE, "From": NUMBER, "Body": "x"},
        auth=(ACCOUNT, TOKEN),
        timeout=5,
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")


def test_a_messaging_service_sends_from_the_relays_number(client: Client) -> None:
    made = client.messages.create(to=PHONE, messaging_service_sid="MG" + "0" * 32, body="x")
    assert (made.from_, made.messaging_service_sid) == (NUMBER, "MG" + "0" * 32)


def test_a_message_arrives_and_the_phone_has_its_text(client: Client, control: Control) -> None:
    made = client.messages.create(to=PHONE, from_=NUMBER, body="見本の文")
    until(lambda: client.messages(made.sid).fetch().status == "delivered")
    assert [(m["sid"], m["body"]) for m in control.messages(to=PHONE)] == [(made.sid, "見本の文")]
    assert client.messages(made.sid).fetch().date_sent is not None


def test_a_body_can_be_blanked_at_the_provider_while_the_phone_keeps_it(
    client: Client, control: Control
) -> None:
    made = client.messages.create(to=PHONE, from_=NUMBER, body="名前の入った文")
    assert client.messages(made.sid).update(body="").body == ""
    assert client.messages(made.sid).fetch().body == ""
    kept = control.message(made.sid)
    assert (kept["body"], kept["blanked"]) == ("名前の入った文", True)


def test_a_body_can_not_be_changed_to_another(client: Client) -> None:
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x")
    with pytest.raises(TwilioRestException) as caught:
        client.messages(made.sid).update(body="y")
    assert (caught.value.status, caught.value.code) == (400, 20001)


@pytest.mark.parametrize(
    ("code", "status", "wrong"),
    [
        (21211, 400, {"to": "+8190123"}),
        (21211, 400, {"to": "09012345678"}),
        (21614, 400, {"to": "+81586280000"}),
        (21604, 400, {"to": ""}),
        (21602, 400, {"body": ""}),
        (21617, 400, {"body": "あ" * 1601}),
        (21603, 400, {"from_": ""}),
        (21212, 400, {"from_": "見守り"}),
        (21609, 400, {"status_callback": "not an address"}),
        (20001, 400, {"validity_period": 36001}),
    ],
)
def test_a_wrong_message_is_refused_with_the_providers_code(
    client: Client, control: Control, code: int, status: int, wrong: dict[str, object]
) -> None:
    error = refused(client, **{"to": PHONE, "from_": NUMBER, "body": "x", **wrong})
    assert (error.code, error.status) == (code, status)
    assert control.messages() == []


def test_the_longest_body_is_taken(client: Client) -> None:
    assert client.messages.create(to=PHONE, from_=NUMBER, body="あ" * 1600).num_segments == "24"


def test_a_wrong_token_is_401_with_code_20003(phones: SimulatedPhones) -> None:
    with Detour(phones.url) as http:
        error = refused(Client(ACCOUNT, "wrong", http_client=http), to=PHONE, from_=NUMBER, body="x")
    assert (error.status, error.code) == (401, 20003)


def test_another_account_and_an_unknown_message_are_404(client: Client, phones: SimulatedPhones) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client.messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
    other = requests.get(
        f"{phones.url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json", auth=(ACCOUNT, TOKEN), timeout=5
    )
    assert (other.status_code, other.json()["code"]) == (404, 20404)


def test_the_list_is_newest_first_and_filtered_by_number(client: Client) -> None:
    sids = [client.messages.create(to=to, from_=NUMBER, body="x").sid for to in (PHONE, OTHER, PHONE)]
    assert [m.sid for m in client.messages.list(to=PHONE)] == [sids[2], sids[0]]
    assert [m.sid for m in client.messages.list(from_=NUMBER)] == sids[::-1]
    assert client.messages.list(from_=OTHER) == []


def test_the_list_is_filtered_by_the_time_of_sending(client: Client) -> None:
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x")
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    assert [m.sid for m in client.messages.list(date_sent_after=now - minute)] == [made.sid]
    assert [m.sid for m in client.messages.list(date_sent_before=now + minute)] == [made.sid]
    assert client.messages.list(date_sent_after=now + minute) == []
    assert client.messages.list(date_sent_before=now - minute) == []


def test_a_whole_day_is_meant_when_only_a_date_is_given(client: Client, phones: SimulatedPhones) -> None:
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x")
    today = made.date_created.date()

    def listed(query: str) -> int:
        url = f"{phones.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json?{query}"
        return len(requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).json()["messages"])

    assert listed(f"DateSent={today}") == 1
    assert listed(f"DateSent>={today}&DateSent<={today}") == 1
    assert listed(f"DateSent={today - timedelta(days=1)}") == 0


def test_a_message_that_still_waits_is_in_the_list_of_its_time(client: Client, control: Control) -> None:
    control.faults(queue_ms=60_000)
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x")
    listed = client.messages.list(to=PHONE, date_sent_after=datetime.now(UTC) - timedelta(minutes=1))
    assert [(m.sid, m.status) for m in listed] == [(made.sid, "queued")]


def test_pages_neither_skip_nor_double_a_message_while_more_come_in(client: Client) -> None:
    sids = [client.messages.create(to=PHONE, from_=NUMBER, body=str(n)).sid for n in range(5)]
    first = client.messages.page(page_size=2)
    read = [m.sid for m in first]
    client.messages.create(to=PHONE, from_=NUMBER, body="late")
    page = first.next_page()
    while page:
        read += [m.sid for m in page]
        page = page.next_page()
    assert read == sids[::-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the SDK's own way of authenticating
def test_the_asynchronous_client_sends_lists_and_blanks(phones: SimulatedPhones) -> None:
    async def journey() -> tuple[str, list[str], str]:
        async with AsyncDetour(phones.url) as http:
            client = Client(ACCOUNT, TOKEN, http_client=http)
            made = await asyncio.gather(
                *(client.messages.create_async(to=PHONE, from_=NUMBER, body=f"{n}") for n in range(20))
            )
            listed = await client.messages.list_async(to=PHONE, page_size=7)
            blanked = await client.messages(made[0].sid).update_async(body="")
            assert {m.sid for m in made} == {m.sid for m in listed}
            return made[0].status, sorted(m.body for m in listed), blanked.body

    status, bodies, blanked = asyncio.run(journey())
    assert (status, blanked) == ("queued", "")
    assert bodies == sorted(str(n) for n in range(20))


def test_receipts_are_signed_and_tell_sent_then_delivered(client: Client, relay: Relay) -> None:
    made = client.messages.create(
        to=PHONE, from_=NUMBER, body="x", status_callback=f"{relay.url}/receipts?lane=duty&n=%E3%81%82"
    )
    until(lambda: len(relay.receipts(made.sid)) == 2)
    assert relay.receipts(made.sid) == ["sent", "delivered"]
    for post in relay.got("/receipts"):
        assert post.genuine
        assert post.path == "/receipts?lane=duty&n=%E3%81%82"
        assert post.params["SmsSid"] == made.sid
        assert post.params["SmsStatus"] == post.params["MessageStatus"]
        assert (post.params["To"], post.params["From"]) == (PHONE, NUMBER)
        assert (post.params["AccountSid"], post.params["ApiVersion"]) == (ACCOUNT, "2010-04-01")
        assert "ErrorCode" not in post.params


def test_a_receipt_that_the_relay_refuses_is_not_posted_again(client: Client, relay: Relay) -> None:
    callback = relay.on("/receipts", Reply(status=500))
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x", status_callback=callback)
    until(lambda: len(relay.receipts(made.sid)) == 2)
    time.sleep(0.3)
    assert relay.receipts(made.sid) == ["sent", "delivered"]
