"""The embedded Redis."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis as client

from relay.embedded import redis
from relay.embedded.child import EmbeddedError

STARTS_AND_STAYS = """
import sys, time
from pathlib import Path
from relay.embedded import redis
print(redis.start(Path(sys.argv[1])).url(), flush=True)
time.sleep(60)
"""


def test_it_answers_on_this_machine_only_and_keeps_what_it_was_given(place: Path) -> None:
    server = redis.start(place / "redis")
    with client.Redis.from_url(server.url()) as one:
        one.set("kept", "yes")
        assert one.config_get("bind") == {"bind": "127.0.0.1"}
        assert one.config_get("appendonly") == {"appendonly": "yes"}
    server.stop()
    again = redis.start(place / "redis")
    with client.Redis.from_url(again.url()) as one:
        assert one.get("kept") == b"yes"
    again.stop()


def test_a_stopped_server_does_not_answer_any_more(place: Path) -> None:
    server = redis.start(place / "redis")
    server.stop()
    with pytest.raises(client.ConnectionError), client.Redis.from_url(server.url()) as one:
        one.ping()


def test_it_dies_with_a_killed_parent(place: Path) -> None:
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", STARTS_AND_STAYS, str(place / "redis")], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    url = parent.stdout.readline().decode().strip()
    with client.Redis.from_url(url) as one:
        process = int(one.info("server")["process_id"])
    parent.kill()
    parent.wait()
    parent.stdout.close()
    patience = time.monotonic() + 10
    while time.monotonic() < patience:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    pytest.fail("it outlived its parent")


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(place: Path) -> None:
    (place / "file").write_text("no folder")
    with pytest.raises(EmbeddedError, match=r"can't be used \(Not a directory\): make it writable") as caught:
        redis.start(place / "file" / "redis")
    assert "\n" not in str(caught.value)


def test_a_broken_file_is_refused_with_the_way_out(place: Path) -> None:
    (place / "redis").mkdir()
    (place / "redis" / "appendonly.aof").write_bytes(b"*3\r\nno such thing\r\n" * 5)
    with pytest.raises(EmbeddedError, match=r"ended while starting: .*may be deleted, nothing is lost"):
        redis.start(place / "redis")


def test_two_servers_get_ports_of_their_own(place: Path) -> None:
    one, other = redis.start(place / "one"), redis.start(place / "other")
    assert one.url(3) != other.url(3)
    assert one.url(3).endswith("/3")
    one.stop()
    other.stop()
