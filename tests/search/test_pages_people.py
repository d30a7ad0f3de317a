"""The pages of registered persons."""

import io
import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from relay import db
from relay.search.actors import Actor
from relay.search.composing import people
from relay.search.models import RegisteredPerson
from tests import officer_scenes
from tests.search import page_scenes
from tests.search.page_scenes import TOKEN

ACTOR = Actor("市の職員（見本）", None)
TYPED = {
    "name": "見本 太郎",
    "kana": "みほん たろう",
    "birth": "1944-05-03",
    "height": "162",
    "usual_clothes": "茶色の上着",
    "consent_by": "本人と長女",
    "consent_items": ["name", "face"],
    "consent_ranges": ["staff"],
    "contact_name_1": "見本 花子",
    "contact_relation_1": "長女",
    "contact_phone_1": "080-0000-9001",
}


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    """A user of the city, signed in."""
    officer_scenes.sign_in(client, city_sample, "city")
    return client


def send(city: FlaskClient, address: str, *, page: str | None = None, **typed: Any) -> TestResponse:
    """Send the form of ``page`` (the one at ``address`` by default)."""
    page = page or city.get(address).text
    token = TOKEN.search(page)
    assert token
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    return city.post(address, data={"csrf_token": token[1], **({"mark": mark[1]} if mark else {}), **typed})


def count() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(RegisteredPerson)) or 0


def test_somebody_is_registered_with_photo_and_contacts(city: FlaskClient) -> None:
    photo = (io.BytesIO(page_scenes.jpeg()), "IMG.jpg")
    added = send(city, "/search/people/new", **TYPED, photo=photo, photo_date="2026-04-02")
    assert added.status_code == 303
    page = city.get(added.location).text
    for known in (
        "見本 太郎",
        "ミホン タロウ",
        "1944/5/3",
        "162cm",
        "080-0000-9001",
        "名前、顔写真",
        "撮影：2026/4/2",
    ):
        assert known in page, known
    shown = city.get(f"{added.location}/photo")
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_pressing_twice_registers_once(city: FlaskClient) -> None:
    page = city.get("/search/people/new").text
    first = send(city, "/search/people/new", page=page, **TYPED)
    assert send(city, "/search/people/new", page=page, **TYPED).location == first.location
    assert count() == 1


def test_nothing_is_registered_while_anything_is_wrong_and_all_words_stay(city: FlaskClient) -> None:
    answer = send(city, "/search/people/new", **(TYPED | {"contact_phone_1": "電話", "height": "1.6m"}))
    assert answer.status_code == 422
    assert "電話番号を読み取れません" in answer.text
    assert "身長は100〜210の数字" in answer.text
    for kept in ('value="電話"', 'value="1.6m"', 'value="茶色の上着"', 'value="face" checked'):
        assert kept in answer.text, kept
    assert count() == 0


def test_an_empty_register_says_what_it_is_for(city: FlaskClient) -> None:
    page = city.get("/search/people").text
    assert "登録している方はいません" in page
    assert "家族の申し出で登録しておくと" in page
    assert page.count('href="/search/people/new"') == 1
    assert 'href="/search/new"' in page
    assert 'href="/search/people/new"' in page


def test_the_list_asks_for_what_is_due_first(city: FlaskClient, session: Session) -> None:
    fresh = page_scenes.person(session, name="見本 あ", kana="ア")
    due = page_scenes.person(
        session,
        days_ago=400,
        name="見本 ん",
        kana="ン",
        photo=page_scenes.jpeg(),
        photo_date=date(2020, 1, 1),
    )
    page = city.get("/search/people").text
    assert page.index(f'href="/search/people/{due}"') < page.index(f'href="/search/people/{fresh}"')
    for expected in ("1年以上たった登録が1件あります", "確認の時期です", "写真が1年以上前", "写真なし"):
        assert expected in page, expected


def test_a_photo_without_a_date_is_not_called_old(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg())
    for path, words in {"": "写真の日付なし", f"/{person}": "写真の日付がありません"}.items():
        page = city.get(f"/search/people{path}").text
        assert words in page
        assert "写真が1年以上前" not in page


def test_one_click_confirms_everything_for_another_year(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session, days_ago=400)
    page = city.get(f"/search/people/{person}").text
    assert "前の確認から1年以上たちました" in page
    answer = send(city, f"/search/people/{person}/renew", page=page)
    assert answer.status_code == 303
    assert "1年以上たちました" not in city.get(f"/search/people/{person}").text


def test_an_edit_shows_what_stood_there_and_keeps_what_is_typed(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session)
    address = f"/search/people/{person}/edit"
    page = city.get(address).text
    for known in ('value="見本 太郎"', 'value="080-0000-9001"', 'value="2-5-6"', 'value="name" checked'):
        assert known in page, known
    assert send(city, address, **TYPED, hair="黒髪").status_code == 303
    assert "黒髪" in city.get(f"/search/people/{person}").text


def test_the_second_of_two_writers_sees_both(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session)
    address = f"/search/people/{person}/edit"
    old = city.get(address).text
    with db.transaction() as now:
        seen = people.load(now, person)
    people.edit(person, people.PersonFields(**{**vars(seen.fields), "hair": "黒髪"}), ACTOR, mark=seen.mark)
    answer = send(city, address, page=old, **TYPED, hair="銀髪")
    assert answer.status_code == 409
    assert 'value="銀髪"' in answer.text
    assert "<q>黒髪</q>" in answer.text
    assert send(city, address, page=answer.text, **TYPED, hair="銀髪").status_code == 303
    assert "銀髪" in city.get(f"/search/people/{person}").text


def test_ending_asks_first_and_then_nothing_can_be_found(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg())
    address = f"/search/people/{person}/end"
    page = city.get(address).text
    assert "元には戻せません" in page
    assert count() == 1
    assert send(city, address, page=page).location == "/search/people"
    assert "見本 太郎" not in city.get("/search/people").text
    for gone in ("", "/edit", "/end", "/photo"):
        assert city.get(f"/search/people/{person}{gone}").status_code == 404, gone
    assert send(city, address, page=page).status_code == 303, "a second click ends it once"
    assert send(city, f"/search/people/{person}/renew", page=page).status_code == 404


def test_a_name_is_never_part_of_an_address(city: FlaskClient, session: Session) -> None:
    person = page_scenes.person(session)
    page = city.get("/search/people").text + city.get(f"/search/people/{person}").text
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert addresses
    assert not [address for address in addresses if re.search("太郎|タロウ|%E5%A4%AA", address)]
