"""The bulk lane against real phones: many at once, at the rate of the sender, and each person gets one text."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from relay import clock, db, settings
from relay.channels import registry
from relay.outbox import bulk, claims, leases, records, sender, service
from relay.outbox.models import State
from relay.partners.models import Partner, Staff
from tests.outbox.rows import draft, later, number, stored, write
from tests.provider import Provider

SetRate = Callable[[str, float], None]


def states() -> Counter[str]:
    return Counter(message.state for message in stored().values())


def test_a_few_hundred_texts_reach_each_phone_once(provider: Provider) -> None:
    write([draft(n, expires_at=clock.now() + timedelta(hours=1)) for n in range(300)])
    assert bulk.drain() == 300
    assert bulk.drain() == 0
    assert Counter(text["to"] for text in provider.texts()) == {number(n): 1 for n in range(300)}
    assert states() == {State.ACCEPTED: 300}


def test_texts_are_under_way_at_the_same_time(provider: Provider) -> None:
    write([draft(n) for n in range(bulk.BATCH)])
    provider.faults(latency_ms=400)
    began = time.monotonic()
    assert bulk.drain() == bulk.BATCH
    assert time.monotonic() - began < 10  # one by one they would take twenty seconds


def test_no_database_session_is_held_while_the_provider_is_called(provider: Provider) -> None:
    write([draft(n) for n in range(3)])
    held: list[int] = []
    send_many = registry.SMS.send_many

    def spy(*args: object, **kwargs: object) -> object:
        held.append(db.engine().pool.checkedout())  # type: ignore[attr-defined]
        return send_many(*args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry.SMS, "send_many", spy)
        bulk.drain()
    assert held == [0]
    assert len(provider.texts()) == 3


def test_two_workers_at_once_send_each_text_once(provider: Provider) -> None:
    write([draft(n) for n in range(200)])
    with ThreadPoolExecutor(2) as pool:
        sent = sum(pool.map(lambda _: bulk.drain(), range(2)))
    assert sent == 200
    assert set(Counter(text["to"] for text in provider.texts()).values()) == {1}


def test_the_rate_is_kept_and_waiting_for_it_counts_no_try(provider: Provider, rate: SetRate) -> None:
    rate("bulk", 10)
    write([draft(n) for n in range(55)])
    began = time.monotonic()
    assert bulk.drain() == 55
    took = time.monotonic() - began
    # Three seconds' worth is saved up; the other 25 parts take their time.
    assert 2.4 <= took < 10
    assert {message.attempts for message in stored().values()} == {1}
    assert len(provider.texts()) == 55


def test_two_workers_together_keep_the_rate(provider: Provider, rate: SetRate) -> None:
    rate("bulk", 20)
    write([draft(n) for n in range(100)])
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: bulk.drain(), range(2))) == 100
    assert time.monotonic() - began >= 1.9
    assert len(provider.texts()) == 100


def test_waiting_for_the_rate_is_sleeping_and_not_asking(
    rate: SetRate, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate("bulk", 1)
    asked: list[int] = []
    monkeypatch.setattr(leases, "take", lambda _lane, parts: asked.append(parts) or 0.4)
    monkeypatch.setattr(bulk, "RUN_SECONDS", 1.5)
    write([draft(1)])
    assert bulk.drain() == 0
    assert len(asked) <= 5
    assert (stored()["search:1"].state, stored()["search:1"].attempts) == (State.QUEUED, 0)


def test_a_long_text_counts_all_its_parts(rate: SetRate, provider: Provider) -> None:
    rate("bulk", 4)
    write([draft(n, body="探" * 67 * 4) for n in range(5)])
    began = time.monotonic()
    bulk.drain()
    # Twenty parts at four a second, twelve of them saved up.
    assert time.monotonic() - began >= 1.9
    assert len(provider.texts()) == 5


def test_without_redis_the_rate_is_kept_by_the_process_itself(
    provider: Provider, rate: SetRate, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate("bulk", 10)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    for kept in (settings.current, leases._redis, leases._own):
        kept.cache_clear()
    write([draft(n) for n in range(50)])
    began = time.monotonic()
    assert bulk.drain() == 50
    assert 1.9 <= time.monotonic() - began < 10
    assert len(provider.texts()) == 50


def test_a_flushed_redis_changes_nothing(provider: Provider, rate: SetRate) -> None:
    rate("bulk", 20)
    write([draft(n) for n in range(80)])
    flush = threading.Timer(0.3, leases._redis().flushdb)
    flush.start()
    assert bulk.drain() == 80
    flush.join()
    assert len(provider.texts()) == 80


def test_a_search_that_is_over_is_not_sent_any_more(provider: Provider) -> None:
    write([draft(1, expires_at=clock.now() + timedelta(minutes=1)), draft(2)])
    with later(61):
        assert bulk.drain() == 1
    assert stored()["search:1"].reason == "expired"
    assert [text["to"] for text in provider.texts()] == [number(2)]


def test_who_opts_out_while_the_text_waits_does_not_get_it(provider: Provider) -> None:
    write([draft(1), draft(2)])
    with db.transaction() as session:
        service.opt_out(session, number(1))
    assert bulk.drain() == 1
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.FAILED, "opted_out")
    assert [text["to"] for text in provider.texts()] == [number(2)]


@pytest.mark.parametrize("who", ["the person", "the company"])
@pytest.mark.parametrize("lane", ["bulk", "routine"])
def test_who_leaves_while_the_text_waits_does_not_get_it(lane: str, who: str, provider: Provider) -> None:
    with db.transaction() as session:
        staff_id, partner_id = session.execute(select(Staff.id, Staff.partner_id).limit(1)).one()
    write([draft(1, lane=lane, staff_id=staff_id), draft(2, lane=lane)])
    with db.transaction() as session:
        if who == "the person":
            session.execute(update(Staff).where(Staff.id == staff_id).values(left_at=clock.now()))
        else:
            session.execute(update(Partner).where(Partner.id == partner_id).values(ended_at=clock.now()))
    assert (bulk.drain() if lane == "bulk" else sender.drain(lane)) == 1
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.FAILED, "left")
    assert [text["to"] for text in provider.texts()] == [number(2)]


def test_a_search_that_waits_for_its_rate_is_not_stuck_but_one_that_stands_still_is(
    provider: Provider,
) -> None:
    del provider
    write([draft(n) for n in range(200)])

    def stuck() -> int:
        with db.transaction() as session:
            return sender.stuck(session, older_than=timedelta(minutes=1))

    with later(300):
        assert stuck() == 200
        records.record([(claim, f"SM{claim.id}") for claim in claims.batch("bulk", "sms", at_most=1).claims])
        assert stuck() == 0
    with later(300 + 61):
        assert stuck() == 199
