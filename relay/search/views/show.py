"""The list of searches, and the page of one: live, or over."""

import hashlib
import re
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from relay import clock, db
from relay.accounts.scope import signed_in, signed_in_user
from relay.places import service as places
from relay.search import audience, consent, queries, wording
from relay.search.audience import Preview
from relay.search.composing import drafts
from relay.search.errors import SearchError
from relay.search.queries import Page
from relay.search.sighting import sightings
from relay.search.states import State
from relay.search.views import forms, preview
from relay.search.views.access import is_city
from relay.search.views.blueprints import bp
from relay.search.views.notices import Refusal
from relay.search.views.pictures import picture

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The list. Users of a centre see what is live."""
    with db.transaction() as session:
        board = queries.board(session, city=is_city())
        return render_template("search/list.html", board=board, is_city=is_city(), own_id=signed_in_user().id)


@bp.get("/<int:search_id>")
@signed_in
def show(search_id: int) -> ResponseReturnValue:
    """The page of one search, whatever its state. Users of a centre see it while it is live, then that it is over."""
    with db.transaction() as session:
        if not is_city() and (row := queries.ended(session, search_id)):
            return make_response(render_template("search/over_centre.html", row=row), HTTPStatus.GONE)
        found = _page(session, search_id)
        if found.row.state in (State.DRAFT, State.AWAITING):
            return redirect(url_for("search.preview", search_id=search_id))
        return render(session, found)


@bp.get("/<int:search_id>/live")
@signed_in
def live(search_id: int) -> ResponseReturnValue:
    """The moving part of the page alone; 304 while nothing changed."""
    with db.transaction() as session:
        found = _page(session, search_id)
        if found.row.state != State.LIVE:
            return f'<p data-state="{found.row.state}"></p>'
        html = render_template("search/_live.html", **_moving(session, found))
    response = make_response(html)
    # The tokens of its forms are new each time; the ones that a page holds stay good.
    response.set_etag(hashlib.sha256(TOKEN.sub("", html).encode()).hexdigest()[:20])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@bp.get("/<int:search_id>/sheet")
@signed_in
def sheet(search_id: int) -> ResponseReturnValue:
    """The result on one sheet of paper; of an exercise, or of a search."""
    with db.transaction() as session:
        found = _page(session, search_id)
        if found.row.figures is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template("search/sheet.html", page=found, now=clock.now())


@bp.get("/<int:search_id>/photo")
@signed_in
def photo(search_id: int) -> Response:
    """The picture of the person; for users of a centre as far as it may be shown behind the links."""
    with db.transaction() as session:
        found = _page(session, search_id)
        shown = is_city() or "face" in consent.shown_to_staff(found.subject)
        return picture(drafts.photo(session, search_id) if shown else None)


def render(session: Session, found: Page, refusal: Refusal | None = None) -> str:
    """The page's HTML, with the reason on top when an action was refused."""
    if found.row.state != State.LIVE:
        return render_template("search/over.html", refusal=refusal, **_moving(session, found))
    subject = found.subject
    values = refusal.values if refusal else MultiDict[str, str]()
    if "town" not in values and subject is not None:
        values = MultiDict(forms.shown(drafts.load(session, found.row.id).fields, session) | dict(values))
    return render_template(
        "search/live.html",
        refusal=refusal,
        values=values,
        facts=preview.facts(session, found),
        seen=wording.writer().seen(wording.outline(session, found.search, subject)) if subject else "",
        items=consent.shown_to_staff(subject),
        has_photo=preview.has_photo(session, found.row.id),
        towns=places.town_names(session) if is_city() else [],
        pick_from=drafts.last_point(session),
        districts=[(str(number), name) for number, name in drafts.districts(session).items()],
        quiet_until=preview.quiet_until(),
        **_moving(session, found),
    )


def _moving(session: Session, found: Page) -> dict[str, Any]:
    """What the polled part needs."""
    row = found.row
    now = clock.now()
    live = row.state == State.LIVE
    reach = _reach(row.id, row.created_at, found.last_event, int(now.timestamp() // 60)) if live else None
    return {
        "page": found,
        "board": sightings.board(session, found.row.id),
        "reach": reach,
        "parts_of": wording.writer().parts,
        "is_city": is_city(),
        "now": now,
    }


@lru_cache(maxsize=32)
def _reach(search_id: int, _created_at: datetime, _last_event: int, _minute: int) -> Preview:
    """Whom widening would reach. Counting ten thousand people takes a while, so a page that asks every few seconds
    gets the count of this minute, or of the last thing that happened to the search."""
    with db.transaction() as session:
        return audience.preview(session, search_id)


def _page(session: Session, search_id: int) -> Page:
    try:
        state = queries.state_of(session, search_id)
        if state != State.LIVE and not is_city():
            abort(HTTPStatus.NOT_FOUND)
        return queries.page(session, search_id)
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)
