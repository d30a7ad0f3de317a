"""SMS about a search, from the provider's door to the city's phones."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock, db, settings
from relay.cases.models import Report
from relay.channels import sms_text
from relay.intake import reader, spool, work
from relay.intake.models import Inbound
from relay.outbox.models import Message
from relay.search import wipe
from relay.search.models import Search, SearchEvent
from relay.search.sighting import sighting_marks, sighting_sms
from relay.search.states import Closing
from tests.search import scenes
from tests.search import sighting_scenes as scene
from tests.search.sighting_scenes import ENGLISH, STRANGER, WORKER


def reports() -> int:
    work.work_pending()
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Report)) or 0


def inbound() -> list[Inbound]:
    with db.transaction() as session:
        return list(session.scalars(select(Inbound).order_by(Inbound.id)))


def test_a_reply_with_the_code_becomes_a_sighting_and_is_answered_with_what_to_do(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    answer = scene.sms(client, f"K{number} 木曽川町黒田の駅 10分前 北へ")
    [one] = scene.sightings()
    assert (one.search_id, one.text, one.town, one.heading) == (
        number,
        "木曽川町黒田の駅 10分前 北へ",
        "木曽川町黒田",
        "北",
    )
    assert one.received_at - one.seen_at == timedelta(minutes=10)
    assert one.audience_id == scene.audience(session, number).id
    for part in ("ありがとうございます", "110番", "体はつかまない", "119番"):
        assert part in answer
    assert sms_text.segments(answer) <= 2
    assert reports() == 0


def test_the_city_on_duty_the_districts_officer_and_the_citys_own_phones_are_told_at_once(
    client: FlaskClient, session: Session, city_sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = "+818000000777"
    own = scene_city(monkeypatch, desk_phones=(desk,))
    number = scene.live(session)
    scene.sms(client, f"K{number} 駅前のコンビニ 10分前 北へ")
    assert {phone for phone, _ in scene.told()} == {
        city_sample["city"]["number"],
        city_sample["centre"]["duty"],
        desk,
    }
    [text] = scene.texts()
    for part in (
        own.name,
        f"K{number}",
        "目撃",
        "駅前のコンビニ",
        "30分後",
        "北へ",
        "協力員 配達員A（見本）（新聞販売店（見本））",
        f"/search/{number}",
    ):
        assert part in text
    with db.transaction() as reading:
        rows = reading.scalars(select(Message).where(Message.purpose == "search_desk")).all()
        assert {(row.lane, row.search_id) for row in rows} == {("duty", number)}


def scene_city(monkeypatch: pytest.MonkeyPatch, **search: Any) -> Any:
    from dataclasses import replace

    from relay import city

    own = city.current()
    changed = replace(own, search=replace(own.search, **search))
    monkeypatch.setattr(city, "current", lambda: changed)
    return changed


def test_without_a_duty_officer_the_head_of_the_district_is_told(
    client: FlaskClient, session: Session, city_sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from relay.duty import rota

    who = rota.who
    monkeypatch.setattr(
        rota, "who", lambda s, step, centre, at: [] if step == "duty" else who(s, step, centre, at)
    )
    number = scene.live(session)
    scene.sms(client, f"K{number} 駅前")
    assert city_sample["centre"]["head"] in {phone for phone, _ in scene.told()}


def test_nothing_about_the_person_stands_in_the_text_to_the_city(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} 駅前")
    for private in ("見本 花子", "赤い", "80", "女性", "紺色"):
        assert private not in scene.texts()[0].replace("8000", "")


@pytest.mark.parametrize(
    "words", ["駅前", "駅前のコンビニの北側の入口のベンチに座っていました。" * 8, "🚌" * 120]
)
def test_the_text_to_the_city_has_two_parts_at_most_however_much_was_said(
    client: FlaskClient, session: Session, words: str
) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} {words} 10分前 駅の方へ")
    [text] = scene.texts()
    assert sms_text.segments(text) <= 2
    assert text.endswith(f"/search/{number}")


def test_one_alerted_by_one_search_needs_no_code(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    assert f"K{number}" in scene.sms(client, "駅前のコンビニ さっき")
    assert [one.search_id for one in scene.sightings()] == [number]


def test_an_ordinary_report_of_one_alerted_goes_the_way_of_reports(
    client: FlaskClient, session: Session
) -> None:
    scene.live(session)
    assert "受付番号" in scene.sms(client, "桜1-2-3 新聞が4日分たまっています")
    assert reports() == 1
    assert scene.sightings() == []
    assert scene.told() == []


def test_the_place_that_we_asked_for_is_not_taken_for_a_sighting(
    client: FlaskClient, session: Session
) -> None:
    scene.sms(client, "新聞が4日分たまっています", sid="SM0")
    work.work_pending()
    scene.live(session)
    assert "場所を受け取りました" in scene.sms(client, "桜1-2-3", sid="SM1")
    assert scene.sightings() == []
    scene.sms(client, "桜1-2-3の前 今いました", sid="SM2")
    assert len(scene.sightings()) == 1


def test_somebody_not_alerted_reports_as_ever(client: FlaskClient, session: Session) -> None:
    scene.live(session)
    assert "受付番号" in scene.sms(client, "駅前のコンビニ さっき", sender=STRANGER)
    assert scene.sightings() == []


def test_a_stranger_with_the_right_code_is_heard_and_marked_as_unregistered(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    assert "ありがとうございます" in scene.sms(client, f"K{number} 駅前", sender=STRANGER)
    [one] = scene.sightings()
    assert (one.audience_id, one.phone) == (None, STRANGER)
    assert "未登録の番号" in scene.texts()[0]


def test_registered_staff_outside_the_ring_are_registered_all_the_same(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} 駅前", sender="+818000005002")
    assert scene.sightings()[0].audience_id is None
    assert "協力員 配達員B（見本）（新聞販売店（見本））" in scene.texts()[0]


def test_answers_to_a_stranger_are_limited_and_the_sightings_are_not(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    answers = [scene.sms(client, f"K{number} 駅{n}番線", sender=STRANGER, sid=f"SM{n}") for n in range(7)]
    assert [bool(answer) for answer in answers] == [True] * 5 + [False] * 2
    assert len(scene.sightings()) == 7


def test_an_unknown_code_of_a_stranger_is_a_report(client: FlaskClient, session: Session) -> None:
    scene.live(session)
    assert "受付番号" in scene.sms(client, "K99 駅前", sender=STRANGER)
    assert (reports(), scene.sightings()) == (1, [])


def test_a_mistyped_code_of_one_alerted_is_kept_and_asked_about(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    assert f"K{number}" in scene.sms(client, "K99 駅前のコンビニ")
    assert [one.search_id for one in scene.sightings()] == [number]
    assert len(scene.texts()) == 1


def test_a_draft_is_not_known_outside_the_office(client: FlaskClient, session: Session) -> None:
    number = scenes.draft(session)
    assert "受付番号" in scene.sms(client, f"K{number} 駅前", sender=STRANGER)
    assert scene.sightings() == []


def test_of_several_searches_the_newest_keeps_it_and_the_answer_asks_which(
    client: FlaskClient, session: Session
) -> None:
    first, second = scene.live(session), scene.live(session)
    answer = scene.sms(client, "駅前のコンビニ 10分前")
    assert f"K{second}、K{first}" in answer
    assert [one.search_id for one in scene.sightings()] == [second]
    assert f"K{second}・K{first}" in scene.texts()[0]


def test_the_code_alone_answers_our_question_and_moves_the_sighting(
    client: FlaskClient, session: Session
) -> None:
    first, second = scene.live(session), scene.live(session)
    scene.sms(client, "駅前のコンビニ 10分前", sid="SM1")
    answer = scene.sms(client, f"K{first}", sid="SM2")
    assert f"K{first} ありがとうございます" in answer
    [one] = scene.sightings()
    assert (one.search_id, one.audience_id) == (first, scene.audience(session, first).id)
    assert "駅前のコンビニ" in scene.texts(first)[0]
    assert len(scene.texts(second)) == 1
    scene.sms(client, f"K{first} 公園", sid="SM3")
    assert len(scene.sightings()) == 2


def test_the_code_alone_without_a_question_is_told_and_asked_where(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    assert "どこで見ましたか" in scene.sms(client, f"K{number}")
    assert "場所は聞き取り中" in scene.texts()[0]


def test_mere_thanks_are_kept_and_ring_nobody(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    assert f"「K{number} 場所" in scene.sms(client, "了解しました。気をつけて見ておきます")
    assert [one.held for one in scene.sightings()] == [True]
    assert scene.told() == []
    assert reports() == 0


def test_being_with_the_person_is_said_first_and_answered_with_110(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    answer = scene.sms(client, f"K{number} 駅で一緒にいます")
    assert "110番へ電話し" in answer
    assert "そばにいてください" in answer
    assert f"K{number} いま一緒にいます" in scene.texts()[0]
    assert scene.sightings()[0].with_now


@pytest.mark.parametrize(
    ("sender", "words"), [(WORKER, "駅前で倒れています"), (ENGLISH, "collapsed near the station")]
)
def test_an_emergency_is_answered_with_119_first_in_every_language(
    client: FlaskClient, session: Session, sender: str, words: str
) -> None:
    number = scene.live(session, whole_city=True)
    answer = scene.sms(client, f"K{number} {words}", sender=sender)
    assert answer.index("119") < answer.index(f"K{number}")
    assert "けがや急病か" in scene.texts()[0]


def test_an_emergency_that_names_no_search_is_a_report_as_well(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    answer = scene.sms(client, "お年寄りが木曽川町黒田1-2で倒れています")
    assert answer.index("119") < answer.index("受付番号")
    assert [one.search_id for one in scene.sightings(number)] == [number]
    assert len(scene.texts()) == 1
    assert reports() == 1
    assert scene.sms(client, "お年寄りが木曽川町黒田1-2で倒れています") == answer
    assert (len(scene.sightings()), reports()) == (1, 1)


@pytest.mark.parametrize("closing", [Closing.FOUND, Closing.ENDED, Closing.WITHDRAWN])
def test_a_code_of_a_search_that_is_over_hears_so_with_thanks_and_110(
    client: FlaskClient, session: Session, closing: Closing
) -> None:
    number = scene.live(session)
    scene.close(session, number, closing)
    answer = scene.sms(client, f"K{number} 駅前")
    assert "終了しました" in answer
    assert "ありがとうございました" in answer
    assert "110番" in answer
    assert [one.search_id for one in scene.sightings()] == [number]


@pytest.mark.parametrize(("closing", "told"), [(Closing.FOUND, 0), (Closing.ENDED, 1)])
def test_after_the_end_only_a_person_not_found_yet_rings_the_city(
    client: FlaskClient, session: Session, closing: Closing, told: int
) -> None:
    number = scene.live(session)
    scene.close(session, number, closing)
    scene.sms(client, f"K{number} 駅前で見ました")
    assert len(scene.texts()) == told


def test_a_code_of_a_wiped_search_is_a_report_that_a_person_reads(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    scene.close(session, number)
    with db.transaction() as changing:
        wipe.wipe(changing, changing.get_one(Search, number, with_for_update=True))
    assert "受付番号" in scene.sms(client, f"K{number} 駅前")
    assert (reports(), scene.sightings()) == (1, [])


def test_a_wipe_in_the_same_moment_leaves_a_report_and_no_sighting(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = scene.live(session)
    monkeypatch.setattr(sighting_sms.sightings, "keep", lambda *_args, **_more: None)
    assert "受付番号" in scene.sms(client, f"K{number} 駅前")
    assert [row.kind for row in inbound()] == ["report"]


def test_the_same_sid_makes_one_sighting_and_hears_the_same_answer(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    first = scene.sms(client, f"K{number} 駅前")
    assert scene.sms(client, f"K{number} 駅前") == first
    assert len(scene.sightings()) == 1
    assert len(scene.texts()) == 1


def test_the_same_words_in_two_sids_within_seconds_make_one_sighting(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    first = scene.sms(client, f"K{number} 駅前", sid="SM1")
    assert scene.sms(client, f"Ｋ{number} 駅前", sid="SM2") == first
    assert len(scene.sightings()) == 1


def test_the_words_of_a_sighting_stay_nowhere_but_with_the_search(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} 秘密の場所 5分前")
    [row] = inbound()
    assert (row.kind, row.payload, row.worked_at is not None) == ("sighting", {"search": number}, True)
    scene.close(session, number)
    with db.transaction() as changing:
        wipe.wipe(changing, changing.get_one(Search, number, with_for_update=True))
    for table in (
        "inbound",
        "messages",
        "search_sightings",
        "search_events",
        "search_transmissions",
        "searches",
    ):
        with db.transaction() as reading:
            rows = reading.connection().exec_driver_sql(f"SELECT t::text FROM {table} t").scalars().all()  # noqa: S608
        assert not [line for line in rows if "秘密" in line], table


def test_a_flood_is_kept_and_answered_and_stops_ringing(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    answers = [scene.sms(client, f"K{number} 駅{n}番線", sid=f"SM{n}") for n in range(7)]
    assert [one.held for one in scene.sightings()] == [False] * 5 + [True] * 2
    assert len(scene.texts()) == 5
    assert "記録しました" in answers[-1]
    assert "記録しました" not in answers[4]
    scene.sms(client, f"K{number} 一緒にいます", sid="SM8")
    assert len(scene.texts()) == 6


def test_one_phones_flood_silences_no_other_phone(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    for n in range(6):
        scene.sms(client, f"K{number} 駅{n}番線", sid=f"SM{n}")
    scene.sms(client, f"K{number} 公園", sender=STRANGER, sid="SM9")
    assert not scene.sightings()[-1].held


def test_two_that_tell_of_one_moment_are_joined_and_the_second_rings_only_with_news(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    place = "木曽川町黒田の駅"
    scene.sms(client, f"K{number} {place} 10分前", sid="SM1")
    scene.sms(client, f"K{number} {place} 12分前 南へ", sender=STRANGER, sid="SM2")
    first, second = scene.sightings()
    assert (first.same_as_id, second.same_as_id) == (None, first.id)
    assert len(scene.texts()) == 1
    scene.sms(client, f"K{number} {place} 5分前 間違いないです", sender="+818000007001", sid="SM3")
    assert scene.sightings()[-1].same_as_id == first.id
    assert len(scene.texts()) == 2


def test_a_false_sighting_swallows_no_later_one(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} 木曽川町黒田の駅 10分前", sid="SM1")
    with db.transaction() as changing:
        sighting_marks.mark(
            changing, number, scene.sightings()[0].id, "false", shown="new", actor="市（見本）"
        )
    scene.sms(client, f"K{number} 木曽川町黒田の駅 9分前", sender=STRANGER, sid="SM2")
    assert scene.sightings()[-1].same_as_id is None
    assert len(scene.texts()) == 2


def test_every_text_of_a_drill_says_so_and_asks_nobody_to_ring_110(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session, drill=True)
    answer = scene.sms(client, f"K{number} 駅前")
    assert answer.startswith("【訓練】")
    assert "電話しないでください" in answer
    assert all(text.startswith("【訓練】") for text in scene.texts())


@pytest.mark.parametrize("words", ["駅前", "一緒にいます", "了解です", "", "駅6番線"])
def test_no_answer_of_a_drill_sends_anybody_to_ring_110(
    client: FlaskClient, session: Session, words: str
) -> None:
    number = scene.live(session, drill=True)
    answers = [scene.sms(client, f"K{number} {words} {n}", sid=f"SM{n}") for n in range(7)]
    for answer in answers:
        assert answer.startswith("【訓練】")
        assert "電話しないで" in answer
        assert "110番へ電話し「" not in answer


def test_what_names_no_search_belongs_to_a_real_one_before_an_exercise(
    client: FlaskClient, session: Session
) -> None:
    real, _drill = scene.live(session), scene.live(session, drill=True)
    answer = scene.sms(client, "駅前のコンビニ 10分前")
    assert [one.search_id for one in scene.sightings()] == [real]
    assert "110番へ" in answer
    assert not scene.texts()[0].startswith("【訓練】")


def test_an_emergency_in_a_drill_still_says_119_first(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, drill=True)
    assert scene.sms(client, f"K{number} 倒れています").startswith("【訓練】先に119番へ")


def test_staff_who_read_english_are_answered_in_english(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, whole_city=True)
    answer = scene.sms(client, f"K{number}", sender=ENGLISH)
    assert answer.startswith(f"K{number} Thank you")
    assert "Where did you see" in answer


def test_an_officer_who_was_alerted_too_answers_cases_by_their_numbers_as_ever(
    client: FlaskClient, session: Session, city_sample: dict[str, Any]
) -> None:
    scene.sms(client, "木曽川町黒田1-2-3 新聞が7日分たまり応答なし", sid="SM0")
    work.work_pending()
    number = scene.live(session)
    duty = city_sample["centre"]["duty"]
    scene.audience(session, number).phone = duty
    session.commit()
    with db.transaction() as reading:
        text = reading.scalars(select(Message.body).where(Message.purpose == "duty")).first() or ""
    code = text.split("返信")[1][:2]
    assert "受け付けました" in scene.sms(client, f"{code} 了解", sender=duty, sid="SM1")
    assert scene.sightings() == []


def test_with_the_database_away_a_sighting_waits_in_the_spool_with_the_time_it_came(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = scene.live(session)
    session.close()
    right = settings.current().database_url
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    settings.current.cache_clear()
    db.forget()
    came = clock.now()
    answer = scene.sms(client, f"K{number} 駅前 10分前")
    assert answer.index("119") < answer.index("受付番号")
    monkeypatch.setenv("DATABASE_URL", right)
    settings.current.cache_clear()
    db.forget()
    with time_machine.travel(came + timedelta(minutes=30), tick=True):
        assert work.flush_spool() == 1
    [one] = scene.sightings()
    assert one.text == "駅前 10分前"
    assert abs(one.seen_at - (came - timedelta(minutes=10))) < timedelta(seconds=5)
    assert len(scene.texts()) == 1
    assert spool.waiting() == 0


def test_a_fault_in_the_reading_of_sightings_costs_no_word(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.live(session)

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(sighting_sms, "meant", broken)
    assert "受付番号" in scene.sms(client, "駅前のコンビニ")
    assert reports() == 1


def test_with_the_reading_broken_a_named_search_is_told_at_once_and_the_rest_waits(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = scene.live(session)

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("the reader is broken")

    with monkeypatch.context() as while_broken:
        while_broken.setattr(reader, "read", broken)
        answer = scene.sms(client, f"K{number} 駅前", sid="SM1")
        assert "受付番号" in scene.sms(client, "公園", sid="SM2")
    assert answer.index("119") < answer.index(f"K{number}")
    assert len(scene.texts()) == 1
    assert spool.waiting() == 1


@pytest.mark.parametrize("body", ["K1", "K1 \x00", "K1 " + "あ" * 1500, "K1 🚑👵", "Ｋ１", "\ud83d K1", " "])
def test_any_text_of_one_alerted_is_taken(client: FlaskClient, session: Session, body: str) -> None:
    scene.live(session)
    assert scene.sms(client, body.encode("utf-8", "replace").decode())
    assert len(scene.sightings()) == 1


def test_the_log_holds_codes_and_counts_only(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    scene.sms(client, f"K{number} 秘密の場所")
    with db.transaction() as reading:
        event = reading.scalars(select(SearchEvent).where(SearchEvent.kind == "sighting")).one()
    assert event.data == {"sighting": scene.sightings()[0].id, "channel": "sms", "told": True, "asked": False}


def test_a_search_without_a_district_tells_the_city_alone(
    client: FlaskClient, session: Session, city_sample: dict[str, Any]
) -> None:
    number = scene.live(session, district_id=None, seen_town=None)
    scene.sms(client, f"K{number} 駅前")
    assert {phone for phone, _ in scene.told()} == {city_sample["city"]["number"]}
