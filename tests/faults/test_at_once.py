"""Things that happen at the same moment, in real threads on the real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import time_machine
from sqlalchemy import func, select

from relay import clock, db
from relay.cases import service as cases
from relay.cases.actors import Actor
from relay.cases.models import Case
from relay.duty import engine
from relay.intake import storing
from relay.intake.models import Inbound
from relay.outbox import sender
from tests.desk import Desk

AT_ONCE = 6
T = TypeVar("T")


def at_once(work: Callable[[int], T]) -> list[T]:
    """Run ``work`` in several threads that start at the same moment."""
    start = Barrier(AT_ONCE)

    def run(n: int) -> T:
        start.wait()
        return work(n)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def store(external_id: str) -> str:
    """Take the same words in under an id; returns the number that the sender is told."""
    with db.transaction() as session:
        inbound, _new = storing.store(
            session,
            external_id=external_id,
            content_hash="h",
            kind="report",
            sender="+819000000001",
            payload={"text": "x"},
            answer="",
        )
        return inbound.number


def test_of_many_acceptances_exactly_one_wins(desk: Desk) -> None:
    case = desk.file()
    officers = [desk.officer(role) for role in ("duty", "backup", "head", "duty", "backup", "head")]
    taken = at_once(lambda n: cases.accept(case, Actor(name="x"), officer_id=officers[n], via="sms"))
    assert len({t.owner for t in taken}) == 1
    assert sum(t.fresh for t in taken) == 1
    assert desk.escalation(case).owner_id is not None


def test_one_external_id_makes_one_report(desk: Desk) -> None:
    del desk

    assert len(set(at_once(lambda _: store("sms:SM1")))) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Inbound)) == 1


def test_the_same_words_under_different_ids_make_one_report(desk: Desk) -> None:
    del desk

    assert len(set(at_once(lambda n: store(f"sms:SM{n}")))) == 1


def test_reports_of_one_home_at_once_open_one_case(desk: Desk) -> None:
    assert len(set(at_once(lambda _: desk.file(number="7-7")))) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_cases_opened_at_once_get_different_codes(desk: Desk) -> None:
    found = at_once(lambda n: desk.file(number=f"{n + 1}-1"))
    assert len({desk.escalation(case).reply_code for case in found}) == AT_ONCE


def test_engines_at_once_take_each_step_once(desk: Desk) -> None:
    case = desk.file()
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1), tick=False):
        at_once(lambda _: engine.advance_due())
    assert desk.told(case) == ["duty", "backup"]


def test_two_merges_in_opposite_directions_end_in_one_open_case(desk: Desk) -> None:
    first, second = desk.file(), desk.file(number="9-9")

    def merge(n: int) -> bool:
        pair = (first, second) if n % 2 else (second, first)
        try:
            cases.join(pair[0], Actor(name="x"), into=pair[1])
        except cases.CaseError:
            return False
        return True

    assert sum(at_once(merge)) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).where(Case.closed_at.is_(None))) == 1


def test_the_same_id_is_the_same_report_long_after_its_words_would_be_news_again(desk: Desk) -> None:
    del desk

    first = store("sms:SM1")
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert store("sms:SM1") == first


def test_senders_at_once_claim_each_message_once(desk: Desk) -> None:
    for n in range(AT_ONCE):
        desk.file(number=f"{n + 1}-1")
    claimed = at_once(lambda _: [claim.id for claim in iter(lambda: sender._claim("duty"), None)])
    every = [message for mine in claimed for message in mine]
    assert len(every) == AT_ONCE
    assert len(set(every)) == AT_ONCE
