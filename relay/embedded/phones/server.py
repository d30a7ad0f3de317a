"""Starting and stopping the simulated phones: as a process, or in a thread of a test."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from relay.embedded.phones import control, page, twilio_api
from relay.embedded.phones.config import Config
from relay.embedded.phones.exchange import EXCHANGE, Exchange

#: Seconds that open requests get at the end.
GRACE = 0.3
START_LIMIT = 10.0


def build_app(config: Config) -> web.Application:
    """The whole simulator as one application; its exchange is under ``EXCHANGE``."""
    app = web.Application()
    exchange = app[EXCHANGE] = Exchange(config)
    app.add_routes(twilio_api.routes(exchange))
    app.add_routes(control.routes())
    app.add_routes(page.routes())
    app.router.add_get("/healthz", _healthz)
    app.on_startup.append(_start)
    app.on_shutdown.append(_shutdown)
    app.on_cleanup.append(_cleanup)
    return app


async def serve(
    app: web.Application, *, host: str, port: int, stop: asyncio.Event, ready: Callable[[int], None]
) -> None:
    """Serve until ``stop`` is set; ``ready`` is told the port (useful with port 0).

    Raises ``OSError`` when the port is taken.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        ready(runner.addresses[0][1])
        await stop.wait()
    finally:
        await runner.cleanup()


async def serve_until_signal(
    app: web.Application, *, host: str, port: int, ready: Callable[[int], None]
) -> None:
    """Serve until SIGTERM or SIGINT. Raises ``OSError`` when the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(app, host=host, port=port, stop=stop, ready=ready)


class SimulatedPhones:
    """The simulator in a thread of its own, for tests. Also a context manager.

    Port 0 takes a free one; ``url`` is known after ``start``. The relay may be named later with ``connect``,
    because each of the two wants the other's address.
    """

    def __init__(self, config: Config, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = build_app(config)
        self._host = host
        self._port = port
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulated-phones", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The base address, for ``TWILIO_API_BASE`` and the control API."""
        return f"http://{self._host}:{self._port}"

    def connect(self, relay: str) -> None:
        """Post inbound messages to this base address from now on."""
        self._app[EXCHANGE].inbound.relay = relay.rstrip("/")

    def start(self) -> Self:
        """Returns when requests are answered. Raises what kept it from starting, such as a taken port."""
        self._thread.start()
        if not self._started.wait(START_LIMIT):
            raise TimeoutError(f"the simulated phones did not start within {START_LIMIT:g} s")
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Returns when the thread has ended and the port is free."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error  # start() raises it in the thread that waits
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await serve(self._app, host=self._host, port=self._port, stop=self._stop, ready=self._ready)

    def _ready(self, port: int) -> None:
        self._port = port
        self._started.set()


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _start(app: web.Application) -> None:
    await app[EXCHANGE].start()


async def _shutdown(app: web.Application) -> None:
    app[EXCHANGE].say_goodbye()


async def _cleanup(app: web.Application) -> None:
    await app[EXCHANGE].close()
