"""A real worker and a real beat, while Redis forgets everything, restarts and hangs."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as client

from relay import alive
from relay.embedded import redis
from relay.embedded.child import end, spawn

#: A tick every second, a try to reconnect every second, and patience with a busy machine.
SOON = 4.0


class Ticking:
    """Beat and a worker of the duty lane on an own Redis. The database is away: the ticks do not depend on it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder
        self.server = redis.start(folder / "redis")
        env = {
            **os.environ,
            "REDIS_URL": self.server.url(),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "RELAY_DATA": str(folder),
            "PYTHONUNBUFFERED": "1",
        }
        relay = [sys.executable, "-m", "relay.cli"]
        self.logs = {name: folder / f"{name}.log" for name in ("worker", "beat")}
        self.children = {}
        for name, arguments in {"worker": ["worker", "--lane", "duty"], "beat": ["beat"]}.items():
            with self.logs[name].open("wb") as output:
                self.children[name] = spawn([*relay, *arguments], env=env, output=output)

    def ticks_within(self, seconds: float) -> bool:
        """Whether the worker runs a task from now on, as only ticks of beat make it do."""
        began = time.time()
        while time.time() - began < seconds:
            if alive.age(self.data, "duty") < time.time() - began:
                return True
            time.sleep(0.05)
        return False

    def restart(self, *, away: float) -> None:
        self.server.stop()
        time.sleep(away)
        self.server = redis.start(self.data / "redis", port=self.server.port)

    def redis(self) -> "client.Redis":
        return client.Redis.from_url(self.server.url())

    def close(self) -> None:
        for child in self.children.values():
            end(child, by=signal.SIGTERM, within=8)
        self.server.stop()


@pytest.fixture
def ticking(tmp_path: Path) -> Iterator[Ticking]:
    one = Ticking(tmp_path)
    yield one
    one.close()


def test_the_ticks_go_on_whatever_happens_to_redis(ticking: Ticking) -> None:
    assert ticking.ticks_within(30), ticking.logs["worker"].read_text()

    with ticking.redis() as broker:
        for _ in range(5):
            broker.flushall()
            time.sleep(0.1)
    assert ticking.ticks_within(SOON), "after FLUSHALL"

    ticking.restart(away=0)
    assert ticking.ticks_within(SOON), "after a restart"

    with ticking.redis() as broker:
        hung = int(broker.info("server")["process_id"])
        os.kill(hung, signal.SIGSTOP)
        time.sleep(2)
        os.kill(hung, signal.SIGCONT)
        assert ticking.ticks_within(SOON), "after a hang"
        broker.flushall()
    ticking.restart(away=6)  # long enough for pauses to have grown, if they did
    assert ticking.ticks_within(SOON), "after a long absence, with everything forgotten"

    assert [name for name, child in ticking.children.items() if child.poll() is not None] == []
    for log in ticking.logs.values():
        assert "Traceback" not in log.read_text()
        assert "py.warnings" not in log.read_text()
