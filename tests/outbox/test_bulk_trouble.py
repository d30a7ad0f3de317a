"""The bulk lane while the provider, the worker or the search itself fails: nobody gets two texts, none is forgotten."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from relay import clock, db
from relay.channels import registry
from relay.outbox import bulk, claims, reconcile, records, rules, service
from relay.outbox.models import State
from tests.outbox.rows import draft, later, number, stored, write
from tests.provider import Provider

SetRate = Callable[[str, float], None]


def states() -> Counter[str]:
    return Counter(message.state for message in stored().values())


def test_a_provider_that_says_too_many_is_left_alone_and_no_try_is_counted(provider: Provider) -> None:
    write([draft(n) for n in range(150)])
    provider.faults(rate_429=1)
    asked: list[int] = []
    send_many = registry.SMS.send_many
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            registry.SMS, "send_many", lambda m, **more: asked.append(len(m)) or send_many(m, **more)
        )
        assert bulk.drain() == 0
    assert asked == [bulk.BATCH]
    assert states() == {State.QUEUED: 150}
    assert {message.attempts for message in stored().values()} == {0}
    provider.faults(rate_429=0)
    with later(60):
        assert bulk.drain() == 150


def test_a_phone_that_the_provider_refuses_stops_nobody_else(provider: Provider) -> None:
    provider.phone(number(3), error_code=21610)
    write([draft(n) for n in range(10)])
    assert bulk.drain() == 9
    assert (stored()["search:3"].state, stored()["search:3"].reason) == (State.FAILED, "opted_out")


def test_answers_that_got_lost_are_asked_for_and_nobody_gets_two(provider: Provider) -> None:
    write([draft(n) for n in range(120)])
    provider.faults(drop_answer_rate=0.5)
    bulk.drain()
    provider.faults(drop_answer_rate=0)
    assert states()[State.SENDING] > 20
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
        bulk.drain()
    assert states() == {State.ACCEPTED: 120}
    assert Counter(text["to"] for text in provider.texts()) == {number(n): 1 for n in range(120)}


def test_batches_killed_before_and_after_the_call_end_in_one_text_each(provider: Provider) -> None:
    write([draft(n) for n in range(200)])
    after = claims.batch("bulk", "sms", at_most=100)
    registry.SMS.send_many(
        [claim.outgoing for claim in after.claims], before=clock.now() + timedelta(seconds=9)
    )
    before = claims.batch("bulk", "sms", at_most=100)
    assert (len(after.claims), len(before.claims), len(provider.texts())) == (100, 100, 100)
    with later(rules.SENDING_SECONDS + 1):
        assert reconcile.run() == 200
        assert bulk.drain() == 100
    assert Counter(text["to"] for text in provider.texts()) == {number(n): 1 for n in range(200)}
    assert states() == {State.ACCEPTED: 200}


def test_hundreds_of_open_questions_are_settled_in_seconds(provider: Provider, rate: SetRate) -> None:
    rate("bulk", 1000)
    write([draft(n) for n in range(300)])
    while (batch := claims.batch("bulk", "sms", at_most=100)).claims:
        registry.SMS.send_many(
            [claim.outgoing for claim in batch.claims], before=clock.now() + timedelta(seconds=9)
        )
    provider.faults(latency_ms=100)
    began = time.monotonic()
    with later(rules.SENDING_SECONDS + 1):
        assert reconcile.run() == 300
    assert time.monotonic() - began < 12  # one by one they would take half a minute
    assert states() == {State.ACCEPTED: 300}


def test_two_lost_texts_to_one_phone_with_the_same_words_are_told_apart(provider: Provider) -> None:
    write([draft(n, recipient=number(1)) for n in range(4)])
    provider.faults(drop_answer_rate=1)
    bulk.drain()
    provider.faults(drop_answer_rate=0)
    with later(rules.UNCLEAR_SECONDS + 1):
        reconcile.run()
    assert len({message.sid for message in stored().values()} - {None}) == 4
    assert len(provider.texts(number(1))) == 4


def test_a_claim_that_waited_too_long_is_not_sent_but_goes_back(provider: Provider) -> None:
    write([draft(1)])
    batch = claims.batch("bulk", "sms", at_most=10)
    outcomes = registry.SMS.send_many([claim.outgoing for claim in batch.claims], before=clock.now())
    records.record(list(zip(batch.claims, outcomes, strict=True)))
    assert provider.texts() == []
    assert (stored()["search:1"].state, stored()["search:1"].attempts) == (State.QUEUED, 0)


@pytest.mark.parametrize("reached", [True, False])
def test_a_text_that_was_leaving_when_its_search_ended_is_not_sent_again(
    reached: bool, provider: Provider, search: int
) -> None:
    write([draft(1, search_id=search, expires_at=clock.now() + timedelta(hours=1))])
    batch = claims.batch("bulk", "sms", at_most=10)
    if reached:
        registry.SMS.send_many(
            [claim.outgoing for claim in batch.claims], before=clock.now() + timedelta(seconds=9)
        )
    with db.transaction() as session:
        assert service.withdraw_search(session, search, ("search",)) == 0
    with later(rules.SENDING_SECONDS + 1):
        reconcile.run()
        bulk.drain()
    message = stored()["search:1"]
    assert len(provider.texts()) == reached
    expected = (State.ACCEPTED, None) if reached else (State.FAILED, "withdrawn")
    assert (message.state, message.reason) == expected


def test_a_text_refused_for_now_when_its_search_ended_is_given_up(search: int, provider: Provider) -> None:
    write([draft(1, search_id=search)])
    [claim] = claims.batch("bulk", "sms", at_most=10).claims
    with db.transaction() as session:
        service.withdraw_search(session, search, ("search",))
    provider.faults(rate_429=1)
    outcomes = registry.SMS.send_many([claim.outgoing], before=clock.now() + timedelta(seconds=9))
    records.record([(claim, outcomes[0])])
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.FAILED, "withdrawn")
