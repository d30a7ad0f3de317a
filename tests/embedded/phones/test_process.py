"""Starting and stopping: as a process of the demo and as a thread of a test."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from relay.embedded.phones import Config, ConfigError, SimulatedPhones, load_labels
from tests.embedded.phones.harness import ACCOUNT, NUMBER, TOKEN, Control, Relay, until

CONFIG = Config(relay="http://127.0.0.1:9", account_sid=ACCOUNT, auth_token=TOKEN, number=NUMBER)


def command(**options: str) -> list[str]:
    given = {
        "port": "0",
        "relay": "http://127.0.0.1:9",
        "account-sid": ACCOUNT,
        "auth-token": TOKEN,
        "number": NUMBER,
        **{name.replace("_", "-"): value for name, value in options.items()},
    }
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "relay.embedded.phones", *words]


@contextmanager
def running(**options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process of the simulator and its address."""
    process = subprocess.Popen(command(**options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield process, line.split()[-1].rstrip("/")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second_and_without_a_traceback(end: signal.Signals) -> None:
    with running() as (process, url):
        with Control(url) as control, requests.get(f"{url}/events", stream=True, timeout=5) as stream:
            next(stream.iter_lines())
            control.faults(down=True)
            control.text("x")
            began = time.monotonic()
            process.send_signal(end)
            _, errors = process.communicate(timeout=5)
        # A second is the promise; the rest is for a busy machine.
        assert time.monotonic() - began < 2
        assert (process.returncode, errors) == (0, "")


def test_labels_from_a_file_name_the_phones(tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"+81 90 0000 1001": "見本北センター 当番（見本）"}), encoding="utf-8")
    with running(labels=str(labels)) as (_, url):
        shown = requests.get(f"{url}/control/phones", timeout=5).json()
    assert [(p["number"], p["label"]) for p in shown] == [("+819000001001", "見本北センター 当番（見本）")]


def test_a_taken_port_is_one_line_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(command(port=port), capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert port in ended.stderr
    assert "--port" in ended.stderr


def test_a_wrong_number_is_one_line_that_says_what_to_do() -> None:
    ended = subprocess.run(command(number="090"), capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "'090'" in ended.stderr


@pytest.mark.parametrize("content", ["[", "[]", '{"+819000001001": 5}', '{"119": "x"}', None])
def test_wrong_labels_are_explained(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "labels.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="--labels"):
        load_labels(file)


def test_the_thread_and_its_port_are_gone_after_stop() -> None:
    phones = SimulatedPhones(CONFIG).start()
    assert requests.get(f"{phones.url}/healthz", timeout=5).status_code == 200
    phones.stop()
    assert "simulated-phones" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{phones.url}/healthz", timeout=5)


def test_a_taken_port_is_raised_where_the_thread_was_started() -> None:
    with SimulatedPhones(CONFIG) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            SimulatedPhones(CONFIG, port=port).start()


def test_the_relay_can_be_named_after_the_start(relay: Relay) -> None:
    with SimulatedPhones(CONFIG) as phones:
        phones.connect(relay.url + "/")
        with Control(phones.url) as control:
            control.text("x")
        assert until(lambda: relay.got("/sms/inbound"))[0].genuine


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts open files in /proc")
def test_ten_starts_and_stops_leave_no_open_files_behind() -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    SimulatedPhones(CONFIG).start().stop()
    before = open_files()
    for _ in range(10):
        SimulatedPhones(CONFIG).start().stop()
    assert open_files() <= before
