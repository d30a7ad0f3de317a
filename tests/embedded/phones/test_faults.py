"""What can be made to go wrong, each fault by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from relay.embedded.phones import Config, SimulatedPhones
from tests.embedded.phones.harness import ACCOUNT, NUMBER, OTHER, PHONE, TOKEN, Control, Detour, Relay, until


def send(client: Client, relay: Relay, to: str = PHONE, **more: object) -> str:
    return str(
        client.messages.create(
            to=to, from_=NUMBER, body="x", status_callback=f"{relay.url}/receipts", **more
        ).sid
    )


def test_latency_delays_the_answer(client: Client, relay: Relay, control: Control) -> None:
    control.faults(latency_ms=150)
    began = time.monotonic()
    send(client, relay)
    assert time.monotonic() - began >= 0.15


@pytest.mark.parametrize(
    ("fault", "status", "code"), [("rate_429", 429, 20429), ("rate_500", 500, 20500)], ids=["429", "500"]
)
def test_a_refused_message_does_not_exist(
    client: Client, relay: Relay, control: Control, fault: str, status: int, code: int
) -> None:
    control.faults(**{fault: 1})
    with pytest.raises(TwilioRestException) as caught:
        send(client, relay)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert control.messages() == []


def test_a_rate_of_a_half_hits_some_and_spares_some(client: Client, relay: Relay, control: Control) -> None:
    control.faults(rate_429=0.5)
    refused = 0
    for _ in range(40):
        try:
            send(client, relay)
        except TwilioRestException:
            refused += 1
    assert 0 < refused < 40
    assert len(control.messages()) == 40 - refused


def test_a_dropped_answer_leaves_the_message_in_the_list(
    client: Client, relay: Relay, control: Control
) -> None:
    control.faults(drop_answer_rate=1)
    with pytest.raises(requests.ConnectionError):
        send(client, relay)
    found = client.messages.list(to=PHONE, date_sent_after=datetime.now(UTC) - timedelta(minutes=1))
    assert [message.body for message in found] == ["x"]
    until(lambda: relay.receipts(found[0].sid) == ["sent", "delivered"])


def test_a_dropped_answer_leaves_the_call_too(client: Client, control: Control) -> None:
    control.faults(drop_answer_rate=1)
    with pytest.raises(requests.ConnectionError):
        client.calls.create(to=PHONE, from_=NUMBER, twiml="<Response><Say>x</Say></Response>")
    assert [call["to"] for call in control.ok("GET", "/control/calls")] == [PHONE]


def test_undelivered_messages_tell_a_code(client: Client, relay: Relay, control: Control) -> None:
    control.faults(undelivered_rate=1)
    sid = send(client, relay)
    until(lambda: relay.receipts(sid) == ["sent", "undelivered"])
    assert relay.got("/receipts")[-1].params["ErrorCode"] == "30008"
    read = client.messages(sid).fetch()
    assert (read.status, read.error_code) == ("undelivered", 30008)
    assert read.error_message


def test_duplicate_receipts_come_twice_and_genuine(client: Client, relay: Relay, control: Control) -> None:
    control.faults(duplicate_receipts=True)
    sid = send(client, relay)
    until(lambda: len(relay.receipts(sid)) == 4)
    assert relay.receipts(sid) == ["sent", "sent", "delivered", "delivered"]
    assert all(post.genuine for post in relay.got("/receipts"))


def test_shuffled_receipts_come_late_and_the_last_state_first(
    client: Client, relay: Relay, control: Control
) -> None:
    control.faults(shuffle_receipts=True)
    sid = send(client, relay)
    until(lambda: len(relay.receipts(sid)) == 2)
    assert relay.receipts(sid) == ["delivered", "sent"]


def test_while_down_no_rest_call_is_answered_and_no_receipt_goes_out(
    client: Client, relay: Relay, control: Control
) -> None:
    control.faults(queue_ms=500)
    sid = send(client, relay)
    control.faults(down=True)
    for attempt in (lambda: send(client, relay), client.messages(sid).fetch, client.messages.list):
        with pytest.raises(requests.ConnectionError):
            attempt()
    time.sleep(0.7)
    assert relay.receipts(sid) == []
    assert [message["status"] for message in control.messages()] == ["queued"]
    control.faults(down=False)
    until(lambda: relay.receipts(sid) == ["sent", "delivered"])


@contextmanager
def arrived_while_down(relay: Relay) -> Iterator[tuple[Control, str]]:
    """A message of which the relay knows only that it was sent: it arrived while the provider was down."""
    config = Config(
        relay=relay.url,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=NUMBER,
        sent_after=0,
        delivered_after=0.8,
    )
    with SimulatedPhones(config) as phones, Detour(phones.url) as detour, Control(phones.url) as control:
        sid = send(Client(ACCOUNT, TOKEN, http_client=detour), relay)
        until(lambda: relay.receipts(sid) == ["sent"])
        control.faults(down=True)
        until(lambda: control.message(sid)["status"] == "delivered")
        time.sleep(0.1)
        assert relay.receipts(sid) == ["sent"]
        yield control, sid


def test_receipts_held_back_while_down_go_out_when_it_is_up(relay: Relay) -> None:
    with arrived_while_down(relay) as (control, sid):
        control.faults(down=False)
        until(lambda: len(relay.receipts(sid)) > 1)
        assert relay.receipts(sid) == ["sent", "delivered"]


def test_receipts_held_back_while_down_are_forgotten_with_the_rest(relay: Relay) -> None:
    with arrived_while_down(relay) as (control, sid):
        control.ok("DELETE", "/control")
        time.sleep(0.2)
        assert relay.receipts(sid) == ["sent"]


def test_while_down_phones_can_still_text_the_relay(control: Control, relay: Relay) -> None:
    control.faults(down=True)
    control.text("新聞がたまっている")
    assert until(lambda: relay.got("/sms/inbound"))[0].genuine


def test_a_message_that_waits_longer_than_its_validity_expires(
    client: Client, relay: Relay, control: Control
) -> None:
    control.faults(queue_ms=3000)
    brief, patient = send(client, relay, validity_period=1), send(client, relay, validity_period=60)
    until(lambda: relay.receipts(brief) == ["undelivered"])
    assert relay.got("/receipts")[-1].params["ErrorCode"] == "30036"
    until(lambda: relay.receipts(patient) == ["sent", "delivered"])
    assert relay.receipts(brief) == ["undelivered"]


def test_a_message_expires_while_the_provider_is_down(client: Client, relay: Relay, control: Control) -> None:
    control.faults(queue_ms=500)
    sid = send(client, relay, validity_period=1)
    control.faults(down=True)
    until(lambda: control.message(sid)["error_code"] == 30036)
    assert relay.receipts(sid) == []
    control.faults(down=False)
    until(lambda: relay.receipts(sid) == ["undelivered"])


@pytest.mark.parametrize(
    ("code", "end"),
    [(30003, "undelivered"), (30005, "undelivered"), (30007, "undelivered"), (30001, "failed")],
)
def test_one_phone_can_be_made_to_lose_its_messages(
    client: Client, relay: Relay, control: Control, code: int, end: str
) -> None:
    control.ok("PUT", f"/control/phones/{PHONE}", {"error_code": code})
    lost, fine = send(client, relay), send(client, relay, to=OTHER)
    until(lambda: relay.receipts(lost)[-1:] == [end] and relay.receipts(fine)[-1:] == ["delivered"])
    codes = {
        post.params.get("ErrorCode") for post in relay.got("/receipts") if post.params["MessageSid"] == lost
    }
    assert codes - {None} == {str(code)}
    control.ok("PUT", f"/control/phones/{PHONE}", {"error_code": None})
    healed = send(client, relay)
    until(lambda: relay.receipts(healed) == ["sent", "delivered"])


@pytest.mark.parametrize("code", [21610, 21614, 21211])
def test_one_phone_can_be_made_to_be_refused(
    client: Client, relay: Relay, control: Control, code: int
) -> None:
    control.ok("PUT", f"/control/phones/{PHONE}", {"error_code": code})
    with pytest.raises(TwilioRestException) as caught:
        send(client, relay)
    assert caught.value.code == code
    assert send(client, relay, to=OTHER)


def test_a_phone_that_is_off_gets_neither_sms_nor_calls(
    client: Client, relay: Relay, control: Control
) -> None:
    control.ok("PUT", f"/control/phones/{PHONE}", {"off": True})
    sid = send(client, relay)
    until(lambda: relay.receipts(sid) == ["sent", "undelivered"])
    assert relay.got("/receipts")[-1].params["ErrorCode"] == "30003"
    call = client.calls.create(to=PHONE, from_=NUMBER, twiml="<Response><Say>x</Say></Response>")
    until(lambda: client.calls(call.sid).fetch().status == "no-answer")
    assert control.call(str(call.sid))["said"] == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"rate_428": 1}, "rate_428"),
        ({"rate_429": 1.1}, "rate_429"),
        ({"rate_429": -0.1}, "rate_429"),
        ({"rate_500": "often"}, "rate_500"),
        ({"drop_answer_rate": True}, "drop_answer_rate"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": None}, "latency_ms"),
        ({"down": 1}, "down"),
        ({"duplicate_receipts": 2}, "duplicate_receipts"),
    ],
)
def test_a_wrong_fault_is_named_and_nothing_is_set(
    control: Control, wrong: dict[str, object], named: str
) -> None:
    before = control.ok("GET", "/control/faults")
    answer = control("PUT", "/control/faults", {"undelivered_rate": 0.5, **wrong})
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert control.ok("GET", "/control/faults") == before


def test_faults_are_shown_and_set_one_by_one(control: Control) -> None:
    control.faults(rate_429=0.25, down=True)
    control.faults(down=False, duplicate_receipts=True)
    shown = control.ok("GET", "/control/faults")
    assert (shown["rate_429"], shown["down"], shown["duplicate_receipts"]) == (0.25, False, True)
    assert set(shown) >= {
        "latency_ms",
        "rate_429",
        "rate_500",
        "drop_answer_rate",
        "undelivered_rate",
        "duplicate_receipts",
        "shuffle_receipts",
        "down",
    }


def test_rates_leave_a_wrong_token_a_wrong_token(phones: SimulatedPhones, control: Control) -> None:
    control.faults(rate_500=1)
    url = f"{phones.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert requests.get(url, auth=(ACCOUNT, "wrong"), timeout=5).status_code == 401
    assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 500
