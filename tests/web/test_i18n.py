"""Japanese first, English complete."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask

from relay.web import i18n

ROOMS = i18n.ROOMS
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@cache
def sources() -> dict[str, str]:
    """Every text of the code that is shown in the page's language, and where it stands."""
    with (ROOMS / "web" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: dict[str, str] = {}
    words = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    for path, line, message, _, _ in extract_from_dir(ROOMS, methods, options, keywords=words):
        for text in message if isinstance(message, tuple) else (message,):
            found.setdefault(text, f"{path}:{line}")
    return found


@cache
def english() -> dict[str, str]:
    texts: dict[str, str] = {}
    for folder in i18n.catalogues():
        with (folder / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
            for message in read_po(file):
                if message.id and not message.fuzzy:
                    ids, strings = (
                        (part,) if isinstance(part, str) else tuple(part or ())
                        for part in (message.id, message.string)
                    )
                    texts.update(zip(ids, strings, strict=True))
    return texts


def test_every_text_on_screen_has_an_english_wording() -> None:
    missing = [f"{where} {text}" for text, where in sources().items() if not english().get(text)]
    assert not missing, "add these to a messages.po:\n" + "\n".join(missing)


def test_no_wording_is_kept_for_a_text_that_is_gone() -> None:
    gone = [text for text in english() if text not in sources()]
    assert not gone


def test_translations_keep_every_placeholder() -> None:
    for text, wording in english().items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(wording)), text


def test_english_wordings_hold_no_japanese() -> None:
    assert not [wording for wording in english().values() if JAPANESE.search(wording)]


@pytest.mark.parametrize(
    ("address", "cookie", "header", "language"),
    [
        ("/page", None, None, "ja"),
        ("/page", None, "fr-FR,fr", "ja"),
        ("/page", None, "en-GB,en;q=0.8,ja;q=0.5", "ja"),
        ("/page", "ja", "en", "ja"),
        ("/page?lang=en", "ja", "ja", "en"),
        ("/page?lang=xx", "en", "ja", "en"),
        ("/page?lang=xx", "xx", "ja", "ja"),
    ],
)
def test_the_address_wins_over_the_cookie_and_without_both_it_is_japanese(
    look: Flask, address: str, cookie: str | None, header: str | None, language: str
) -> None:
    client = look.test_client()
    if cookie:
        client.set_cookie("lang", cookie)
    page = client.get(address, headers={"Accept-Language": header} if header else {}).text
    assert f'<html lang="{language}">' in page


def test_a_chosen_language_is_kept_in_a_cookie_that_says_nothing_else(look: Flask) -> None:
    client = look.test_client()
    chosen = client.get("/page?lang=en").headers.getlist("Set-Cookie")
    assert any(cookie.startswith("lang=en;") and "HttpOnly" in cookie for cookie in chosen)
    assert '<html lang="en">' in client.get("/page").text
    assert not any("lang=" in cookie for cookie in client.get("/page?lang=xx").headers.getlist("Set-Cookie"))


def test_the_link_to_the_other_language_keeps_the_rest_of_the_address(look: Flask) -> None:
    with look.test_request_context("/page?level=urgent&level=prompt&q=本町"):
        [(code, name, address)] = i18n.other_languages()
    assert (code, name) == ("en", "English")
    assert address == "/page?level=urgent&level=prompt&q=%E6%9C%AC%E7%94%BA&lang=en"


def test_every_room_with_a_catalogue_is_read() -> None:
    assert ROOMS / "web" / "translations" in i18n.catalogues()
    assert all(Path(folder).is_dir() for folder in i18n.catalogues())


def test_the_answer_to_a_form_offers_no_link_that_would_lose_what_was_typed(look: Flask) -> None:
    with look.test_request_context("/r/token", method="POST"):
        assert i18n.other_languages() == []
