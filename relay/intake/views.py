"""The report form of a partner company's staff, and the page with the receipt. No login, no script needed.

A report is accepted first: refused is only a form that says nothing at all, or a request that is too large.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext, lazy_gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ServiceUnavailable

from relay import clock, db, photos
from relay.intake import audit, groups, service
from relay.intake.form import FormReport, Note, as_typed, external_id, parse
from relay.intake.incoming import Incoming, ReceiptStatus, content_hash
from relay.intake.status import of_receipt
from relay.partners import service as partners
from relay.partners.service import PartnerView
from relay.places import service as places
from relay.vocabulary import Level
from relay.web import uploads, words

log = structlog.get_logger(__name__)

bp = Blueprint("intake", __name__, template_folder="templates")

#: Well above the largest photo that is taken: a larger one is left out, and its report is accepted all the same.
MAX_REQUEST_BYTES = 32 * 1024 * 1024
#: How long one self-audit serves the forms of this process.
LOOK_AGAIN = timedelta(seconds=15)

#: Kind words on the receipt page about what could not be used. Only the code travels in the address.
NOTES: dict[str, LazyString] = {
    "duplicate": lazy_gettext("同じ内容の連絡を、もう受け付けています。受付番号は同じです。"),
    "place": lazy_gettext(
        "場所を受け取りました。ありがとうございます。まだはっきりしないときは、少ししてから、このページでもう一度聞きます。"
    ),
    Note.PHONE: lazy_gettext(
        "連絡は受け付けました。携帯番号が読み取れませんでした。結果は、このページで見てください。"
    ),
    Note.PHONE_FIXED: lazy_gettext(
        "連絡は受け付けました。その番号にはSMSを送れないので、結果はこのページで見てください。"
    ),
    Note.POSITION: lazy_gettext("連絡は受け付けました。いまいる場所は読み取れませんでした。"),
    Note.CUT: lazy_gettext("連絡は受け付けました。文が長いので、4,000字までを届けます。"),
    "photo": lazy_gettext("連絡は受け付けました。写真は読み取れなかったので、文字だけ届けます。"),
    "photo_too_big": lazy_gettext("連絡は受け付けました。写真が大きすぎたので、文字だけ届けます。"),
}
NO_FORM = lazy_gettext("アドレスが違うか、協定が終わっています。カードのQRコードを読み直してください。")
NO_RECEIPT = lazy_gettext("受付の記録が見つかりません。期限が切れたか、アドレスが違います。")
BIG_PHOTO = frozenset({photos.Reason.TOO_BIG, photos.Reason.TOO_MANY_PIXELS})

WHEN: dict[Level, LazyString] = {
    Level.EMERGENCY: lazy_gettext(
        "当番の人に、すぐ知らせます。119・110にまだ電話していないときは、いま電話してください。"
    ),
    Level.URGENT: lazy_gettext("当番の人に、すぐ知らせます。夜や休みの日も知らせます。"),
    Level.PROMPT: lazy_gettext(
        "担当の人に知らせます。窓口が閉まっているときは、次に開いたとき、すぐに知らせます。"
    ),
    Level.ROUTINE: lazy_gettext("担当の人が、数日のうちに読みます。"),
}

OUTCOMES: dict[str, LazyString] = {
    "safe": lazy_gettext("確認が終わりました。無事を確認したか、支援につながりました。"),
    "closed": lazy_gettext("確認が終わりました。"),
}
STATES = ("received", "accepted", "closed")


@bp.get("/r/<token>")
def form(token: str) -> ResponseReturnValue:
    """The form of the company whose cards carry this token."""
    partner, known = _partner(token)
    if not known:
        return _unknown(NO_FORM)
    return _form_page(token, partner, MultiDict())


@bp.post("/r/<token>")
def send(token: str) -> ResponseReturnValue:
    """Take a report in. Answers with the way to its receipt."""
    request.max_content_length = MAX_REQUEST_BYTES
    partner, known = _partner(token)
    if not known:
        return _unknown(NO_FORM)
    report = parse(request.form)
    upload = uploads.photo()
    if report.empty and not upload:
        nothing = gettext("まだ何も書かれていません。ボタンを1つ選ぶか、言葉で書いてください。")
        return _form_page(token, partner, request.form, errors={"signs": nothing}), 422
    photo, refused = uploads.jpeg(upload)
    receipt = service.accept(_incoming(token, partner, report, upload, photo))
    notes = [note.value for note in sorted(report.notes) if note in NOTES]
    notes += ["photo_too_big" if refused in BIG_PHOTO else "photo"] if refused else []
    notes += ["duplicate"] if receipt.duplicate else []
    return redirect(url_for("intake.receipt", token=token, receipt=receipt.token, note=notes), code=303)


@bp.get("/r/<token>/receipt/<receipt>")
def receipt(token: str, receipt: str) -> ResponseReturnValue:
    """The receipt: number, what happens next, how it stands."""
    try:
        status = of_receipt(receipt)
    except SQLAlchemyError:
        log.warning("receipt_not_shown", exc_info=True)
        return _receipt_page(token, receipt, None, ()), 503
    if status is None:
        return _unknown(NO_RECEIPT)
    return _receipt_page(token, receipt, status, request.args.getlist("note"))


@bp.post("/r/<token>/receipt/<receipt>/place")
def place(token: str, receipt: str) -> ResponseReturnValue:
    """The reporter's answer to 「場所を教えてください」."""
    answer = parse(request.form)
    try:
        status = of_receipt(receipt)
        if status and not answer.empty:
            service.answer_place(receipt, answer)
    except SQLAlchemyError as error:
        log.warning("place_not_taken", exc_info=True)
        raise ServiceUnavailable from error
    if status is None:
        return _unknown(NO_RECEIPT)
    if answer.empty:
        nothing = {"town": gettext("町名と番地か、場所の説明を書いてください。")}
        return _receipt_page(token, receipt, status, (), errors=nothing), 422
    return redirect(url_for("intake.receipt", token=token, receipt=receipt, note=["place"]), code=303)


def _partner(token: str) -> tuple[PartnerView | None, bool]:
    """The company of a form's token, and whether the token is good.

    While the database is away nobody can tell, so every token passes: the report is kept with its token, by which
    the company is found later.
    """
    try:
        partner = partners.by_form_token(token)
    except SQLAlchemyError:
        log.warning("partner_not_looked_up", exc_info=True)
        return None, True
    return partner, partner is not None


def _incoming(
    token: str, partner: PartnerView | None, report: FormReport, upload: bytes, photo: bytes | None
) -> Incoming:
    partner_id = partner.id if partner else None
    external = external_id(report, report.fingerprint(upload), partner_id)
    text = report.text
    if upload and not photo:
        text = f"{text}\n写真: 読み取れない写真が1枚ありました。".strip()
    return Incoming(
        channel="form",
        external_id=external,
        # Two workers may tap the same sign in the same minute: only the same page makes it the same report.
        content_hash=content_hash(external),
        sender=report.phone,
        partner_id=partner_id,
        text=text,
        given=report.given,
        surname=report.surname,
        lat=report.lat,
        lng=report.lng,
        photo=photo,
        language=words.language(),
        received_at=clock.now(),
        raw={"form_token": token, "fields": as_typed(request.form)},
    )


def _form_page(
    token: str, partner: PartnerView | None, typed: MultiDict[str, str], errors: dict[str, str] | None = None
) -> str:
    chosen = set(typed.getlist("signs"))
    return render_template(
        "intake/form.html",
        token=token,
        partner=partner,
        submission=typed.get("submission") or secrets.token_urlsafe(16),
        typed=typed,
        errors=errors or {},
        first=groups.FIRST,
        more=groups.MORE,
        more_chosen=any(sign in chosen for group in groups.MORE for sign in group.signs),
        detail_chosen=any(typed.get(name) for name in ("chime", "text", "phone")),
        days=groups.DAYS,
        chime=groups.CHIME,
        towns=_towns(),
        troubled=_troubled(),
    )


def _receipt_page(
    token: str,
    receipt: str | None,
    status: ReceiptStatus | None,
    notes: Iterable[str],
    errors: dict[str, str] | None = None,
) -> str:
    here = STATES.index(status.state) if status else 0
    names = (gettext("受付"), gettext("担当者が対応中"), gettext("終了"))
    closed = status is not None and status.state == "closed"
    return render_template(
        "intake/receipt.html",
        token=token,
        receipt=receipt,
        status=status,
        closed=closed,
        steps=[(name, "done" if i < here else "now" if i == here else "") for i, name in enumerate(names)],
        when=WHEN[status.level] if status else None,
        outcome=OUTCOMES[status.outcome or "closed"] if closed and status else None,
        notes=[NOTES[note] for note in dict.fromkeys(notes) if note in NOTES],
        typed=_typed(status),
        candidates=[(town, town) for town in status.candidates] if status else [],
        errors=errors or {},
        towns=_towns() if status and status.ask_place else (),
    )


def _typed(status: ReceiptStatus | None) -> MultiDict[str, str]:
    """What stands in the fields of the question: what was typed, else the town where it is known."""
    typed = MultiDict(request.form)
    if not typed and status and status.town:
        typed["town"] = status.town
    return typed


class _Watch:
    """The last look of this process at the self-audit. Replaced whole: threads need no lock."""

    last: tuple[datetime, bool] | None = None


def _troubled() -> bool:
    """Whether a promise of the relay does not hold right now, so that reporters should phone as well."""
    now = clock.now()
    if _Watch.last and timedelta(0) <= now - _Watch.last[0] < LOOK_AGAIN:
        return _Watch.last[1]
    troubled = not audit.look().sound
    _Watch.last = (now, troubled)
    return troubled


def _unknown(reason: LazyString) -> ResponseReturnValue:
    return make_response(render_template("intake/unknown.html", words=reason), 404)


def _towns() -> tuple[str, ...]:
    """Names to choose from while typing; with the database away, those of the config folder."""
    try:
        with db.transaction() as session:
            return places.town_table(session).names
    except SQLAlchemyError:
        return places.town_table(None).names
