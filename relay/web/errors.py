"""Pages for what went wrong: what happened, in plain words, and what to do next."""

from dataclasses import dataclass

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import LazyString, lazy_gettext
from werkzeug.exceptions import HTTPException, InternalServerError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Problem:
    """One kind of failure as the reader should see it."""

    title: LazyString
    advice: LazyString


PROBLEMS: dict[int, Problem] = {
    400: Problem(
        lazy_gettext("送られた内容を読み取れませんでした"),
        lazy_gettext(
            "ページを開いてから時間がたつと、こうなることがあります。前のページを開き直して、もう一度お試しください。"
        ),
    ),
    403: Problem(
        lazy_gettext("このページは開けません"),
        lazy_gettext(
            "この操作ができる人として確認できませんでした。ログインし直すか、担当の方に聞いてください。"
        ),
    ),
    404: Problem(
        lazy_gettext("ページが見つかりません"),
        lazy_gettext("アドレスが違うか、期限が切れています。QRコードやSMSのリンクから開き直してください。"),
    ),
    405: Problem(
        lazy_gettext("この開き方はできません"),
        lazy_gettext("前のページに戻って、画面のボタンからお進みください。"),
    ),
    413: Problem(
        lazy_gettext("送るデータが大きすぎます"),
        lazy_gettext("前のページに戻り、写真を外すか小さくして、もう一度送ってください。"),
    ),
    429: Problem(
        lazy_gettext("短い時間に何度も送られました"),
        lazy_gettext("1分ほど待ってから、もう一度お試しください。急ぐときは、下の番号に電話してください。"),
    ),
    500: Problem(
        lazy_gettext("こちら側で問題が起きました"),
        lazy_gettext(
            "少し待ってから、もう一度お試しください。うまくいかないときは、下の番号に電話してください。"
        ),
    ),
    503: Problem(
        lazy_gettext("いま、つながりにくくなっています"),
        lazy_gettext("少し待ってから、もう一度お試しください。急ぐときは、下の番号に電話してください。"),
    ),
}


def problem_of(code: int) -> Problem:
    """The words for a status code; an unlisted one reads like the general one of its kind."""
    return PROBLEMS.get(code) or PROBLEMS[500 if code >= 500 else 400]  # noqa: PLR2004


def show(error: HTTPException) -> Response:
    """Answer with the page, or with the same words as JSON where a program asked."""
    code = error.code or 500
    if error.response is not None and code < 400:  # noqa: PLR2004 - a redirect raised as an exception
        return make_response(error.response)
    problem = problem_of(code)
    answer: Response
    if _program_asks():
        answer = jsonify(error=code, message=str(problem.title), advice=str(problem.advice))
    else:
        answer = make_response(render_template("error.html", code=code, problem=problem))
    answer.status_code = code
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers.setdefault(name, value)
    return answer


def show_crash(error: InternalServerError) -> Response:
    """A fault of ours: the log gets the cause, the reader what to do."""
    log.error("page_failed", endpoint=request.endpoint, exc_info=error.original_exception or error)
    return show(error)


def _program_asks() -> bool:
    accepted = request.accept_mimetypes
    return (
        request.path.startswith("/api/")
        or accepted.best_match(["text/html", "application/json"]) == "application/json"
    )


def init_app(app: Flask) -> None:
    """Show these pages for every HTTP error of the app; a room may still answer its own errors."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(InternalServerError, show_crash)
