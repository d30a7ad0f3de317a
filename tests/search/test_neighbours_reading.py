"""What becomes of a neighbour's searches here: drafts, kept up to date, and the city told when it must decide."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox.models import Message
from relay.search import service
from relay.search.actors import Actor
from relay.search.composing import drafts
from relay.search.exchange import cap, fetching, neighbour_keys, polling
from relay.search.exchange.cap import CapEvent, MsgType, Status
from relay.search.models import Neighbour, NeighbourAlert, Search, SearchEvent, Subject
from relay.search.states import State
from tests.search import cap_scenes, scenes
from tests.search.cap_scenes import City, message, told

NAME = "となり市（見本）"


@pytest.fixture
def city(session: Session) -> Iterator[City]:
    """A neighbouring city whose feed we read."""
    with cap_scenes.served(City()) as city:
        befriend(session, NAME, city)
        yield city


@pytest.fixture
def actor(session: Session) -> Actor:
    return scenes.actors(session)[0]


def befriend(session: Session, name: str, city: City) -> None:
    neighbour_keys.add(session, name)
    neighbour_keys.read_from(session, name, feed=city.feed, key=cap_scenes.KEY)
    session.commit()


def alert(**changes: Any) -> CapEvent:
    return message(MsgType.ALERT, 1, **changes)


def drafted(session: Session, city: City, **changes: Any) -> tuple[CapEvent, int]:
    """An alert that came in, and the number of our draft."""
    first = alert(**changes)
    city.says(first)
    assert polling.poll() == 1
    [search] = searches(session)
    return first, search.id


def searches(session: Session) -> list[Search]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Search).order_by(Search.id)))


def subject(session: Session, number: int) -> Subject:
    session.rollback()
    session.expire_all()
    return session.get_one(Subject, number)


def desk(session: Session) -> list[str]:
    """The texts to the city's phone, oldest first."""
    session.rollback()
    return list(
        session.scalars(select(Message.body).where(Message.purpose == "search_desk").order_by(Message.id))
    )


def logged(session: Session, number: int) -> list[str]:
    session.rollback()
    events = select(SearchEvent.kind).where(SearchEvent.search_id == number).order_by(SearchEvent.id)
    return list(session.scalars(events))


def fault(session: Session, name: str = NAME) -> str | None:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Neighbour.fault).where(Neighbour.name == name)).one()


def complete(session: Session, number: int, actor: Actor) -> None:
    """What our city adds before it sends a neighbour's search."""
    draft = drafts.load(session, number)
    where = scenes.district(session, "木曽川")
    drafts.save(session, number, replace(draft.fields, district_id=where), actor, version=draft.version)
    session.commit()


def test_an_alert_becomes_a_draft_with_what_the_neighbour_told(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    [search] = searches(session)
    assert (search.state, search.drill) == (State.DRAFT, False)
    assert (search.neighbour, search.created_by) == (NAME, NAME)
    assert (
        search.neighbour_reference
        == f"neighbour.example.jp,K7-1,{clock.local(first.sent):%Y-%m-%dT%H:%M:%S}+09:00"
    )
    person = subject(session, number)
    assert (person.visible, person.age_band, person.height) == ("黄色い帽子", "80-84", 165)
    assert person.seen_place == f"{NAME} 古知野町 駅の南口"
    assert person.consent_ranges == ["staff", "neighbours"]
    assert NAME in (person.police_station or "")
    assert (person.name, person.condition, person.consent_items) == (None, None, [])


def test_the_city_hears_of_a_new_draft_once_with_its_page(session: Session, city: City) -> None:
    _, number = drafted(session, city)
    polling.poll()
    [text] = desk(session)
    assert f"{NAME}から捜索の依頼" in text
    assert text.endswith(f"\nhttp://127.0.0.1:8000/search/{number}")
    assert "黄色い帽子" not in text


def test_one_district_chosen_makes_it_ready_to_send(session: Session, city: City, actor: Actor) -> None:
    scenes.staff(session, 1)
    _, number = drafted(session, city)
    complete(session, number, actor)
    assert service.faults(session, number) == ()
    service.send_urgent(number, actor, reason="日が暮れる")
    assert searches(session)[0].state == State.LIVE


def test_a_document_that_was_read_is_not_fetched_again(session: Session, city: City) -> None:
    drafted(session, city)
    assert polling.poll() == 0
    assert city.asked == ["/feed/cap.atom", "/feed/K7-1.xml", "/feed/cap.atom"]
    assert len(searches(session)) == 1


def test_the_same_message_under_another_address_does_nothing(session: Session, city: City) -> None:
    first, _ = drafted(session, city)
    city.says_raw(copy=cap.build(first).encode())
    assert polling.poll() == 0
    assert len(searches(session)) == 1


def test_an_exercise_becomes_a_drill_and_its_text_says_so(session: Session, city: City) -> None:
    drafted(session, city, drill=True)
    assert searches(session)[0].drill is True
    assert desk(session)[0].startswith("【訓練】")


def test_an_update_keeps_an_unsent_draft_up_to_date(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    city.says(
        first, told(message(MsgType.UPDATE, 2, first), clothes="白いシャツ", height="", news="上着を脱いだ")
    )
    assert polling.poll() == 1
    person = subject(session, number)
    assert (person.clothes, person.height, person.visible) == ("白いシャツ", None, "黄色い帽子")
    assert len(searches(session)) == 1
    assert logged(session, number) == ["drafted", "saved"]
    assert "上着を脱いだ" in desk(session)[-1]


def test_an_update_that_changes_nothing_is_not_worth_a_text(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    city.says(first, replace(message(MsgType.UPDATE, 2, first), facts=first.facts))
    assert polling.poll() == 1
    assert len(desk(session)) == 1
    assert logged(session, number) == ["drafted"]


def test_what_people_wrote_into_the_draft_stays(session: Session, city: City, actor: Actor) -> None:
    first, number = drafted(session, city)
    draft = drafts.load(session, number)
    where = scenes.district(session, "木曽川")
    changed = replace(draft.fields, visible="黄色の野球帽", seen_place="市境の橋", district_id=where)
    drafts.save(session, number, changed, actor, version=draft.version)
    session.commit()
    again = replace(message(MsgType.UPDATE, 2, first), facts=first.facts)
    city.says(first, told(again, visible="帽子", place="駅の北口", shoes="長靴"))
    polling.poll()
    person = subject(session, number)
    assert (person.visible, person.seen_place, person.district_id) == ("黄色の野球帽", "市境の橋", where)
    assert person.shoes == "長靴"


def test_a_later_sighting_moves_the_place_even_where_people_wrote(
    session: Session, city: City, actor: Actor
) -> None:
    first, number = drafted(session, city)
    complete(session, number, actor)
    later = clock.local(clock.now() - timedelta(minutes=5)).isoformat(timespec="seconds")
    city.says(first, told(message(MsgType.UPDATE, 2, first), place="市民病院", seen_at=later))
    polling.poll()
    person = subject(session, number)
    assert (person.seen_place or "").endswith("市民病院")
    assert person.district_id is None
    assert person.seen_at is not None
    assert person.seen_at > clock.now() - timedelta(minutes=6)


def test_a_draft_that_waits_for_approval_goes_back_when_news_change_it(
    session: Session, city: City, actor: Actor
) -> None:
    scenes.staff(session, 1)
    first, number = drafted(session, city)
    complete(session, number, actor)
    service.submit(number, actor)
    city.says(first, told(message(MsgType.UPDATE, 2, first), clothes="白いシャツ"))
    polling.poll()
    [search] = searches(session)
    assert (search.state, search.submitted_by) == (State.DRAFT, None)
    assert subject(session, number).clothes == "白いシャツ"
    assert "続報" in desk(session)[-1]


def test_an_update_of_a_search_that_is_out_only_tells_the_city(
    session: Session, city: City, actor: Actor
) -> None:
    scenes.staff(session, 1)
    first, number = drafted(session, city)
    complete(session, number, actor)
    service.send_urgent(number, actor, reason="日が暮れる")
    city.says(first, told(message(MsgType.UPDATE, 2, first), clothes="白いシャツ", news="上着を脱いだ"))
    assert polling.poll() == 1
    assert subject(session, number).clothes == "灰色の上着"
    assert "上着を脱いだ" in desk(session)[-1]
    assert logged(session, number)[-1] == "neighbour_update"


def test_a_cancel_withdraws_an_unsent_draft(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    city.says(first, message(MsgType.CANCEL, 2, first))
    assert polling.poll() == 1
    [search] = searches(session)
    assert (search.state, search.closed_by) == (State.WITHDRAWN, NAME)
    assert search.wipe_at is not None
    assert logged(session, number) == ["drafted", "withdrawn", "neighbour_closed"]
    assert "対応はいりません" in desk(session)[-1]


def test_a_cancel_never_ends_a_search_that_is_out(session: Session, city: City, actor: Actor) -> None:
    scenes.staff(session, 1)
    first, number = drafted(session, city)
    complete(session, number, actor)
    service.send_urgent(number, actor, reason="日が暮れる")
    city.says(first, message(MsgType.CANCEL, 2, first))
    assert polling.poll() == 1
    [search] = searches(session)
    assert (search.state, search.closed_at) == (State.LIVE, None)
    assert logged(session, number)[-1] == "neighbour_closed"
    assert "終了するかご判断" in desk(session)[-1]


def test_news_of_a_draft_that_our_city_dropped_disturb_nobody(
    session: Session, city: City, actor: Actor
) -> None:
    first, number = drafted(session, city)
    service.discard(number, actor)
    second = message(MsgType.UPDATE, 2, first)
    city.says(first, second)
    polling.poll()
    city.says(first, second, message(MsgType.CANCEL, 3, first, second))
    polling.poll()
    assert [search.state for search in searches(session)] == [State.WITHDRAWN]
    assert len(desk(session)) == 1


def test_an_exercise_cannot_touch_a_search_for_a_real_person(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    update = told(message(MsgType.UPDATE, 2, first, drill=True), clothes="白いシャツ")
    city.says(first, update)
    polling.poll()
    city.says(first, update, message(MsgType.CANCEL, 3, first, drill=True))
    polling.poll()
    assert searches(session)[0].state == State.DRAFT
    assert subject(session, number).clothes == "灰色の上着"
    assert len(desk(session)) == 1


def test_one_neighbour_cannot_touch_what_came_from_another(session: Session, city: City) -> None:
    first, number = drafted(session, city)
    with cap_scenes.served(City()) as stranger:
        befriend(session, "別の市（見本）", stranger)
        stranger.says(message(MsgType.CANCEL, 2, first))
        assert polling.poll() == 1
    assert searches(session)[0].state == State.DRAFT
    assert "neighbour_closed" not in logged(session, number)


def test_after_a_pause_only_the_last_word_counts(session: Session, city: City) -> None:
    first = alert()
    second = told(message(MsgType.UPDATE, 2, first), clothes="白いシャツ", news="上着を脱いだ")
    third = told(message(MsgType.UPDATE, 3, first, second), clothes="白いシャツ", shoes="長靴")
    city.says(first, second, third)
    assert polling.poll() == 1
    [search] = searches(session)
    person = subject(session, search.id)
    assert (person.clothes, person.shoes) == ("白いシャツ", "長靴")
    assert len(desk(session)) == 1
    fourth = message(MsgType.CANCEL, 4, first)
    city.says(first, second, third, fourth)
    assert polling.poll() == 1
    assert searches(session)[0].state == State.WITHDRAWN


def test_two_updates_at_once_tell_both_news(session: Session, city: City) -> None:
    first, _ = drafted(session, city)
    second = told(message(MsgType.UPDATE, 2, first), news="上着を脱いだ")
    third = told(message(MsgType.UPDATE, 3, first, second), news="バスに乗った")
    city.says(first, second, third)
    assert polling.poll() == 1
    assert len(desk(session)) == 2
    assert "上着を脱いだ ／ バスに乗った" in desk(session)[-1]


def test_a_search_that_was_over_before_we_read_of_it_makes_no_draft(session: Session, city: City) -> None:
    first = alert()
    city.says(first, message(MsgType.CANCEL, 2, first))
    polling.poll()
    city.says(alert(identifier="K8-1", expires=clock.now() - timedelta(minutes=1)))
    polling.poll()
    assert searches(session) == []
    assert desk(session) == []


def test_an_update_whose_alert_we_never_saw_makes_a_draft(session: Session, city: City) -> None:
    city.says(message(MsgType.UPDATE, 2, alert()))
    assert polling.poll() == 1
    assert searches(session)[0].state == State.DRAFT


def test_a_draft_that_nobody_sends_within_a_week_is_withdrawn_and_so_wiped(
    session: Session, city: City
) -> None:
    _, number = drafted(session, city)
    for days, state in ((6.9, State.DRAFT), (7.1, State.WITHDRAWN)):
        session.get_one(Search, number).created_at = clock.now() - timedelta(days=days)
        session.commit()
        polling.poll()
        [search] = searches(session)
        assert search.state == state
    assert search.wipe_at is not None


def test_the_citys_own_drafts_are_not_dropped(session: Session) -> None:
    number = scenes.draft(session)
    session.get_one(Search, number).created_at = clock.now() - timedelta(days=8)
    session.commit()
    polling.poll()
    assert searches(session)[0].state == State.DRAFT


@pytest.mark.parametrize("status", [Status.SYSTEM, Status.TEST, Status.DRAFT])
def test_what_is_neither_meant_nor_an_exercise_is_noted_and_ignored(
    session: Session, city: City, status: Status
) -> None:
    document = cap.build(alert()).replace("Actual", status)
    city.says_raw(**{"K7-1": document.encode()})
    polling.poll()
    assert searches(session) == []
    assert polling.poll() == 0
    assert city.asked.count("/feed/K7-1.xml") == 1


def test_our_own_messages_do_not_come_back_to_us(session: Session, city: City) -> None:
    city.says(alert(sender="127.0.0.1:8000"))
    polling.poll()
    assert searches(session) == []


def test_reading_at_the_same_time_twice_makes_one_draft(session: Session, city: City) -> None:
    city.says(*[alert(identifier=f"K{number}-1") for number in range(4)])
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: polling.poll(), range(3)))
    assert sum(done) == 4
    assert len(searches(session)) == 4
    assert len(desk(session)) == 4


def test_a_reading_that_went_well_is_remembered(session: Session, city: City) -> None:
    city.says()
    [reading] = polling.read_all()
    assert (reading.name, reading.new, reading.fault) == (NAME, 0, None)
    session.expire_all()
    read_at = session.scalars(select(Neighbour.read_at)).one()
    assert read_at is not None
    assert clock.now() - read_at < timedelta(minutes=1)


def _moved(address: str) -> Response:
    return Response("", 302, headers={"Location": address})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("", 401), "refused"),
        (Response("", 403), "refused"),
        (Response("", 500), "http_500"),
        (Response("", 404), "http_404"),
        (Response("{}", mimetype="application/json"), "not_xml"),
        (Response("<rss/>"), "not_atom"),
        (Response("<!DOCTYPE feed><feed/>"), "doctype"),
        (Response(b" " * (1024 * 1024 + 1)), "too_large"),
        (_moved("http://localhost:9/feed"), "foreign_address"),
        (_moved("//example.invalid/feed"), "foreign_address"),
        (_moved("/feed/cap.atom"), "foreign_address"),
    ],
)
def test_a_feed_that_cannot_be_read_is_noted_with_its_neighbour(
    session: Session, city: City, answer: Response, code: str
) -> None:
    city.list_answer = answer
    [reading] = polling.read_all()
    assert (reading.new, reading.fault) == (0, code)
    assert fault(session) == code


def test_a_list_that_only_trickles_is_given_up(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trickle() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.05)
            yield b" "

    monkeypatch.setattr(fetching, "WHOLE", 0.2)
    city.list_answer = Response(trickle(), headers={"Content-Length": "100"})
    began = time.monotonic()
    assert polling.read_all()[0].fault == "slow"
    assert time.monotonic() - began < 2
    assert fault(session) == "slow"


@pytest.mark.parametrize("length", ["100", "2"])
def test_an_answer_that_breaks_off_is_not_taken_for_the_whole(city: City, length: str) -> None:
    city.list_answer = Response(iter([b"<feed/>"]), headers={"Content-Length": length})
    assert polling.read_all()[0].fault in ("unreachable", "not_xml")


def test_a_redirect_on_the_same_host_is_followed(session: Session, city: City) -> None:
    session.scalars(select(Neighbour)).one().feed_url = f"{city.url}/old.atom"
    session.commit()
    city.says(alert())
    assert polling.poll() == 1
    assert city.asked[:2] == ["/old.atom", "/feed/cap.atom"]


def test_a_fault_is_forgotten_once_it_is_over(session: Session, city: City) -> None:
    city.key = "another"
    polling.poll()
    assert fault(session) == "refused"
    city.key = cap_scenes.KEY
    city.says(alert())
    assert polling.poll() == 1
    assert fault(session) is None


def test_one_neighbours_trouble_stops_no_other(session: Session, city: City) -> None:
    with cap_scenes.served(City()) as broken:
        befriend(session, "別の市（見本）", broken)
    # Its server is gone now; and a third one has sent something that nobody can read.
    with cap_scenes.served(City()) as odd:
        befriend(session, "三つ目の市（見本）", odd)
        odd.says_raw(bad=b"<alert/>")
        city.says(alert())
        assert polling.poll() == 1
    assert fault(session, "別の市（見本）") == "unreachable"
    assert fault(session, "三つ目の市（見本）") == "document_wrong_namespace"
    assert fault(session) is None


def test_one_bad_document_does_not_hide_the_others(session: Session, city: City) -> None:
    good = cap.build(alert()).encode()
    city.says_raw(**{"bad": b"no xml", "K7-1": good, "huge": b" " * (cap.LARGEST + 1)})
    assert polling.poll() == 1
    assert len(searches(session)) == 1
    assert fault(session) == "too_large"


def test_a_message_that_we_fail_at_stops_neither_the_next_one_nor_the_reading(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drafts.create

    def failing(*arguments: Any, **named: Any) -> Any:
        if "K7-1" in str(named.get("neighbour_reference")):
            raise RuntimeError("見本 花子")
        return whole(*arguments, **named)

    monkeypatch.setattr(drafts, "create", failing)
    city.says(alert(), alert(identifier="K8-1"))
    assert polling.poll() == 1
    assert fault(session) == "failed"
    assert session.scalar(select(func.count()).select_from(NeighbourAlert)) == 1


def test_our_key_is_shown_to_the_neighbours_host_only(session: Session, city: City) -> None:
    with cap_scenes.served(City()) as other:
        other.says(alert())
        city.list_body = other.listing()
        assert polling.poll() == 0
        assert other.asked == []
    assert fault(session) == "foreign_address"


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://neighbour.example.jp/search/feed/cap.atom", True),
        ("http://127.0.0.1:8750/search/feed/cap.atom", True),
        ("http://localhost/feed", True),
        ("http://neighbour.example.jp/feed", False),
        ("http://127.0.0.1.example.jp/feed", False),
        ("http://127.0.0.1@example.jp/feed", False),
        ("file:///etc/hostname", False),
        ("ftp://localhost/feed", False),
        ("https://[bad/feed", False),
        ("https://example.jp:port/feed", False),
        ("", False),
    ],
)
def test_only_https_is_read_or_this_machine_itself(address: str, may: bool) -> None:
    assert fetching.allowed(address) is may


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://a.example.jp/x", True),
        ("https://A.example.jp:443/x", True),
        ("http://a.example.jp/x", False),
        ("https://a.example.jp:8443/x", False),
        ("https://a.example.jp.evil.invalid/x", False),
        ("https://a.example.jp@evil.invalid/x", False),
        ("https://a.example.jp:port/x", False),
        ("https://[bad/x", False),
    ],
)
def test_a_host_is_the_same_only_with_its_scheme_and_port(other: str, same: bool) -> None:
    assert fetching.same_host("https://a.example.jp/feed", other) is same


def test_neighbours_that_ended_or_have_no_feed_are_not_read(session: Session, city: City) -> None:
    neighbour_keys.add(session, "読むだけの市（見本）")
    session.scalars(select(Neighbour).where(Neighbour.name == NAME)).one().ended_at = clock.now()
    session.commit()
    assert polling.read_all() == []
    assert city.asked == []
