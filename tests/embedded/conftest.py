"""Folders for embedded servers."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relay.embedded import postgres


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short path (a socket's path may have about a hundred bytes) that other users may pass."""
    folder = Path(tempfile.mkdtemp(prefix="relay-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pg_folder() -> Iterator[Path]:
    """A database folder with nothing running on it. All tests use the same: whoever wants to spoil it, copies it."""
    folder = Path(tempfile.mkdtemp(prefix="relay-", dir="/tmp"))
    server = postgres.start(folder / "pg", durable=False)
    server.stop()
    yield folder / "pg"
    shutil.rmtree(folder)


def copy(folder: Path, target: Path) -> Path:
    """A copy of a folder that keeps its owners."""
    subprocess.run(["/bin/cp", "-a", str(folder), str(target)], check=True)  # noqa: S603
    return target


Cleanup = Callable[[postgres.EmbeddedPostgres], postgres.EmbeddedPostgres]


@pytest.fixture
def stopped() -> Iterator[Cleanup]:
    """Stops the servers given to it when the test is over."""
    servers: list[postgres.EmbeddedPostgres] = []

    def keep(server: postgres.EmbeddedPostgres) -> postgres.EmbeddedPostgres:
        servers.append(server)
        return server

    yield keep
    for server in servers:
        server.stop()
