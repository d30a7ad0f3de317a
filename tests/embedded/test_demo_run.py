"""The demo as a whole: it gets ready, mends itself, stops without leaving anybody, and finds its data again."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from relay.embedded import demo
from tests.ports import free_pair

PATIENCE = 90.0


class Run:
    """One start of the demo."""

    def __init__(self, data: Path) -> None:
        self.facts_file = data / "demo.json"
        names = ("PATH", "HOME", "PYTHONPATH")
        env = {name: os.environ[name] for name in names if name in os.environ} | {"LANG": "en_US.UTF-8"}
        self.port = free_pair()
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "relay.cli", "demo", "--port", str(self.port), "--data", str(data)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.until(self.facts_file.exists)

    def until(self, condition: Callable[[], bool]) -> None:
        patience = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None or time.monotonic() > patience:
                self.process.kill()
                pytest.fail(f"the demo did not get there:\n{self.process.communicate()[0]}")
            time.sleep(0.1)

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.facts_file.read_text(encoding="utf-8"))
        return facts

    def stop(self, by: signal.Signals) -> str:
        self.process.send_signal(by)
        output, _ = self.process.communicate(timeout=60)
        return output


def running(processes: dict[str, int]) -> list[str]:
    def alive(process: int) -> bool:
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    return [name for name, process in processes.items() if alive(process)]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def started(place: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def start() -> Run:
        runs.append(Run(place / "data"))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.communicate()


def test_the_demo_from_its_first_start_to_its_second_end(started: Callable[[], Run]) -> None:
    run = started()
    facts = run.facts
    assert set(facts["pids"]) == {
        *("web", "worker-duty", "worker-bulk", "worker-routine", "beat", "phones"),
        *("postgres", "redis"),
    }
    assert len(running(facts["pids"])) == 8
    assert answers(facts["form_url"])
    assert answers(facts["phones"])
    with psycopg.connect(facts["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM towns").fetchone() != (0,)

    os.kill(facts["pids"]["web"], signal.SIGKILL)
    run.until(lambda: run.facts["pids"].get("web", facts["pids"]["web"]) != facts["pids"]["web"])
    run.until(lambda: answers(facts["form_url"]))

    output = run.stop(signal.SIGINT)
    assert run.process.returncode == 0
    assert running(facts["pids"]) == []
    assert not run.facts_file.exists()
    assert "web ended (signal 9): starting it again." in output
    assert "Traceback" not in output
    assert output.endswith("Stopping…\nStopped.\n")

    again = started()
    token = facts["form_url"].rsplit("/", 1)[1]
    assert again.facts["form_url"].endswith(f"/r/{token}"), "the second start finds its data again"
    processes = again.facts["pids"]
    again.process.kill()
    again.process.communicate()
    again.facts_file.unlink()
    demo.refuse(again.port, {}, "en")  # its ports are free for the next start
    patience = time.monotonic() + 15
    while running(processes) and time.monotonic() < patience:
        time.sleep(0.1)
    assert running(processes) == [], "nobody outlives a killed demo"
