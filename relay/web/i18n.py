"""Languages: Japanese as it stands in the code, English from the catalogues."""

from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask, Response, request
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from relay.web import words

LANGUAGES = {"ja": "日本語", "en": "English"}
COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600
ROOMS = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """Folders of translations: the shared one here, and one in any room that brings its own."""
    return sorted(ROOMS.glob("*/translations"))


def choose() -> str:
    """The language of this request: ``?lang=``, then the cookie, else Japanese.

    What the browser asks for is left aside: phones and kiosk machines in Japan are often set to English, and whoever
    wants English has the link at the top of every page.
    """
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return "ja"


def other_languages() -> list[tuple[str, str, str]]:
    """The languages that this page could be read in instead: code, own name, address.

    None for the answer to a form: its address takes nothing but the form, and what was typed would be lost.
    """
    if request.method not in ("GET", "HEAD"):
        return []
    others = []
    for code, name in LANGUAGES.items():
        if code == words.language():
            continue
        query = MultiDict(request.args)
        query["lang"] = code
        others.append((code, name, f"{quote(request.path)}?{urlencode(list(query.items(multi=True)))}"))
    return others


def remember(response: Response) -> Response:
    """Keep a language chosen by hand. The cookie holds two letters and nothing about the person."""
    wish = request.args.get("lang")
    if wish in LANGUAGES:
        response.set_cookie(
            COOKIE, wish, max_age=COOKIE_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response


def init_app(app: Flask) -> None:
    """Give the app its languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in catalogues())
    Babel(app, default_locale="ja", default_timezone="Asia/Tokyo", locale_selector=choose)
    app.after_request(remember)
    app.jinja_env.globals["other_languages"] = other_languages
