"""The REST API under ``/2010-04-01``: who may call, what goes wrong on purpose, and the routes."""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from relay.embedded.phones import rest_calls, rest_messages
from relay.embedded.phones.errors import Refusal
from relay.embedded.phones.exchange import Exchange
from relay.embedded.phones.resources import encode

#: Answers one call: the exchange, the form or query parameters, the sid in the path (or "").
Endpoint = Callable[[Exchange, list[tuple[str, str]], str], Awaitable[tuple[int, dict[str, object]]]]

ACCOUNT = "/2010-04-01/Accounts/{account}"


def routes(exchange: Exchange) -> list[web.RouteDef]:
    """All REST routes, bound to ``exchange``."""
    expected = "Basic " + base64.b64encode(
        f"{exchange.config.account_sid}:{exchange.config.auth_token}".encode()
    ).decode("ascii")

    def bound(
        endpoint: Endpoint, *, creates: bool = False
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await _answer(exchange, expected, endpoint, request, creates=creates)

        return handle

    return [
        web.post(f"{ACCOUNT}/Messages.json", bound(rest_messages.create, creates=True)),
        web.get(f"{ACCOUNT}/Messages.json", bound(rest_messages.page)),
        web.get(f"{ACCOUNT}/Messages/{{sid}}.json", bound(rest_messages.fetch)),
        web.post(f"{ACCOUNT}/Messages/{{sid}}.json", bound(rest_messages.update)),
        web.post(f"{ACCOUNT}/Calls.json", bound(rest_calls.create, creates=True)),
        web.get(f"{ACCOUNT}/Calls.json", bound(rest_calls.page)),
        web.get(f"{ACCOUNT}/Calls/{{sid}}.json", bound(rest_calls.fetch)),
        web.post(f"{ACCOUNT}/Calls/{{sid}}.json", bound(rest_calls.update)),
        web.route("*", "/2010-04-01/{rest:.*}", bound(_nothing)),
    ]


async def _nothing(
    _exchange: Exchange, _params: list[tuple[str, str]], _sid: str
) -> tuple[int, dict[str, object]]:
    raise Refusal(20404)


async def _answer(
    exchange: Exchange, expected: str, endpoint: Endpoint, request: web.Request, *, creates: bool
) -> web.Response:
    faults = exchange.delivery.faults
    if faults.down:
        return _hang_up(request)
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / 1000)
    try:
        _admit(request, expected, exchange.config.account_sid)
        _fail_on_purpose(exchange)
        status, body = await endpoint(exchange, await _params(request), request.match_info.get("sid", ""))
    except Refusal as refusal:
        return _json(refusal.status, refusal.as_json())
    if creates and exchange.delivery.chance.random() < faults.drop_answer_rate:
        return _hang_up(request)
    return _json(status, body)


def _admit(request: web.Request, expected: str, account: str) -> None:
    """Raises ``Refusal`` unless the call carries the account's own SID and token."""
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode("ascii")):
        raise Refusal(20003)
    if request.match_info.get("account", account) != account:
        raise Refusal(20404)


def _fail_on_purpose(exchange: Exchange) -> None:
    faults, chance = exchange.delivery.faults, exchange.delivery.chance.random
    if chance() < faults.rate_429:
        raise Refusal(20429)
    if chance() < faults.rate_500:
        raise Refusal(20500)


async def _params(request: web.Request) -> list[tuple[str, str]]:
    if request.method == "POST":
        return parse_qsl(await request.text(), keep_blank_values=True)
    return list(request.query.items())


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection without an answer; what is returned can't be written any more."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _json(status: int, body: Mapping[str, object]) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")
