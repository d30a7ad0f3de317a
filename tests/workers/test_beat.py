"""The clock that wakes the workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as client
from structlog.testing import capture_logs

from relay import alive, settings
from relay.embedded import redis
from relay.embedded.redis import EmbeddedRedis
from workers import app
from workers.schedule import BACKLOG, TickScheduler


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedRedis]:
    one = redis.start(tmp_path / "redis")
    monkeypatch.setenv("REDIS_URL", one.url())
    monkeypatch.setenv("RELAY_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    settings.current.cache_clear()
    yield one
    settings.current.cache_clear()
    one.stop()


@pytest.fixture
def scheduler(server: EmbeddedRedis) -> Iterator[TickScheduler]:
    del server
    one = TickScheduler(app.create(settings.current()), lazy=False)
    yield one
    one.close()


def send(scheduler: TickScheduler, task: str) -> None:
    scheduler.apply_entry(scheduler.schedule[task], producer=scheduler.producer)


def test_a_tick_lies_on_its_lane_and_leaves_a_sign_of_life(
    server: EmbeddedRedis, scheduler: TickScheduler, tmp_path: Path
) -> None:
    send(scheduler, "send_bulk")
    with client.Redis.from_url(server.url()) as broker:
        assert broker.keys() == [b"bulk"]
    assert alive.age(tmp_path, alive.BEAT) < 5


def test_a_full_lane_gets_no_more_ticks_and_the_others_do(
    server: EmbeddedRedis, scheduler: TickScheduler
) -> None:
    with client.Redis.from_url(server.url()) as broker:
        for _ in range(BACKLOG + 10):
            send(scheduler, "advance_duty")
        send(scheduler, "send_routine")
        assert (broker.llen("duty"), broker.llen("routine")) == (BACKLOG, 1)


def test_a_lost_redis_is_one_line_in_the_log_and_so_is_its_return(
    server: EmbeddedRedis, scheduler: TickScheduler, tmp_path: Path
) -> None:
    send(scheduler, "advance_duty")
    server.stop()
    with capture_logs() as logs:
        for _ in range(3):
            send(scheduler, "advance_duty")
    assert [entry["event"] for entry in logs] == ["redis_away"]
    again = redis.start(tmp_path / "redis", port=server.port)
    with capture_logs() as logs:
        for _ in range(3):
            send(scheduler, "advance_duty")
    again.stop()
    assert [entry["event"] for entry in logs] == ["redis_back"]


def test_beat_keeps_no_file(scheduler: TickScheduler, tmp_path: Path) -> None:
    send(scheduler, "advance_duty")
    scheduler.sync()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["redis", "run"]
    assert not list(Path.cwd().glob("celerybeat*"))
