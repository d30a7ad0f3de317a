"""What neighbouring cities get of a search: a document for each transmission, where they may have it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.search import service
from relay.search.actors import Actor
from relay.search.exchange import cap, neighbours
from relay.search.exchange.cap import CapMessage, MsgType
from relay.search.models import Search, Subject, Transmission
from relay.search.states import Closing, State
from tests.search import cap_scenes, scenes

BOTH = ["staff", "neighbours"]
SECRET = re.compile(r"見本\s?花子|ミホン|みほん|長女|第1号|糖尿病")


@pytest.fixture
def actor(session: Session) -> Actor:
    return scenes.actors(session)[0]


def sent(session: Session, actor: Actor, **changes: Any) -> int:
    """A search that has gone out."""
    number = scenes.draft(session, **changes)
    service.send_urgent(number, actor, reason="日が暮れる")
    return number


def documents(session: Session, number: int) -> list[str | None]:
    session.expire_all()
    return list(
        session.scalars(
            select(Transmission.cap).where(Transmission.search_id == number).order_by(Transmission.sequence)
        )
    )


def told(session: Session, number: int) -> list[CapMessage]:
    """The documents of a search, read again; every one of them keeps to the standard's schema."""
    found = [text for text in documents(session, number) if text]
    for text in found:
        cap_scenes.schema().validate(text)
    return [cap.parse(text.encode()) for text in found]


def test_each_transmission_makes_the_document_that_neighbours_expect(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=BOTH)
    service.update(number, actor, words="自転車に乗っているとの情報")
    service.widen(number, actor)
    service.close(number, actor, closing=Closing.FOUND)
    found = told(session, number)
    assert [one.kind for one in found] == [MsgType.ALERT, MsgType.UPDATE, MsgType.UPDATE, MsgType.CANCEL]
    assert len({one.identifier for one in found}) == 4
    for position, one in enumerate(found):
        assert [str(name) for name in one.references] == [str(other.reference) for other in found[:position]]


@pytest.mark.parametrize("language", ["ja-JP", "en-US"])
def test_a_document_speaks_both_languages(session: Session, actor: Actor, language: str) -> None:
    [text] = documents(session, sent(session, actor, consent_ranges=BOTH))
    assert f"<language>{language}</language>" in (text or "")


def test_the_alert_tells_the_outline_and_where_to_look(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=BOTH, lat=35.34, lng=136.78)
    [alert] = told(session, number)
    assert alert.sender == "127.0.0.1:8000"
    assert scenes.RED_HAT in (alert.description or "")
    assert "木曽川町黒田 駅の前" in (alert.description or "")
    assert alert.facts["age_band"] == "80-84"
    assert alert.facts["seen_at"].endswith("+09:00")
    assert alert.area == "一宮市（見本） 木曽川"
    assert alert.circle == cap.Circle(35.34, 136.78, neighbours.AROUND_KM)
    assert alert.expires is not None
    assert timedelta(hours=23) < alert.expires - clock.now() < timedelta(hours=25)


def test_no_document_tells_who_it_is_or_what_only_the_city_knows(session: Session, actor: Actor) -> None:
    number = sent(
        session,
        actor,
        consent_ranges=BOTH,
        consent_items=["name", "face", "condition"],
        condition="糖尿病の薬が要る",
        belongings="名札（見本花子）のついた手提げ",
        seen_place="ミホン ハナコさんの家の前",
    )
    service.update(number, actor, words="見本　花子さんはバスに乗ったようです")
    service.close(number, actor, closing=Closing.FOUND)
    texts = documents(session, number)
    assert len(texts) == 3
    assert not [found for text in texts if (found := SECRET.search(text or ""))]
    assert all("{" not in (text or "") for text in texts)


def test_an_update_brings_the_citys_own_words_and_no_link(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=BOTH)
    service.update(number, actor, words="自転車に乗っているとの情報")
    update = told(session, number)[1]
    assert update.facts["news"] == "自転車に乗っているとの情報"
    assert (update.description or "").startswith("自転車に乗っているとの情報\n")
    assert "返信" not in (update.description or "")


def test_the_closing_words_are_neutral(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=BOTH)
    service.close(number, actor, closing=Closing.ENDED)
    cancel = told(session, number)[1]
    assert cancel.description == (
        f"【一宮市（見本） 捜索】K{number}の捜索は終了しました。ご協力ありがとうございました。"
        "届いたお知らせは削除してください。"
    )
    assert set(cancel.facts) == {"number"}
    assert cancel.circle is None


def test_without_consent_for_neighbours_they_get_nothing_not_even_the_end(
    session: Session, actor: Actor
) -> None:
    number = sent(session, actor, consent_ranges=["staff"])
    service.update(number, actor, words="続報です")
    service.close(number, actor, closing=Closing.FOUND)
    assert documents(session, number) == [None, None, None]


def test_a_danger_to_life_needs_no_consent(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_by=None, consent_ranges=[], danger_reason="氷点下になる")
    [alert] = told(session, number)
    assert alert.facts["grounds"] == "danger"
    assert "氷点下" not in (documents(session, number)[0] or "")


@pytest.mark.parametrize("ranges", [["staff"], BOTH])
def test_an_exercise_always_goes_to_neighbours_and_says_so(
    session: Session, actor: Actor, ranges: list[str]
) -> None:
    number = sent(session, actor, drill=True, consent_ranges=ranges)
    service.update(number, actor, words="続報です")
    service.close(number, actor, closing=Closing.FOUND)
    found = told(session, number)
    assert [one.drill for one in found] == [True, True, True]
    assert all((one.headline or "").startswith("【訓練】") for one in found)
    assert all((one.description or "").count("【訓練】") == 1 for one in found)
    assert found[1].facts["news"] == "続報です"
    assert "110番や119番へは電話しないで" in (documents(session, number)[0] or "")
    assert f"<note>Exercise K{number}</note>" in (documents(session, number)[0] or "")


def test_consent_that_comes_later_makes_the_first_document_an_alert(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=["staff"])
    session.get_one(Subject, number).consent_ranges = BOTH
    session.commit()
    service.update(number, actor, words="続報です")
    [alert] = told(session, number)
    assert (alert.kind, alert.references) == (MsgType.ALERT, ())


def test_consent_that_is_taken_back_stops_news_but_not_the_end(session: Session, actor: Actor) -> None:
    number = sent(session, actor, consent_ranges=BOTH)
    session.get_one(Subject, number).consent_ranges = ["staff"]
    session.commit()
    service.update(number, actor, words="続報です")
    service.close(number, actor, closing=Closing.FOUND)
    found = told(session, number)
    assert [one.kind for one in found] == [MsgType.ALERT, MsgType.CANCEL]
    assert found[1].references == (found[0].reference,)


def test_what_came_from_a_neighbour_is_not_passed_on(session: Session, actor: Actor) -> None:
    number = scenes.draft(session, consent_ranges=BOTH, danger_reason="氷点下になる")
    session.get_one(Search, number).neighbour = "となり市（見本）"
    session.commit()
    service.send_urgent(number, actor, reason="日が暮れる")
    service.close(number, actor, closing=Closing.FOUND)
    assert documents(session, number) == [None, None]


def test_a_document_that_cannot_be_written_does_not_hold_up_the_alert(
    session: Session, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> str:
        raise ValueError

    monkeypatch.setattr(cap, "build", failing)
    number = sent(session, actor, consent_ranges=BOTH)
    assert documents(session, number) == [None]
    assert session.get_one(Search, number).state == State.LIVE
