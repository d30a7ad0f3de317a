"""What the city does to a search: each a POST that calls one service and goes back to the page.

Every form sends the number of the newest line of the log that its page showed. Where something has happened since,
nothing is done and the page comes back with the news: so a second click does nothing twice. What reaches many phones
is shown once more before it goes.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import db
from relay.search import queries, service
from relay.search.errors import SearchError
from relay.search.sighting import sighting_marks
from relay.search.sighting.sighting_marks import MarkChanged
from relay.search.states import Closing, State
from relay.search.views import confirmation, forms, preview, refusals, show, words
from relay.search.views.access import actor, city_only
from relay.search.views.blueprints import bp
from relay.search.views.confirmation import Question
from relay.search.views.forms import Stale
from relay.search.views.notices import Refusal
from relay.web.language import _

Act = Callable[[int], ResponseReturnValue]


def action(name: str) -> Callable[[Act], Act]:
    """Route ``POST /search/<number>/<name>`` to a function that calls the service and says where to go next."""

    def route(act: Act) -> Act:
        @bp.post(f"/<int:search_id>/{name}", endpoint=name)
        @city_only
        @wraps(act)
        def view(search_id: int) -> ResponseReturnValue:
            try:
                with forms.on_what_was_seen(search_id):
                    return act(search_id)
            except Stale as stale:
                sentence = _(
                    "ページを開いたあとに、次のことがありました。確かめてから、もう一度押してください。"
                )
                refusal = Refusal(sentence=sentence, action=name, values=request.form, news=stale.news)
            except MarkChanged as changed:
                refusal = mark_changed(name, changed)
            except SearchError as error:
                refusal = Refusal(sentence=refusals.sentence(error), action=name, values=request.form)
            return refused(search_id, refusal)

        return view

    return route


def check_sighting(session: Session, search_id: int, sighting_id: int | None) -> None:
    """Raises ``MarkChanged`` when the sighting that the place comes from has another mark than the form showed."""
    try:
        if sighting_id is not None:
            sighting_marks.check(session, search_id, sighting_id, shown=request.form.get("shown", "new"))
    except LookupError:
        abort(HTTPStatus.NOT_FOUND)


def mark_changed(name: str, changed: MarkChanged) -> Refusal:
    """Somebody else marked the sighting meanwhile: who, and what it is now. What was typed can be sent again."""
    sentence = _(
        "ページを開いたあとに、目撃 %(number)s の印が変わりました。確かめてから、変えるときはもう一度押してください。",
        number=changed.number,
    )
    values = request.form.copy()
    values["shown"] = changed.mark
    return Refusal(sentence=sentence, action=name, values=values, news=[changed.change])


def refused(search_id: int, refusal: Refusal) -> ResponseReturnValue:
    """The page as it stands now, with the reason on top and everything typed still in its form."""
    with db.transaction() as session:
        try:
            found = queries.page(session, search_id)
        except SearchError:
            abort(HTTPStatus.NOT_FOUND)
        waiting = found.row.state in (State.DRAFT, State.AWAITING)
        page = (preview.render if waiting else show.render)(session, found, refusal)
    return make_response(page, HTTPStatus.CONFLICT)


def _back(search_id: int, sentence: str, tone: str = "good") -> ResponseReturnValue:
    flash(sentence, tone)
    return redirect(url_for("search.show", search_id=search_id), HTTPStatus.SEE_OTHER)


def _ask(search_id: int, name: str, question: Question) -> ResponseReturnValue:
    """The page between: what will happen, and everything that was filled in, to be sent again."""
    kept = [(key, value) for key, value in request.form.items(multi=True) if key != "csrf_token"]
    return render_template(
        "search/confirm.html",
        search_id=search_id,
        question=question,
        action=url_for(f"search.{name}", search_id=search_id),
        kept=kept,
    )


@action("submit")
def submit(search_id: int) -> ResponseReturnValue:
    """Ask a second person."""
    service.submit(search_id, actor())
    return _back(
        search_id,
        _("承認を依頼し、市の当番にSMSで知らせました。急ぐときは近くの職員に声をかけてください。"),
    )


@action("approve")
def approve(search_id: int) -> ResponseReturnValue:
    """The second person lets it go."""
    service.approve(search_id, actor(), quiet_reason=forms.text("quiet_reason") or None)
    return _back(search_id, _("承認しました。近い地区から送っています。"))


@action("send_back")
def send_back(search_id: int) -> ResponseReturnValue:
    """The second person wants something changed."""
    service.send_back(search_id, actor(), note=forms.text("note"))
    return _back(search_id, _("差し戻しました。下書きに戻っています。"))


@action("urgent")
def urgent(search_id: int) -> ResponseReturnValue:
    """One person alone, after asking once more."""
    reason = forms.text("reason")
    if not reason:
        raise SearchError("no_reason")
    if not forms.ticked("confirmed"):
        with db.transaction() as session:
            return _ask(search_id, "urgent", confirmation.urgent(session, search_id, reason))
    service.send_urgent(
        search_id, actor(), reason=reason, quiet_reason=forms.text("urgent_quiet_reason") or None
    )
    return _back(search_id, _("緊急で送りました。近い地区から送っています。"))


@action("discard")
def discard(search_id: int) -> ResponseReturnValue:
    """Drop what has not gone out, after asking once more."""
    if not forms.ticked("confirmed"):
        return _ask(search_id, "discard", confirmation.discard())
    service.discard(search_id, actor())
    flash(_("K%(number)sを取りやめました。どこにも送っていません。", number=search_id), "good")
    return redirect(url_for("search.index"), HTTPStatus.SEE_OTHER)


@action("update")
def update(search_id: int) -> ResponseReturnValue:
    """News to everybody alerted, after showing the text as it goes."""
    text = forms.text("news")
    if not forms.ticked("confirmed"):
        with db.transaction() as session:
            return _ask(search_id, "update", confirmation.update(session, search_id, text))
    service.update(search_id, actor(), words=text)
    return _back(search_id, _("続報を送っています。"))


@action("widen")
def widen(search_id: int) -> ResponseReturnValue:
    """The next ring, after naming its districts and head count."""
    if not forms.ticked("confirmed"):
        with db.transaction() as session:
            return _ask(search_id, "widen", confirmation.widen(session, search_id))
    service.widen(search_id, actor())
    return _back(search_id, _("範囲を広げて送っています。"))


@action("keep_ring")
def keep_ring(search_id: int) -> ResponseReturnValue:
    """Not wider for now."""
    service.keep_ring(search_id, actor())
    return _back(search_id, _("範囲はこのままにします。時間がたったら、もう一度たずねます。"))


@action("extend")
def extend(search_id: int) -> ResponseReturnValue:
    """Go on searching."""
    service.extend(search_id, actor())
    return _back(search_id, _("捜索を続けます。終了の期限を延ばしました。"))


@action("last_seen")
def last_seen(search_id: int) -> ResponseReturnValue:
    """Another last-seen place; with words, everybody alerted hears of it after one more look."""
    text, sighting_id = forms.text("words"), forms.number("sighting")
    with db.transaction() as session:
        check_sighting(session, search_id, sighting_id)
        place = forms.last_seen(session)
        if place.faults or place.seen_at is None:
            refusal = Refusal(
                sentence=_("最後に見た場所を、まだ変えていません。次の欄を直してください。"),
                action="last_seen",
                values=request.form,
                errors=place.faults,
            )
            return refused(search_id, refusal)
        if text and not forms.ticked("confirmed"):
            return _ask(search_id, "last_seen", confirmation.update(session, search_id, text, place=place))
    service.move_last_seen(
        search_id,
        actor(),
        town=place.town,
        place=place.place,
        lat=place.lat,
        lng=place.lng,
        district_id=place.district_id,
        seen_at=place.seen_at,
        words=text or None,
        sighting_id=sighting_id,
    )
    if text:
        return _back(search_id, _("最後に見た場所を変え、続報を送っています。"))
    return _back(search_id, _("最後に見た場所を変えました。協力員には知らせていません。"))


@action("close")
def close(search_id: int) -> ResponseReturnValue:
    """End it, after showing what everybody alerted will be told."""
    wanted = request.form.get("closing", "")
    wait = forms.ticked("wait")
    if wanted not in (Closing.FOUND, Closing.ENDED, Closing.WITHDRAWN):
        return refused(
            search_id,
            Refusal(sentence=_("終了の理由を選んでください。"), action="close", values=request.form),
        )
    closing = Closing(wanted)
    if not forms.ticked("confirmed"):
        with db.transaction() as session:
            return _ask(search_id, "close", confirmation.close(session, search_id, closing, wait=wait))
    service.close(search_id, actor(), closing=closing, wait_for_morning=wait)
    return _back(
        search_id,
        _("「%(closing)s」で終了しました。知らせた全員に伝えています。", closing=words.closing(closing)),
    )
