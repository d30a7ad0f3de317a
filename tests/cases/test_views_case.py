"""The page of one case, and everything that can be done on it."""

import io
import re
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from relay import clock, db
from relay.cases import service
from relay.cases.actors import Actor
from relay.duty import engine
from relay.duty.models import Escalation
from relay.outbox.models import Message
from relay.outbox.models import State as Sending
from relay.vocabulary import Level, Outcome, Sign
from relay.web import words
from tests import officer_scenes as scenes

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')


class Desk:
    """Somebody at a desk with a case's page open."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, case: int) -> str:
        page = self.client.get(f"/cases/{case}")
        assert page.status_code == 200, page.text
        return page.text

    def press(self, case: int, action: str, *, page: str | None = None, **form: Any) -> TestResponse:
        """Send a form of ``page`` (now by default), following the way back."""
        page = page or self.open(case)
        found, seen = TOKEN.search(page), SEEN.search(page)
        assert found
        assert seen
        return self.client.post(
            f"/cases/{case}/{action}",
            data={"csrf_token": found[1], "seen": seen[1], **form},
            follow_redirects=True,
        )


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> Desk:
    """The city's user, signed in."""
    scenes.sign_in(client, city_sample, "city")
    return Desk(client)


@pytest.fixture
def officer(client: FlaskClient, city_sample: dict[str, Any]) -> Desk:
    """The officer of the sample centre, signed in."""
    scenes.sign_in(client, city_sample, "officer")
    return Desk(client)


def escalation(case: int) -> Escalation:
    with db.transaction() as session:
        return session.scalars(select(Escalation).where(Escalation.case_id == case)).one()


def test_the_page_tells_everything_that_is_known(city: Desk) -> None:
    case = scenes.report(building="コーポ桜", room="203", surname="見本", signs=(Sign.SMELL,))
    page = city.open(case)
    for expected in (
        "至急",
        f"{scenes.TOWN}2-5-6 コーポ桜 203",
        "見本さん宅",
        str(words.SIGNS[Sign.SMELL]),
        "新聞販売店（見本）",
        "配達員A（見本）",
        "080-0000-5001",
        "なぜこの緊急度か",
        "「新聞が3日分」",
        "北部地域包括支援センター",
        escalation(case).reply_code,
        "案件を開きました",
    ):
        assert expected in page, expected


def test_the_story_names_what_was_sent_to_whom_and_how_far_it_got(city: Desk, session: Session) -> None:
    case = scenes.report()
    session.execute(
        update(Message).where(Message.case_id == case).values(state=Sending.UNDELIVERED, reason="handset_off")
    )
    session.commit()
    page = city.open(case)
    duty = scenes.officer().name
    assert f"当番（{duty}）に知らせました" in page
    assert "届かない" in page
    assert "電源が入っていないか、圏外" in page


def test_nobody_at_a_desk_can_read_an_officers_personal_link(city: Desk, session: Session) -> None:
    case = scenes.report()
    body = session.scalars(select(Message.body).where(Message.case_id == case)).first() or ""
    assert "/c/" in body
    page = city.open(case)
    assert "返信" in page
    assert "/c/" not in page


def test_of_a_case_of_another_centre_an_officer_learns_whose_it_is_and_nothing_else(officer: Desk) -> None:
    case = scenes.report(town=scenes.OTHER_TOWN, surname="見本", text="ひみつの様子（見本）")
    assert officer.client.get("/cases/999999").status_code == 404
    hidden = officer.client.get(f"/cases/{case}")
    assert hidden.status_code == 403
    assert f"案件 {case} は、西部地域包括支援センター（見本） が担当しています" in hidden.text
    assert "0586-00-0003" in hidden.text
    for secret in (scenes.OTHER_TOWN, "2-5-6", "見本さん", "ひみつ", "至急", "新聞", "080-0000-5001"):
        assert secret not in hidden.text
    found = TOKEN.search(officer.client.get("/board").text)
    assert found
    for action in ("close", "note", "assign", "reopen"):
        answer = officer.client.post(f"/cases/{case}/{action}", data={"csrf_token": found[1]})
        assert answer.status_code == 404


def test_a_case_at_the_city_desk_is_the_citys_for_a_centre(officer: Desk) -> None:
    page = officer.client.get(f"/cases/{scenes.report(town=None, number=None)}")
    assert page.status_code == 403
    assert "高齢福祉課（見本） が担当しています" in page.text


def test_a_case_that_was_merged_into_one_of_the_own_centre_leads_there(officer: Desk) -> None:
    home = scenes.report()
    lost = scenes.report(town=None, number=None)
    service.set_place(lost, Actor(name="市"), town=scenes.TOWN, number="2-5-6", building=None, room=None)
    answer = officer.client.get(f"/cases/{lost}")
    assert answer.headers["Location"].endswith(f"/cases/{home}")


def test_the_story_names_each_person_once(city: Desk) -> None:
    case = scenes.report()
    scenes.accept(case)
    me = scenes.officer().name
    page = city.open(case)
    [line] = [line for line in page.splitlines() if "が受けました" in line]
    assert line.count(me) == 1


def test_no_form_works_without_the_pages_token(city: Desk) -> None:
    case = scenes.report()
    answer = city.client.post(f"/cases/{case}/close", data={"outcome": "safe", "confirmed": "yes"})
    assert answer.status_code == 400
    assert scenes.case_row(case).closed_at is None


def test_an_officer_takes_a_case_with_one_button(officer: Desk) -> None:
    case = scenes.report()
    me = scenes.officer()
    assert "自分が受ける" in officer.open(case)
    page = officer.press(case, "accept", officer_id=me.id).text
    assert f"{me.name} が担当です。" in page
    assert "あなたが担当" in page
    assert escalation(case).owner_id == me.id


def test_at_the_desk_one_can_record_that_an_officer_took_it(city: Desk) -> None:
    case = scenes.report()
    taker = scenes.officer(scenes.BACKUP)
    assert "自分が受ける" not in city.open(case)
    city.press(case, "accept", officer_id=taker.id)
    assert escalation(case).owner_id == taker.id


def test_whoever_comes_second_is_told_who_has_the_case(officer: Desk) -> None:
    case = scenes.report()
    stale = officer.open(case)
    scenes.accept(case, scenes.BACKUP)
    page = officer.press(case, "accept", page=stale, officer_id=scenes.officer().id).text
    assert f"から {scenes.officer(scenes.BACKUP).name} が担当しています" in page
    assert escalation(case).owner_id == scenes.officer(scenes.BACKUP).id


def test_an_assigned_officer_is_told_by_sms(city: Desk, session: Session) -> None:
    case = scenes.report()
    head = scenes.officer(scenes.HEAD)
    page = city.press(case, "assign", officer_id=head.id).text
    assert "担当を決めました" in page
    assert f"{head.name} を担当に決めました" in page
    told = session.scalars(
        select(Message).where(Message.case_id == case, Message.officer_id == head.id)
    ).all()
    assert len(told) == 1


@pytest.mark.parametrize("chosen", ["", "999999", "x"])
def test_only_an_officer_from_the_list_can_be_chosen(city: Desk, chosen: str) -> None:
    case = scenes.report()
    answer = city.press(case, "assign", officer_id=chosen)
    assert answer.status_code == 409
    assert "担当者を一覧から選んでください" in answer.text


def test_an_officer_of_another_centre_is_not_on_the_list(city: Desk) -> None:
    case = scenes.report()
    stranger = scenes.officer("+818000003001")
    assert stranger.name not in city.open(case)
    assert city.press(case, "accept", officer_id=stranger.id).status_code == 409


def test_at_the_desk_one_can_pass_on_a_colleagues_case(officer: Desk) -> None:
    case = scenes.report()
    scenes.accept(case, scenes.BACKUP)
    officer.press(case, "progress")
    page = officer.press(case, "release").text
    assert "次の人に知らせます" in page
    assert escalation(case).owner_id is None


def test_a_note_stands_in_the_story_under_its_authors_name(city: Desk) -> None:
    case = scenes.report()
    page = city.press(case, "note", note_text="家族に電話した（見本）\n留守だった").text
    assert "家族に電話した（見本）\n留守だった" in page
    assert "市 高齢福祉課（見本）" in page


def test_an_empty_or_endless_note_comes_back_with_its_reason(city: Desk) -> None:
    case = scenes.report()
    assert "メモが空です" in city.press(case, "note", note_text=" ").text
    answer = city.press(case, "note", note_text="長" * 2001)
    assert answer.status_code == 409
    assert "長" * 2001 in answer.text


def test_raising_needs_a_reason_and_happens_at_once(city: Desk) -> None:
    case = scenes.report(Level.PROMPT)
    assert "理由を書いてください" in city.press(case, "level", level="emergency", level_reason="").text
    page = city.press(case, "level", level="emergency", level_reason="うめき声（見本）").text
    assert "「当日」から「緊急」に変えました" in page
    assert "うめき声（見本）" in page
    assert scenes.case_row(case).level is Level.EMERGENCY


def test_lowering_asks_once_more_first(city: Desk) -> None:
    case = scenes.report(Level.URGENT)
    asked = city.press(case, "level", level="routine", level_reason="家族と話した（見本）")
    assert "緊急度を下げますか" in asked.text
    assert "家族と話した（見本）" in asked.text, "what was typed goes along"
    assert scenes.case_row(case).level is Level.URGENT
    city.press(case, "level", level="routine", level_reason="家族と話した（見本）", confirmed="yes")
    assert scenes.case_row(case).level is Level.ROUTINE


def test_a_level_that_does_not_exist_changes_nothing(city: Desk) -> None:
    case = scenes.report()
    answer = city.press(case, "level", level="deadly", level_reason="x")
    assert (answer.status_code, scenes.case_row(case).level) == (409, Level.URGENT)


def test_a_corrected_place_finds_its_centre_and_is_stored_in_one_spelling(city: Desk) -> None:
    case = scenes.report(town=None, number=None)
    page = city.press(
        case, "place", place_town=scenes.TOWN, place_number="２丁目５－６", place_building="コーポ桜",
        place_room="２０３号室",
    ).text  # fmt: skip
    assert "場所を直しました" in page
    row = scenes.case_row(case)
    assert (row.town, row.number, row.building, row.room) == (scenes.TOWN, "2-5-6", "コーポ桜", "203")
    assert row.centre_id == scenes.officer().centre_id


def test_a_place_that_another_open_case_has_joins_the_two(city: Desk) -> None:
    first, second = scenes.report(number="1"), scenes.report(number="2")
    page = city.press(second, "place", place_town=scenes.TOWN, place_number="1").text
    assert f"同じ家の案件 {first} があったので、まとめました" in page
    assert len(scenes.reports_of(first)) == 2


@pytest.mark.parametrize(
    ("town", "number", "says"),
    [("どこにもない町", "1", "町名表にありません"), (scenes.TOWN, "角の家", "数字で書いてください")],
)
def test_a_place_that_cannot_be_is_refused_with_what_was_typed(
    city: Desk, town: str, number: str, says: str
) -> None:
    case = scenes.report(town=None, number=None)
    answer = city.press(case, "place", place_town=town, place_number=number)
    assert answer.status_code == 409
    assert says in answer.text
    assert f'value="{number}"' in answer.text
    assert scenes.case_row(case).town is None


def test_a_case_that_moves_to_another_centre_leaves_the_officers_sight(officer: Desk) -> None:
    case = scenes.report()
    page = officer.press(case, "place", place_town=scenes.OTHER_TOWN, place_number="1").text
    assert "別の担当へ移りました" in page
    assert "開いている案件" in page


def test_ticked_reports_become_a_case_of_their_own(city: Desk) -> None:
    case = scenes.report()
    scenes.report(text="べつの家でした（見本）")
    second = scenes.reports_of(case)[1]
    page = city.press(case, "split", report=second.id).text
    assert f"案件 {case} から分けました" in page
    assert "べつの家でした（見本）" in page
    assert len(scenes.reports_of(case)) == 1
    assert "分ける通報を選んでください" in city.press(case, "split").text


def test_cases_of_one_town_are_offered_for_merging_the_same_number_first(city: Desk) -> None:
    case = scenes.report(number="1", room="101")
    far, near = scenes.report(number="9"), scenes.report(number="1", room="102")
    elsewhere = scenes.report(number="1", town=scenes.OTHER_TOWN)
    page = city.open(case)
    offered = [int(number) for number in re.findall(r'name="into" value="(\d+)"', page)]
    assert offered == [near, far]
    assert elsewhere not in offered
    assert page.count("同じ番地") == 1


@pytest.mark.parametrize("field", ["into", "into_number"])
def test_a_case_is_merged_into_another_by_choice_or_by_number(city: Desk, field: str) -> None:
    first, second = scenes.report(number="1"), scenes.report(number="2")
    chosen: dict[str, Any] = {field: first}
    page = city.press(second, "join", **chosen).text
    assert f"案件 {second} をここにまとめました" in page
    assert len(scenes.reports_of(first)) == 2
    assert f"案件 {first} を開く" in city.open(second)


def test_nothing_is_merged_into_a_case_that_one_may_not_see(officer: Desk) -> None:
    case, foreign = scenes.report(), scenes.report(town=scenes.OTHER_TOWN)
    answer = officer.press(case, "join", into_number=foreign)
    assert answer.status_code == 409
    assert "この案件は見つかりません" in answer.text


def test_closing_asks_once_more_and_ends_the_case(city: Desk) -> None:
    case = scenes.report()
    asked = city.press(case, "close", outcome="hospital", close_text="先週から（見本）").text
    assert "この案件を終了しますか" in asked
    assert scenes.case_row(case).closed_at is None
    page = city.press(case, "close", outcome="hospital", close_text="先週から（見本）", confirmed="yes").text
    assert "先週から（見本）" in page
    assert scenes.case_row(case).outcome is Outcome.HOSPITAL


def test_the_page_between_sends_everything_again_without_scripts(city: Desk) -> None:
    case = scenes.report()
    asked = city.press(case, "close", outcome="safe", close_text="会えた（見本）").text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked))
    assert fields.pop("csrf_token")
    city.client.post(f"/cases/{case}/close", data={**fields, "csrf_token": TOKEN.search(asked)[1]})  # type: ignore[index]
    assert scenes.case_row(case).outcome is Outcome.SAFE


def test_an_outcome_must_be_chosen(city: Desk) -> None:
    case = scenes.report()
    answer = city.press(case, "close", close_text="分かったこと（見本）")
    assert answer.status_code == 409
    assert "結果を選んでください" in answer.text
    assert "分かったこと（見本）" in answer.text


def test_a_closed_case_takes_notes_and_can_be_reopened(city: Desk) -> None:
    case = scenes.report()
    scenes.close(case, text="会えた（見本）")
    page = city.open(case)
    assert "会えた（見本）" in page
    assert "担当を決める" not in page
    assert "メモを残しました" in city.press(case, "note", note_text="追記（見本）").text
    assert "再開しました" in city.press(case, "reopen", reopen_reason="まだ新聞がある（見本）").text
    assert scenes.case_row(case).closed_at is None


def test_what_happened_since_the_page_was_opened_stops_a_decision(city: Desk) -> None:
    case = scenes.report()
    stale = city.open(case)
    scenes.report(text="倒れている（見本）")
    answer = city.press(
        case, "close", page=stale, outcome="safe", close_text="会えた（見本）", confirmed="yes"
    )
    assert answer.status_code == 409
    assert "ページを開いたあとに、次のことがありました" in answer.text
    assert "が加わりました" in answer.text
    assert "会えた（見本）" in answer.text, "what was typed is still there"
    assert scenes.case_row(case).closed_at is None
    city.press(case, "close", page=answer.text, outcome="safe", close_text="会えた（見本）", confirmed="yes")
    assert scenes.case_row(case).outcome is Outcome.SAFE


def test_a_step_of_the_ladder_or_a_note_does_not_stop_a_decision(city: Desk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        case = scenes.report()
        stale = city.open(case)
        traveller.shift(301)
        engine.advance_due()
        city.press(case, "note", note_text="訪問中（見本）")
        city.press(case, "close", page=stale, outcome="safe", confirmed="yes")
    assert scenes.case_row(case).outcome is Outcome.SAFE


def test_somebody_who_took_the_case_meanwhile_is_not_overruled_by_an_old_page(city: Desk) -> None:
    case = scenes.report()
    stale = city.open(case)
    scenes.accept(case)
    answer = city.press(case, "assign", page=stale, officer_id=scenes.officer(scenes.BACKUP).id)
    assert answer.status_code == 409
    assert f"{scenes.officer().name} が受けました" in answer.text
    assert escalation(case).owner_id == scenes.officer().id


def test_the_photo_opens_for_those_who_may_see_the_case(officer: Desk) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "JPEG")
    case = scenes.report(photo=stream.getvalue())
    foreign = scenes.report(town=scenes.OTHER_TOWN, photo=stream.getvalue())
    [report], [other] = scenes.reports_of(case), scenes.reports_of(foreign)
    answer = officer.client.get(f"/cases/{case}/photos/{report.id}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert officer.client.get(f"/cases/{foreign}/photos/{other.id}").status_code == 404
    assert officer.client.get(f"/cases/{case}/photos/{other.id}").status_code == 404


def test_the_page_reads_in_english_too(city: Desk) -> None:
    case = scenes.report()
    page = city.client.get(f"/cases/{case}?lang=en").text
    for expected in ("Urgent", "Why this urgency", "What you can do", "Case opened (Urgent)"):
        assert expected in page


def test_a_case_that_lost_its_clock_says_so(city: Desk, session: Session) -> None:
    case = scenes.report()
    session.execute(update(Escalation).where(Escalation.case_id == case).values(next_step_at=None))
    session.commit()
    assert "時計が止まっています" in city.open(case)


def test_a_suspicion_of_abuse_is_marked_as_confidential(city: Desk) -> None:
    case = scenes.report(sealed=True)
    page = city.open(case)
    assert "取扱注意" in page
    assert "だれが知らせたかを、家族や事業者に話さないでください" in page
