"""The yearly figures."""

from flask import render_template
from flask.typing import ResponseReturnValue

from relay import db
from relay.search import yearly
from relay.search.views.access import city_only
from relay.search.views.blueprints import bp


@bp.get("/figures")
@city_only
def figures() -> ResponseReturnValue:
    """Searches by year, and exercises by year: never in one sum."""
    with db.transaction() as session:
        return render_template(
            "search/figures.html",
            real=yearly.years(session, drill=False),
            drills=yearly.years(session, drill=True),
        )
