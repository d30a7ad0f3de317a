"""The Calls resource: create, fetch, list, and ending a call."""

from functools import partial

from relay import clock
from relay.embedded.phones import numbers, twiml
from relay.embedded.phones.delivery import API_VERSION
from relay.embedded.phones.errors import Refusal
from relay.embedded.phones.exchange import Exchange
from relay.embedded.phones.resources import Params, call_json, date_range, page_json
from relay.embedded.phones.rest_messages import check_url, recipient
from relay.embedded.phones.state import Call, new_sid

LONGEST_TIMEOUT = 600


async def create(exchange: Exchange, params: Params, _sid: str) -> tuple[int, dict[str, object]]:
    """Call a phone. Raises ``Refusal`` as the provider would."""
    given = dict(params)
    to = recipient(given.get("To", ""))
    try:
        sender = numbers.normalise(given.get("From", ""))
    except numbers.InvalidNumber as error:
        raise Refusal(21212, given.get("From", "")) from error
    url, document = given.get("Url") or None, given.get("Twiml") or None
    _check_instructions(url, document)
    callback = given.get("StatusCallback") or None
    if callback is not None:
        check_url(callback)
    call = Call(
        sid=new_sid("CA"),
        to=to,
        sender=sender,
        status="queued",
        created_at=clock.now(),
        url=url,
        method=given.get("Method", "POST").upper(),
        twiml=document,
        callback=callback,
        callback_events=_events(params),
        timeout=_timeout(given.get("Timeout")),
        detect_machine="MachineDetection" in given,
    )
    exchange.calls.place(call)
    return 201, call_json(call, exchange.config.account_sid)


async def fetch(exchange: Exchange, _params: Params, sid: str) -> tuple[int, dict[str, object]]:
    """One call. Raises ``Refusal`` when there is none."""
    return 200, call_json(_find(exchange, sid), exchange.config.account_sid)


async def update(exchange: Exchange, params: Params, sid: str) -> tuple[int, dict[str, object]]:
    """End a call: ``completed`` at any time, ``canceled`` only before it is answered."""
    call = _find(exchange, sid)
    wanted = dict(params).get("Status", "")
    if wanted not in ("completed", "canceled"):
        raise Refusal(20001, "Status must be completed or canceled")
    if wanted == "canceled" and call.status == "in-progress":
        raise Refusal(21220, call.status)
    await exchange.calls.hang_up(call, "completed" if call.status == "in-progress" else "canceled")
    return 200, call_json(call, exchange.config.account_sid)


async def page(exchange: Exchange, params: Params, _sid: str) -> tuple[int, dict[str, object]]:
    """Calls newest first, filtered by To, From, Status and StartTime."""
    given = dict(params)
    begin, end = date_range(given, "StartTime")
    to, sender = numbers.from_query(given.get("To", "")), numbers.from_query(given.get("From", ""))
    found = [
        call
        for call in reversed(exchange.state.calls.values())
        if to in ("", call.to)
        and sender in ("", call.sender)
        and given.get("Status", "") in ("", call.status)
        and (begin is None or (call.started_at or call.created_at) >= begin)
        and (end is None or (call.started_at or call.created_at) < end)
    ]
    account = exchange.config.account_sid
    path = f"/{API_VERSION}/Accounts/{account}/Calls.json"
    return 200, page_json("calls", path, params, found, partial(call_json, account=account))


def _check_instructions(url: str | None, document: str | None) -> None:
    if url is None and document is None:
        raise Refusal(21205)
    if url is not None:
        try:
            check_url(url)
        except Refusal as refusal:
            raise Refusal(21205, url) from refusal
    if document is not None:
        try:
            twiml.call_steps(document)
        except twiml.TwimlError as error:
            raise Refusal(21205, str(error)) from error


def _events(params: Params) -> frozenset[str]:
    """``StatusCallbackEvent`` comes once for each event, or as words in one value."""
    named = frozenset(word for key, value in params if key == "StatusCallbackEvent" for word in value.split())
    return named or frozenset({"completed"})


def _timeout(text: str | None) -> float:
    if not text:
        return 60.0
    if not text.isdecimal() or int(text) > LONGEST_TIMEOUT:
        raise Refusal(20001, f"Timeout must be whole seconds up to {LONGEST_TIMEOUT}")
    return float(text)


def _find(exchange: Exchange, sid: str) -> Call:
    call = exchange.state.calls.get(sid)
    if call is None:
        raise Refusal(20404, sid)
    return call
