"""Receipts: late, doubled, shuffled, hundreds at once; a message only moves forward."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, update

from relay import clock, db
from relay.outbox import claims, receipts, records, rules, service
from relay.outbox.models import FINAL, Message, State
from tests.outbox.rows import draft, stored, write

LINK = "http://127.0.0.1:8000/s/abcdefgh"


@pytest.fixture
def statements(database: str) -> Iterator[list[str]]:
    """What is said to the database from now on."""
    del database
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(db.engine(), "before_cursor_execute", listen)
    yield said
    event.remove(db.engine(), "before_cursor_execute", listen)


def rows(count: int, state: State = State.ACCEPTED, *, sid: bool = True) -> list[Message]:
    write([draft(n, body=f"【見本】{LINK}") for n in range(count)])
    with db.transaction() as session:
        for n in range(count):
            session.execute(
                update(Message)
                .where(Message.key == f"search:{n}")
                .values(state=state, attempts=1, sent_at=clock.now(), sid=f"SM{n}" if sid else None)
            )
    return list(stored().values())


def tell(message: Message, status: str, *, sid: str | None = None, code: int | None = None) -> bool:
    return receipts.apply(ref=message.ref, sid=sid or message.sid or "SM9", status=status, code=code)


@pytest.mark.usefixtures("database")
def test_a_delivery_is_one_statement_and_leaves_no_secret(statements: list[str]) -> None:
    [message] = rows(1)
    statements.clear()
    assert tell(message, "delivered")
    assert len(statements) == 1
    after = stored()[message.key]
    assert (after.state, after.body, after.delivered_at is not None) == (
        State.DELIVERED,
        "【見本】[link]",
        True,
    )


@pytest.mark.usefixtures("database")
def test_what_we_know_already_is_one_look_without_a_lock(statements: list[str]) -> None:
    [message] = rows(1)
    statements.clear()
    assert tell(message, "sent")
    assert len(statements) == 1
    assert "FOR UPDATE" not in statements[0]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "text",
    [
        LINK,
        f"a {LINK}\nb",
        f"{LINK} {LINK}",
        f"{LINK}　を開く",
        f"{LINK}を開く",
        "https://x.example/page",
        "なし",
    ],
)
def test_the_database_forgets_the_same_links_as_we_do(text: str) -> None:
    write([draft(1, body=text)])
    message = stored()["search:1"]
    tell(message, "delivered")
    records.forget_link(message)
    assert stored()["search:1"].body == message.body


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_a_receipt_before_our_own_record_tells_us_the_sid(status: str) -> None:
    [message] = rows(1, State.SENDING, sid=False)
    assert tell(message, status, sid="SM77")
    after = stored()[message.key]
    assert (after.state, after.sid) == (rules.PROVIDER_STATES[status], "SM77")


@pytest.mark.usefixtures("database")
def test_a_message_that_turns_out_to_have_left_is_not_sent_again() -> None:
    [message] = rows(1, State.QUEUED, sid=False)
    assert tell(message, "sent", sid="SM77")
    after = stored()[message.key]
    assert (after.state, after.sid) == (State.ACCEPTED, "SM77")


@pytest.mark.usefixtures("database")
def test_a_receipt_of_another_try_does_not_speak_for_this_one() -> None:
    [message] = rows(1)
    assert tell(message, "delivered", sid="SM-of-something-else")
    assert stored()[message.key].state == State.ACCEPTED


@pytest.mark.usefixtures("database")
def test_a_first_try_that_arrives_while_the_second_is_out_changes_nothing() -> None:
    [message] = rows(1)
    with db.transaction() as session:
        session.execute(update(Message).values(earlier_sids=["SM-first"]))
    assert tell(message, "delivered", sid="SM-first")
    assert (stored()[message.key].state, stored()[message.key].sid) == (State.ACCEPTED, "SM0")


@pytest.mark.usefixtures("database")
def test_a_first_try_that_arrives_while_the_second_is_leaving_does_not_speak_for_it() -> None:
    [message] = rows(1, State.SENDING, sid=False)
    with db.transaction() as session:
        session.execute(update(Message).values(earlier_sids=["SM-first"]))
    assert tell(message, "delivered", sid="SM-first")
    assert (stored()[message.key].state, stored()[message.key].sid) == (State.SENDING, None)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("end", FINAL)
def test_what_is_settled_is_not_settled_again(end: State) -> None:
    [message] = rows(1, end)
    before = stored()[message.key]
    for status in ("delivered", "sent", "undelivered", "failed"):
        assert tell(message, status, code=30003)
    after = stored()[message.key]
    assert (after.state, after.delivered_at, after.body) == (end, before.delivered_at, before.body)


@pytest.mark.usefixtures("database")
def test_hundreds_of_receipts_at_once_in_any_order_leave_every_message_delivered() -> None:
    messages = rows(60, State.SENDING, sid=False)
    told = [(m, status) for m in messages for status in ("queued", "sent", "delivered", "delivered", "sent")]
    random.shuffle(told)
    with ThreadPoolExecutor(16) as pool:
        known = list(pool.map(lambda one: tell(one[0], one[1], sid=f"SM-{one[0].id}"), told))
    assert all(known)
    assert Counter(m.state for m in stored().values()) == {State.DELIVERED: 60}
    assert all(m.sid == f"SM-{m.id}" for m in stored().values())


@pytest.mark.usefixtures("database")
def test_receipts_while_batches_are_recorded_block_nobody_for_good() -> None:
    messages = rows(50, State.SENDING, sid=False)

    now = clock.now()
    outcomes = [(claims.claim_of(m, now), f"SM-{m.id}") for m in messages]

    def record(_n: int) -> bool:
        random.shuffle(outcomes)
        return records.record(list(outcomes)) > 0

    with ThreadPoolExecutor(12) as pool:
        recorded = pool.map(record, range(10))
        told = pool.map(lambda m: tell(m, "delivered", sid=f"SM-{m.id}"), messages * 3)
        assert all(recorded)
        assert all(told)
    assert Counter(m.state for m in stored().values()) == {State.DELIVERED: 50}


@pytest.mark.usefixtures("database")
def test_a_receipt_for_nobody_is_told_apart_also_among_others() -> None:
    [message] = rows(1)
    assert tell(message, "delivered")
    assert not receipts.apply(ref="nobody", sid="SM5", status="delivered", code=None)
    assert not receipts.apply(ref=None, sid="SM5", status="sent", code=None)


def test_a_handset_that_was_off_when_the_search_ended_is_not_tried_again(search: int) -> None:
    write([draft(1, search_id=search)])
    with db.transaction() as session:
        session.execute(update(Message).values(state=State.ACCEPTED, attempts=1, sid="SM1"))
    with db.transaction() as session:
        assert service.withdraw_search(session, search, ("search",)) == 0
    assert tell(stored()["search:1"], "undelivered", code=rules.HANDSET_OFF)
    after = stored()["search:1"]
    assert (after.state, after.reason) == (State.UNDELIVERED, "handset_off")
