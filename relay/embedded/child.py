"""Starting and ending child processes of a supervisor (or a test run)."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from relay.settings import SettingsError

LAUNCH = Path(__file__).with_name("launch.py")


class EmbeddedError(SettingsError):
    """Something that runs inside the relay can't start. One line for the operator: what, why, what to do."""


@dataclass(frozen=True)
class Account:
    """A system user by its numbers."""

    user: int
    group: int


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    output: int | IO[bytes] = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start ``command`` (an absolute path and its arguments) in a process group of its own.

    It gets ``death_signal`` when this process dies, however it dies (Linux only), reads nothing, and writes
    both its streams to ``output``. Call it from the main thread: for the kernel the parent is the thread.
    """
    who = [str(account.user), str(account.group)] if account else ["-", "-"]
    launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(death_signal)), *who]
    return subprocess.Popen(  # noqa: S603 - commands are ours
        [*launch, *command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # Ctrl-C in a terminal reaches the supervisor alone, which then stops the children in order.
        process_group=0,
    )


def kill_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the child and of its own children."""
    with suppress(ProcessLookupError):  # nobody left: that is what was wanted
        os.killpg(child.pid, signal.SIGKILL)


def end(child: "subprocess.Popen[bytes]", *, by: signal.Signals, within: float) -> None:
    """Ask one child to stop, and kill it with its own children when it has not within so many seconds."""
    if child.poll() is None:
        child.send_signal(by)
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        kill_group(child)
        child.wait()
