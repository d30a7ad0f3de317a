"""The life of a search: who may do what, when."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, db, settings
from relay.accounts.models import Role, User
from relay.outbox import service as outbox
from relay.outbox.models import Message
from relay.partners.models import Staff
from relay.search import service, spread
from relay.search.actors import Actor
from relay.search.errors import SearchError
from relay.search.models import Audience, Search, SearchEvent, Subject, Transmission
from relay.search.states import Closing, Kind, State
from tests.search import scenes, sighting_scenes


def state(session: Session, number: int) -> State:
    session.expire_all()
    return session.get_one(Search, number).state


def refused(act: object, *arguments: object, **named: object) -> str:
    with pytest.raises(SearchError) as caught:
        act(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def transmissions(session: Session, number: int) -> list[Transmission]:
    return list(
        session.scalars(
            select(Transmission).where(Transmission.search_id == number).order_by(Transmission.sequence)
        )
    )


@pytest.fixture
def writer(session: Session) -> Actor:
    return scenes.actors(session)[0]


@pytest.fixture
def approver(session: Session) -> Actor:
    return scenes.actors(session)[1]


@pytest.fixture
def live(session: Session, writer: Actor, approver: Actor) -> int:
    number = scenes.draft(session)
    service.submit(number, writer)
    service.approve(number, approver)
    return number


def test_a_second_person_lets_it_go_out(session: Session, writer: Actor, approver: Actor) -> None:
    number = scenes.draft(session)
    service.submit(number, writer)
    assert state(session, number) == State.AWAITING
    assert transmissions(session, number) == []

    service.approve(number, approver)

    assert state(session, number) == State.LIVE
    assert [one.kind for one in transmissions(session, number)] == [Kind.ALERT]


def test_nobody_approves_what_they_handed_in_themselves(session: Session, writer: Actor) -> None:
    number = scenes.draft(session)
    service.submit(number, writer)
    assert refused(service.approve, number, writer) == "same_person"
    assert state(session, number) == State.AWAITING


def test_one_person_sends_it_urgently_with_a_reason_that_is_logged(session: Session, writer: Actor) -> None:
    number = scenes.draft(session)
    assert refused(service.send_urgent, number, writer, reason=" ") == "no_reason"

    service.send_urgent(number, writer, reason="持病の薬がなく、今夜は氷点下")

    assert state(session, number) == State.LIVE
    kinds = session.scalars(select(SearchEvent.kind).where(SearchEvent.search_id == number)).all()
    assert "sent_urgently" in kinds


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"police_station": None, "police_number": None}, "police"),
        ({"consent_by": None}, "consent"),
        ({"consent_ranges": []}, "range"),
        ({"age_band": None, "sex": None}, "who"),
        ({"visible": None, "clothes": None}, "features"),
        ({"seen_at": None}, "seen_at"),
        ({"seen_town": None, "seen_place": None}, "place"),
    ],
)
def test_what_is_incomplete_is_not_handed_in(
    session: Session, writer: Actor, changes: dict[str, object], fault: str
) -> None:
    number = scenes.draft(session, **changes)
    assert service.faults(session, number) == (fault,)
    assert refused(service.submit, number, writer) == "incomplete"
    assert refused(service.send_urgent, number, writer, reason="急ぎ") == "incomplete"


def test_a_last_seen_time_in_the_future_is_a_mistake(session: Session) -> None:
    number = scenes.draft(session, seen_at=clock.now() + timedelta(hours=1))
    assert service.faults(session, number) == ("seen_later",)


def test_danger_to_life_with_a_reason_stands_in_for_consent(session: Session, writer: Actor) -> None:
    number = scenes.draft(
        session, consent_by=None, consent_ranges=[], danger_reason="家族がなく、命の危険がある"
    )
    service.send_urgent(number, writer, reason="夜で気温が低い")
    assert state(session, number) == State.LIVE


def test_it_goes_to_the_first_ring_only_and_to_nobody_who_may_not_get_it(
    session: Session, writer: Actor, approver: Actor
) -> None:
    near = scenes.staff(session, 4)
    scenes.staff(session, 2, where="千秋", start=10)
    with db.transaction() as own:
        people = {one.phone: one for one in own.scalars(select(Staff).where(Staff.phone.in_(near)))}
        people[near[0]].left_at = clock.now()
        people[near[1]].search_since = None
        outbox.opt_out(own, near[2])
    number = scenes.draft(session)
    service.submit(number, writer)
    service.approve(number, approver)

    phones = set(session.scalars(select(Audience.phone).where(Audience.search_id == number)))
    assert phones == {near[3], "+818000005001", "+818000006001", "+818000007001"}
    assert transmissions(session, number)[0].people == 4
    assert transmissions(session, number)[0].districts == ["木曽川"]


def test_widening_reaches_the_next_ring_and_nobody_twice(session: Session, live: int, writer: Actor) -> None:
    service.widen(live, writer)
    service.widen(live, writer)

    rows = session.execute(select(Audience.phone, Audience.ring).where(Audience.search_id == live)).all()
    assert len({phone for phone, _ in rows}) == len(rows)
    assert {ring for _, ring in rows} == {0, 1, 2}
    assert "+818000006003" not in {phone for phone, _ in rows}, "did not agree to search alerts"
    assert refused(service.widen, live, writer) == "nothing_to_widen"
    assert [one.people for one in transmissions(session, live)] == [3, 1, 5]


def test_an_empty_first_ring_is_skipped(session: Session, writer: Actor) -> None:
    number = scenes.draft(session, where="北方")
    with db.transaction() as own:
        own.execute(Staff.__table__.update().where(Staff.phone == "+818000005001").values(search_since=None))
    service.send_urgent(number, writer, reason="夜")
    assert transmissions(session, number)[0].ring == 1


def test_an_update_that_would_take_three_parts_is_refused_before_anything_is_sent(
    session: Session, live: int, writer: Actor
) -> None:
    assert refused(service.update, live, writer, words="あ" * 120) == "words_too_long"
    assert refused(service.update, live, writer, words=" ") == "no_words"
    assert len(transmissions(session, live)) == 1


def move_to_the_park(session: Session, live: int, writer: Actor, **more: Any) -> None:
    service.move_last_seen(
        live,
        writer,
        town="奥町",
        place="公園",
        lat=None,
        lng=None,
        district_id=scenes.district(session, "奥"),
        seen_at=clock.now(),
        **{"words": None, **more},
    )


def test_what_was_transmitted_is_not_changed_by_a_new_last_seen_place(
    session: Session, live: int, writer: Actor
) -> None:
    before = dict(transmissions(session, live)[0].texts["ja"])
    move_to_the_park(session, live, writer, words="奥町の公園で見かけたとの連絡")
    session.expire_all()
    first, second = transmissions(session, live)
    assert first.texts["ja"] == before
    assert "公園" in second.texts["ja"]["sms"]
    assert session.get_one(Subject, live).seen_town == "奥町"


def test_a_closed_search_takes_no_more_orders(session: Session, live: int, writer: Actor) -> None:
    service.close(live, writer, closing=Closing.FOUND)
    for act in (
        lambda: service.update(live, writer, words="続報"),
        lambda: service.widen(live, writer),
        lambda: service.close(live, writer, closing=Closing.ENDED),
        lambda: service.extend(live, writer),
    ):
        assert refused(act) == "not_live"
    assert len(transmissions(session, live)) == 2


def test_place_and_mark_move_together_or_not_at_all(session: Session, live: int, writer: Actor) -> None:
    before = session.get_one(Subject, live).seen_place
    with pytest.raises(LookupError):
        move_to_the_park(session, live, writer, sighting_id=999)
    session.expire_all()
    assert session.get_one(Subject, live).seen_place == before


def test_a_draft_is_dropped_without_telling_anybody(session: Session, writer: Actor) -> None:
    number = scenes.draft(session)
    service.discard(number, writer)
    assert state(session, number) == State.WITHDRAWN
    assert transmissions(session, number) == []
    assert refused(service.submit, number, writer) == "not_draft"


def test_sent_back_it_is_a_draft_again_with_the_note_in_the_log(
    session: Session, writer: Actor, approver: Actor
) -> None:
    number = scenes.draft(session)
    service.submit(number, writer)
    service.send_back(number, approver, note="服の色を確かめてください")
    assert state(session, number) == State.DRAFT
    service.submit(number, writer)
    service.approve(number, approver)
    assert state(session, number) == State.LIVE


def told(session: Session, number: int, channel: str = "sms") -> list[tuple[str, str]]:
    """Whom of the city the search told, and how the text begins."""
    session.expire_all()
    rows = session.execute(
        select(Message.recipient, Message.body)
        .where(Message.search_id == number, Message.purpose == "search_desk", Message.channel == channel)
        .order_by(Message.id)
    )
    return [(recipient, body) for recipient, body in rows]


def test_whoever_was_told_of_a_sighting_hears_that_the_search_is_over(
    session: Session, client: FlaskClient, live: int, writer: Actor
) -> None:
    spread.spread_due()
    sighting_scenes.sms(client, f"K{live} 駅の前で見た")
    woken = {phone for phone, body in told(session, live) if "目撃" in body}
    assert len(woken) >= 2

    service.close(live, writer, closing=Closing.FOUND)

    ends = [phone for phone, body in told(session, live) if f"K{live}の捜索は終了しました" in body]
    assert sorted(ends) == sorted(woken)


def test_the_city_on_duty_is_told_that_a_search_waits_for_approval(
    session: Session, writer: Actor, approver: Actor
) -> None:
    number = scenes.draft(session)
    service.submit(number, writer)
    [(first, body)] = told(session, number)
    assert "承認を待っています" in body
    assert body.endswith(f"/search/{number}")
    service.send_back(number, approver, note="写真を")
    with time_machine.travel(timedelta(minutes=1), tick=False):
        service.submit(number, writer)
    assert [phone for phone, _ in told(session, number)] == [first, first]


def test_colleagues_hear_by_mail_that_a_search_waits_for_them(
    session: Session, writer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    settings.current.cache_clear()
    number = scenes.draft(session)
    service.submit(number, writer)
    mails = dict(told(session, number, "mail"))
    addresses = dict(session.execute(select(User.email, User.id).where(User.role == Role.CITY)).all())
    assert mails.keys() == {email for email, user_id in addresses.items() if user_id != writer.user_id}
    assert all("承認を待っています" in body for body in mails.values())
