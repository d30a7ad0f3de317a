"""The control API's lists, phones, and forgetting."""

import time
from datetime import UTC, datetime

import pytest
from twilio.rest import Client

from relay.embedded.phones import SimulatedPhones
from tests.embedded.phones.harness import NUMBER, OTHER, PHONE, Control, Relay, until


def test_messages_show_every_agreed_field_oldest_first(client: Client, control: Control) -> None:
    out = client.messages.create(to=PHONE, from_=NUMBER, body="あ" * 71).sid
    inbound = control.text("返事")
    first, second = control.messages()
    assert (first["sid"], second["sid"]) == (out, inbound)
    assert set(first) >= {"sid", "to", "from", "body", "status", "created_at", "segments"}
    assert (first["segments"], first["direction"], second["direction"]) == (2, "outbound-api", "inbound")
    moment = datetime.fromisoformat(first["created_at"])
    assert moment.utcoffset() is not None
    assert first["created_at"][-13:-6] == f".{moment.microsecond:06d}"


def test_messages_are_filtered_by_number_with_or_without_an_escaped_plus(
    client: Client, control: Control, phones: SimulatedPhones
) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body="a")
    client.messages.create(to=OTHER, from_=NUMBER, body="b")
    control.text("c")
    assert [m["body"] for m in control.messages(to=PHONE)] == ["a"]
    assert [m["body"] for m in control.messages(from_=PHONE)] == ["c"]
    for spelling in (OTHER, OTHER.replace("+", "%2B"), OTHER.removeprefix("+")):
        answer = control.http.get(f"{phones.url}/control/messages?to={spelling}", timeout=5)
        assert [m["body"] for m in answer.json()] == ["b"]
    assert [m["body"] for m in control.messages(to=PHONE, from_=NUMBER, since="")] == ["a"]


def test_since_takes_what_was_made_then_or_later(
    client: Client, control: Control, phones: SimulatedPhones
) -> None:
    client.messages.create(to=PHONE, from_=NUMBER, body="a")
    time.sleep(0.01)
    later = client.messages.create(to=PHONE, from_=NUMBER, body="b").sid
    moment = datetime.fromisoformat(control.message(str(later))["created_at"])
    iso = moment.isoformat()
    for since in (iso, iso.replace("+00:00", "Z"), iso.replace("+00:00", ""), str(moment.timestamp())):
        assert [m["body"] for m in control.messages(since=since)] == ["b"]
    for raw in (iso, str(moment)):
        answer = control.http.get(f"{phones.url}/control/messages?since={raw}", timeout=5)
        assert [m["body"] for m in answer.json()] == ["b"]
    assert control.messages(since=str(datetime.now(UTC).timestamp() + 5)) == []


def test_a_since_that_is_no_time_is_explained(control: Control) -> None:
    answer = control("GET", "/control/messages", since="yesterday")
    assert (answer.status_code, "since" in answer.json()["error"]) == (400, True)


def test_a_phone_gets_a_label_and_its_state_back(control: Control) -> None:
    shown = control.ok("PUT", f"/control/phones/{PHONE}", {"label": "見本ガス 検針員（見本）", "off": True})
    assert (shown["label"], shown["off"], shown["error_code"]) == ("見本ガス 検針員（見本）", True, None)
    kept = control.ok("PUT", f"/control/phones/{PHONE}", {"off": False})
    assert (kept["label"], kept["off"]) == ("見本ガス 検針員（見本）", False)


@pytest.mark.parametrize(
    "wrong", [{"error_code": 12345}, {"error_code": "30003"}, {"off": 1}, {"label": 5}, {"colour": "red"}]
)
def test_a_wrong_phone_setting_is_refused(control: Control, wrong: dict[str, object]) -> None:
    assert control("PUT", f"/control/phones/{PHONE}", wrong).status_code == 400
    assert control("PUT", "/control/phones/119", {"off": True}).status_code == 400
    assert [phone["number"] for phone in control.ok("GET", "/control/phones")] == ["+819000001001"]


@pytest.mark.parametrize("body", ["", "null", "[", "5"])
def test_a_body_that_is_no_json_object_is_explained(
    control: Control, phones: SimulatedPhones, body: str
) -> None:
    answer = control.http.post(f"{phones.url}/control/inbound", data=body, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_forgetting_leaves_nothing_but_the_labels_of_the_start(client: Client, control: Control) -> None:
    control.text("STOP")
    control.ok("PUT", f"/control/phones/{OTHER}", {"error_code": 30003})
    client.calls.create(to=OTHER, from_=NUMBER, twiml="<Response><Gather/></Response>")
    control.faults(rate_500=1)
    control.ok("DELETE", "/control")
    assert control.messages() == []
    assert control.ok("GET", "/control/calls") == []
    assert control.ok("GET", "/control/faults")["rate_500"] == 0
    assert [p["number"] for p in control.ok("GET", "/control/phones")] == ["+819000001001"]
    sids = {str(client.messages.create(to=number, from_=NUMBER, body="x").sid) for number in (PHONE, OTHER)}
    until(lambda: {m["sid"] for m in control.messages() if m["status"] == "delivered"} == sids)


def test_what_was_forgotten_sends_no_receipts_any_more(
    client: Client, control: Control, relay: Relay
) -> None:
    callback = f"{relay.url}/receipts"
    control.faults(queue_ms=600)
    waiting = client.messages.create(to=PHONE, from_=NUMBER, body="x", status_callback=callback)
    control.faults(queue_ms=0, shuffle_receipts=True)
    late = client.messages.create(to=PHONE, from_=NUMBER, body="x", status_callback=callback)
    control.ok("DELETE", "/control")
    time.sleep(1.8)
    assert relay.receipts(str(waiting.sid)) == []
    assert "sent" not in relay.receipts(str(late.sid))


def test_the_health_page_answers(control: Control) -> None:
    assert control("GET", "/healthz").status_code == 200
