"""A small supervisor: starts named processes, shows what they say, restarts the dead, stops all in order.

One thread, one loop. The children ask the kernel to end them when the supervisor dies, so even a killed
supervisor leaves nobody behind (``launch``).
"""

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from relay.embedded import texts
from relay.embedded.child import Account, kill_group, spawn
from relay.embedded.console import Console

#: Waits before a restart, by how often in a row the process died soon after its start.
PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 5.0)
#: One that ran so long starts again with the first pause.
HEALTHY_SECONDS = 30.0
STOP_SECONDS = 8.0
LOOP_SECONDS = 0.2
LINE_BYTES = 64 * 1024
#: A complaint that repeats, numbers aside, is shown once in so many seconds; the log file has them all.
REPEAT_SECONDS = 10.0
LOUD = re.compile(
    r'"level": ?"(?:warning|error|critical)"|\[(?:warning|error|critical)\b|: (?:WARNING|ERROR|CRITICAL)/'
    r"|\b(?:WARNING|ERROR|CRITICAL)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Process:
    """What to run. ``command`` begins with an absolute path.

    ``service`` marks what the others need to the end, such as the database: stopped last, and its own
    complaints stay in its log.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] | None = None
    account: Account | None = None
    service: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL


@dataclass
class _Running:
    process: Process
    child: "subprocess.Popen[bytes] | None" = None
    log: BinaryIO | None = None
    unfinished: bytes = b""
    started: float = 0.0
    deaths: int = 0
    pause_step: int = 0
    restart_at: float | None = None
    last_line: str = ""
    shown: dict[str, float] = field(default_factory=dict)


class Supervisor:
    """Keeps processes running until told to stop.

    With a folder ``logs`` each one's output goes to ``NAME.log`` there, and only complaints come to the
    console; without it every line comes to the console. ``changed`` is called after each restart, when
    process ids have changed.
    """

    def __init__(
        self,
        console: Console,
        *,
        logs: Path | None = None,
        changed: Callable[[], None] = lambda: None,
        language: str = "ja",
    ) -> None:
        self._console = console
        self._logs = logs
        self._changed = changed
        self._texts = texts.SUPERVISOR[language]
        self._all: dict[str, _Running] = {}
        self._selector = selectors.DefaultSelector()
        self._hurry = False

    def start(self, process: Process) -> None:
        """Start one process and keep it running from now on."""
        one = _Running(process)
        self._all[process.name] = one
        if self._logs is not None:
            one.log = _fresh_log(self._logs / f"{process.name}.log")
        self._launch(one)

    def pids(self) -> dict[str, int]:
        """Process ids by name, of those that run at this moment."""
        return {name: one.child.pid for name, one in self._all.items() if one.child is not None}

    def alive(self, name: str) -> bool:
        """Whether that process is still on its first life: what a start waits for."""
        self.poll(0)
        return self._all[name].deaths == 0

    def deaths(self) -> dict[str, int]:
        """How often each process has ended by itself."""
        return {name: one.deaths for name, one in self._all.items()}

    def last_words(self, name: str) -> str:
        """The last line that process wrote, and where there is more."""
        line = self._all[name].last_line or "it said nothing"
        return line if self._logs is None else f"{line} (more in {self._logs / name}.log)"

    def poll(self, seconds: float = LOOP_SECONDS) -> None:
        """Do what there is to do, waiting at most so long for it."""
        for key, _ in self._selector.select(seconds):
            self._read(key.data)
        for one in self._all.values():
            if one.child is not None and one.child.poll() is not None:
                self._bury(one)
                self._plan_restart(one)
            if one.restart_at is not None and time.monotonic() >= one.restart_at:
                one.restart_at = None
                self._launch(one)
                self._changed()

    def wait_for(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Keep everything going until the condition holds; False when it does not in time."""
        patience = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > patience:
                return False
            self.poll(0.1)
        return True

    def stop(self) -> None:
        """Stop all: first the relay's own processes, then the services they need. Another Ctrl-C hurries."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._hurry_up)
        if self.pids():
            self._console.say(self._texts["stopping"])
        for service in (False, True):
            self._stop([one for one in self._all.values() if one.process.service is service])
        for one in self._all.values():
            if one.log is not None:
                one.log.close()
        self._all.clear()
        self._selector.close()
        self._console.say(self._texts["stopped"])

    def _hurry_up(self, _signal: int, _frame: FrameType | None) -> None:
        self._hurry = True

    def _launch(self, one: _Running) -> None:
        what = one.process
        one.child = spawn(
            what.command,
            env=what.env,
            account=what.account,
            death_signal=what.death_signal,
            output=subprocess.PIPE,
        )
        one.started = time.monotonic()
        stream = one.child.stdout
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, one)

    def _read(self, one: _Running) -> None:
        """Take in what the process has written by now."""
        stream = one.child.stdout if one.child is not None else None
        if stream is None or stream.closed:
            return
        try:
            while block := os.read(stream.fileno(), LINE_BYTES):
                *lines, one.unfinished = (one.unfinished + block).split(b"\n")
                if len(one.unfinished) > LINE_BYTES:
                    lines, one.unfinished = [*lines, one.unfinished], b""
                for line in lines:
                    self._show(one, line)
        except BlockingIOError:
            return  # that was all for now
        self._selector.unregister(stream)
        stream.close()

    def _show(self, one: _Running, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        one.last_line = text or one.last_line
        if one.log is None:
            self._console.quote(one.process.name, text)
            return
        one.log.write(line + b"\n")
        if one.process.service or not LOUD.search(text):
            return
        alike = re.sub(r"[0-9]+", "", text)[:200]
        now = time.monotonic()
        if now - one.shown.get(alike, -REPEAT_SECONDS) >= REPEAT_SECONDS:
            one.shown[alike] = now
            self._console.quote(one.process.name, text)

    def _bury(self, one: _Running) -> None:
        """Tidy up after a child that has ended: its own children, its last words."""
        if one.child is None:
            return
        kill_group(one.child)
        self._read(one)
        if one.unfinished:
            self._show(one, one.unfinished)
            one.unfinished = b""
        stream = one.child.stdout
        if stream is not None and not stream.closed:
            self._selector.unregister(stream)
            stream.close()

    def _plan_restart(self, one: _Running) -> None:
        if one.child is None:
            return
        code = one.child.returncode
        how = self._texts["signal" if code < 0 else "code"].format(code=abs(code))
        one.child = None
        one.deaths += 1
        now = time.monotonic()
        if now - one.started >= HEALTHY_SECONDS:
            one.pause_step = 0
        pause = PAUSES[min(one.pause_step, len(PAUSES) - 1)]
        one.pause_step += 1
        one.restart_at = now + pause
        text = self._texts["later" if pause else "again"]
        self._console.say(text.format(name=one.process.name, how=how, seconds=pause))

    def _stop(self, them: list[_Running]) -> None:
        for one in them:
            one.restart_at = None
            if one.child is not None and one.child.poll() is None:
                one.child.send_signal(one.process.stop_signal)
        patience = time.monotonic() + STOP_SECONDS
        for one in them:
            if one.child is None:
                continue
            while one.child.poll() is None:
                if self._hurry or time.monotonic() > patience:
                    name = one.process.name
                    self._console.say(self._texts["killed"].format(name=name, seconds=STOP_SECONDS))
                    kill_group(one.child)
                    one.child.wait()
                for key, _ in self._selector.select(0.05):
                    self._read(key.data)
            self._bury(one)
            one.child = None


def _fresh_log(path: Path) -> BinaryIO:
    """An empty log; that of the run before is kept as ``NAME.log.1``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(path.name + ".1"))
    return path.open("wb", buffering=0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def until_stopped(supervisor: Supervisor) -> Iterator[None]:
    """Run the block; whatever ends it (its own end, an error, Ctrl-C, SIGTERM), all processes are stopped.

    Being asked to stop is no error: the block just ends.
    """
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # started with nohup it survives its terminal
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        supervisor.stop()
