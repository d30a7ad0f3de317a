"""The duty link: opened at night, by one officer, on any phone."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from relay import db
from relay.cases import asking, service
from relay.cases.actors import Actor
from relay.cases.models import Report
from relay.duty import engine
from relay.timeline import Event
from relay.vocabulary import Level, Outcome, Sign
from relay.web import words
from tests import officer_scenes as scenes

NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
WORDS = {
    "accept": "受け付ける",
    "outcomes": "確かめた結果を選ぶ",
    "release": "交代する",
    "progress": "対応中（続ける）",
    "note": "分かったことを書く",
    "reopen": "再開",
}


def photo() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "JPEG")
    return stream.getvalue()


def events(case_id: int) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).where(Event.case_id == case_id)) or 0


def offered(text: str) -> set[str]:
    """What the page offers to do."""
    return {name for name, words in WORDS.items() if words in text}


def test_the_page_says_where_what_how_bad_why_and_who_was_told(client: FlaskClient) -> None:
    case = scenes.report(
        Level.EMERGENCY,
        building="コーポ桜",
        room="203",
        surname="見本",
        signs=(Sign.COLLAPSED, Sign.NEWSPAPERS),
        text="窓から倒れている人が見える（見本）",
        spot=(35.3, 136.8),
    )
    page = client.get(f"/c/{scenes.link_token(case)}").text
    for expected in (
        "緊急",
        f"{scenes.TOWN}2-5-6 コーポ桜 203",
        "見本さん宅",
        str(words.SIGNS[Sign.COLLAPSED]),
        "3日ほど続く",
        "窓から倒れている人が見える（見本）",
        "maps.gsi.go.jp",
        "0586-00-0002",
        "なぜこの緊急度か",
        "「返事がない」",
        scenes.officer().name,
        "未対応",
    ):
        assert expected in page
    assert offered(page) == {"accept", "note"}


@pytest.mark.parametrize(
    ("called", "says"), [(False, "119番へ先に"), (True, "119番へは、もう電話したとのことです")]
)
def test_an_emergency_tells_first_how_it_stands_with_119(
    client: FlaskClient, called: bool, says: str
) -> None:
    case = scenes.report(Level.EMERGENCY, called_119=called)
    assert says in client.get(f"/c/{scenes.link_token(case)}").text


def test_one_tap_notes_that_119_has_been_called(client: FlaskClient) -> None:
    address = f"/c/{scenes.link_token(scenes.report(Level.EMERGENCY))}"
    assert client.post(f"{address}/called_119").status_code == 303
    page = client.get(address).text
    assert "もう電話したとのことです" in page
    assert "called_119" not in page


def test_a_suspicion_of_abuse_asks_for_silence_about_who_reported(client: FlaskClient) -> None:
    page = client.get(f"/c/{scenes.link_token(scenes.report(sealed=True))}").text
    assert "だれが知らせたかを、家族や事業者に話さないでください" in page


def test_less_than_an_emergency_shows_no_119_box(client: FlaskClient) -> None:
    assert "119番へ先に" not in client.get(f"/c/{scenes.link_token(scenes.report())}").text


@pytest.mark.parametrize(("sealed", "shown"), [(False, True), (True, False)])
def test_the_reporters_phone_is_shown_once_somebody_is_to_call_but_not_of_a_sealed_case(
    client: FlaskClient, session: Session, sealed: bool, shown: bool
) -> None:
    case = scenes.report(town=None, number=None, sealed=sealed)
    session.execute(update(Report).where(Report.case_id == case).values(place_asks=asking.TRIES + 1))
    session.commit()
    page = client.get(f"/c/{scenes.link_token(case)}").text
    assert ("080-0000-5001" in page) is shown
    assert ("折り返し電話をお願いします" in page) is shown
    assert "新聞販売店" not in page


def test_the_reporters_name_phone_and_company_are_not_on_the_page(client: FlaskClient) -> None:
    page = client.get(f"/c/{scenes.link_token(scenes.report())}").text
    for hidden in ("080-0000-5001", scenes.STAFF, "新聞販売店", "配達員"):
        assert hidden not in page


def test_opening_the_link_changes_nothing_however_often(client: FlaskClient) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    before = events(case)
    for address in (f"/c/{token}", f"/c/{token}?done=accept", f"/c/{token}/close/safe"):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert client.get(f"/c/{token}/accept").status_code == 405
    assert events(case) == before
    assert scenes.case_row(case).closed_at is None


def test_one_tap_takes_the_case_without_any_cookie(client: FlaskClient) -> None:
    token = scenes.link_token(scenes.report())
    answer = client.post(f"/c/{token}/accept")
    assert (answer.status_code, answer.location) == (303, f"/c/{token}?done=accept")
    assert "Set-Cookie" not in answer.headers
    page = client.get(answer.location)
    assert "受け付けました。あなたが担当です。" in page.text
    assert "Set-Cookie" not in page.headers
    assert offered(page.text) == {"outcomes", "release", "progress", "note"}


def test_a_second_tap_keeps_the_case_and_says_so(client: FlaskClient) -> None:
    token = scenes.link_token(scenes.report())
    client.post(f"/c/{token}/accept")
    again = client.post(f"/c/{token}/accept", follow_redirects=True)
    assert "あなたが担当です" in again.text


def test_the_second_officer_is_told_who_has_it_and_since_when(client: FlaskClient) -> None:
    case = scenes.report()
    with time_machine.travel(NIGHT, tick=False) as traveller:
        scenes.accept(case, scenes.BACKUP)
        traveller.shift(timedelta(minutes=1))
        answer = client.post(f"/c/{scenes.link_token(case)}/accept", follow_redirects=True)
    owner = scenes.officer(scenes.BACKUP).name
    assert f"先に {owner} が受けました" in answer.text
    assert f"{owner} が対応中です" in answer.text
    assert "11/24（火） 23:00" in answer.text
    assert offered(answer.text) == {"note"}


def test_who_has_the_case_can_go_on_or_hand_it_over(client: FlaskClient) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    client.post(f"/c/{token}/accept")
    assert "対応中として記録しました" in client.post(f"/c/{token}/progress", follow_redirects=True).text
    handed = client.post(f"/c/{token}/release", follow_redirects=True).text
    assert "あなたの担当は外れました" in handed
    assert "未対応" in handed


def test_a_colleague_cannot_hand_over_or_go_on_with_another_ones_case(client: FlaskClient) -> None:
    case = scenes.report()
    scenes.accept(case, scenes.BACKUP)
    token = scenes.link_token(case)
    for action in ("progress", "release"):
        answer = client.post(f"/c/{token}/{action}")
        assert answer.status_code == 409
        assert f"担当は{scenes.officer(scenes.BACKUP).name}さんです" in answer.text


def test_an_outcome_is_asked_for_once_more_and_then_ends_the_case(client: FlaskClient) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    client.post(f"/c/{token}/accept")
    asked = client.get(f"/c/{token}/close/hospital").text
    assert "で終了しますか" in asked
    answer = client.post(f"/c/{token}/close", data={"outcome": "hospital", "text": "先週から入院（見本）"})
    page = client.get(answer.location or "").text
    assert "終了しました。おつかれさまでした。" in page
    assert "先週から入院（見本）" in page
    assert offered(page) == {"reopen", "note"}
    assert scenes.case_row(case).outcome is Outcome.HOSPITAL


@pytest.mark.parametrize("outcome", ["", "gone", "SAFE"])
def test_an_outcome_that_does_not_exist_ends_nothing(client: FlaskClient, outcome: str) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    answer = client.post(f"/c/{token}/close", data={"outcome": outcome})
    assert answer.status_code == 409
    assert "結果を選んでください" in answer.text
    assert scenes.case_row(case).closed_at is None
    assert client.get(f"/c/{token}/close/{outcome or 'x'}").status_code == 404


def test_closing_twice_says_that_it_is_closed(client: FlaskClient) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    client.post(f"/c/{token}/close", data={"outcome": "safe"})
    answer = client.post(f"/c/{token}/close", data={"outcome": "died"})
    assert answer.status_code == 409
    assert "終了しています" in answer.text
    assert scenes.case_row(case).outcome is Outcome.SAFE


def test_a_closed_case_can_be_reopened_and_is_then_ones_own(client: FlaskClient) -> None:
    case = scenes.report()
    scenes.close(case)
    token = scenes.link_token(case)
    page = client.post(f"/c/{token}/reopen", data={"text": "まだ新聞がある"}, follow_redirects=True).text
    assert "再開しました" in page
    assert "outcomes" in offered(page)


def test_a_note_is_kept_and_shown_and_a_long_one_comes_back(client: FlaskClient) -> None:
    case = scenes.report()
    scenes.accept(case, scenes.BACKUP)
    token = scenes.link_token(case)
    page = client.post(f"/c/{token}/note", data={"note": "鍵は管理人（見本）"}, follow_redirects=True).text
    assert "メモを残しました" in page
    assert "鍵は管理人（見本）" in page
    refused = client.post(f"/c/{token}/note", data={"note": "長" * 2001})
    assert refused.status_code == 409
    assert "2000字まで" in refused.text
    assert "長" * 2001 in refused.text
    assert client.post(f"/c/{token}/note", data={"note": "  "}).status_code == 409


def test_a_note_cannot_carry_markup_into_the_page(client: FlaskClient) -> None:
    case = scenes.report()
    token = scenes.link_token(case)
    page = client.post(f"/c/{token}/note", data={"note": "<script>alert(1)</script>"}, follow_redirects=True)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_at_night_a_prompt_case_may_be_taken_but_need_not_be(client: FlaskClient) -> None:
    with time_machine.travel(NIGHT, tick=False):
        case = scenes.report(Level.PROMPT)
        page = client.get(f"/c/{scenes.link_token(case)}").text
    assert "開庁待ち" in page
    assert "朝まで待てる内容です" in page
    assert "accept" in offered(page)


def test_after_a_reminder_the_owner_sees_until_when_to_answer(client: FlaskClient) -> None:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        case = scenes.report()
        token = scenes.link_token(case)
        client.post(f"/c/{token}/accept")
        traveller.shift(timedelta(minutes=61))
        engine.advance_due()
        page = client.get(f"/c/{token}").text
    assert "返事の期限" in page
    assert "返事がないと、次の人に知らせます" in page


def test_a_merged_case_opens_as_the_one_that_goes_on(client: FlaskClient) -> None:
    first, second = scenes.report(number="1"), scenes.report(number="2", text="二通目の文（見本）")
    token = scenes.link_token(second)
    service.join(second, Actor(name="見本 職員"), into=first)
    page = client.get(f"/c/{token}").text
    assert "同じ家の案件がひとつにまとめられました" in page
    assert f"案件 {first}" in page
    client.post(f"/c/{token}/accept")
    assert "outcomes" in offered(client.get(f"/c/{token}").text)


@pytest.mark.parametrize("path", ["", "/close/safe", "/photos/1"])
def test_an_unknown_link_says_what_to_do_instead(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/c/AbCdEfGh12345678{path}")
    assert answer.status_code == 404
    assert "このリンクは使えません" in answer.text
    assert "0586-00-0000" in answer.text


@pytest.mark.parametrize("action", ["accept", "close", "note", "reopen", "release", "progress"])
def test_an_unknown_link_does_nothing(client: FlaskClient, action: str) -> None:
    case = scenes.report()
    before = events(case)
    assert client.post(f"/c/AbCdEfGh12345678/{action}", data={"outcome": "safe"}).status_code == 404
    assert events(case) == before


def test_a_link_ends_a_week_after_its_case(client: FlaskClient) -> None:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        case = scenes.report()
        token = scenes.link_token(case)
        scenes.close(case)
        traveller.shift(timedelta(days=6, hours=23))
        assert client.get(f"/c/{token}").status_code == 200
        traveller.shift(timedelta(hours=2))
        assert client.get(f"/c/{token}").status_code == 404


def test_a_photo_opens_only_with_the_link_of_its_own_case(client: FlaskClient) -> None:
    case, other = scenes.report(number="1", photo=photo()), scenes.report(number="2")
    [report] = scenes.reports_of(case)
    token = scenes.link_token(case)
    assert f"/c/{token}/photos/{report.id}" in client.get(f"/c/{token}").text
    answer = client.get(f"/c/{token}/photos/{report.id}")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.data)).size == (4, 4)
    assert client.get(f"/c/{scenes.link_token(other)}/photos/{report.id}").status_code == 404
    assert client.get(f"/c/{token}/photos/999999").status_code == 404


@pytest.mark.parametrize("path", ["", "/close/safe"])
def test_nothing_of_the_link_is_kept_indexed_or_passed_on(client: FlaskClient, path: str) -> None:
    headers = client.get(f"/c/{scenes.link_token(scenes.report())}{path}").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "script-src" not in headers["Content-Security-Policy"]


def test_the_link_reads_in_english_too(client: FlaskClient) -> None:
    page = client.get(f"/c/{scenes.link_token(scenes.report(Level.EMERGENCY))}?lang=en").text
    assert "Call 119 first" in page
    assert "Take it" in page
