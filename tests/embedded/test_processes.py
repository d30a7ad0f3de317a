"""The supervisor."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.embedded import processes
from relay.embedded.console import Console, table
from relay.embedded.processes import Process, Supervisor


class Terminal(io.StringIO):
    """A terminal that can show colours."""

    def isatty(self) -> bool:
        return True


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-u", "-c", code)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(screen: io.StringIO) -> Iterator[Supervisor]:
    before = signal.getsignal(signal.SIGINT)
    one = Supervisor(Console(screen, ["web", "beat"]), language="en")
    yield one
    one.stop()
    signal.signal(signal.SIGINT, before)


def says(supervisor: Supervisor, screen: io.StringIO, text: str, seconds: float = 10) -> bool:
    return supervisor.wait_for(lambda: text in screen.getvalue(), seconds=seconds)


def test_each_line_is_shown_with_the_name_of_its_process(supervisor: Supervisor, screen: io.StringIO) -> None:
    supervisor.start(
        Process(name="web", command=python("print('one'); print('two'); __import__('time').sleep(60)"))
    )
    assert says(supervisor, screen, "web  | two")
    assert "web  | one\n" in screen.getvalue()


def test_names_have_colours_on_a_terminal_only() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        Console(stream, ["web", "beat"]).quote("web", "hello")
    assert terminal.getvalue() == "\x1b[36mweb  |\x1b[0m hello\n"
    assert file.getvalue() == "web  | hello\n"


def test_japanese_columns_are_aligned() -> None:
    assert table([("市", "a"), ("form", "b")]) == "  市    a\n  form  b"


def test_a_reader_that_goes_away_stops_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", closefd=False) as stream:
        console = Console(stream)
        console.say("nobody reads this")
        console.say("nor this")
        assert console._stream is None  # the second line was not even tried
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)
    os.close(writer)


def test_one_that_dies_is_started_again_at_once(supervisor: Supervisor, screen: io.StringIO) -> None:
    supervisor.start(Process(name="web", command=python("import time; time.sleep(60)")))
    first = supervisor.pids()["web"]
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    assert supervisor.wait_for(lambda: supervisor.pids().get("web", first) != first, seconds=5)
    assert time.monotonic() - began < 1
    assert "web ended (signal 9): starting it again.\n" in screen.getvalue()


def test_one_that_dies_again_and_again_is_started_less_and_less_often(
    supervisor: Supervisor, screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PAUSES", (0.0, 0.1, 0.2))
    supervisor.start(Process(name="web", command=python("raise SystemExit(3)")))
    assert supervisor.wait_for(lambda: supervisor.deaths()["web"] == 4, seconds=20)
    said = [line for line in screen.getvalue().splitlines() if line.startswith("web ended")]
    assert said == [
        "web ended (exit code 3): starting it again.",
        "web ended again (exit code 3): starting it again in 0.1 s.",
        "web ended again (exit code 3): starting it again in 0.2 s.",
        "web ended again (exit code 3): starting it again in 0.2 s.",
    ]


def test_the_longest_pause_is_five_seconds() -> None:
    assert processes.PAUSES[0] == 0
    assert max(processes.PAUSES) == processes.PAUSES[-1] == 5


def test_others_are_told_when_a_restart_has_changed_a_process_id(screen: io.StringIO) -> None:
    seen: list[dict[str, int]] = []
    supervisor = Supervisor(Console(screen), changed=lambda: seen.append(supervisor.pids()))
    supervisor.start(Process(name="web", command=python("import time; time.sleep(60)")))
    first = supervisor.pids()["web"]
    os.kill(first, signal.SIGKILL)
    assert supervisor.wait_for(lambda: bool(seen), seconds=5)
    assert seen[0]["web"] != first
    supervisor.stop()


def test_a_restart_takes_the_grandchildren_of_the_dead_with_it(
    supervisor: Supervisor, screen: io.StringIO
) -> None:
    code = "import os, time; child = os.fork(); print('child', child) if child else None; time.sleep(60)"
    supervisor.start(Process(name="web", command=python(code)))
    assert says(supervisor, screen, "child")
    grandchild = int(screen.getvalue().split("child ")[1].split()[0])
    os.kill(supervisor.pids()["web"], signal.SIGKILL)
    assert supervisor.wait_for(lambda: not alive(grandchild), seconds=5)


def test_stopping_ends_all_and_the_services_last(screen: io.StringIO) -> None:
    supervisor = Supervisor(Console(screen), language="en")
    code = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('{0} ends'), sys.exit()));"
        "print('{0} runs'); time.sleep(60)"
    )
    supervisor.start(Process(name="database", command=python(code.format("database")), service=True))
    supervisor.start(Process(name="web", command=python(code.format("web"))))
    assert says(supervisor, screen, "database runs")
    assert says(supervisor, screen, "web runs")
    ids = supervisor.pids().values()
    supervisor.stop()
    assert not any(alive(process) for process in ids)
    assert screen.getvalue().index("web ends") < screen.getvalue().index("database ends")
    assert screen.getvalue().endswith("Stopped.\n")


def test_one_that_will_not_stop_is_killed(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)
    supervisor = Supervisor(Console(screen), language="en")
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    supervisor.start(Process(name="web", command=python(code)))
    assert says(supervisor, screen, "deaf")
    process = supervisor.pids()["web"]
    supervisor.stop()
    assert not alive(process)
    assert "web did not stop within 0.3 s and was killed.\n" in screen.getvalue()


def test_with_a_log_folder_only_complaints_reach_the_terminal(place: Path, screen: io.StringIO) -> None:
    supervisor = Supervisor(Console(screen), logs=place / "logs", language="en")
    code = (
        'print(\'{"event": "worked", "level": "info"}\'); print(\'{"event": "tired", "level": "warning"}\');'
        "[print(f'WARNING relay: number {n}') for n in range(100)]; print('end'); __import__('time').sleep(60)"
    )
    supervisor.start(Process(name="web", command=python(code)))
    supervisor.start(Process(name="redis", command=python("print('WARNING: overcommit')"), service=True))
    log = place / "logs" / "web.log"
    assert supervisor.wait_for(lambda: "end\n" in log.read_text(), seconds=10)
    assert supervisor.wait_for(lambda: (place / "logs" / "redis.log").read_text() != "", seconds=10)
    shown = screen.getvalue()
    supervisor.stop()
    assert "tired" in shown
    assert "worked" not in shown
    assert "overcommit" not in shown
    assert shown.count("number") == 1, "a complaint that repeats is shown once"
    assert log.read_text().count("number") == 100


def test_the_log_of_the_run_before_is_kept(place: Path, screen: io.StringIO) -> None:
    for word in ("first", "second"):
        supervisor = Supervisor(Console(screen), logs=place, language="en")
        supervisor.start(
            Process(name="web", command=python(f"print('{word}'); __import__('time').sleep(60)"))
        )
        assert supervisor.wait_for(lambda word=word: word in (place / "web.log").read_text(), seconds=10)
        supervisor.stop()
    assert (place / "web.log.1").read_text() == "first\n"


SUPERVISES = """
import sys, time
from relay.embedded.console import Console
from relay.embedded.processes import Process, Supervisor, until_stopped
supervisor = Supervisor(Console(sys.stdout), language="en")
child = "import os, time; print('ready', os.getpid()); time.sleep(60)"
with until_stopped(supervisor):
    supervisor.start(Process(name="web", command=(sys.executable, "-u", "-c", child)))
    while True:
        supervisor.poll()
"""


def _supervise() -> tuple["subprocess.Popen[str]", int]:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SUPERVISES], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline().split()[-1])


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_is_no_error(by: signal.Signals) -> None:
    process, child = _supervise()
    process.send_signal(by)
    output, _ = process.communicate(timeout=20)
    assert output == "Stopping…\nStopped.\n"
    assert process.returncode == 0
    assert not alive(child)


def test_children_do_not_survive_a_killed_supervisor() -> None:
    process, child = _supervise()
    process.kill()
    process.communicate()
    patience = time.monotonic() + 5
    while alive(child) and time.monotonic() < patience:
        time.sleep(0.02)
    assert not alive(child)


def test_a_child_gets_the_environment_that_was_named_and_no_open_input(
    supervisor: Supervisor, screen: io.StringIO
) -> None:
    code = "import os, sys; print(sorted(k for k in os.environ if k != 'LC_CTYPE'), repr(sys.stdin.read()))"
    supervisor.start(Process(name="web", command=python(code), env={"ONLY": "this"}))
    assert says(supervisor, screen, "web  | ['ONLY'] ''")
