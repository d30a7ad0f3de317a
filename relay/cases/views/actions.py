"""What a signed-in person can do to a case. Each is a POST that calls one service and goes back to the page.

Every form sends the number of the newest event that its page showed. Where a decision rests on what the page showed
(closing, lowering, moving …) and something else has happened since, nothing is done: the page comes back with the
news and what was filled in.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relay import db
from relay.accounts.scope import current_scope, signed_in, signed_in_user
from relay.cases import details, service
from relay.cases.actors import Actor
from relay.cases.details import Details
from relay.cases.errors import CaseError
from relay.cases.views import case as case_page
from relay.cases.views import forms
from relay.cases.views.blueprints import bp
from relay.cases.views.case import Refusal
from relay.places import address
from relay.timeline import Kind
from relay.web import words
from relay.web.language import _

#: Names of towns and buildings are shorter than this.
SHORT = 80

OWNERSHIP = (
    Kind.ACCEPTED,
    Kind.ASSIGNED,
    Kind.RELEASED,
    Kind.LEASE_LOST,
    Kind.CLOSED,
    Kind.REOPENED,
    Kind.JOINED,
)
ANYTHING = (*OWNERSHIP, Kind.REPORTED, Kind.PLACED, Kind.RAISED, Kind.LEVEL_SET, Kind.SPLIT)
READING = (Kind.READING_CORRECTED, Kind.SPLIT, Kind.JOINED)
#: On what a decision rests. Accepting is not here: the service lets the first one win and tells the second.
RESTS_ON: dict[str, tuple[Kind, ...]] = {
    "assign": OWNERSHIP,
    "release": OWNERSHIP,
    "close": ANYTHING,
    "level": ANYTHING,
    "place": ANYTHING,
    "split": ANYTHING,
    "join": ANYTHING,
    "reopen": ANYTHING,
    "reading": READING,
    "reading_undo": READING,
}
Act = Callable[[int], ResponseReturnValue]


def action(name: str) -> Callable[[Act], Act]:
    """Route ``POST /cases/<number>/<name>`` to a function that calls the service and says where to go next."""

    def route(act: Act) -> Act:
        @bp.post(f"/cases/<int:number>/{name}", endpoint=f"case_{name}")
        @signed_in
        @wraps(act)
        def view(number: int) -> ResponseReturnValue:
            with db.transaction() as session:
                if not details.visible(session, number, current_scope()):
                    abort(HTTPStatus.NOT_FOUND)
                seen = forms.number("seen") or 0
                news = details.news_since(session, number, seen, RESTS_ON.get(name, ()))
            if news:
                sentence = _(
                    "ページを開いたあとに、次のことがありました。確かめてから、もう一度押してください。"
                )
                return _refused(
                    number, Refusal(sentence=sentence, action=name, values=request.form, news=news)
                )
            try:
                return act(number)
            except CaseError as error:
                sentence = _(error.sentence, **error.values)
                return _refused(number, Refusal(sentence=sentence, action=name, values=request.form))

        return view

    return route


def _refused(number: int, refusal: Refusal) -> ResponseReturnValue:
    return make_response(case_page.page(number, refusal), HTTPStatus.CONFLICT)


def back(number: int, sentence: str, tone: str = "good") -> ResponseReturnValue:
    """To the case's page, or to the board when the case is another centre's by now."""
    flash(sentence, tone)
    with db.transaction() as session:
        if details.visible(session, number, current_scope()):
            return redirect(url_for("cases.case", number=number), HTTPStatus.SEE_OTHER)
    flash(_("案件 %(number)s は、別の担当へ移りました。", number=number), "info")
    return redirect(url_for("cases.board"), HTTPStatus.SEE_OTHER)


def user() -> Actor:
    """The signed-in person, who may also be an officer on duty."""
    who = signed_in_user()
    return Actor(name=who.name, officer_id=who.officer_id)


def _desk() -> Actor:
    """The same person acting for whoever has the case: at a desk one may pass on a colleague's case."""
    return Actor(name=signed_in_user().name)


def _officer(number: int) -> int:
    """The chosen officer: one of those that the case's list offered. Raises ``CaseError``."""
    chosen = forms.number("officer_id")
    with db.transaction() as session:
        offered = {officer.id for officer in details.officers_for(session, number)}
    if chosen is None or chosen not in offered:
        raise CaseError("担当者を一覧から選んでください。")
    return chosen


@action("accept")
def accept(number: int) -> ResponseReturnValue:
    """An officer takes it, as told by phone or in person; or the user, who is that officer."""
    taken = service.accept(number, user(), officer_id=_officer(number), via="board")
    if taken.won:
        return back(number, _("%(officer)s が担当です。", officer=taken.owner))
    since = words.moment_word(taken.since)
    return back(
        number, _("%(since)s から %(owner)s が担当しています。", owner=taken.owner, since=since), "warning"
    )


@action("assign")
def assign(number: int) -> ResponseReturnValue:
    """Choose who has it; that officer is told by SMS."""
    service.assign(number, user(), officer_id=_officer(number))
    return back(number, _("担当を決めました。本人にSMSで知らせます。"))


@action("called_119")
def called_119(number: int) -> ResponseReturnValue:
    """119 has been called: whoever is told next need not call again."""
    service.called_119(number, user())
    return back(number, _("119番に通報済みと記録しました"))


@action("progress")
def progress(number: int) -> ResponseReturnValue:
    """Still on it."""
    service.progress(number, _desk())
    return back(number, _("対応中として記録しました。"))


@action("release")
def release(number: int) -> ResponseReturnValue:
    """Hand over to the next person."""
    service.release(number, _desk())
    return back(number, _("次の人に知らせます。"))


@action("note")
def note(number: int) -> ResponseReturnValue:
    """Write a note."""
    service.note(number, user(), text=forms.text("note_text"))
    return back(number, _("メモを残しました。"))


@action("level")
def level(number: int) -> ResponseReturnValue:
    """Raise at once; lower after asking, because fewer people will be told then."""
    wanted, reason = forms.level("level"), forms.text("level_reason")
    now = details_of(number).row.level
    if wanted < now and reason and not _confirmed():
        return _ask(
            number,
            "level",
            title=_("緊急度を下げますか"),
            lines=[
                _(
                    "「%(before)s」から「%(after)s」へ",
                    before=words.level_word(now),
                    after=words.level_word(wanted),
                ),
                _("知らせる相手や早さが変わります。急ぐ様子がないか、通報をもう一度確かめてください。"),
            ],
            button=_("下げる"),
        )
    service.set_level(number, user(), level=wanted, reason=reason)
    return back(number, _("緊急度を変えました。"))


@action("place")
def place(number: int) -> ResponseReturnValue:
    """Correct the place; the centre that answers for it is told."""
    typed = forms.text("place_number", most=SHORT)
    house = address.normalise_number(typed)
    if typed and house is None:
        raise CaseError("番地は「3-4-11」のように数字で書いてください。")
    room = forms.text("place_room", most=SHORT)
    kept = service.set_place(
        number,
        user(),
        town=forms.text("place_town", most=SHORT),
        number=house,
        building=forms.text("place_building", most=SHORT) or None,
        room=address.normalise_room(room) or room or None,
    )
    if kept != number:
        return back(kept, _("同じ家の案件 %(number)s があったので、まとめました。", number=kept))
    return back(number, _("場所を直しました。"))


@action("split")
def split(number: int) -> ResponseReturnValue:
    """Make ticked reports a case of their own."""
    new = service.split(number, user(), report_ids=forms.numbers("report"))
    return back(new, _("案件 %(number)s から分けました。", number=number))


@action("join")
def join(number: int) -> ResponseReturnValue:
    """Merge into another open case that the user may see."""
    into = forms.number("into") or forms.number("into_number")
    with db.transaction() as session:
        if into is None:
            raise CaseError("まとめる先の案件を選ぶか、番号を入れてください。")
        if not details.visible(session, into, current_scope()):
            raise CaseError("この案件は見つかりません。番号を確かめてください。")
    service.join(number, user(), into=into)
    return back(into, _("案件 %(number)s をここにまとめました。", number=number))


@action("close")
def close(number: int) -> ResponseReturnValue:
    """End it, after asking once more."""
    outcome, text = forms.outcome("outcome"), forms.text("close_text")
    if not _confirmed():
        return _ask(
            number,
            "close",
            title=_("この案件を終了しますか"),
            lines=[
                _("結果：%(outcome)s", outcome=words.outcome_word(outcome)),
                *([text] if text else []),
                _("通報した人には、くわしい結果を伏せて、終わったことだけを知らせます。"),
            ],
            button=_("終了する"),
        )
    service.close(number, user(), outcome=outcome, text=text)
    return back(number, _("終了しました。"))


@action("reopen")
def reopen(number: int) -> ResponseReturnValue:
    """Open it again; whoever is on the rota has it at once, else the ladder starts."""
    service.reopen(number, user(), reason=forms.text("reopen_reason"))
    return back(number, _("再開しました。"))


def details_of(number: int) -> Details:
    """The case in full; 404 when there is none."""
    with db.transaction() as session:
        found = details.details(session, number)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _confirmed() -> bool:
    return request.form.get("confirmed") == "yes"


def _ask(number: int, name: str, *, title: str, lines: Sequence[str], button: str) -> ResponseReturnValue:
    """The page between: what will happen, and everything that was filled in, to be sent again."""
    kept = [(key, value) for key, value in request.form.items(multi=True) if key != "csrf_token"]
    return render_template(
        "cases/confirm.html",
        case=details_of(number),
        title=title,
        lines=lines,
        button=button,
        action=url_for(f"cases.case_{name}", number=number),
        kept=kept,
    )
