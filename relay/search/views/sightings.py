"""Sightings for the city: marking them, writing down what was told on the telephone, the map's points, pictures.

What only reads may be opened by whoever may open the search's page; only users of the city change anything.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import clock, db
from relay.accounts.scope import signed_in
from relay.places import service as places
from relay.search.models import Search
from relay.search.sighting import sighting_marks, sightings
from relay.search.sighting.sighting_marks import MarkChanged
from relay.search.sighting.sightings import Seen
from relay.search.states import OVER, State
from relay.search.views import actions, blueprints, link_form, sighting_words
from relay.search.views.access import actor, city_only, is_city
from relay.search.views.link_form import Entry
from relay.search.views.pictures import picture
from relay.web.language import _

bp = Blueprint("search_sightings", "relay.search", url_prefix="/search", template_folder="templates")
bp.context_processor(blueprints.words_for_pages)

#: Whoever rang, in a word or two.
SHORT = 80


@bp.get("/<int:search_id>/map.json")
@signed_in
def points(search_id: int) -> ResponseReturnValue:
    """The points of the map; 304 while nothing changed."""
    with db.transaction() as session:
        _readable(session, search_id)
        board = sightings.board(session, search_id)
    last = board.last_seen
    found: dict[str, Any] = {"last": None, "sightings": []}
    if last and last.lat is not None:
        at = sighting_words.hour(last.at) if last.at else ""
        found["last"] = {
            "lat": last.lat,
            "lng": last.lng,
            "label": " ".join(filter(None, (_("最後に見た場所"), at, sighting_words.place(last)))),
        }
    for view in sighting_words.located(board):
        found["sightings"].append(
            {
                "number": view.number,
                "lat": view.lat,
                "lng": view.lng,
                "mark": view.mark,
                "label": sighting_words.label(view),
                "to": f"#sighting-{view.id}",
                "more": _("一覧で見る"),
            }
        )
    body = json.dumps(found, ensure_ascii=False)
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:20])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@bp.get("/<int:search_id>/sightings/<int:sighting_id>/photo")
@signed_in
def photo(search_id: int, sighting_id: int) -> ResponseReturnValue:
    """The picture that came with a sighting."""
    with db.transaction() as session:
        _readable(session, search_id)
        jpeg = sighting_marks.photo(session, search_id, sighting_id)
    return picture(jpeg)


@bp.post("/<int:search_id>/sightings/<int:sighting_id>/mark")
@city_only
def mark(search_id: int, sighting_id: int) -> ResponseReturnValue:
    """Checked, another person, or neither again.

    The button says which mark its page showed: a decision on an older one is asked for once more.
    """
    wanted, shown = request.form.get("mark", ""), request.args.get("shown", "new")
    try:
        with db.transaction() as session:
            sighting_marks.mark(session, search_id, sighting_id, wanted, shown=shown, actor=actor().name)
    except LookupError:
        abort(HTTPStatus.NOT_FOUND)
    except MarkChanged as changed:
        return actions.refused(search_id, actions.mark_changed("mark", changed))
    flash(_("目撃情報の印を「%(mark)s」にしました。", mark=sighting_words.mark(wanted)), "good")
    return back(search_id, sighting_id)


@bp.get("/<int:search_id>/sightings/new")
@city_only
def new(search_id: int) -> ResponseReturnValue:
    """An empty form for what was told on the telephone."""
    with db.transaction() as session:
        _writable(session, search_id)
        return _new_page(session, search_id, {}, {})


@bp.post("/<int:search_id>/sightings")
@city_only
def write(search_id: int) -> ResponseReturnValue:
    """Keep what was told on the telephone, and tell the others on duty unless they need not know."""
    with db.transaction() as session:
        _writable(session, search_id)
        entry = link_form.parse(request.form, now=clock.now(), towns=places.town_table(session))
        if entry.empty:
            nothing = {"where": _("場所か様子を書いてください。")}
            return make_response(
                _new_page(session, search_id, request.form, nothing), HTTPStatus.UNPROCESSABLE_ENTITY
            )
        kept = sightings.keep(session, search_id, _seen(search_id, entry), actor=actor().name)
        if kept is None:
            abort(HTTPStatus.NOT_FOUND)
        sighting_id = kept.sighting.id
    flash(_("電話で受けた目撃を残しました。"), "good")
    return back(search_id, sighting_id)


def _seen(search_id: int, entry: Entry) -> Seen:
    who = " ".join(request.form.get("who", "").split())[:SHORT]
    text = "\n".join(line for line in (entry.text, _("電話の相手：%(who)s", who=who) if who else "") if line)
    return Seen(
        # Bound to the search: an id of another page can't stand for it.
        external_id=f"phone:{search_id}:{entry.submission or ''}:{entry.fingerprint}",
        channel="phone",
        who="phone",
        text=text,
        words=" ".join(entry.text.split()),
        received_at=clock.now(),
        phone=" ".join(request.form.get("phone", "").split())[:SHORT] or None,
        call_back=entry.call_back,
        seen_at=entry.seen_at,
        town=entry.town,
        lat=entry.lat,
        lng=entry.lng,
        heading=entry.heading,
        sure=entry.sure,
        with_now=entry.with_now,
    )


def _readable(session: Session, search_id: int) -> None:
    """404 unless this user may open the page of the search: users of a centre only while it is live."""
    search = session.get(Search, search_id)
    if search is None or not (is_city() or search.state == State.LIVE):
        abort(HTTPStatus.NOT_FOUND)


def _writable(session: Session, search_id: int) -> None:
    """404 unless the search has gone out and something may still be kept with it."""
    search = session.get(Search, search_id)
    over = search is not None and search.state in OVER and search.ring is not None and not search.wiped_at
    if search is None or not (search.state == State.LIVE or over):
        abort(HTTPStatus.NOT_FOUND)


def back(search_id: int, sighting_id: int) -> ResponseReturnValue:
    """To the sighting on the page of its search."""
    page = url_for("search.show", search_id=search_id)
    return redirect(f"{page}#sighting-{sighting_id}", HTTPStatus.SEE_OTHER)


def _new_page(session: Session, search_id: int, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "search/sighting_new.html",
        search_id=search_id,
        typed=typed,
        errors=errors,
        submission=typed.get("submission") or secrets.token_urlsafe(16),
        towns=places.town_names(session),
    )
