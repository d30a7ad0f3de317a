"""The personal link of a search: who is looked for, one form for what was seen, one tap for 「今から探します」.

The token in the address is the key, so nothing here uses cookies or sessions. Opening changes nothing but the count of
openings. Every answer to a link that opens nothing looks the same, so that guessing learns nothing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, force_locale, lazy_gettext
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from relay import clock, db
from relay.accounts import limits
from relay.places import service as places
from relay.search import links
from relay.search.links import Holder
from relay.search.sighting import sighting_marks, sightings
from relay.search.sighting.sightings import Seen
from relay.search.views import link_form, refusals, sighting_words, tiles, visitors, words
from relay.search.views.link_form import Entry
from relay.search.views.pictures import picture
from relay.web import errors, i18n, uploads
from relay.web.language import _

log = structlog.get_logger(__name__)

bp = Blueprint("search_link", "relay.search", url_prefix="/s", template_folder="templates")

#: Well above the largest photo: a larger one is left out, and its sighting is kept all the same.
MAX_REQUEST_BYTES = 32 * 1024 * 1024
#: Wrong links from one address. Right ones are never counted: whole companies share one address.
WRONG_LINKS = "60/minute"
NOTES: dict[str, LazyString] = {
    "held": lazy_gettext(
        "続けて届いたため、市の電話は鳴らしていません。記録は残しました。急ぐときは110番か、下の番号へ電話してください。"
    ),
    "photo": lazy_gettext("写真は付けられませんでした。ほかの内容は、もう届いています。"),
}


class _Closed(Exception):
    """The link opens nothing. ``over``: it was real, and its search has ended."""

    def __init__(self, *, over: bool) -> None:
        super().__init__()
        self.over = over


@bp.app_context_processor
def _on_every_page() -> dict[str, Any]:
    """What the templates about sightings call, wherever they are included."""
    return {
        "sighted": sighting_words,
        "use_map": tiles.use_map,
        "spot_links": tiles.spot_links,
        "search_file": tiles.file,
    }


@bp.after_request
def _keep_token_here(response: Response) -> Response:
    """The address is the key: no other site may learn it, no cache may keep what it opens."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.errorhandler(_Closed)
def closed(error: _Closed) -> ResponseReturnValue:
    """One page for every link that opens nothing; only who had a real one reads that its search has ended."""
    if error.over:
        return make_response(render_template("search/link_over.html"), HTTPStatus.GONE)
    try:
        return _unknown()
    except RateLimitExceeded as refusal:
        return errors.show(refusal)  # raised inside an error handler, nobody else would answer it


@limits.limiter.limit(WRONG_LINKS)
def _unknown() -> ResponseReturnValue:
    return make_response(render_template("search/link_closed.html"), HTTPStatus.NOT_FOUND)


@bp.errorhandler(SQLAlchemyError)
def away(error: SQLAlchemyError) -> ResponseReturnValue:
    """The database is away: what was typed stays on the page, and the telephone works."""
    log.error("database_away", why=type(error).__name__)
    page = render_template("search/link_away.html", typed=request.form, **_choices())
    return make_response(page, HTTPStatus.SERVICE_UNAVAILABLE)


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The page. Counts as opened when a person opens it."""
    with db.transaction() as session:
        holder = _open(session, token)
        if request.method == "GET" and not visitors.by_machine():
            links.opened(session, holder.audience_id)
    with _spoken(holder):
        return _page(token, holder, MultiDict())


@bp.get("/<token>/photo")
def photo(token: str) -> ResponseReturnValue:
    """The person's picture, where the consent allows it."""
    with db.transaction() as session:
        jpeg = links.photo(session, _open(session, token))
    return picture(jpeg)


@bp.post("/<token>/sightings")
def send(token: str) -> ResponseReturnValue:
    """Take a sighting. It is kept first; a photo that can't be read never holds it up."""
    request.max_content_length = MAX_REQUEST_BYTES
    with db.transaction() as session:
        holder = _open(session, token)
        towns = places.town_table(session)
    upload = uploads.photo()
    entry = link_form.parse(request.form, now=clock.now(), towns=towns, photo=upload)
    jpeg, refused = uploads.jpeg(upload)
    if entry.empty and jpeg is None:
        with _spoken(holder):
            nothing = _("場所か様子を、ひとことでも入れてください。いまいる場所のボタンだけでも送れます。")
            faults = {"where": nothing} | ({"photo": refusals.PHOTOS[refused]} if refused else {})
            return make_response(_page(token, holder, request.form, faults), HTTPStatus.UNPROCESSABLE_ENTITY)
    with db.transaction() as session:
        kept = sightings.keep(session, holder.search_id, _seen(holder, entry, jpeg))
        if kept is None:
            raise _Closed(over=True)
        sighting_id, held = kept.sighting.id, kept.sighting.held
    notes = [note for note, holds in (("held", held), ("photo", refused)) if holds]
    return redirect(_address("sent", token, sighting_id=sighting_id, note=notes), HTTPStatus.SEE_OTHER)


@bp.get("/<token>/sightings/<int:sighting_id>")
def sent(token: str, sighting_id: int) -> ResponseReturnValue:
    """Thanks, what to do now, and the ways on."""
    with db.transaction() as session:
        holder = _open(session, token)
        wanted = links.wanted(session, holder)
        mine = sightings.of_person(session, holder.audience_id, sighting_id)
        has_photo = mine is not None and sighting_marks.has_photo(session, sighting_id)
    if mine is None:
        return redirect(_address("show", token), HTTPStatus.SEE_OTHER)
    with _spoken(holder):
        notes = [NOTES[note] for note in dict.fromkeys(request.args.getlist("note")) if note in NOTES]
        return render_template(
            "search/link_sent.html",
            token=token,
            wanted=wanted,
            sighting=mine,
            notes=notes,
            address=_address,
            has_photo=has_photo,
            phone_end=holder.phone[-4:],
        )


@bp.post("/<token>/sightings/<int:sighting_id>/photo")
def add_photo(token: str, sighting_id: int) -> ResponseReturnValue:
    """A picture that follows, or one that could not be read the first time."""
    request.max_content_length = MAX_REQUEST_BYTES
    with db.transaction() as session:
        holder = _open(session, token)
    jpeg, _refused = uploads.jpeg(uploads.photo())
    notes = ["photo"]
    if jpeg is not None:
        with db.transaction() as session:
            if sighting_marks.add_photo(session, holder.audience_id, sighting_id, jpeg):
                notes = []
    return redirect(_address("sent", token, sighting_id=sighting_id, note=notes), HTTPStatus.SEE_OTHER)


@bp.post("/<token>/help")
def helping(token: str) -> ResponseReturnValue:
    """「今から探します」, or its end."""
    with db.transaction() as session:
        holder = _open(session, token)
        if request.form.get("helping") == "no":
            links.stop_helping(session, holder)
        else:
            links.help_now(session, holder, request.form.get("district") or None)
    return redirect(_address("show", token) + "#helping", HTTPStatus.SEE_OTHER)


def _open(session: Any, token: str) -> Holder:
    holder = links.open_link(session, token)
    if holder is None:
        raise _Closed(over=False)
    if not holder.live:
        raise _Closed(over=True)
    return holder


@contextmanager
def _spoken(holder: Holder) -> Iterator[None]:
    """The language chosen on the page or earlier, else the one that the person's messages have."""
    chosen = request.args.get("lang") or request.cookies.get(i18n.COOKIE)
    if chosen in i18n.LANGUAGES or holder.language not in i18n.LANGUAGES:
        yield
    else:
        with force_locale(holder.language):
            yield


def _address(endpoint: str, token: str, **values: Any) -> str:
    """An address of this link; a language chosen by hand goes along, for phones that keep no cookies."""
    wish = request.args.get("lang")
    if wish in i18n.LANGUAGES:
        values["lang"] = wish
    return url_for(f"search_link.{endpoint}", token=token, **values)


def _page(
    token: str, holder: Holder, typed: MultiDict[str, str], faults: dict[str, str] | None = None
) -> str:
    with db.transaction() as session:
        wanted = links.wanted(session, holder)
        towns = places.town_names(session)
    return render_template(
        "search/link.html",
        token=token,
        wanted=wanted,
        word=words,
        towns=towns,
        typed=typed,
        errors=faults or {},
        submission=typed.get("submission") or secrets.token_urlsafe(16),
        phone_end=holder.phone[-4:],
        address=_address,
        **_choices(),
    )


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "when_choices": [
            ("now", _("いま")),
            ("10", _("10分前")),
            ("30", _("30分前")),
            ("60", _("1時間前")),
        ],
        "sure_choices": [("yes", _("本人だと思う")), ("maybe", _("似た人かもしれない"))],
    }


def _seen(holder: Holder, entry: Entry, jpeg: bytes | None) -> Seen:
    words_first = " ".join(entry.text.split())
    return Seen(
        external_id=entry.external_id(holder.audience_id),
        channel="form",
        who="staff",
        text=entry.text,
        words=words_first if not entry.town or entry.town in words_first else f"{entry.town} {words_first}",
        received_at=clock.now(),
        audience_id=holder.audience_id,
        # The number that the link was sent to: whoever is with the person has to be rung at once.
        phone=holder.phone,
        call_back=entry.call_back,
        seen_at=entry.seen_at,
        town=entry.town,
        lat=entry.lat,
        lng=entry.lng,
        heading=entry.heading,
        sure=entry.sure,
        with_now=entry.with_now,
        photo=jpeg,
    )
