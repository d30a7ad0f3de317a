"""The control API: what a test or a tool does in place of the people who hold the phones."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from aiohttp import web

from relay.embedded.phones import errors, numbers
from relay.embedded.phones.exchange import EXCHANGE
from relay.embedded.phones.faults import FaultError
from relay.embedded.phones.resources import encode
from relay.embedded.phones.state import Call, Message, Phone, WebhookAttempt

KEYS = frozenset("0123456789*#")
#: A time zone whose ``+`` arrived as a space.
ZONE_AFTER_SPACE = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$")


class Wrong(Exception):
    """The request can't be done. The message tells the caller what to change."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes() -> list[web.RouteDef]:
    """All control routes."""
    return [
        web.post("/control/inbound", _explained(_inbound)),
        web.get("/control/messages", _explained(_messages)),
        web.get("/control/calls", _explained(_calls)),
        web.post("/control/calls/{sid}/press", _explained(_press)),
        web.post("/control/calls/{sid}/hangup", _explained(_hang_up)),
        web.get("/control/faults", _explained(_faults)),
        web.put("/control/faults", _explained(_set_faults)),
        web.get("/control/phones", _explained(_phones)),
        web.put("/control/phones/{number}", _explained(_set_phone)),
        web.get("/control/webhooks", _explained(_webhooks)),
        web.delete("/control", _explained(_forget)),
    ]


def _explained(handler: Handler) -> Handler:
    """``handler`` with ``Wrong`` turned into a JSON answer."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Wrong as wrong:
            return _json({"error": str(wrong)}, status=wrong.status)

    return handle


async def _inbound(request: web.Request) -> web.Response:
    given = await _body(request, {"from", "to", "body", "sid", "params"})
    body, extra, sid = given.get("body"), given.get("params"), given.get("sid")
    if not isinstance(body, str):
        raise Wrong("body must be the text of the SMS")
    if sid is not None and not (isinstance(sid, str) and sid.isalnum()):
        raise Wrong("sid must be letters and digits, such as SM and 32 hex digits")
    if extra is not None and not (
        isinstance(extra, dict) and all(isinstance(value, str) for value in extra.values())
    ):
        raise Wrong("params must be an object of texts")
    message = request.app[EXCHANGE].inbound.text(
        sender=_number(given.get("from"), "from"),
        to=_number(given["to"], "to") if "to" in given else None,
        body=body,
        sid=sid,
        extra=extra,
    )
    return _json({"sid": message.sid})


async def _messages(request: web.Request) -> web.Response:
    query = request.query
    found = request.app[EXCHANGE].state.select_messages(
        to=numbers.from_query(query.get("to", "")),
        sender=numbers.from_query(query.get("from", "")),
        since=_since(query.get("since", "")),
    )
    return _json([message_view(message) for message in found])


async def _calls(request: web.Request) -> web.Response:
    to = numbers.from_query(request.query.get("to", ""))
    since = _since(request.query.get("since", ""))
    return _json(
        [
            call_view(call)
            for call in request.app[EXCHANGE].state.calls.values()
            if to in ("", call.to) and (since is None or call.created_at >= since)
        ]
    )


async def _press(request: web.Request) -> web.Response:
    call = _call(request)
    digits = (await _body(request, {"digits"})).get("digits")
    if isinstance(digits, int) and not isinstance(digits, bool):
        digits = str(digits)
    if not isinstance(digits, str) or not digits or not KEYS.issuperset(digits):
        raise Wrong("digits must be keys of a phone: 0 to 9, * and #")
    if not request.app[EXCHANGE].calls.press(call, digits):
        raise Wrong(f"the call is over ({call.status})", status=409)
    return _json(call_view(call))


async def _hang_up(request: web.Request) -> web.Response:
    call = _call(request)
    if not await request.app[EXCHANGE].calls.hang_up(call):
        raise Wrong(f"the call is over ({call.status})", status=409)
    return _json(call_view(call))


async def _faults(request: web.Request) -> web.Response:
    return _json(request.app[EXCHANGE].delivery.faults.as_json())


async def _set_faults(request: web.Request) -> web.Response:
    delivery = request.app[EXCHANGE].delivery
    try:
        delivery.set_faults(delivery.faults.changed(await _body(request)))
    except FaultError as error:
        raise Wrong(str(error)) from error
    return await _faults(request)


async def _phones(request: web.Request) -> web.Response:
    return _json([phone_view(phone) for phone in request.app[EXCHANGE].state.phones.values()])


async def _set_phone(request: web.Request) -> web.Response:
    number = _number(request.match_info["number"], "the number in the path")
    given = await _body(request, {"error_code", "label", "off"})
    code, label, off = given.get("error_code"), given.get("label"), given.get("off", False)
    if code is not None and not (isinstance(code, int) and code in errors.KNOWN):
        raise Wrong(f"error_code must be null or one of {', '.join(map(str, sorted(errors.KNOWN)))}")
    if label is not None and not isinstance(label, str):
        raise Wrong("label must be a text or null")
    if not isinstance(off, bool):
        raise Wrong("off must be true or false")
    state = request.app[EXCHANGE].state
    phone = state.phone(number)
    for name, value in given.items():
        setattr(phone, name, value)
    state.touch(phone)
    return _json(phone_view(phone))


async def _webhooks(request: web.Request) -> web.Response:
    return _json([webhook_view(attempt) for attempt in request.app[EXCHANGE].state.webhooks])


async def _forget(request: web.Request) -> web.Response:
    await request.app[EXCHANGE].forget()
    return _json({"forgotten": True})


def message_view(message: Message) -> dict[str, object]:
    """A message as the phone has it: a blanked body is still there, since a handset keeps what it got."""
    return {
        "sid": message.sid,
        "to": message.to,
        "from": message.sender,
        "body": message.body,
        "status": message.status,
        "created_at": _iso(message.created_at),
        "segments": message.segments,
        "direction": message.direction,
        "error_code": message.error_code,
        "blanked": message.blanked,
        "problem": message.problem,
    }


def call_view(call: Call) -> dict[str, object]:
    """A call with everything heard and pressed so far; ``waiting`` means that it asks for a key now."""
    return {
        "sid": call.sid,
        "to": call.to,
        "from": call.sender,
        "status": call.status,
        "said": list(call.said),
        "pressed": call.pressed,
        "waiting": call.waiting,
        "created_at": _iso(call.created_at),
        "problem": call.problem,
    }


def phone_view(phone: Phone) -> dict[str, object]:
    """One phone and what is set on it."""
    return {
        "number": phone.number,
        "label": phone.label,
        "off": phone.off,
        "error_code": phone.error_code,
        "opted_out": phone.opted_out,
        "messages": len(phone.messages),
        "calls": len(phone.calls),
    }


def webhook_view(attempt: WebhookAttempt) -> dict[str, object]:
    """One request to the relay and what came of it."""
    return {
        "at": _iso(attempt.at),
        "kind": attempt.kind,
        "url": attempt.url,
        "sid": attempt.sid,
        "status": attempt.status,
        "problem": attempt.problem,
    }


async def _body(request: web.Request, known: set[str] | None = None) -> Mapping[str, object]:
    try:
        given = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise Wrong(f"the request body is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise Wrong("the request body must be a JSON object")
    unknown = set(given) - known if known is not None else set()
    if unknown:
        raise Wrong(f"unknown: {', '.join(sorted(unknown))}")
    return given


def _number(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{name} must be a phone number such as +819012345678")
    try:
        return numbers.normalise(numbers.from_query(value))
    except numbers.InvalidNumber as error:
        raise Wrong(f"{name}: {error}") from error


def _since(text: str) -> datetime | None:
    """A moment from ISO 8601 or epoch seconds; without a zone it is UTC."""
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(ZONE_AFTER_SPACE.sub(r"\1+\2", text))
    except ValueError as error:
        raise Wrong("since must be a time such as 2026-01-31T09:00:00Z, or seconds since 1970") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _call(request: web.Request) -> Call:
    call = request.app[EXCHANGE].state.calls.get(request.match_info["sid"])
    if call is None:
        raise Wrong("there is no such call", status=404)
    return call


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")
