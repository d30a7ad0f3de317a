"""Phones that do not get their alert: the ladder must not lose its minutes on them."""

import requests
from sqlalchemy import select

from relay import clock, db
from relay.duty.models import Officer
from relay.outbox.models import Message, State
from tests.journeys.harness import Relay


def break_phone(relay: Relay, phone: str, code: int) -> None:
    requests.put(
        f"{relay.phones}/control/phones/{phone}", json={"error_code": code}, timeout=5
    ).raise_for_status()


def report(relay: Relay) -> None:
    relay.text(relay.city["worker"], f"{relay.city['centre']['town']}1-2-3 新聞が4日分たまっています")
    relay.work()


def last_alert() -> Message:
    with db.transaction() as session:
        return session.scalars(
            select(Message).where(Message.purpose == "duty").order_by(Message.id.desc()).limit(1)
        ).one()


def test_an_alert_to_a_number_that_does_not_exist_goes_on_to_the_next_person_at_once(relay: Relay) -> None:
    break_phone(relay, relay.city["centre"]["duty"], 30005)
    report(relay)
    relay.wait(lambda: bool(relay.work() or relay.inbox(relay.city["centre"]["backup"])))
    assert "【至急】" in relay.last(relay.city["centre"]["backup"])


def test_a_duty_phone_that_sent_stop_is_passed_over_and_the_city_is_warned(relay: Relay) -> None:
    duty = relay.city["centre"]["duty"]
    relay.text(duty, "STOP")
    report(relay)
    relay.wait(lambda: bool(relay.work() or relay.inbox(relay.city["city"]["number"])))
    assert "SMSが届きません" in relay.last(relay.city["city"]["number"])
    assert "【至急】" in relay.last(relay.city["centre"]["backup"])


def test_receipts_that_come_twice_and_out_of_order_give_the_true_state(relay: Relay) -> None:
    relay.faults(duplicate_receipts=True, shuffle_receipts=True)
    report(relay)
    relay.wait(lambda: last_alert().state == State.DELIVERED)
    with db.transaction() as session:
        duty = session.scalars(select(Officer.id).where(Officer.phone == relay.city["centre"]["duty"])).one()
    assert last_alert().officer_id == duty


def test_an_alert_tells_the_network_when_it_is_too_old_to_ring(relay: Relay) -> None:
    report(relay)
    expires = last_alert().expires_at
    assert expires is not None
    assert 0 < (expires - clock.now()).total_seconds() <= 15 * 60


def test_a_provider_that_is_away_delays_the_alert_and_loses_nothing(relay: Relay) -> None:
    relay.faults(down=True)
    report(relay)
    assert last_alert().state in (State.SENDING, State.QUEUED)
    relay.faults(down=False)
    relay.wait(lambda: bool(relay.work() or relay.inbox(relay.city["centre"]["duty"])), seconds=40)
    assert len(relay.inbox(relay.city["centre"]["duty"])) == 1
