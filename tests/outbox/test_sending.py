"""The outbox against real phones over HTTP: each message arrives once, whatever the provider does."""

from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from relay import clock, db
from relay.outbox import receipts, reconcile, records, rules, sender, service
from relay.outbox.models import Message, OptOut, State
from tests.outbox.rows import draft, later, write

PHONE = "+819000000001"


def enqueue(key: str = "k", *, body: str = "受付番号1", lane: str = "duty", **more: Any) -> bool:
    with db.transaction() as session:
        return service.enqueue(
            session, key=key, lane=lane, purpose="duty", recipient=PHONE, body=body, **more
        )


def stored(key: str = "k") -> Message:
    with db.transaction() as session:
        return session.scalars(select(Message).where(Message.key == key)).one()


def inbox(phones: str) -> list[str]:
    answer = requests.get(f"{phones}/control/messages", params={"to": PHONE}, timeout=5)
    return [message["body"] for message in answer.json()]


def faults(phones: str, **wanted: Any) -> None:
    requests.put(f"{phones}/control/faults", json=wanted, timeout=5).raise_for_status()


def test_a_message_is_sent_once_however_often_the_lane_is_drained(phones: str) -> None:
    enqueue()
    assert sender.drain("duty") == 1
    assert sender.drain("duty") == 0
    assert inbox(phones) == ["受付番号1"]
    assert stored().state == State.ACCEPTED


def test_the_same_key_is_written_once(phones: str) -> None:
    assert enqueue()
    assert not enqueue(body="another text")
    sender.drain("duty")
    assert inbox(phones) == ["受付番号1"]


def test_an_answer_that_got_lost_is_asked_for_and_not_sent_again(phones: str) -> None:
    enqueue()
    faults(phones, drop_answer_rate=1)
    sender.drain("duty")
    assert stored().state == State.SENDING
    faults(phones, drop_answer_rate=0)
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
        sender.drain("duty")
    assert stored().state == State.ACCEPTED
    assert len(inbox(phones)) == 1


def test_a_process_killed_after_the_claim_loses_nothing(phones: str) -> None:
    enqueue()
    sender._claim("duty")  # and then the process is gone
    assert inbox(phones) == []
    with later(rules.SENDING_SECONDS + 1):
        reconcile.run()
        sender.drain("duty")
    assert inbox(phones) == ["受付番号1"]


def test_a_process_killed_after_the_call_sends_nothing_twice(phones: str) -> None:
    enqueue()
    claim = sender._claim("duty")
    assert claim is not None
    sender.CHANNELS["sms"].send(claim.outgoing)  # and then the process is gone
    with later(rules.SENDING_SECONDS + 1):
        reconcile.run()
        sender.drain("duty")
    assert inbox(phones) == ["受付番号1"]
    assert stored().state == State.ACCEPTED


def test_two_lost_answers_to_one_phone_with_the_same_words_are_told_apart(phones: str) -> None:
    enqueue("a")
    enqueue("b")
    faults(phones, drop_answer_rate=1)
    sender.drain("duty")
    faults(phones, drop_answer_rate=0)
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
    assert None not in (stored("a").sid, stored("b").sid)
    assert stored("a").sid != stored("b").sid
    assert len(inbox(phones)) == 2


def test_a_provider_that_says_too_many_is_tried_again_and_no_try_is_counted(phones: str) -> None:
    enqueue()
    faults(phones, rate_429=1)
    sender.drain("duty")
    assert (stored().state, stored().attempts) == (State.QUEUED, 0)
    faults(phones, rate_429=0)
    with later(60):
        sender.drain("duty")
    assert inbox(phones) == ["受付番号1"]


def test_a_provider_that_is_down_delays_and_loses_nothing(phones: str) -> None:
    enqueue()
    faults(phones, down=True)
    sender.drain("duty")
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
    faults(phones, down=False)
    with later(rules.UNCLEAR_SECONDS + rules.SENDING_SECONDS + 3):
        reconcile.run()
        sender.drain("duty")
    assert inbox(phones) == ["受付番号1"]


def test_a_server_error_is_asked_about_before_anything_is_sent_again(phones: str) -> None:
    enqueue()
    faults(phones, rate_500=1)
    sender.drain("duty")
    assert stored().state == State.SENDING
    faults(phones, rate_500=0)
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
        sender.drain("duty")
    assert len(inbox(phones)) == 1


def test_a_message_past_its_time_is_not_sent(phones: str) -> None:
    enqueue(expires_at=clock.now() + timedelta(minutes=15))
    with later(16 * 60):
        sender.drain("duty")
    assert inbox(phones) == []
    assert stored().reason == "expired"


def test_a_number_that_opted_out_fails_at_the_provider_and_from_then_on_at_once(phones: str) -> None:
    requests.put(f"{phones}/control/phones/{PHONE}", json={"error_code": 21610}, timeout=5).raise_for_status()
    enqueue("a")
    sender.drain("duty")
    assert stored("a").reason == "opted_out"
    with db.transaction() as session:
        assert session.get(OptOut, PHONE) is not None
    enqueue("b")
    assert (stored("b").state, stored("b").reason) == (State.FAILED, "opted_out")


def receipt(status: str, *, sid: str | None = None, code: int | None = None) -> None:
    message = stored()
    assert receipts.apply(ref=message.ref, sid=sid or message.sid or "SMx", status=status, code=code)


@pytest.fixture
def accepted(phones: str) -> str:
    enqueue(body="【至急】八幡 返信12で受付\nhttp://127.0.0.1:8000/c/abcdefghijklmnop")
    sender.drain("duty")
    return phones


def test_receipts_move_a_message_forward_only(accepted: str) -> None:
    del accepted
    for status in ("sent", "delivered", "sent", "undelivered", "delivered"):
        receipt(status, code=30008 if status == "undelivered" else None)
    assert stored().state == State.DELIVERED


def test_a_delivered_message_keeps_no_secret_link(accepted: str) -> None:
    del accepted
    receipt("delivered")
    assert "/c/" not in stored().body
    assert "返信12で受付" in stored().body


@pytest.mark.usefixtures("phones")
def test_a_receipt_that_is_faster_than_our_own_record_is_not_lost() -> None:
    enqueue()
    claim = sender._claim("duty")
    assert claim is not None
    sid = sender.CHANNELS["sms"].send(claim.outgoing)
    receipt("delivered", sid=sid)
    records.record([(claim, sid)])
    assert (stored().state, stored().sid) == (State.DELIVERED, sid)


def test_a_handset_that_is_off_is_tried_once_more_with_its_link(accepted: str) -> None:
    receipt("undelivered", code=rules.HANDSET_OFF)
    assert stored().state == State.QUEUED
    with later(rules.TRY_AGAIN_AFTER.total_seconds() + 1):
        sender.drain("duty")
    assert len(inbox(accepted)) == 2
    assert "/c/abcdefghijklmnop" in inbox(accepted)[1]
    receipt("undelivered", code=rules.HANDSET_OFF)
    assert (stored().state, stored().reason) == (State.UNDELIVERED, "handset_off")


def test_a_first_try_that_arrives_after_all_stops_the_second(accepted: str) -> None:
    first = stored().sid
    receipt("undelivered", code=rules.HANDSET_OFF)
    receipt("delivered", sid=first)
    with later(60):
        sender.drain("duty")
    assert len(inbox(accepted)) == 1
    assert stored().state == State.DELIVERED


def test_a_receipt_for_nothing_of_ours_changes_nothing(accepted: str) -> None:
    del accepted
    assert not receipts.apply(ref="nobody", sid="SM" + "f" * 32, status="delivered", code=None)
    assert stored().state == State.ACCEPTED


def test_the_routine_lane_keeps_its_rate_and_a_refused_lease_counts_no_try(phones: str) -> None:
    for n in range(40):
        enqueue(f"r{n}", lane="routine")
    sender.drain("routine")
    sent = len(inbox(phones))
    assert 0 < sent < 40
    with db.transaction() as session:
        waiting = session.scalars(select(Message.attempts).where(Message.state == State.QUEUED)).all()
    assert len(waiting) == 40 - sent
    assert set(waiting) == {0}


def test_the_duty_lane_is_never_held_back(phones: str) -> None:
    for n in range(40):
        enqueue(f"d{n}")
    assert sender.drain("duty") == 40
    assert len(inbox(phones)) == 40


def test_an_alert_leaves_at_once_while_thousands_of_search_texts_wait(phones: str) -> None:
    write([draft(n) for n in range(3_000)])
    enqueue("alert")
    assert sender.drain("duty") == 1
    assert len(inbox(phones)) == 1


def test_a_withdrawn_message_is_not_sent(phones: str) -> None:
    enqueue()
    with db.transaction() as session:
        session.execute(update(Message).values(state=State.FAILED, reason="withdrawn"))
    sender.drain("duty")
    assert inbox(phones) == []
