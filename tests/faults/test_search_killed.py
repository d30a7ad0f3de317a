"""A search to hundreds of phones, while its worker is killed and Redis forgets everything."""

import os
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
import redis as client
from sqlalchemy import text

from relay import db, nudge, settings
from relay.embedded import redis
from relay.embedded.child import end, spawn
from relay.outbox.models import State
from tests.outbox.rows import draft, number, stored, write
from tests.provider import Provider, simulated
from workers.lanes import LANES

PEOPLE = 300
#: Parts a second: three seconds' worth leave at once, the rest takes long enough to be interrupted.
RATE = 50
PATIENCE = 30.0


class Fleet:
    """Real workers and a real beat, on a Redis of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children: dict[str, Popen[bytes]] = {}
        for name in ("beat", "bulk", "routine"):
            self.start(name)

    def start(self, name: str) -> None:
        arguments = ["beat"] if name == "beat" else ["worker", "--lane", name]
        with (self.folder / f"{name}.log").open("ab") as output:
            command = [sys.executable, "-m", "relay.cli", *arguments]
            self.children[name] = spawn(command, env={**os.environ, "PYTHONUNBUFFERED": "1"}, output=output)

    def kill(self, name: str) -> None:
        """As the kernel does when memory runs out."""
        self.children[name].kill()
        self.children[name].wait()

    def held_while(self, name: str, condition: Callable[[], bool]) -> bool:
        """Stop a worker in its tracks; let it go on unless the condition holds."""
        self.children[name].send_signal(signal.SIGSTOP)
        if condition():
            return True
        self.children[name].send_signal(signal.SIGCONT)
        return False

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        for child in self.children.values():
            end(child, by=signal.SIGTERM, within=8)


@pytest.fixture
def provider(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    del database
    with simulated(monkeypatch) as running:
        yield running


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    server = redis.start(tmp_path / "redis")
    yield server.url()
    server.stop()


@pytest.fixture
def fleet(
    provider: Provider, broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    del provider
    config = Path(shutil.copytree(settings.current().config, tmp_path / "config"))
    file = config / "relay.toml"
    file.write_text(re.sub(r"bulk = \d+", f"bulk = {RATE}", file.read_text()))
    monkeypatch.setenv("RELAY_CONFIG", str(config))
    monkeypatch.setenv("REDIS_URL", broker)
    settings.current.cache_clear()
    running = Fleet(tmp_path)
    yield running
    running.stop()


def wait(condition: Callable[[], bool], what: str, fleet: Fleet) -> None:
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience, f"{what}\n{fleet.logs()}"
        time.sleep(0.05)


def under_way() -> bool:
    return any(message.state == State.SENDING for message in stored().values())


def test_each_phone_gets_one_text_though_the_worker_is_killed_and_redis_flushed(
    fleet: Fleet, provider: Provider, broker: str
) -> None:
    provider.faults(latency_ms=150)
    write([draft(n) for n in range(PEOPLE)])
    wait(lambda: len(provider.texts()) > PEOPLE // 3, "the search did not begin", fleet)
    assert os.getpriority(os.PRIO_PROCESS, fleet.children["bulk"].pid) == LANES["bulk"].niceness
    # In the middle of a batch, so that some calls were made and not written down.
    wait(lambda: fleet.held_while("bulk", under_way), "nothing is on its way", fleet)
    fleet.kill("bulk")
    with client.Redis.from_url(broker) as everything:
        everything.flushall()
    provider.faults(latency_ms=0)
    assert under_way()
    assert len(provider.texts()) < PEOPLE

    with db.transaction() as session:  # instead of waiting until the claims run out
        session.execute(text("UPDATE messages SET deadline = now() WHERE state = 'sending'"))
    fleet.start("bulk")
    nudge.nudge("reconcile")
    wait(
        lambda: {message.state for message in stored().values()} == {State.ACCEPTED},
        "not every text was sent",
        fleet,
    )
    assert Counter(taken["to"] for taken in provider.texts()) == {number(n): 1 for n in range(PEOPLE)}
