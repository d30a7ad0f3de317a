"""What a search said is forgotten by the provider too."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import requests
from sqlalchemy import delete, func, select

from relay import db
from relay.channels import twilio_sms
from relay.outbox import blanking, bulk, receipts, rules, service
from relay.outbox.models import Message, ProviderCopy
from tests.outbox.rows import draft, later, mail, number, stored, write
from tests.provider import Provider


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blanking, "PER_SECOND", 500)


@pytest.fixture
def pending(search: int) -> Callable[[], int]:
    def count() -> int:
        with db.transaction() as session:
            sent = select(func.count()).where(*blanking._unblanked(), Message.search_id == search)
            return (session.scalar(sent) or 0) + (session.scalar(select(func.count(ProviderCopy.sid))) or 0)

    return count


def request(search: int, *received: str) -> None:
    with db.transaction() as session:
        blanking.request_blanking(session, search, received=received)


def send(search: int, people: int, **more: object) -> None:
    write([draft(n, search_id=search, **more) for n in range(people)])
    bulk.drain()


def arrive(status: str = "delivered", code: int | None = None) -> None:
    for message in stored().values():
        receipts.apply(ref=message.ref, sid=message.sid or "", status=status, code=code)


def copies() -> dict[str, str]:
    """What the provider would show to whoever asks: the body by sid."""
    return {str(m.sid): str(m.body) for m in twilio_sms.client().messages.list()}


def test_every_text_of_a_search_that_is_over_is_blanked_at_the_provider(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    send(search, 30)
    arrive()
    assert pending() == 30
    request(search)
    assert blanking.blank() == 30
    assert set(copies().values()) == {""}
    assert pending() == 0
    assert all(message.blanked_at for message in stored().values())
    assert len(provider.texts()) == 30


def test_nothing_is_blanked_before_somebody_asks(provider: Provider, search: int) -> None:
    del provider
    send(search, 1)
    arrive()
    assert blanking.blank() == 0
    assert "" not in copies().values()


def test_another_search_and_alerts_on_duty_keep_their_texts(provider: Provider, search: int) -> None:
    send(search, 1)
    write([draft(9)])
    bulk.drain()
    arrive()
    request(search)
    assert blanking.blank() == 1
    assert sorted(copies().values()) == ["", provider.bodies(number(9))[0]]


def test_a_text_on_its_way_is_waited_for_until_it_must_be_over(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    del provider
    send(search, 1)
    request(search)
    assert (blanking.blank(), pending()) == (0, 1)
    with later(rules.LONGEST_VALIDITY + 1):
        assert (blanking.blank(), pending()) == (1, 0)


def test_a_closing_notice_written_after_the_request_is_blanked_as_well(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    del provider
    request(search)
    write([draft(1, search_id=search, purpose="search_closing")])
    assert (blanking.blank(), pending()) == (0, 1)
    bulk.drain()
    arrive()
    assert (blanking.blank(), pending()) == (1, 0)


def test_the_copy_of_a_first_try_is_blanked_with_that_of_the_second(provider: Provider, search: int) -> None:
    send(search, 1)
    arrive("undelivered", rules.HANDSET_OFF)
    with later(60):
        bulk.drain()
        arrive()
        request(search)
        assert blanking.blank() == 1
    assert len(provider.texts()) == 2
    assert list(copies().values()) == ["", ""]


def test_texts_that_came_in_are_blanked_too(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    answer = requests.post(
        f"{provider.url}/control/inbound", json={"from": number(1), "body": "【見本】見かけました"}, timeout=5
    )
    sid = answer.json()["sid"]
    request(search, sid)
    request(search, sid)
    assert pending() == 1
    assert blanking.blank() == 1
    assert copies()[sid] == ""
    assert pending() == 0


def test_what_the_provider_does_not_have_counts_as_done(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    send(search, 1)
    arrive()
    requests.delete(f"{provider.url}/control", timeout=5).raise_for_status()
    request(search, "SM" + "0" * 32)
    assert blanking.blank() == 2
    assert pending() == 0


def test_a_provider_that_is_away_is_asked_again_until_it_is_done(
    provider: Provider, search: int, pending: Callable[[], int]
) -> None:
    send(search, 3)
    arrive()
    request(search)
    provider.faults(rate_429=1)
    assert (blanking.blank(), pending()) == (0, 3)
    provider.faults(rate_429=0)
    assert blanking.blank() == 0
    with later(blanking.AGAIN_AFTER.total_seconds() + 1):
        assert (blanking.blank(), pending()) == (3, 0)


@pytest.mark.usefixtures("provider")
def test_a_copy_is_blanked_even_when_our_own_row_is_wiped_before(
    search: int, pending: Callable[[], int]
) -> None:
    send(search, 3)
    request(search)
    with db.transaction() as session:
        blanking.remember(session, search)
        session.execute(delete(Message))
    assert pending() == 3
    blanking.blank()
    assert (set(copies().values()), pending()) == ({""}, 0)


def test_mail_and_what_never_left_has_no_copy_anywhere(
    search: int, postbox: object, pending: Callable[[], int]
) -> None:
    del postbox
    write([mail(1, search_id=search), draft(2, search_id=search)])
    with db.transaction() as session:
        service.withdraw_search(session, search, ("search",))
    assert pending() == 0


def test_the_rate_is_modest(provider: Provider, search: int, monkeypatch: pytest.MonkeyPatch) -> None:
    del provider
    slept: list[float] = []
    send(search, 15)
    arrive()
    request(search)
    monkeypatch.setattr(blanking, "PER_SECOND", 10)
    monkeypatch.setattr(blanking, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: 0.0))
    assert blanking.blank() == 15
    assert slept == [1.0, 0.5]
