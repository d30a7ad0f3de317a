"""The doors for the telephone provider: inbound SMS and receipts."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Flask, Request, Response, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from relay.intake import signature, sms
from relay.outbox import receipts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Far more than the 1,600 characters of an SMS and all parameters that Twilio may add.
WEBHOOK_BYTES = 64 * 1024
RECEIPTS = "/sms/status"

bp = Blueprint("webhooks", __name__)
log = structlog.get_logger(__name__)


@bp.before_request
def only_signed() -> Response | None:
    """A request that is too large or not signed changes nothing and hears so in one short line."""
    return _refusal(request)


@bp.post("/sms/inbound")
def inbound() -> Response:
    """One SMS to us; the answer goes back as TwiML."""
    return _twiml(sms.take(request.form.to_dict()))


class ReceiptDoor:
    """Takes receipts before the pages see them: a search to thousands brings hundreds a second, and sessions, log-ins
    and limits, which are for people, would cost more than the receipt itself."""

    def __init__(self, pages: "WSGIApplication") -> None:
        self._pages = pages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != RECEIPTS or environ.get("REQUEST_METHOD") != "POST":
            return self._pages(environ, start_response)
        try:
            answer: Callable[[Any, Any], Iterable[bytes]] = _receipt(Request(environ))
        except HTTPException as error:
            answer = Response(f"{error.name}\n", status=error.code, mimetype="text/plain")
        except SQLAlchemyError as error:
            log.error("database_away", why=type(error).__name__)
            answer = Response("try again\n", status=503, mimetype="text/plain")
        return answer(environ, start_response)


@bp.record_once
def _open_receipt_door(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    app.wsgi_app = ReceiptDoor(app.wsgi_app)  # type: ignore[method-assign]


def _receipt(asked: Request) -> Response:
    """One receipt for a message of ours."""
    refused = _refusal(asked)
    if refused is not None:
        return refused
    code = asked.form.get("ErrorCode", "")
    known = receipts.apply(
        ref=asked.args.get("ref"),
        sid=asked.form.get("MessageSid", ""),
        status=asked.form.get("MessageStatus", ""),
        code=int(code) if code.isdigit() else None,
    )
    if not known:
        log.warning("receipt_of_nothing")
    return Response(status=204)


def _refusal(asked: Request) -> Response | None:
    asked.max_content_length = WEBHOOK_BYTES
    if not signature.is_signed(asked):
        log.warning("webhook_refused", path=asked.path)
        return Response("signature does not match\n", status=403, mimetype="text/plain")
    return None


def _twiml(answer: str) -> Response:
    content = f"<Message>{escape(answer)}</Message>" if answer else ""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'
    return Response(xml, mimetype="text/xml")
