"""The command ``relay`` itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from relay import cli


def relay(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "relay.cli", *arguments],
        env={"PATH": os.environ["PATH"], "LANG": "en_US.UTF-8", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


COMPLETE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RELAY_PUBLIC_URL": "https://mimamori.example.jp",
    "RELAY_SECRET_KEY": "0123456789abcdef",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+815000000000",
}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_in_the_table_exists_and_explains_itself(name: str) -> None:
    command = cli.LazyGroup().get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.help


def test_help_lists_all_commands_without_loading_them() -> None:
    done = relay("--help")
    assert done.returncode == 0
    for name in cli.COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("command", ["up", "web", "worker", "beat", "migrate"])
def test_a_missing_setting_is_one_clear_line_and_exit_code_1(command: str, tmp_path: Path) -> None:
    given = {name: value for name, value in COMPLETE.items() if name != "RELAY_SECRET_KEY"}
    done = relay(command, **given, RELAY_DATA=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "relay: RELAY_SECRET_KEY is not set: give a long random text, the same for all processes\n"
    )


def test_a_wrong_config_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "relay.toml").write_text("[city\n")
    done = relay("web", **COMPLETE, RELAY_CONFIG=str(tmp_path), RELAY_DATA=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("relay: relay.toml can't be read: ")
    assert done.stderr.count("\n") == 1


def test_an_unknown_command_is_explained() -> None:
    done = relay("demmo")
    assert done.returncode == 2
    assert "No such command 'demmo'" in done.stderr
    assert "Traceback" not in done.stderr
