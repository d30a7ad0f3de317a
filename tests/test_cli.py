"""The command ``relay`` on a real database, each time in a process of its own."""

import os
import subprocess
import sys

import pytest


def relay(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "relay.cli", *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("database")
def test_the_first_login_can_be_made_from_the_command_line() -> None:
    made = relay(
        *("user", "add", "desk@city.example.jp", "--name", "窓口（見本）", "--role", "city"),
        *("--password", "a-long-password-2026"),
    )
    assert made.returncode == 0, made.stderr
    assert "desk@city.example.jp" in relay("user", "list").stdout


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", [("partners", "list"), ("user", "list"), ("import", "rota", "--help")])
def test_each_command_finds_all_tables(command: tuple[str, ...]) -> None:
    done = relay(*command)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
