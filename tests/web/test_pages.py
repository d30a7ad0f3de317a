"""The frame of every page, its headers, and the pages for what went wrong."""

import re

import pytest
from flask import Flask, Response, make_response

from relay import city as cities
from relay.web import errors


def test_a_page_names_its_language_city_and_what_to_do_in_an_emergency(look: Flask) -> None:
    page = look.test_client().get("/page").text
    assert '<html lang="ja">' in page
    assert cities.current().name in page
    assert f'href="tel:{cities.current().desk_phone.replace("-", "")}"' in page
    assert "119" in page
    assert '<a class="skip" href="#main">' in page
    assert 'id="main"' in page
    assert "width=device-width" in page


def test_a_flashed_message_is_shown_once_with_its_tone(look: Flask) -> None:
    page = look.test_client().get("/page").text
    assert page.count("保存しました") == 1
    assert "notice-good" in page


def test_pages_may_load_only_our_own_files_and_are_never_kept(look: Flask) -> None:
    headers = look.test_client().get("/page").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_may_set_its_own_policy(look: Flask) -> None:
    @look.get("/own")
    def own() -> Response:
        answer = make_response("x")
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        answer.headers["Cache-Control"] = "max-age=60"
        return answer

    headers = look.test_client().get("/own").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 429, 500, 503])
def test_an_error_page_says_what_happened_what_to_do_and_119(look: Flask, code: int, lang: str) -> None:
    answer = look.test_client().get(f"/fails/{code}?lang={lang}")
    assert answer.status_code == code
    problem = errors.PROBLEMS[code]
    with look.test_request_context(f"/page?lang={lang}"):
        assert f"<h1>{problem.title}</h1>" in answer.text
        assert str(problem.advice) in answer.text
    assert 'href="tel:119"' in answer.text
    assert f'href="tel:{cities.current().desk_phone.replace("-", "")}"' in answer.text


def test_an_unlisted_error_reads_like_its_kind(look: Flask) -> None:
    client = look.test_client()
    assert str(errors.PROBLEMS[400].title) in client.get("/fails/418").text
    assert str(errors.PROBLEMS[500].title) in client.get("/fails/502").text


def test_a_crash_shows_nothing_of_its_cause(look: Flask) -> None:
    answer = look.test_client().get("/crash")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "本町2-5-6" not in answer.text
    assert "もう一度お試しください" in answer.text


def test_a_program_gets_the_same_words_as_json(look: Flask) -> None:
    client = look.test_client()
    for answer in (
        client.get("/api/fails/404"),
        client.get("/fails/404", headers={"Accept": "application/json"}),
    ):
        assert answer.status_code == 404
        assert answer.json is not None
        assert answer.json["message"] == "ページが見つかりません"
        assert set(answer.json) == {"error", "message", "advice"}
    assert client.get("/fails/404", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_the_headers_of_an_error_are_kept(look: Flask) -> None:
    answer = look.test_client().post("/page")
    assert answer.status_code == 405
    assert set(re.split(r",\s*", answer.headers["Allow"])) == {"GET", "HEAD", "OPTIONS"}
