"""The doors for the telephone provider: inbound SMS and receipts."""

from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Response, request

from relay.intake import signature, sms
from relay.outbox import receipts

#: Far more than the 1,600 characters of an SMS and all parameters that Twilio may add.
WEBHOOK_BYTES = 64 * 1024

bp = Blueprint("webhooks", __name__)
log = structlog.get_logger(__name__)


@bp.before_request
def only_signed() -> Response | None:
    """A request that is too large or not signed changes nothing and hears so in one short line."""
    request.max_content_length = WEBHOOK_BYTES
    if not signature.is_signed(request):
        log.warning("webhook_refused", path=request.path)
        return Response("signature does not match\n", status=403, mimetype="text/plain")
    return None


@bp.post("/sms/inbound")
def inbound() -> Response:
    """One SMS to us; the answer goes back as TwiML."""
    return _twiml(sms.take(request.form.to_dict()))


@bp.post("/sms/status")
def status() -> Response:
    """One receipt for a message of ours."""
    code = request.form.get("ErrorCode", "")
    known = receipts.apply(
        ref=request.args.get("ref"),
        sid=request.form.get("MessageSid", ""),
        status=request.form.get("MessageStatus", ""),
        code=int(code) if code.isdigit() else None,
    )
    if not known:
        log.warning("receipt_of_nothing")
    return Response(status=204)


def _twiml(answer: str) -> Response:
    content = f"<Message>{escape(answer)}</Message>" if answer else ""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'
    return Response(xml, mimetype="text/xml")
