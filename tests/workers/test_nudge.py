"""Waking the workers."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as client
from structlog.testing import capture_logs

from relay import nudge, settings
from relay.embedded import redis
from relay.embedded.redis import EmbeddedRedis
from relay.nudge import Nudger


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    one = redis.start(tmp_path_factory.mktemp("redis"))
    yield one
    one.stop()


@pytest.fixture
def broker(server: EmbeddedRedis) -> Iterator["client.Redis"]:
    with client.Redis.from_url(server.url()) as connection:
        connection.flushall()
        yield connection


@pytest.mark.parametrize(("task", "lane"), nudge.LANE_OF.items())
def test_a_nudge_lies_on_the_lane_of_its_task_and_carries_no_data(
    server: EmbeddedRedis, broker: "client.Redis", task: str, lane: str
) -> None:
    assert Nudger(server.url()).nudge(task)
    assert broker.keys() == [lane.encode()]
    message = json.loads(broker.lindex(lane, 0))
    assert message["headers"]["task"] == task
    assert (message["headers"]["argsrepr"], message["headers"]["kwargsrepr"]) == ("()", "{}")
    assert message["headers"]["expires"]


def test_a_nudge_works_after_all_of_redis_was_forgotten(
    server: EmbeddedRedis, broker: "client.Redis"
) -> None:
    nudger = Nudger(server.url())
    assert nudger.nudge("send_duty")
    broker.flushall()
    assert nudger.nudge("send_duty")
    assert broker.llen("duty") == 1


def test_a_nudge_takes_a_few_milliseconds(server: EmbeddedRedis, broker: "client.Redis") -> None:
    nudger = Nudger(server.url())
    nudger.nudge("send_duty")
    times = []
    for _ in range(50):
        began = time.perf_counter()
        nudger.nudge("send_duty")
        times.append(time.perf_counter() - began)
    assert sorted(times)[25] < 0.005
    assert broker.llen("duty") == 51


def test_threads_may_share_it(server: EmbeddedRedis, broker: "client.Redis") -> None:
    nudger = Nudger(server.url())
    threads = [
        threading.Thread(target=lambda: [nudger.nudge("send_bulk") for _ in range(20)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broker.llen("bulk") == 160


@pytest.mark.parametrize("listening", [False, True], ids=["refusing", "silent"])
def test_without_redis_a_nudge_gives_up_soon_says_so_once_and_rests(listening: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        if not listening:
            door.close()
        nudger = Nudger(f"redis://127.0.0.1:{port}/0")
        with capture_logs() as logs:
            began = time.monotonic()
            assert not nudger.nudge("work_inbound")
            assert time.monotonic() - began < 1.5
            began = time.monotonic()
            assert not nudger.nudge("work_inbound")
            assert time.monotonic() - began < 0.01
    assert [entry["event"] for entry in logs] == ["nudge_failed"]


def test_a_nudge_works_again_when_redis_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "REST_SECONDS", 0)
    server = redis.start(tmp_path)
    nudger = Nudger(server.url())
    assert nudger.nudge("work_inbound")
    server.stop()
    assert not nudger.nudge("work_inbound")
    again = redis.start(tmp_path, port=server.port)
    try:
        assert nudger.nudge("work_inbound")
    finally:
        again.stop()


def test_an_unknown_task_is_logged_and_goes_nowhere(server: EmbeddedRedis, broker: "client.Redis") -> None:
    with capture_logs() as logs:
        assert not Nudger(server.url()).nudge("no_such_task")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("nudge_unknown", "error")]
    assert broker.keys() == []


def test_without_settings_a_nudge_is_logged_and_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    settings.current.cache_clear()
    try:
        with capture_logs() as logs:
            nudge.nudge("work_inbound")
    finally:
        settings.current.cache_clear()
    assert [entry["event"] for entry in logs] == ["nudge_failed"]
