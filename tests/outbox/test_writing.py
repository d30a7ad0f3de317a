"""Writing messages, one or ten thousand, and taking back those of a search."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from relay import clock, db
from relay.outbox import service
from relay.outbox.models import Message, State
from tests.outbox.rows import draft, mail, stored, write


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were woken, in order."""
    tasks: list[str] = []
    monkeypatch.setattr("relay.nudge.nudge", tasks.append)
    return tasks


@pytest.mark.usefixtures("database")
def test_ten_thousand_messages_are_written_within_seconds() -> None:
    drafts = [draft(n) for n in range(10_000)]
    began = time.monotonic()
    assert write(drafts) == 10_000
    took = time.monotonic() - began
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 10_000
    print(f"{took:.1f} s")
    assert took < 15  # about three on a machine with nothing else to do


@pytest.mark.usefixtures("database")
def test_a_second_writing_of_the_same_keys_writes_only_what_is_new() -> None:
    assert write([draft(1), draft(2)]) == 2
    assert write([draft(1), draft(2), draft(3), draft(3)]) == 1
    assert len(stored()) == 3


@pytest.mark.usefixtures("database")
def test_every_field_of_a_draft_is_stored() -> None:
    morning = clock.now() + timedelta(hours=8)
    write([draft(1, body="【見本】帽子", not_before=morning, expires_at=morning + timedelta(hours=1))])
    message = stored()["search:1"]
    assert (message.state, message.lane, message.purpose) == (State.QUEUED, "bulk", "search")
    assert (message.body, message.segments) == ("【見本】帽子", 1)
    assert (message.not_before, message.expires_at) == (morning, morning + timedelta(hours=1))


@pytest.mark.usefixtures("database")
def test_the_lane_is_woken_once_and_only_for_what_may_leave_now(woken: list[str]) -> None:
    write([draft(1, not_before=clock.now() + timedelta(hours=8))])
    assert woken == []
    write([draft(n) for n in range(2, 50)])
    assert woken == ["send_bulk"]


@pytest.mark.usefixtures("database")
def test_numbers_that_opted_out_fail_at_once_and_the_others_go() -> None:
    with db.transaction() as session:
        service.opt_out(session, draft(1).recipient)
    assert write([draft(1), draft(2)]) == 2
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.FAILED, "opted_out")
    assert stored()["search:2"].state == State.QUEUED


@pytest.mark.usefixtures("database")
def test_mail_without_a_mail_server_fails_clearly_and_holds_nothing_up() -> None:
    assert write([mail(1), draft(1)]) == 2
    assert (stored()["mail:1"].state, stored()["mail:1"].reason) == (State.FAILED, "no_mail")
    assert stored()["search:1"].state == State.QUEUED


@pytest.mark.usefixtures("postbox")
def test_mail_and_texts_wake_a_worker_each(woken: list[str]) -> None:
    write([mail(1), draft(1)])
    assert woken == ["send_bulk", "send_bulk_mail"]
    assert (stored()["mail:1"].state, stored()["mail:1"].segments) == (State.QUEUED, 0)


def search_rows(search: int, states: Sequence[State]) -> None:
    write([draft(n, search_id=search) for n in range(len(states))])
    with db.transaction() as session:
        for n, state in enumerate(states):
            session.execute(update(Message).where(Message.key == f"search:{n}").values(state=state))


def test_a_withdrawn_search_takes_back_what_waits_and_says_how_many(search: int, woken: list[str]) -> None:
    search_rows(search, list(State))
    woken.clear()
    with db.transaction() as session:
        assert service.withdraw_search(session, search, ("search",)) == 1
        assert service.withdraw_search(session, search, ("search",)) == 0
    after = [stored()[f"search:{n}"] for n in range(len(State))]
    assert [m.state for m in after] == [State.FAILED, *list(State)[1:]]
    assert after[0].reason == "withdrawn"
    assert woken == []


def test_only_the_purposes_named_are_taken_back(search: int) -> None:
    write([draft(1, search_id=search), draft(2, search_id=search, purpose="search_closing")])
    with db.transaction() as session:
        assert service.withdraw_search(session, search, ("search", "search_update")) == 1
    assert stored()["search:2"].state == State.QUEUED


def test_another_search_keeps_its_messages(search: int) -> None:
    write([draft(1, search_id=search), draft(2)])
    with db.transaction() as session:
        service.withdraw_search(session, search, ("search",))
    assert stored()["search:2"].state == State.QUEUED


def test_what_waits_for_its_second_try_was_handed_over_once_and_is_not_tried_again(search: int) -> None:
    write([draft(1, search_id=search)])
    with db.transaction() as session:
        session.execute(update(Message).values(earlier_sids=["SM1"], attempts=1))
    with db.transaction() as session:
        assert service.withdraw_search(session, search, ("search",)) == 1
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.UNDELIVERED, "withdrawn")
