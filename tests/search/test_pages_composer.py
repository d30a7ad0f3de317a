"""Writing a search on its page: saved at any time, said field by field, seen by whoever may see it."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from relay import clock, db
from relay.search import service
from relay.search.composing import drafts, people
from relay.search.composing.drafting import Fields
from relay.search.models import Search
from relay.search.states import State
from tests import officer_scenes
from tests.search import page_scenes, scenes
from tests.search.page_scenes import ONCE, TOKEN, VERSION

Form = Callable[..., dict[str, Any]]


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    """A user of the city, signed in."""
    officer_scenes.sign_in(client, city_sample, "city")
    return client


def form(page: str, **typed: Any) -> dict[str, Any]:
    """A page's form with its hidden fields, as a browser would send it."""
    hidden = {
        name: found[1]
        for name, pattern in {"csrf_token": TOKEN, "once": ONCE, "version": VERSION}.items()
        if (found := pattern.search(page.split('class="composer')[1]))
    }
    hidden |= {name: "yes" for name in ("drill",) if f'name="{name}" value="yes"' in page}
    if person := re.search(r'name="person_id" value="(\d+)"', page):
        hidden["person_id"] = person[1]
    return hidden | typed


def start(city: FlaskClient, address: str = "/search/new", **typed: Any) -> TestResponse:
    return city.post("/search/new", data=form(city.get(address).text, **typed))


def write(city: FlaskClient, number: int, **typed: Any) -> TestResponse:
    address = f"/search/{number}/edit"
    return city.post(address, data=form(city.get(address).text, **typed))


def kept(number: int) -> drafts.Draft:
    with db.transaction() as session:
        return drafts.load(session, number)


def test_a_draft_is_saved_with_whatever_is_known(city: FlaskClient) -> None:
    answer = start(city, clothes="紺の上着")
    assert answer.status_code == 303
    assert answer.location == "/search/1/edit"
    assert "紺の上着" in city.get("/search/1/edit").text
    assert kept(1).fields == Fields(clothes="紺の上着")


def test_the_whole_form_goes_in_and_comes_back(city: FlaskClient) -> None:
    seen = clock.local(clock.now()) - timedelta(hours=1)
    typed: dict[str, Any] = {
        "police_station": "見本警察署",
        "police_number": "12",
        "consent_by": "長女",
        "consent_items": ["name", "condition"],
        "consent_ranges": ["staff"],
        "visible": "赤い帽子",
        "age_band": "80-84",
        "sex": "female",
        "height": "150",
        "build": "やせ型",
        "hair": "白髪",
        "clothes": "紺の上着",
        "shoes": "白い靴",
        "belongings": "手さげ",
        "speak": "ゆっくり",
        "name": "見本 花子",
        "kana": "みほん はなこ",
        "condition": "薬が必要",
        "seen_date": f"{seen:%Y-%m-%d}",
        "seen_time": f"{seen:%H:%M}",
        "town": "黒田",
        "seen_place": "駅の前",
        "heading": "北",
        "travel": "foot",
        "lat": "35.345",
        "lng": "136.78",
    }
    start(city, **typed)
    page = city.get("/search/1/edit").text
    for value in (
        "見本警察署",
        "赤い帽子",
        "木曽川町黒田",
        "薬が必要",
        "35.345",
        f"{seen:%H:%M}",
        "地区：木曽川",
    ):
        assert value in page, value
    assert re.search(r'value="80-84" selected', page)
    assert re.search(r'name="consent_items" value="condition" checked', page)
    assert not re.search(r'name="consent_items" value="face" checked', page)
    again = form(page, **(typed | {"town": "木曽川町黒田"}))
    assert city.post("/search/1/edit", data=again).status_code == 303
    assert kept(1).version == 1, "nothing was changed"


def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_saved(city: FlaskClient) -> None:
    answer = start(city, clothes="紺の上着", height="高い", town="どこか")
    assert answer.status_code == 422
    assert "身長は100〜210の数字" in answer.text
    assert "「どこか」は町名表にありません" in answer.text
    assert re.search(r'<select id="district"', answer.text)
    assert 'value="高い"' in answer.text
    assert 'value="どこか"' in answer.text
    assert kept(1).fields == Fields(clothes="紺の上着")


def test_a_corrected_page_goes_on_with_the_same_draft(city: FlaskClient) -> None:
    wrong = start(city, height="高い").text
    assert city.post("/search/1/edit", data=form(wrong, height="150")).status_code == 303
    assert kept(1).fields.height == 150


def test_the_district_that_was_asked_for_is_kept_with_the_town_as_typed(city: FlaskClient) -> None:
    with db.transaction() as session:
        district = scenes.district(session, "浅井")
    start(city, town="どこか", district=str(district))
    assert (kept(1).fields.seen_town, kept(1).fields.district_id) == ("どこか", district)
    assert re.search(rf'value="{district}" selected', city.get("/search/1/edit").text)


def test_pressing_twice_on_a_new_page_makes_one_draft_with_the_last_words(
    city: FlaskClient, session: Session
) -> None:
    data = form(city.get("/search/new").text, clothes="紺の上着")
    assert city.post("/search/new", data=data).location == "/search/1/edit"
    assert city.post("/search/new", data=data).location == "/search/1/edit"
    assert city.post("/search/new", data=data | {"clothes": "赤い上着"}).location == "/search/1/edit"
    assert session.scalar(select(func.count()).select_from(Search)) == 1
    assert kept(1).fields.clothes == "赤い上着"


def test_the_second_of_two_writers_sees_both_and_decides(city: FlaskClient, session: Session) -> None:
    start(city, clothes="紺の上着")
    old = city.get("/search/1/edit").text
    drafts.save(session, 1, Fields(clothes="赤い上着", height=150), scenes.actors(session)[1], version=1)
    session.commit()
    answer = city.post("/search/1/edit", data=form(old, clothes="白い上着"))
    assert answer.status_code == 409
    assert "市 高齢福祉課 係長（見本） が" in answer.text
    assert 'value="白い上着"' in answer.text
    assert "<q>赤い上着</q>" in answer.text
    assert "<q>150</q>" in answer.text
    assert kept(1).fields.clothes == "赤い上着"
    assert city.post("/search/1/edit", data=form(answer.text, clothes="白い上着")).status_code == 303
    assert kept(1).fields == Fields(clothes="白い上着")


def test_what_the_second_writer_left_empty_does_not_erase_the_first_one_s_words(
    city: FlaskClient, session: Session
) -> None:
    start(city, clothes="紺の上着")
    old = city.get("/search/1/edit").text
    drafts.save(
        session, 1, Fields(clothes="紺の上着", height=150, sex="female"), scenes.actors(session)[1], version=1
    )
    session.commit()
    answer = city.post("/search/1/edit", data=form(old, clothes="白い上着", height="", sex=""))
    [height] = re.findall('<input[^>]*name="height"[^>]*>', answer.text)
    assert 'value="150"' in height
    assert re.search('value="female"[^>]*(?:checked|selected)', answer.text)


def test_a_photo_is_kept_without_its_metadata_and_can_be_removed(city: FlaskClient) -> None:
    start(city, photo=(io.BytesIO(page_scenes.jpeg()), "IMG_0001.jpg"), photo_taken="今年の春")
    shown = city.get("/search/1/photo")
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert kept(1).fields.photo_taken == "今年の春"
    write(city, 1, drop_photo="yes")
    assert city.get("/search/1/photo").status_code == 404


def test_a_file_that_is_no_photo_is_refused_and_the_words_are_saved(city: FlaskClient) -> None:
    answer = start(city, clothes="紺の上着", photo=(io.BytesIO(b"MZ..."), "photo.exe"))
    assert answer.status_code == 422
    assert "写真として読めないファイルです" in answer.text
    assert kept(1).fields.clothes == "紺の上着"
    assert kept(1).photo_id is None


def test_an_exercise_is_one_from_the_first_page_on(city: FlaskClient) -> None:
    assert "これは訓練です" in city.get("/search/new?drill=1").text
    start(city, "/search/new?drill=1", clothes="紺の上着")
    assert kept(1).drill
    assert "これは訓練です" in city.get("/search/1/edit").text


def test_the_date_of_last_seen_is_today_until_somebody_types_another(
    city: FlaskClient, session: Session
) -> None:
    today = f"{clock.local(clock.now()):%Y-%m-%d}"
    stands = {"seen_date": today, "seen_today": today, "seen_time": ""}
    for address in ("/search/new", f"/search/new?person={page_scenes.person(session)}"):
        page = city.get(address).text
        for name, value in stands.items():
            assert re.search(f'name="{name}" value="{value}"', page), (address, name)
    # The date alone is nobody's word: it may be saved, and the time is asked for before it goes out.
    assert start(city, clothes="紺の上着", **stands).status_code == 303
    assert kept(1).fields == Fields(clothes="紺の上着")
    assert "最後に見た日時を入れてください" in city.get("/search/1/preview").text
    assert f'name="seen_date" value="{today}"' in city.get("/search/1/edit").text
    earlier = clock.local(clock.now()) - timedelta(days=1)
    assert write(city, 1, **(stands | {"seen_date": f"{earlier:%Y-%m-%d}"})).status_code == 422
    assert write(city, 1, **(stands | {"seen_time": "00:00"})).status_code == 303
    assert kept(1).fields.seen_at is not None
    assert "seen_today" not in city.get("/search/1/edit").text


def test_one_click_fills_the_form_from_a_registered_person(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg(), photo_date=date(2026, 4, 2))
    link = f"/search/new?person={person}"
    assert link in city.get("/search/people").text
    page = city.get(link).text
    for known in ("見本 太郎", "茶色の上着", "本人と長女", "2026年4月"):
        assert known in page, known
    typed = {"name": "見本 太郎", "clothes": "青い上着", "photo_taken": "2026年4月"}
    city.post("/search/new", data=form(page, **typed))
    assert kept(1).person_id == person
    assert kept(1).fields.clothes == "青い上着"
    assert city.get("/search/1/photo").data == page_scenes.jpeg()
    assert "この方の捜索は、もうあります" in city.get(link).text


def test_a_person_who_is_not_registered_any_more_starts_nothing(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session)
    page = city.get(f"/search/new?person={person}").text
    people.end(person, scenes.actors(session)[0])
    assert city.get(f"/search/new?person={person}").status_code == 404
    assert city.post("/search/new", data=form(page)).status_code == 404
    assert session.scalar(select(func.count()).select_from(Search)) == 0


def test_a_draft_that_was_handed_in_is_not_written_over(city: FlaskClient, session: Session) -> None:
    number = scenes.draft(session)
    old = city.get(f"/search/{number}/edit").text
    service.submit(number, scenes.actors(session)[0])
    answer = city.post(f"/search/{number}/edit", data=form(old, clothes="白い上着"), follow_redirects=True)
    assert "もう下書きではないため" in answer.text
    assert "送る前の確認" in answer.text
    assert kept(number).fields.clothes == "紺色の上着"
    assert city.get(f"/search/{number}/edit").status_code == 302


@pytest.mark.parametrize("address", ["/search/9/edit", "/search/9/preview", "/search/9", "/search/9/photo"])
def test_a_search_that_does_not_exist_is_not_found(city: FlaskClient, address: str) -> None:
    assert city.get(address).status_code == 404


CITY_PAGES = (
    "/search/new",
    "/search/1/edit",
    "/search/1/preview",
    "/search/people",
    "/search/people/new",
    "/search/people/1",
    "/search/people/1/edit",
    "/search/people/1/end",
    "/search/people/1/photo",
    "/search/figures",
)
CITY_ACTIONS = (
    *("submit", "approve", "send_back", "urgent", "discard", "update", "widen"),
    *("keep_ring", "extend", "last_seen", "close", "edit"),
)


def test_users_of_a_centre_write_and_decide_nothing(
    client: FlaskClient, city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session)
    officer_scenes.sign_in(client, city_sample, "officer")
    token = TOKEN.search(client.get("/board").text)
    assert token
    for address in CITY_PAGES:
        assert client.get(address).status_code == 403, address
    for action in CITY_ACTIONS:
        answer = client.post(f"/search/{number}/{action}", data={"csrf_token": token[1], "seen": "999"})
        assert answer.status_code == 403, action
    session.expire_all()
    assert session.get_one(Search, number).state == State.LIVE


def test_nobody_sees_anything_without_signing_in(client: FlaskClient, session: Session) -> None:
    number = page_scenes.live(session)
    for address in (
        "/search",
        f"/search/{number}",
        f"/search/{number}/live",
        f"/search/{number}/photo",
        *CITY_PAGES,
    ):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert "/login" in answer.location


def test_a_form_of_another_site_changes_nothing(city: FlaskClient, session: Session) -> None:
    number = scenes.draft(session)
    for address in (
        "/search/new",
        f"/search/{number}/edit",
        f"/search/{number}/submit",
        "/search/people/new",
    ):
        assert city.post(address, data={"clothes": "白い上着"}).status_code == 400, address
    session.expire_all()
    assert session.get_one(Search, number).state == State.DRAFT
