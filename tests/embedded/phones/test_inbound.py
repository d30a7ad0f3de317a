"""A phone texts the relay."""

import time

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.embedded.phones.harness import ACCOUNT, NUMBER, OTHER, PHONE, Control, Relay, Reply, until


def test_an_inbound_text_is_a_signed_post_to_the_relay(control: Control, relay: Relay) -> None:
    sid = control.text("本町2-5-6 新聞３日分 「返事なし」 & <ほか>")
    post = until(lambda: relay.got("/sms/inbound"))[0]
    assert post.genuine
    assert post.params["Body"] == "本町2-5-6 新聞３日分 「返事なし」 & <ほか>"
    assert (post.params["From"], post.params["To"]) == (PHONE, NUMBER)
    assert post.params["MessageSid"] == post.params["SmsSid"] == post.params["SmsMessageSid"] == sid
    assert (post.params["AccountSid"], post.params["ApiVersion"]) == (ACCOUNT, "2010-04-01")
    assert (post.params["NumMedia"], post.params["NumSegments"]) == ("0", "1")
    assert post.params["FromCountry"] == "JP"
    assert "OptOutType" not in post.params


def test_the_control_call_answers_before_the_relay_does(control: Control, relay: Relay) -> None:
    relay.on("/sms/inbound", Reply("<Response><Message>遅い答え</Message></Response>", delay=1.0))
    control.text("x")
    assert control.messages(to=PHONE) == []
    assert until(lambda: control.messages(to=PHONE))[0]["body"] == "遅い答え"


def test_the_relays_answer_reaches_the_phone_that_wrote(control: Control, relay: Relay) -> None:
    relay.on("/sms/inbound", Reply("<Response><Message>受付番号 7 &amp; 119</Message></Response>"))
    control.text("x")
    answer = until(lambda: control.messages(to=PHONE))[0]
    assert (answer["body"], answer["from"], answer["direction"]) == (
        "受付番号 7 & 119",
        NUMBER,
        "outbound-reply",
    )
    until(lambda: control.messages(to=PHONE)[0]["status"] == "delivered")


@pytest.mark.parametrize("body", ["", "<Response/>", "<Response></Response>"])
def test_an_empty_answer_sends_nothing(control: Control, relay: Relay, body: str) -> None:
    relay.on("/sms/inbound", Reply(body))
    sid = control.text("x")
    until(lambda: relay.got("/sms/inbound"))
    time.sleep(0.1)
    assert [message["sid"] for message in control.messages()] == [sid]
    assert control.message(sid)["problem"] is None


def test_two_messages_with_bodies_and_another_recipient_are_sent(control: Control, relay: Relay) -> None:
    relay.on(
        "/sms/inbound",
        Reply(f'<Response><Message><Body>一</Body></Message><Message to="{OTHER}">二</Message></Response>'),
    )
    control.text("x")
    until(lambda: len(control.messages(from_=NUMBER)) == 2)
    assert [(m["to"], m["body"]) for m in control.messages(from_=NUMBER)] == [(PHONE, "一"), (OTHER, "二")]


def test_a_server_error_is_tried_once_more_with_the_same_sid(control: Control, relay: Relay) -> None:
    relay.on("/sms/inbound", Reply(status=503), Reply("<Response><Message>二度目</Message></Response>"))
    sid = control.text("x")
    assert until(lambda: control.messages(to=PHONE))[0]["body"] == "二度目"
    posts = relay.got("/sms/inbound")
    assert [post.params["MessageSid"] for post in posts] == [sid, sid]
    assert len({post.headers["I-Twilio-Idempotency-Token"] for post in posts}) == 1


@pytest.mark.parametrize(("status", "tries"), [(500, 2), (403, 1)])
def test_a_refused_webhook_shows_on_the_message(
    control: Control, relay: Relay, status: int, tries: int
) -> None:
    relay.on("/sms/inbound", Reply(status=status))
    sid = control.text("x")
    until(lambda: control.message(sid)["error_code"] == 11200)
    assert control.message(sid)["problem"] == f"HTTP {status}"
    assert len(relay.got("/sms/inbound")) == tries


def test_a_relay_that_is_away_is_tried_twice_and_written_down(control: Control, relay: Relay) -> None:
    relay._server.shutdown()
    relay._server.socket.close()
    sid = control.text("x")
    until(lambda: control.message(sid)["problem"] == "no answer")
    attempts = control.ok("GET", "/control/webhooks")
    assert [(a["kind"], a["sid"], a["status"]) for a in attempts] == [("inbound", sid, None)] * 2
    assert all(attempt["problem"] for attempt in attempts)


def test_an_answer_that_is_no_twiml_shows_on_the_message(control: Control, relay: Relay) -> None:
    relay.on("/sms/inbound", Reply("<html><body>oops"))
    sid = control.text("x")
    until(lambda: control.message(sid)["error_code"] == 12100)
    assert "XML" in control.message(sid)["problem"]


def test_a_replay_posts_the_same_sid_again_but_the_phone_texted_once(control: Control, relay: Relay) -> None:
    sid = control.text("x", sid="SM" + "7" * 32)
    again = control.text("x", sid=sid)
    until(lambda: len(relay.got("/sms/inbound")) == 2)
    assert sid == again == "SM" + "7" * 32
    assert [message["sid"] for message in control.messages(from_=PHONE)] == [sid]


def test_extra_parameters_are_part_of_the_signature(control: Control, relay: Relay) -> None:
    control.text("x", params={"ChannelMetadata": "{}", "FromCity": "一宮"})
    post = until(lambda: relay.got("/sms/inbound"))[0]
    assert post.genuine
    assert (post.params["ChannelMetadata"], post.params["FromCity"]) == ("{}", "一宮")


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", "Unsubscribe", "CANCEL", " end ", "QUIT", "REVOKE", "OPTOUT"]
)
def test_an_opt_out_word_stops_messages_and_is_still_told_to_the_relay(
    client: Client, control: Control, relay: Relay, word: str
) -> None:
    relay.on("/sms/inbound", Reply("<Response><Message>分かりました</Message></Response>"))
    control.text(word)
    assert until(lambda: relay.got("/sms/inbound"))[0].params["OptOutType"] == "STOP"
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=PHONE, from_=NUMBER, body="x")
    assert (caught.value.status, caught.value.code) == (400, 21610)
    until(lambda: len(control.messages(to=PHONE)) == 2)
    ours, relays = control.messages(to=PHONE)
    assert "START" in ours["body"]
    assert (relays["body"], relays["status"], relays["error_code"]) == ("分かりました", "failed", 21610)


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_an_opt_in_word_lets_messages_through_again(
    client: Client, control: Control, relay: Relay, word: str
) -> None:
    control.text("STOP")
    control.text(word)
    until(lambda: len(relay.got("/sms/inbound")) == 2)
    assert {post.params["OptOutType"] for post in relay.got("/sms/inbound")} == {"STOP", "START"}
    made = client.messages.create(to=PHONE, from_=NUMBER, body="x")
    until(lambda: control.message(str(made.sid))["status"] == "delivered")


def test_yes_from_a_phone_that_never_opted_out_is_an_ordinary_text(control: Control, relay: Relay) -> None:
    control.text("YES")
    assert "OptOutType" not in until(lambda: relay.got("/sms/inbound"))[0].params
    assert control.messages(to=PHONE) == []


def test_a_sentence_with_an_opt_out_word_does_not_opt_out(client: Client, control: Control) -> None:
    control.text("STOP してください")
    assert client.messages.create(to=PHONE, from_=NUMBER, body="x").status == "queued"


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": "x"},
        {"from": "0901234", "body": "x"},
        {"from": 819012345678, "body": "x"},
        {"from": PHONE},
        {"from": PHONE, "body": 5},
        {"from": PHONE, "body": "x", "sid": "../x"},
        {"from": PHONE, "body": "x", "params": {"a": 1}},
        {"from": PHONE, "body": "x", "bdy": "y"},
        ["x"],
    ],
)
def test_a_wrong_inbound_request_is_explained(control: Control, wrong: object) -> None:
    answer = control("POST", "/control/inbound", wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert control.messages() == []
