"""The board: all open cases with their clocks, refreshed while one looks at it."""

import hashlib

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import clock, db
from relay.accounts.scope import current_scope, signed_in, signed_in_user
from relay.cases import queries
from relay.cases.queries import Board, Filters
from relay.cases.views.blueprints import bp
from relay.places import heat
from relay.vocabulary import Level

MOST_DIGITS = 9


@bp.get("/")
def home() -> ResponseReturnValue:
    """Whoever types the bare address is somebody of the city: the board, or its login, is what they want."""
    return redirect(url_for("cases.board"))


@bp.get("/board")
@signed_in
def board() -> ResponseReturnValue:
    """The whole page. Its live part is the same fragment that ``board_live`` serves."""
    scope = current_scope()
    filters = _filters()
    with db.transaction() as session:
        shown = _read(session, filters)
        hot = heat.alert_on(session, heat.day_of(clock.now()))
        gaps = queries.rota_gaps(session, scope)
        centres = queries.centres(session) if scope.city else []
    return render_template(
        "cases/board.html",
        board=shown,
        chosen=_chosen(filters),
        gaps=gaps,
        centres=centres,
        yours=_yours(),
        hot=hot,
    )


@bp.get("/board/live")
@signed_in
def board_live() -> ResponseReturnValue:
    """The live part alone; 304 while nothing changed."""
    filters = _filters()
    with db.transaction() as session:
        shown = _read(session, filters)
        hot = heat.alert_on(session, heat.day_of(clock.now()))
    page = render_template(
        "cases/_board_live.html", board=shown, chosen=_chosen(filters), yours=_yours(), hot=hot
    )
    response = make_response(page)
    response.set_etag(hashlib.sha256(page.encode()).hexdigest()[:20])
    # May be kept to be compared, but must be asked for each time.
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


def _read(session: Session, filters: Filters) -> Board:
    return queries.board(session, current_scope(), filters, officer_id=_yours())


def _yours() -> int | None:
    return signed_in_user().officer_id


def _filters() -> Filters:
    """Filters from the address; what makes no sense there is left out."""
    level = request.args.get("level", "")
    centre = request.args.get("centre", "")
    return Filters(
        level=Level(level) if level in list(Level) else None,
        centre_id=int(centre)
        if centre.isascii() and centre.isdigit() and len(centre) <= MOST_DIGITS
        else None,
        officer_id=_yours() if request.args.get("mine") == "yes" else None,
    )


def _chosen(filters: Filters) -> dict[str, str | int | None]:
    """The filters as they stand in an address."""
    return {
        "level": filters.level.value if filters.level else None,
        "centre": filters.centre_id,
        "mine": "yes" if filters.officer_id else None,
    }
