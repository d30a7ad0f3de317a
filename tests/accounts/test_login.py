"""The login page: in, out, and not in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from relay import settings
from relay.accounts import service
from relay.accounts.models import User
from tests.accounts.conftest import TOKEN, Login

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def city(facts: dict[str, Any]) -> tuple[str, str]:
    return facts["city"]["email"], facts["city"]["password"]


def test_the_right_password_opens_the_board(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    answer = login(*city(city_sample))
    assert (answer.status_code, answer.location) == (302, "/board")
    assert client.get("/board").status_code == 200


def test_an_address_in_capitals_opens_it_too(login: Login, city_sample: dict[str, Any]) -> None:
    email, password = city(city_sample)
    assert login(email.upper(), password).status_code == 302


def test_one_comes_back_to_the_page_that_asked_for_the_login(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    asked = client.get("/cases/7")
    assert asked.status_code == 302
    assert asked.location is not None
    answer = login(*city(city_sample), address=asked.location, next="/cases/7")
    assert answer.location == "/cases/7"


def test_a_foreign_address_to_come_back_to_is_not_followed(login: Login, city_sample: dict[str, Any]) -> None:
    answer = login(*city(city_sample), next="https://evil.example/")
    assert "evil" not in (answer.location or "")


def test_a_wrong_password_and_an_unknown_address_read_the_same(
    login: Login, city_sample: dict[str, Any]
) -> None:
    wrong = login(city_sample["city"]["email"], "not-the-password")
    unknown = login("nobody@example.jp", "not-the-password")
    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert "メールアドレスかパスワードが違います" in answer.text
        assert "not-the-password" not in answer.text


def test_after_ten_failures_the_eleventh_waits_even_with_the_right_password(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    for _ in range(10):
        assert login("nobody@example.jp", "not-the-password").status_code == 422
    answer = login(*city(city_sample))
    assert answer.status_code == 429
    assert "1分ほど止めています" in answer.text
    assert client.get("/board").status_code == 302
    elsewhere = client.post("/login", headers={"X-Forwarded-For": "203.0.113.9"}, data={"csrf_token": "x"})
    assert elsewhere.status_code == 400, "another address is not held back"


def test_logins_that_succeed_do_not_count(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    for _ in range(12):
        assert login(*city(city_sample)).status_code == 302
        client.delete_cookie("session")


def test_a_form_without_the_pages_token_logs_nobody_in(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    email, password = city(city_sample)
    client.get("/login")
    assert client.post("/login", data={"email": email, "password": password}).status_code == 400
    assert client.get("/board").status_code == 302


def test_logging_out_takes_a_button_and_ends_the_session(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    login(*city(city_sample))
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    found = TOKEN.search(client.get("/board").text)
    assert found
    answer = client.post("/logout", data={"csrf_token": found[1]})
    assert answer.location == "/login"
    assert client.get("/board").status_code == 302


def test_the_session_cookie_is_out_of_reach_of_scripts_and_lasts_twelve_hours(
    login: Login, city_sample: dict[str, Any]
) -> None:
    with time_machine.travel(NOW, tick=False):
        cookie = login(*city(city_sample)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=Tue, 24 Nov 2026 15:00:00 GMT" in cookie
    assert "Secure" not in cookie, "this test's public address is plain http on this machine"


def test_behind_https_the_cookie_never_travels_in_the_clear(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relay.app import create_app

    del database
    monkeypatch.setenv("RELAY_PUBLIC_URL", "https://mimamori.example.jp")
    settings.current.cache_clear()
    assert create_app().config["SESSION_COOKIE_SECURE"] is True
    settings.current.cache_clear()


def test_a_board_that_refreshes_itself_does_not_prolong_the_session(
    client: FlaskClient, login: Login, city_sample: dict[str, Any]
) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        login(*city(city_sample))
        client.get("/board")
        traveller.shift(timedelta(hours=11, minutes=59))
        assert client.get("/board/live").status_code == 200
        traveller.shift(timedelta(minutes=2))
        assert client.get("/board/live").status_code == 302


def test_a_new_password_or_a_switched_off_account_is_out_at_once(
    client: FlaskClient, login: Login, city_sample: dict[str, Any], session: Session
) -> None:
    email, password = city(city_sample)
    login(email, password)
    service.set_password(email, "another-password")
    assert client.get("/board").status_code == 302
    login(email, "another-password")
    assert client.get("/board").status_code == 200
    session.execute(update(User).where(User.email == email).values(active=False))
    session.commit()
    assert client.get("/board").status_code == 302
    assert login(email, "another-password").status_code == 422


@pytest.mark.parametrize("address", ["/register", "/reset", "/verify", "/change", "/confirm", "/us-signin"])
def test_no_other_door_of_the_login_library_is_open(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_login_page_is_complete_in_both_languages(client: FlaskClient) -> None:
    assert "パスワードを忘れたとき" in client.get("/login").text
    assert "Forgotten your password" in client.get("/login?lang=en").text


def test_login_needs_no_redis(login: Login, app: Flask, city_sample: dict[str, Any]) -> None:
    del app
    from relay.accounts.limits import limiter

    limiter._storage_dead = True
    assert login(*city(city_sample)).status_code == 302
    limiter._storage_dead = False
