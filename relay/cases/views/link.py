"""The duty link: everything about one case for the officer who was told of it, and one button to take it.

Opening it changes nothing, whoever or whatever opens it. The token in the address is the key, so nothing here uses
cookies or sessions: it must work at night, on any phone, however long the page has stood open.
"""

from http import HTTPStatus

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relay import db
from relay.cases import details, service
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.views import forms
from relay.cases.views.blueprints import link_bp
from relay.cases.views.case import image_response
from relay.duty import service as duty
from relay.duty.service import LinkHolder
from relay.vocabulary import Outcome
from relay.web.language import _


class _Gone(Exception):
    """The link opens nothing: never sent, or its case ended over a week ago."""


@link_bp.errorhandler(_Gone)
def gone(_error: _Gone) -> ResponseReturnValue:
    """Say in plain words what to do instead; which of the two it was is nobody's business."""
    return make_response(render_template("cases/link_gone.html"), HTTPStatus.NOT_FOUND)


@link_bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The case as it stands now, for this officer."""
    holder, case_id = _open(token)
    return _page(token, holder, case_id)


@link_bp.get("/<token>/close/<outcome>")
def ask_close(token: str, outcome: str) -> ResponseReturnValue:
    """Between choosing an outcome and ending the case: the outcome in large letters, and room for a note."""
    holder, case_id = _open(token)
    if outcome not in list(Outcome):
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "cases/link_close.html", token=token, holder=holder, case=_details(case_id), outcome=Outcome(outcome)
    )


@link_bp.get("/<token>/photos/<int:report_id>")
def photo(token: str, report_id: int) -> ResponseReturnValue:
    """The photo of one report of this link's case."""
    _holder, case_id = _open(token)
    with db.transaction() as session:
        image = details.photo(session, case_id, report_id)
    return image_response(image)


@link_bp.post("/<token>/<any(accept, progress, called_119, release, note, close, reopen):action>")
def act(token: str, action: str) -> ResponseReturnValue:
    """Do it, then show the page anew; a refusal comes back with its reason and what was written."""
    holder, case_id = _open(token)
    try:
        done = _do(action, case_id, holder)
    except CaseError as error:
        return make_response(
            _page(token, holder, case_id, refusal=_(error.sentence, **error.values)), HTTPStatus.CONFLICT
        )
    return redirect(url_for("duty_link.show", token=token, done=done), HTTPStatus.SEE_OTHER)


def _do(action: str, case_id: int, holder: LinkHolder) -> str:
    """Call the service. Returns the code of what the page then says."""
    actor = Actor(name=holder.officer_name, officer_id=holder.officer_id)
    if action == "accept":
        won = service.accept(case_id, actor, officer_id=holder.officer_id, via="link").won
        return "accept" if won else "taken"
    if action == "progress":
        service.progress(case_id, actor)
    elif action == "called_119":
        service.called_119(case_id, actor)
    elif action == "release":
        service.release(case_id, actor)
    elif action == "note":
        service.note(case_id, actor, text=forms.text("note"))
    elif action == "close":
        service.close(case_id, actor, outcome=forms.outcome("outcome"), text=forms.text("text"))
    elif action == "reopen":
        service.reopen(case_id, actor, reason=forms.text("text"))
    return action


def _open(token: str) -> tuple[LinkHolder, int]:
    holder = duty.open_link(token)
    if holder is None:
        raise _Gone
    with db.transaction() as session:
        return holder, details.survivor(session, holder.case_id)


def _details(case_id: int) -> details.Details:
    with db.transaction() as session:
        found = details.details(session, case_id)
    if found is None:
        raise _Gone
    return found


def _page(token: str, holder: LinkHolder, case_id: int, *, refusal: str | None = None) -> str:
    return render_template(
        "cases/link.html",
        token=token,
        holder=holder,
        case=_details(case_id),
        moved=case_id != holder.case_id,
        refusal=refusal,
        draft=request.form.get("note", ""),
        done=request.args.get("done", ""),
        outcomes=list(Outcome),
    )
