"""From a transmission to one message for each person and channel."""

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from relay import settings, tokens
from relay.outbox.models import Message, State
from relay.partners.models import Staff
from relay.search import sent, service, spread
from relay.search.models import Audience, Transmission
from relay.search.states import Closing
from tests.search import scenes


def messages(session: Session, number: int, purpose: str = "search") -> list[Message]:
    session.expire_all()
    wanted = select(Message).where(Message.search_id == number, Message.purpose == purpose)
    return list(session.scalars(wanted.order_by(Message.id)))


def become(session: Session, message: Message, state: State) -> None:
    session.execute(update(Message).where(Message.id == message.id).values(state=state))
    session.commit()


@pytest.fixture
def live(session: Session) -> int:
    number = scenes.draft(session)
    service.send_urgent(number, scenes.actors(session)[0], reason="夜")
    return number


def test_each_person_gets_one_text_with_a_link_of_their_own(session: Session, live: int) -> None:
    assert spread.spread_due() == 3
    assert spread.spread_due() == 0

    found = messages(session, live)
    assert sorted(one.recipient for one in found) == ["+818000005001", "+818000006001", "+818000007001"]
    links = {re.search(r"/s/(\w+)", one.body).group(1) for one in found}  # type: ignore[union-attr]
    digests = set(session.scalars(select(Audience.link_digest).where(Audience.search_id == live)))
    assert {tokens.digest(link) for link in links} == digests
    assert len(digests) == 3


def test_no_text_of_a_search_stands_in_the_lane_of_alerts(session: Session, live: int) -> None:
    spread.spread_due()
    session.execute(update(Message).values(state=State.DELIVERED))
    session.commit()
    actor = scenes.actors(session)[0]
    service.update(live, actor, words="駅の北で見た人がいます")
    spread.spread_due()
    service.close(live, actor, closing=Closing.FOUND)
    spread.spread_due()
    wanted = select(Message.purpose, Message.lane).where(Message.audience_id.is_not(None))
    assert set(map(tuple, session.execute(wanted))) == {
        (purpose, "bulk") for purpose in ("search", "search_update", "search_closing")
    }


def test_a_spread_that_broke_off_goes_on_where_it_stopped(
    session: Session, live: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "STEP", 2)
    transmission = session.scalars(select(Transmission.id)).one()
    assert spread._step(transmission) == 2  # and here the worker dies
    assert spread.spread_due() == 1
    assert len(messages(session, live)) == 3
    assert len({one.recipient for one in messages(session, live)}) == 3


def test_who_has_a_mailbox_gets_an_e_mail_too_where_mail_is_set_up(
    session: Session, live: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    settings.current.cache_clear()
    spread.spread_due()
    mail = [one for one in messages(session, live) if one.channel == "mail"]
    assert [one.recipient for one in mail] == ["haitatsu-a@sample.example.jp"]
    assert mail[0].subject == "【一宮市（見本） 捜索】K1 行方が分からない方を探しています"
    assert "/s/" in mail[0].body


def test_who_reads_english_gets_english(session: Session) -> None:
    session.execute(update(Staff).where(Staff.phone == "+818000005001").values(language="en"))
    session.commit()
    number = scenes.draft(session)
    service.send_urgent(number, scenes.actors(session)[0], reason="夜")
    spread.spread_due()
    bodies = {one.recipient: one.body for one in messages(session, number)}
    assert "Missing: aged 80-84 woman" in bodies["+818000005001"]
    assert "80代前半女性" in bodies["+818000006001"]


def test_the_closing_notice_goes_to_exactly_those_who_were_sent_the_alert(
    session: Session, live: int
) -> None:
    writer = scenes.actors(session)[0]
    spread.spread_due()
    delivered, undelivered, queued = messages(session, live)
    become(session, delivered, State.DELIVERED)
    become(session, undelivered, State.UNDELIVERED)

    service.close(live, writer, closing=Closing.FOUND)
    spread.spread_due()

    told = {one.recipient for one in messages(session, live, "search_closing")}
    assert told == {delivered.recipient, undelivered.recipient}
    session.refresh(queued)
    assert (queued.state, queued.reason) == (State.FAILED, "withdrawn")


def test_the_closing_notice_waits_for_an_alert_that_is_just_leaving(session: Session, live: int) -> None:
    writer = scenes.actors(session)[0]
    spread.spread_due()
    first, *rest = messages(session, live)
    for one in rest:
        become(session, one, State.DELIVERED)
    become(session, first, State.SENDING)
    service.close(live, writer, closing=Closing.ENDED)
    spread.spread_due()
    assert len(messages(session, live, "search_closing")) == 2

    become(session, first, State.ACCEPTED)
    spread.spread_due()

    assert len(messages(session, live, "search_closing")) == 3
    closing = session.scalars(select(Transmission).order_by(Transmission.sequence.desc())).first()
    assert closing is not None
    assert closing.people == 3
    assert closing.spread_at is not None


def test_the_closing_notice_takes_the_channel_that_reached_the_person(
    session: Session, live: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    settings.current.cache_clear()
    spread.spread_due()
    for one in messages(session, live):
        become(session, one, State.ACCEPTED if one.channel == "mail" else State.UNDELIVERED)
    channels = {one.channel for one in sent.to(session, live)}
    service.close(live, scenes.actors(session)[0], closing=Closing.ENDED)
    spread.spread_due()
    by_mail = [one.recipient for one in messages(session, live, "search_closing") if one.channel == "mail"]
    assert by_mail == ["haitatsu-a@sample.example.jp"]
    assert channels == {"mail", "sms"}
    assert len(messages(session, live, "search_closing")) == 3


def test_an_update_goes_to_those_whose_alert_is_still_waiting_too(session: Session, live: int) -> None:
    spread.spread_due()
    service.update(live, scenes.actors(session)[0], words="駅の北で見かけたとの連絡")
    spread.spread_due()
    updates = messages(session, live, "search_update")
    assert len(updates) == 3
    assert all("駅の北" in one.body and "/s/" in one.body for one in updates)
    alerts = {re.search(r"/s/(\w+)", one.body).group(1) for one in messages(session, live)}  # type: ignore[union-attr]
    assert {re.search(r"/s/(\w+)", one.body).group(1) for one in updates} == alerts  # type: ignore[union-attr]
