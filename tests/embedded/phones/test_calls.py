"""Voice calls: ring, listen, press keys."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.embedded.phones.harness import ACCOUNT, NUMBER, PHONE, Control, Relay, Reply, until

MENU = (
    '<Response><Gather numDigits="1" action="/voice/key?case=7" timeout="30">'
    '<Say language="ja-JP">緊急の知らせです。</Say><Pause length="1"/><Say>受け付けるには 1 を押してください。</Say>'
    "</Gather><Say>キーが押されませんでした。</Say></Response>"
)
THANKS = '<Response><Say language="ja-JP">受け付けました。</Say><Hangup/></Response>'


def ring(client: Client, **more: object) -> str:
    return str(client.calls.create(to=PHONE, from_=NUMBER, **more).sid)


def test_a_call_is_answered_said_and_acknowledged_by_a_key(
    client: Client, control: Control, relay: Relay
) -> None:
    relay.on("/voice/key", Reply(THANKS))
    sid = ring(client, url=relay.on("/voice/start", Reply(MENU)))
    until(lambda: control.call(sid)["waiting"])
    assert control.call(sid)["said"] == ["緊急の知らせです。", "受け付けるには 1 を押してください。"]
    assert client.calls(sid).fetch().status == "in-progress"
    assert control("POST", f"/control/calls/{sid}/press", {"digits": "1"}).status_code == 200
    until(lambda: control.call(sid)["status"] == "completed")
    assert control.call(sid)["said"][-1] == "受け付けました。"
    start, key = relay.got("/voice/start")[0], relay.got("/voice/key")[0]
    assert start.genuine
    assert key.genuine
    assert (start.method, start.params["CallStatus"]) == ("POST", "in-progress")
    assert (key.path, key.params["Digits"], key.params["CallSid"]) == ("/voice/key?case=7", "1", sid)
    assert (key.params["To"], key.params["From"], key.params["AccountSid"]) == (PHONE, NUMBER, ACCOUNT)


def test_calls_are_listed_for_tests_and_for_the_sdk(client: Client, control: Control) -> None:
    sid = ring(client, twiml="<Response><Say>見本</Say></Response>")
    until(lambda: control.call(sid)["status"] == "completed")
    listed = control.ok("GET", "/control/calls", to=PHONE)
    assert [(c["sid"], c["to"], c["from"], c["said"]) for c in listed] == [(sid, PHONE, NUMBER, ["見本"])]
    assert control.ok("GET", "/control/calls", to="+819000000000") == []
    assert [c.sid for c in client.calls.list(to=PHONE)] == [sid]
    read = client.calls(sid).fetch()
    assert (read.status, read.direction, read.duration) == ("completed", "outbound-api", "0")
    assert read.start_time is not None


def test_without_a_key_the_call_goes_on_after_the_question(client: Client, control: Control) -> None:
    question = '<Gather numDigits="1" timeout="0"><Say>はい</Say></Gather><Say>またかけます。</Say>'
    sid = ring(client, twiml=f"<Response>{question}</Response>")
    until(lambda: control.call(sid)["status"] == "completed")
    assert control.call(sid)["said"] == ["はい", "またかけます。"]


def test_an_empty_answer_is_told_where_it_is_asked_for(client: Client, relay: Relay) -> None:
    question = f'<Gather timeout="0" actionOnEmptyResult="true" action="{relay.url}/voice/key"/>'
    ring(client, twiml=f"<Response>{question}</Response>")
    assert until(lambda: relay.got("/voice/key"))[0].params["Digits"] == ""


def test_a_key_pressed_before_the_question_counts_for_it(
    client: Client, control: Control, relay: Relay
) -> None:
    relay.on("/voice/key", Reply(THANKS))
    sid = ring(client, url=relay.on("/voice/start", Reply(MENU)))
    control.ok("POST", f"/control/calls/{sid}/press", {"digits": "1"})
    until(lambda: control.call(sid)["status"] == "completed")
    assert relay.got("/voice/key")[0].params["Digits"] == "1"


def test_a_question_of_several_digits_waits_for_all_or_for_the_hash_key(
    client: Client, control: Control, relay: Relay
) -> None:
    again = (
        '<Response><Gather numDigits="3" action="/voice/key" timeout="30"><Say>番号</Say></Gather></Response>'
    )
    relay.on("/voice/key", Reply(again), Reply(THANKS))
    sid = ring(client, twiml=again, url=f"{relay.url}/voice/start")
    until(lambda: control.call(sid)["waiting"])
    control.ok("POST", f"/control/calls/{sid}/press", {"digits": "12"})
    assert relay.got("/voice/key") == []
    control.ok("POST", f"/control/calls/{sid}/press", {"digits": "34#"})
    until(lambda: control.call(sid)["status"] == "completed")
    posts = [(p.params["Digits"], p.params["FinishedOnKey"]) for p in relay.got("/voice/key")]
    assert posts == [("123", ""), ("4", "#")]


def test_the_hash_key_is_a_digit_where_nothing_finishes_on_it(
    client: Client, control: Control, relay: Relay
) -> None:
    relay.on("/voice/key", Reply(THANKS))
    menu = MENU.replace("numDigits", 'finishOnKey="" numDigits').replace(
        "/voice/key", f"{relay.url}/voice/key"
    )
    sid = ring(client, twiml=menu)
    until(lambda: control.call(sid)["waiting"])
    control.ok("POST", f"/control/calls/{sid}/press", {"digits": "#"})
    assert until(lambda: relay.got("/voice/key"))[0].params["Digits"] == "#"


def test_a_redirect_fetches_the_next_document(client: Client, control: Control, relay: Relay) -> None:
    relay.on("/voice/next", Reply(THANKS))
    document = '<Response><Redirect method="GET">/voice/next?n=2</Redirect><Say>never</Say></Response>'
    sid = ring(client, url=relay.on("/voice/start", Reply(document)))
    until(lambda: control.call(sid)["status"] == "completed")
    assert control.call(sid)["said"] == ["受け付けました。"]
    post = relay.got("/voice/next")[0]
    assert (post.method, post.genuine) == ("GET", True)
    assert post.path.startswith("/voice/next?n=2&CallSid=")


def test_redirects_in_a_circle_end(client: Client, control: Control, relay: Relay) -> None:
    sid = ring(
        client, url=relay.on("/voice/start", Reply("<Response><Redirect>/voice/start</Redirect></Response>"))
    )
    until(lambda: control.call(sid)["status"] == "completed")
    assert "without an end" in control.call(sid)["problem"]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(status=403), "HTTP 403"),
        (Reply("<oops"), "12100"),
        (Reply("<Response><Play/></Response>"), "<Play>"),
    ],
)
def test_instructions_that_can_not_be_played_end_the_call_with_a_reason(
    client: Client, control: Control, relay: Relay, reply: Reply, problem: str
) -> None:
    sid = ring(client, url=relay.on("/voice/start", reply))
    until(lambda: control.call(sid)["status"] == "completed")
    assert problem in control.call(sid)["problem"]


def test_status_callbacks_tell_the_asked_events_in_order(client: Client, relay: Relay) -> None:
    sid = ring(
        client,
        twiml=THANKS,
        status_callback=relay.on("/voice/status", Reply()),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    until(lambda: len(relay.got("/voice/status")) == 4)
    posts = relay.got("/voice/status")
    assert [p.params["CallStatus"] for p in posts] == ["initiated", "ringing", "in-progress", "completed"]
    assert [p.params["SequenceNumber"] for p in posts] == ["0", "1", "2", "3"]
    assert all(post.genuine and post.params["CallSid"] == sid for post in posts)
    assert posts[-1].params["CallDuration"] == "0"


def test_without_named_events_only_the_end_is_told(client: Client, control: Control, relay: Relay) -> None:
    control.ok("PUT", f"/control/phones/{PHONE}", {"off": True})
    ring(client, twiml=THANKS, status_callback=relay.on("/voice/status", Reply()))
    assert [p.params["CallStatus"] for p in until(lambda: relay.got("/voice/status"))] == ["no-answer"]


def test_machine_detection_says_that_a_human_answered(client: Client, relay: Relay) -> None:
    sid = ring(client, url=relay.on("/voice/start", Reply(THANKS)), machine_detection="Enable")
    assert until(lambda: relay.got("/voice/start"))[0].params["AnsweredBy"] == "human"
    assert client.calls(sid).fetch().answered_by == "human"


def test_a_call_can_be_ended_by_the_relay(client: Client, control: Control, relay: Relay) -> None:
    sid = ring(client, twiml=MENU, status_callback=relay.on("/voice/status", Reply()))
    until(lambda: control.call(sid)["waiting"])
    assert client.calls(sid).update(status="completed").status == "completed"
    assert until(lambda: relay.got("/voice/status"))[0].params["CallStatus"] == "completed"


def test_a_call_can_be_hung_up_by_the_phone(client: Client, control: Control) -> None:
    sid = ring(client, twiml=MENU)
    until(lambda: control.call(sid)["waiting"])
    assert control.ok("POST", f"/control/calls/{sid}/hangup")["status"] == "completed"
    assert control("POST", f"/control/calls/{sid}/hangup").status_code == 409


@pytest.mark.parametrize("digits", ["", "A", None, True, "1 2"])
def test_wrong_keys_are_refused(client: Client, control: Control, digits: object) -> None:
    sid = ring(client, twiml=MENU)
    assert control("POST", f"/control/calls/{sid}/press", {"digits": digits}).status_code == 400


def test_keys_for_no_call_and_for_an_ended_call_are_refused(client: Client, control: Control) -> None:
    assert control("POST", "/control/calls/CA0/press", {"digits": "1"}).status_code == 404
    sid = ring(client, twiml=THANKS)
    until(lambda: control.call(sid)["status"] == "completed")
    answer = control("POST", f"/control/calls/{sid}/press", {"digits": "1"})
    assert (answer.status_code, "over" in answer.json()["error"]) == (409, True)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (21205, {}),
        (21205, {"url": "nowhere"}),
        (21205, {"twiml": "<oops"}),
        (21211, {"to": "119", "twiml": THANKS}),
        (21212, {"from_": "見守り", "twiml": THANKS}),
        (20001, {"timeout": 601, "twiml": THANKS}),
    ],
)
def test_a_wrong_call_is_refused(
    client: Client, control: Control, code: int, wrong: dict[str, object]
) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client.calls.create(**{"to": PHONE, "from_": NUMBER, **wrong})
    assert caught.value.code == code
    assert control.ok("GET", "/control/calls") == []


def test_a_landline_takes_calls(client: Client, control: Control) -> None:
    call = client.calls.create(to="+81586280000", from_=NUMBER, twiml=THANKS)
    until(lambda: control.call(str(call.sid))["status"] == "completed")
    assert control.call(str(call.sid))["said"]
