"""The page over HTTP: the whole, the parts that changed, the forms, and the stream that tells of changes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from relay.embedded.phones import numbers
from relay.embedded.phones.exchange import EXCHANGE, Exchange
from relay.embedded.phones.page import present
from relay.embedded.phones.page.present import View
from relay.embedded.phones.page.words import words
from relay.embedded.phones.state import Phone, new_sid

HERE = Path(__file__).parent
ASSETS = {"phones.css": "text/css", "phones.js": "text/javascript"}
#: At most this often a busy page is told to look again, in seconds; and a quiet one is told that we still
#: live.
STREAM_PAUSE, STREAM_BEAT = 0.3, 15.0
#: Versions of another run of the simulator say nothing about this one.
RUN = new_sid("")[:8]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals.update(present=present, keys=present.KEYS)


def routes() -> list[web.RouteDef]:
    """All routes of the page."""
    return [
        web.get("/", _page),
        web.get("/cards", _cards),
        web.get("/events", _events),
        web.post("/send", _own(_send)),
        web.post("/press", _own(_press)),
        web.post("/hangup", _own(_hang_up)),
        web.post("/switch", _own(_switch)),
        web.post("/faults", _own(_faults)),
        web.post("/forget", _own(_forget)),
        *(web.get(f"/static/{name}", partial(_asset, name)) for name in ASSETS),
    ]


def _view(request: web.Request) -> View:
    return present.view(request.query, words(request.query.get("lang", "")).lang)


def _version(exchange: Exchange) -> str:
    return f"{RUN}.{exchange.state.version}"


def _render(name: str, exchange: Exchange, view: View, **more: object) -> str:
    faults = exchange.delivery.faults
    return templates.get_template(name).render(
        config=exchange.config,
        relay=exchange.inbound.relay or exchange.config.relay,
        state=exchange.state,
        view=view,
        w=words(view.lang),
        version=_version(exchange),
        presets=present.presets(faults),
        other_faults=present.other_faults(faults),
        **more,
    )


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        text=text,
        content_type="text/html",
        headers={
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
        },
    )


async def _page(request: web.Request) -> web.Response:
    return _whole(request, trouble="")


def _whole(request: web.Request, *, trouble: str, status: int = 200) -> web.Response:
    exchange, view = request.app[EXCHANGE], _view(request)
    choice = present.choose(exchange.state, view)
    return _html(_render("page.html", exchange, view, choice=choice, trouble=trouble), status)


async def _cards(request: web.Request) -> web.Response:
    """What changed after ``since``, for the script: cards by number, and the order of all."""
    exchange, view = request.app[EXCHANGE], _view(request)
    run, _, number = request.query.get("since", "").partition(".")
    since = int(number) if run == RUN and number.isdecimal() else -1
    choice = present.choose(exchange.state, view)
    card = partial(_render, "card.html", exchange, view)
    changed = [phone for phone in [*choice.active, *choice.idle] if phone.version > since]
    body = {
        "version": _version(exchange),
        "active": [phone.number for phone in choice.active],
        "idle": [phone.number for phone in choice.idle],
        "cards": {phone.number: card(phone=phone) for phone in changed},
        "summary": _render("summary.html", exchange, view),
        "faults": _render("faults.html", exchange, view),
        "more": _render("more.html", exchange, view, choice=choice),
    }
    return web.Response(
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _events(request: web.Request) -> web.StreamResponse:
    """Tell the page the version whenever it changes."""
    exchange = request.app[EXCHANGE]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    watcher = exchange.state.watch()
    try:
        while not exchange.closing:
            await response.write(f"data: {_version(exchange)}\n\n".encode())
            await asyncio.sleep(STREAM_PAUSE)
            await _changed(watcher)
            watcher.clear()
    except ConnectionError:
        return response  # the page was closed
    finally:
        exchange.state.unwatch(watcher)
    return response


async def _changed(watcher: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(watcher.wait(), STREAM_BEAT)
    except TimeoutError:
        return


Form = dict[str, str]
Handler = Callable[[web.Request, Exchange, Form], Awaitable[web.Response | None]]


def _own(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A form handler that only takes posts of this page itself, and goes back to the page afterwards."""

    async def handle(request: web.Request) -> web.Response:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(
                text="This form belongs to the page of the simulated phones. Open that page."
            )
        form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        answer = await handler(request, request.app[EXCHANGE], form)
        if answer is not None:
            return answer
        if request.headers.get("X-Requested-With") == "fetch":
            return web.Response(status=204)
        anchor = form.get("number", "").removeprefix("+")
        raise web.HTTPSeeOther(f"/?{_view(request).query()}" + (f"#p{anchor}" if anchor.isdecimal() else ""))

    return handle


async def _send(request: web.Request, exchange: Exchange, form: Form) -> web.Response | None:
    w = words(_view(request).lang)
    given, body = form.get("number", "").strip(), form.get("body", "").strip()
    try:
        number = numbers.normalise(f"+81{given[1:]}" if given.startswith("0") else given)
    except numbers.InvalidNumber:
        return _whole(request, trouble=w("bad_number", number=given), status=400)
    if not body:
        return _whole(request, trouble=w("empty_body"), status=400)
    exchange.inbound.text(sender=number, body=body)
    form["number"] = number
    return None


async def _press(_request: web.Request, exchange: Exchange, form: Form) -> None:
    call, key = exchange.state.calls.get(form.get("call", "")), form.get("key", "")
    if call is not None and key in present.KEYS:
        exchange.calls.press(call, key)


async def _hang_up(_request: web.Request, exchange: Exchange, form: Form) -> None:
    call = exchange.state.calls.get(form.get("call", ""))
    if call is not None:
        await exchange.calls.hang_up(call)


async def _switch(_request: web.Request, exchange: Exchange, form: Form) -> None:
    phone: Phone | None = exchange.state.phones.get(form.get("number", ""))
    if phone is not None:
        phone.off = form.get("off") == "1"
        exchange.state.touch(phone)


async def _faults(_request: web.Request, exchange: Exchange, form: Form) -> None:
    preset = form.get("preset", "")
    if preset in present.PRESETS:
        exchange.delivery.set_faults(present.toggled(exchange.delivery.faults, preset))


async def _forget(_request: web.Request, exchange: Exchange, _form: Form) -> None:
    await exchange.forget()


async def _asset(name: str, _request: web.Request) -> web.Response:
    return web.Response(
        body=(HERE / "static" / name).read_bytes(),
        content_type=ASSETS[name],
        charset="utf-8",
        headers={"Cache-Control": "no-cache"},
    )
