"""The board in the browser: fresh, filtered, and only what one may see."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from relay.duty.models import Escalation, Shift
from relay.vocabulary import Level, Outcome, Sign
from relay.web import words
from tests import officer_scenes as scenes


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    """The city's user, signed in."""
    scenes.sign_in(client, city_sample, "city")
    return client


@pytest.fixture
def officer(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    """A centre's officer, signed in."""
    scenes.sign_in(client, city_sample, "officer")
    return client


@pytest.mark.parametrize("address", ["/board", "/board/live", "/cases/1", "/cases/1/photos/1"])
def test_without_a_login_there_is_nothing_to_see(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert (answer.location or "").startswith("/login")


def test_an_empty_board_says_that_there_is_nothing_to_do(city: FlaskClient) -> None:
    page = city.get("/board").text
    assert "開いている案件はありません" in page
    assert "<title>ボード" in page


def test_the_title_counts_the_open_cases(city: FlaskClient) -> None:
    scenes.report(number="1")
    scenes.report(number="2")
    assert "<title>(2) ボード" in city.get("/board").text


def test_a_line_says_how_bad_where_what_who_is_next_and_how_old(city: FlaskClient) -> None:
    case = scenes.report(Level.EMERGENCY, verified=False)
    page = city.get("/board").text
    for expected in (
        "緊急",
        f"{scenes.TOWN}2-5-6",
        f"{words.SIGNS[Sign.NO_ANSWER]}・{words.SIGNS[Sign.NEWSPAPERS]}",
        "3日",
        "未対応",
        "次は予備の当番",
        scenes.officer(scenes.BACKUP).name,
        "たった今・通報1件",
        "北部地域包括支援センター",
        "未登録の人から",
        "119未確認",
        f'href="/cases/{case}"',
    ):
        assert expected in page, expected


def test_a_case_with_an_owner_names_him_and_the_next_check(city: FlaskClient) -> None:
    scenes.accept(scenes.report())
    page = city.get("/board").text
    assert f"対応中：{scenes.officer().name}" in page
    assert "次の確認" in page
    assert "急ぐ案件にはすべて担当がいます" in page


def test_a_centre_sees_no_case_of_another_and_no_filter_for_them(officer: FlaskClient) -> None:
    scenes.report(town=scenes.OTHER_TOWN)
    page = officer.get("/board").text
    assert scenes.OTHER_TOWN not in page
    assert 'id="centre"' not in page


def test_an_officer_can_look_at_his_own_cases_only(officer: FlaskClient) -> None:
    mine, other = scenes.report(number="1"), scenes.report(number="2")
    scenes.accept(mine)
    page = officer.get("/board?mine=yes").text
    assert f'href="/cases/{mine}"' in page
    assert f'href="/cases/{other}"' not in page


def test_the_city_can_look_at_one_centre_and_one_level(city: FlaskClient) -> None:
    here = scenes.report(Level.EMERGENCY, number="1")
    there = scenes.report(Level.EMERGENCY, number="2", town=scenes.OTHER_TOWN)
    centre = scenes.officer().centre_id
    page = city.get(f"/board?centre={centre}&level=emergency").text
    assert f'href="/cases/{here}"' in page
    assert f'href="/cases/{there}"' not in page
    assert f'data-live="/board/live?level=emergency&amp;centre={centre}"' in page
    assert "この条件の案件はありません" in city.get("/board?level=prompt").text


@pytest.mark.parametrize(
    "query", ["level=high", "centre=x", "centre=9999999999999", "centre=%EF%BC%91", "mine=no", "_external=1"]
)
def test_filters_that_make_no_sense_are_left_out(city: FlaskClient, query: str) -> None:
    case = scenes.report()
    assert f'href="/cases/{case}"' in city.get(f"/board?{query}").text


def test_a_case_without_a_place_stands_apart_with_its_candidates(city: FlaskClient) -> None:
    scenes.report(town=None, candidates=("苅安賀", "大和町苅安賀"))
    page = city.get("/board").text
    assert "場所がはっきりしない案件" in page
    assert "候補：苅安賀、大和町苅安賀" in page


def test_lately_closed_cases_are_listed_with_their_outcome(city: FlaskClient) -> None:
    scenes.close(scenes.report(), Outcome.SUPPORTED)
    page = city.get("/board").text
    assert "最近終了した案件" in page
    assert str(words.OUTCOMES[Outcome.SUPPORTED]) in page


def test_the_live_part_is_sent_again_only_when_it_changed(city: FlaskClient) -> None:
    scenes.report()
    first = city.get("/board/live")
    assert first.status_code == 200
    assert "<html" not in first.text
    again = city.get("/board/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    scenes.report(number="9")
    changed = city.get("/board/live", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_broken_clock_is_the_first_thing_on_the_board(city: FlaskClient, session: Session) -> None:
    case = scenes.report()
    session.execute(update(Escalation).where(Escalation.case_id == case).values(next_step_at=None))
    session.commit()
    page = city.get("/board/live").text
    assert f"次の連絡が動いていない案件があります（{case}）" in page
    assert page.index("動いていない") < page.index("担当がいない")


def test_empty_duty_slots_are_warned_of(city: FlaskClient, session: Session) -> None:
    session.execute(delete(Shift).where(Shift.officer_id == scenes.officer().id))
    session.commit()
    page = city.get("/board").text
    assert "当番が決まっていない時間が" in page
    assert "北部地域包括支援センター" in page


def test_without_scripts_the_board_reads_itself_anew(city: FlaskClient) -> None:
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in city.get("/board").text


def test_a_reporters_words_cannot_carry_markup_onto_the_board(city: FlaskClient) -> None:
    scenes.report(town=None, number=None, surname="<b>x", candidates=("<script>",))
    page = city.get("/board").text
    assert "<script>、" not in page
    assert "&lt;script&gt;" in page
