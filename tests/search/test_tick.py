"""What the clock does to searches: proposals, warnings, the end by itself, the wipe."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox.models import Message, ProviderCopy, State
from relay.search import progress, service, spread, tick
from relay.search.models import Search, Transmission
from relay.search.states import Closing
from tests.search import scenes, sighting_scenes

#: Words of the scene that tell of the person or of those who look for her.
PERSONAL = (
    "見本 花子",
    "ミホン",
    scenes.RED_HAT,
    "紺色の上着",
    "駅の前",
    "第1号",
    "夜の冷えこみ",
    "持病",
    "橋の下",
    "090-0000-4321",
    "/s/",
)


@pytest.fixture
def live(session: Session, client: FlaskClient) -> int:
    number = scenes.draft(session)
    writer, approver = scenes.actors(session)
    service.submit(number, writer)
    service.send_back(number, approver, note="花子さんの持病も書いてください")
    service.send_urgent(number, writer, reason="夜の冷えこみ")
    spread.spread_due()
    session.execute(update(Message).values(state=State.DELIVERED))
    session.commit()
    sighting_scenes.sms(client, f"K{number} 橋の下で見た 5分前 連絡は090-0000-4321", sender="+818000005001")
    return number


def search(session: Session, number: int) -> Search:
    session.expire_all()
    return session.get_one(Search, number)


def told(session: Session, words: str) -> set[str]:
    wanted = select(Message.recipient).where(Message.purpose == "search_desk", Message.body.contains(words))
    return set(session.scalars(wanted))


def test_after_the_citys_minutes_the_next_ring_is_proposed_once_and_not_sent(
    session: Session, live: int
) -> None:
    assert tick.run() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert tick.run() == 1
        assert tick.run() == 0
    assert search(session, live).widen_proposed_at is not None
    assert told(session, "まだ見つかっていません")
    assert len(session.scalars(select(Transmission)).all()) == 1, "a person decides"


def test_a_proposal_turned_down_comes_again_later(session: Session, live: int) -> None:
    writer = scenes.actors(session)[0]
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        tick.run()
        service.keep_ring(live, writer)
        assert search(session, live).widen_proposed_at is None
    with time_machine.travel(clock.now() + timedelta(minutes=122)):
        assert tick.run() == 1


def test_the_city_is_warned_twice_before_a_search_ends_by_itself(session: Session, live: int) -> None:
    session.execute(update(Search).where(Search.id == live).values(widen_at=None))
    session.commit()
    done = []
    for hours in (21.9, 22.1, 23, 23.6, 23.9):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            done.append(tick.run())
    assert done == [0, 1, 0, 1, 0]
    assert told(session, "自動で終了します")


def test_a_search_that_nobody_closes_ends_and_everybody_is_told(session: Session, live: int) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)):
        tick.run()
        spread.spread_due()
    ended = search(session, live)
    assert (ended.state, ended.closing) == ("closed", Closing.EXPIRED)
    closing = session.scalars(select(Message.recipient).where(Message.purpose == "search_closing")).all()
    assert len(closing) == 3
    assert told(session, "自動で終了しました")


def test_an_extended_search_goes_on(session: Session, live: int) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        service.extend(live, scenes.actors(session)[0])
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        tick.run()
        assert search(session, live).state == "live"


def everything(session: Session) -> str:
    """The whole database as text."""
    tables = session.scalars(
        text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")
    ).all()
    session.rollback()
    return "\n".join(
        str(row)
        for table in tables
        if table not in ("partners", "staff", "officers", "users", "towns")
        for row in session.scalars(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608
    )


def wiped(session: Session, live: int) -> None:
    service.close(live, scenes.actors(session)[0], closing=Closing.FOUND)
    spread.spread_due()
    session.execute(update(Message).values(state=State.DELIVERED))
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        tick.run()


def test_after_the_citys_days_only_counts_are_left(session: Session, live: int) -> None:
    before = everything(session)
    assert all(words in before for words in PERSONAL)

    wiped(session, live)

    assert search(session, live).wiped_at is not None
    after = everything(session)
    assert [words for words in PERSONAL if words in after] == []
    assert [phone for phone in ("+818000005001", "+818000006001") if phone in after] == []


def test_the_figures_survive_the_wipe(session: Session, live: int) -> None:
    before = progress.figures(session, live)
    wiped(session, live)
    session.expire_all()
    after = progress.figures(session, live)
    assert after.total == before.total
    assert after.companies == before.companies
    assert after.total.delivered == 3


def test_what_the_provider_still_has_is_remembered_by_its_sid_alone(session: Session, live: int) -> None:
    service.close(live, scenes.actors(session)[0], closing=Closing.FOUND)
    spread.spread_due()
    for n, message in enumerate(session.scalars(select(Message))):
        message.state, message.sid = State.DELIVERED, f"SM{n}"
    session.commit()
    sids = set(session.scalars(select(Message.sid).where(Message.channel == "sms")))
    with time_machine.travel(clock.now() + timedelta(days=4)):
        tick.run()
    assert search(session, live).wiped_at is not None
    assert set(session.scalars(select(ProviderCopy.sid))) == sids


def test_nothing_is_wiped_before_everybody_has_been_told_of_the_end(session: Session, live: int) -> None:
    service.close(live, scenes.actors(session)[0], closing=Closing.FOUND)
    with time_machine.travel(clock.now() + timedelta(days=4)):
        tick.run()
        assert search(session, live).wiped_at is None
        spread.spread_due()
        session.execute(update(Message).values(state=State.DELIVERED))
        session.commit()
        tick.run()
        assert search(session, live).wiped_at is not None


def test_nothing_is_wiped_while_a_mail_about_the_end_still_waits(session: Session, live: int) -> None:
    service.close(live, scenes.actors(session)[0], closing=Closing.FOUND)
    spread.spread_due()
    closing = update(Message).where(Message.purpose == "search_closing")
    session.execute(update(Message).values(state=State.DELIVERED))
    session.execute(closing.values(channel="mail", state=State.QUEUED))
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=4)):
        tick.run()
        assert search(session, live).wiped_at is None
        session.execute(closing.values(state=State.ACCEPTED))
        session.commit()
        tick.run()
        assert search(session, live).wiped_at is not None
