"""The page of one case: what is known, what happened, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from relay import db
from relay.accounts.scope import current_scope, signed_in, signed_in_user
from relay.cases import details
from relay.cases.views.blueprints import bp
from relay.places import service as places
from relay.timeline import Event
from relay.vocabulary import Level, Outcome
from relay.web import words
from relay.web.language import _


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why an action did not happen, and what the user had filled in, so that nothing is typed twice."""

    sentence: str
    action: str
    values: MultiDict[str, str] = field(default_factory=MultiDict)
    news: Sequence[Event] = ()
    """What happened since the page was opened."""


@bp.get("/cases/<int:number>")
@signed_in
def case(number: int) -> ResponseReturnValue:
    """The page; for a case of another desk nothing but whose it is, 404 for one that does not exist."""
    with db.transaction() as session:
        kept = details.survivor(session, number)
        if details.visible(session, number, current_scope()):
            kept = number
        elif not details.visible(session, kept, current_scope()):
            return _elsewhere(number, details.elsewhere(session, kept))
    return redirect(url_for("cases.case", number=kept)) if kept != number else page(number)


def _elsewhere(number: int, desk: details.Elsewhere | None) -> ResponseReturnValue:
    if desk is None:
        abort(HTTPStatus.NOT_FOUND)
    return make_response(
        render_template("cases/elsewhere.html", number=number, desk=desk), HTTPStatus.FORBIDDEN
    )


def page(number: int, refusal: Refusal | None = None) -> str:
    """The page's HTML, with the reason on top when an action was refused."""
    scope = current_scope()
    with db.transaction() as session:
        found = details.details(session, number) if details.visible(session, number, scope) else None
        if found is None:
            abort(404)
        return render_template(
            "cases/case.html",
            case=found,
            officer_choices=[("", _("選んでください"))]
            + [(officer.id, officer.words) for officer in details.officers(session, found.centre_id)],
            outcome_choices=[(outcome.value, words.outcome_word(outcome)) for outcome in Outcome],
            level_choices=[
                (level.value, words.level_word(level))
                for level in reversed(Level)
                if level != found.row.level
            ],
            neighbours=details.neighbours(session, found.row, scope) if found.open else [],
            towns=places.town_names(session) if found.open else [],
            own_officer_id=signed_in_user().officer_id,
            refusal=refusal,
            draft=refusal.values if refusal else MultiDict(),
        )


@bp.get("/cases/<int:number>/photos/<int:report_id>")
@signed_in
def photo(number: int, report_id: int) -> ResponseReturnValue:
    """The photo of one report of this case."""
    with db.transaction() as session:
        allowed = details.visible(session, number, current_scope())
        image = details.photo(session, number, report_id) if allowed else None
    return image_response(image)


def image_response(image: bytes | None) -> Response:
    """A stored photo as what it is, and nothing that a browser could take for something else."""
    if image is None:
        abort(404)
    response = Response(image, mimetype="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
