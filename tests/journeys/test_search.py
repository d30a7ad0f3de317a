"""A search from the city's order to the last trace, over real HTTP: phones, receipts, sightings, the end."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox import service as outbox
from relay.outbox.models import Message
from relay.search import progress, service
from relay.search.actors import Actor
from relay.search.models import Audience, Search
from relay.search.states import Closing
from tests.journeys.harness import Relay
from tests.search import scenes

NEAR = ["+818000005001", "+818000006001", "+818000007001"]


@pytest.fixture
def writer(session: Session) -> Actor:
    return scenes.actors(session)[0]


def begin(relay: Relay, session: Session, writer: Actor, **changes: Any) -> int:
    number = scenes.draft(session, **changes)
    service.send_urgent(number, writer, reason="夜の冷えこみ")
    relay.work()
    relay.settle()
    return number


def searched(relay: Relay, number: int) -> list[str]:
    """Every phone that got a text of this search, once for each text."""
    found = requests.get(f"{relay.phones}/control/messages", timeout=5).json()
    return [
        one["to"]
        for one in found
        if f"捜索】K{number} " in one["body"] or f"SEARCH] K{number} " in one["body"]
    ]


def link(relay: Relay, phone: str) -> str:
    found = re.search(r"https?://\S+/s/\S+", relay.last(phone))
    assert found
    return found.group()


def test_an_ad_hoc_search_goes_to_the_first_ring_each_phone_once_and_opt_outs_never(
    relay: Relay, session: Session, writer: Actor
) -> None:
    outbox.opt_out(session, NEAR[1])
    session.commit()
    number = begin(relay, session, writer)
    relay.work()
    assert sorted(searched(relay, number)) == [NEAR[0], NEAR[2]]

    service.widen(number, writer)
    relay.work()

    everybody = searched(relay, number)
    assert len(everybody) == len(set(everybody)) == 3
    assert "+818000008002" in everybody


def test_the_texts_cost_two_parts_at_most(relay: Relay, session: Session, writer: Actor) -> None:
    begin(relay, session, writer)
    parts = [one["segments"] for phone in NEAR for one in relay.inbox(phone)]
    assert len(parts) == 3
    assert max(parts) <= 2


def test_undelivered_and_shuffled_receipts_give_true_figures(
    relay: Relay, session: Session, writer: Actor
) -> None:
    phones = scenes.staff(session, 30)
    relay.faults(undelivered_rate=0.3, duplicate_receipts=True, shuffle_receipts=True)
    number = begin(relay, session, writer)
    relay.faults(undelivered_rate=0)
    Relay.wait(lambda: not progress.figures(session, number).total.sent and not _renew(session), seconds=15)
    relay.work()

    truth = [one["status"] for phone in (*phones, *NEAR) for one in relay.inbox(phone)]
    total = progress.figures(session, number).total
    assert total.people == 33
    assert total.delivered == truth.count("delivered")
    assert total.failed == total.people - total.delivered - total.queued


def _renew(session: Session) -> None:
    session.rollback()


def test_closing_reaches_exactly_the_alerted_and_kills_every_link(
    relay: Relay, session: Session, writer: Actor
) -> None:
    number = begin(relay, session, writer)
    alerted = searched(relay, number)
    links = [link(relay, phone) for phone in alerted]
    assert all(requests.get(one, timeout=5).status_code == 200 for one in links)

    service.close(number, writer, closing=Closing.FOUND)
    assert [requests.get(one, timeout=5).status_code for one in links] == [410] * 3, (
        "at once, before any text left"
    )
    relay.work()

    told = [phone for phone in relay.city_phones() if f"K{number}の方は発見" in relay.last(phone)]
    assert sorted(told) == sorted(alerted)
    for one in links:
        page = requests.get(one, timeout=5).text
        assert scenes.RED_HAT not in page
        assert "見本 花子" not in page


def test_after_the_wipe_nothing_is_left_here_or_at_the_provider(
    relay: Relay, session: Session, writer: Actor
) -> None:
    number = begin(relay, session, writer)
    relay.text(NEAR[0], f"K{number} {scenes.RED_HAT}の人が駅前に 10分前 北へ")
    service.close(number, writer, closing=Closing.FOUND)
    relay.work()
    relay.settle()
    with time_machine.travel(clock.now() + timedelta(days=3, hours=1)):
        relay.work()
        relay.work()
        assert session.scalars(select(Search.wiped_at)).one() is not None

    assert session.scalars(select(Message).where(Message.search_id == number)).all() == []
    assert session.scalars(select(Audience)).all() == []
    rest = requests.get(f"{relay.phones}/control/messages", timeout=5).json()
    kept = [one for one in rest if f"K{number}" in one["body"] and not one.get("blanked")]
    assert [one["to"] for one in kept if one["direction"] != "inbound" and "捜索】" in one["body"]] == []


def test_a_sighting_by_sms_reaches_the_desk_and_the_centre_within_three_seconds(
    relay: Relay, session: Session, writer: Actor
) -> None:
    number = begin(relay, session, writer)
    began = time.monotonic()
    answer = relay.text(NEAR[0], f"K{number} 駅前のコンビニ 10分前 北へ")
    relay.work()
    took = time.monotonic() - began

    assert "110" in answer
    for phone in (relay.city["city"]["number"], relay.city["centre"]["duty"]):
        assert f"K{number} 目撃" in relay.last(phone)
        assert "駅前のコンビニ" in relay.last(phone)
        assert scenes.RED_HAT not in relay.last(phone)
    assert took < 3


def test_a_drill_says_so_on_every_text_and_is_counted_apart(
    relay: Relay, session: Session, writer: Actor
) -> None:
    number = begin(relay, session, writer, drill=True)
    answer = relay.text(NEAR[0], f"K{number} 駅前 今")
    service.close(number, writer, closing=Closing.ENDED)
    relay.work()
    assert "訓練" in answer
    texts = [one["body"] for phone in NEAR for one in relay.inbox(phone) if "捜索】" in one["body"]]
    assert len(texts) >= 6
    assert all(one.startswith("【訓練】") for one in texts)


def test_who_left_the_company_gets_nothing_from_that_minute(
    relay: Relay, session: Session, writer: Actor
) -> None:
    number = scenes.draft(session)
    service.send_urgent(number, writer, reason="夜")
    relay.spread()  # written, not sent
    scenes.leave(session, NEAR[0])
    relay.work()
    assert sorted(searched(relay, number)) == NEAR[1:]
    failed = progress.figures(session, number).failed
    assert [one.reason for one in failed] == ["left"]
