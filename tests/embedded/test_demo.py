"""The demo: what stands in its way, what it passes on, what it prints."""

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from relay.embedded import demo, fleet
from relay.embedded.child import EmbeddedError
from relay.embedded.demo_texts import TEXTS, overview
from relay.embedded.texts import SUPERVISOR, UP, language_of
from relay.settings import SettingsError

SECRET = {
    "RELAY_SECRET_KEY": "0123456789abcdef",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
}
FACTS: dict[str, Any] = {
    "web": "http://127.0.0.1:8200",
    "phones": "http://127.0.0.1:8201",
    "relay_number": "+815000000000",
    "form_url": "http://127.0.0.1:8200/r/form",
    "other_form_url": "http://127.0.0.1:8200/r/other",
    "worker": "+818000001001",
    "other_worker": "+818000001002",
    "centre": {"name": "北", "town": "黒田", "duty": "+81D", "backup": "+81B", "head": "+81H"},
    "other_centre": {"name": "南", "town": "千秋", "duty": "+81d", "backup": "+81b", "head": "+81h"},
    "city": {"email": "city@sample.example.jp", "password": "open-city", "number": "+81N"},
    "approver": {"email": "approver@sample.example.jp", "password": "open-approver"},
    "officer": {"email": "officer@sample.example.jp", "password": "open-officer"},
}


def environment(data: Path, environ: dict[str, str]) -> dict[str, str]:
    return demo.environment(environ, port=8200, data=data, secret=SECRET)


def test_a_port_in_use_is_named_with_a_way_out_for_each_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "LEAVING_SECONDS", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedError) as caught:
            demo.refuse(port - 1, {}, "ja")
    lines = str(caught.value).splitlines()
    assert f"ポート {port} は使われています。" in lines[-1]
    assert "make demo PORT=" in lines[-1]


def test_real_twilio_settings_are_refused() -> None:
    with pytest.raises(EmbeddedError, match="does not run with real phones: remove TWILIO_AUTH_TOKEN"):
        demo.refuse(8298, {"TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2}, "en")


def test_trouble_is_one_line_and_exit_code_1_without_a_traceback(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        demo.demo,
        ["--data", str(tmp_path), "--port", "8298"],
        env={"TWILIO_AUTH_TOKEN": "f" * 32, "TWILIO_API_BASE": ""},
    )
    assert isinstance(done.exception, EmbeddedError)
    assert list(tmp_path.iterdir()) == []


def test_the_keys_are_made_once_and_are_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "demo-keys.json"
    first = demo.keys(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo.keys(file) == first
    assert demo.keys(tmp_path / "other.json") != first
    assert len(first["TWILIO_ACCOUNT_SID"]) == 34
    assert set(first) == set(SECRET)


def test_damaged_keys_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "demo-keys.json").write_text('{"RELAY_SECRET_KEY"')
    with pytest.raises(EmbeddedError, match="is damaged: delete it"):
        demo.keys(tmp_path / "demo-keys.json")


def test_the_sample_city_talks_to_this_machine_only(tmp_path: Path) -> None:
    env = environment(
        tmp_path,
        {
            "SMTP_URL": "smtp://real.example.jp",
            "TWILIO_MESSAGING_SERVICE_SID": "MG1",
            "TWILIO_FROM": "+819012345678",
            "RELAY_CONFIG": "/somewhere",
            "NO_PROXY": "intranet",
            "HTTP_PROXY": "http://proxy:3128",
        },
    )
    assert env["RELAY_PUBLIC_URL"] == "http://127.0.0.1:8200"
    assert env["TWILIO_API_BASE"] == "http://127.0.0.1:8201"
    assert env["TWILIO_FROM"] == demo.RELAY_NUMBER
    assert env["RELAY_CONFIG"].endswith("config/sample")
    assert env["RELAY_TIME_SCALE"] == "1"
    assert env["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert not {"SMTP_URL", "TWILIO_MESSAGING_SERVICE_SID"} & set(env)


def test_a_token_of_ones_own_serves_the_simulated_phones(tmp_path: Path) -> None:
    demo.refuse(8298, {"TWILIO_AUTH_TOKEN": "my own token"}, "en")
    assert environment(tmp_path, {"TWILIO_AUTH_TOKEN": "my own token"})["TWILIO_AUTH_TOKEN"] == "my own token"


def test_a_speed_is_passed_on_and_a_wrong_one_stops_the_start(tmp_path: Path) -> None:
    assert environment(tmp_path, {"RELAY_TIME_SCALE": "60"})["RELAY_TIME_SCALE"] == "60"
    with pytest.raises(SettingsError, match="RELAY_TIME_SCALE must be a number above 0"):
        environment(tmp_path, {"RELAY_TIME_SCALE": "fast"})


def test_a_data_folder_belongs_to_one_relay_at_a_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    refused = pytest.raises(EmbeddedError, match=rf"a relay already runs on {data} \(process {os.getpid()}\)")
    with fleet.reserved(data), refused, fleet.reserved(data):
        pytest.fail("two at a time")
    with fleet.reserved(data):
        pass


def test_a_data_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EmbeddedError, match=r"can't be used \(Not a directory\): make it writable"),
        fleet.reserved(tmp_path / "file" / "data"),
    ):
        pytest.fail("no folder")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_overview_tells_all_one_needs_to_try_it(language: str) -> None:
    text = overview(FACTS, language=language, seconds=7.4, data="/data/here", scale="60")
    for needed in (
        *(FACTS[name] for name in ("form_url", "other_form_url", "phones", "relay_number")),
        *FACTS["centre"].values(),
        *FACTS["officer"].values(),
        FACTS["city"]["email"],
        FACTS["city"]["password"],
        "http://127.0.0.1:8200/board",
        "/data/here",
        "60",
        "Ctrl-C",
    ):
        assert needed in text
    assert [f"  {number}. " in text for number in (1, 2, 3, 4, 5)] == [True, True, True, True, False]
    assert max(map(len, text.splitlines())) < 170


def test_both_languages_say_the_same_things() -> None:
    assert set(TEXTS["ja"]) == set(TEXTS["en"])
    assert set(SUPERVISOR["ja"]) == set(SUPERVISOR["en"])
    assert set(UP) == {"ja", "en"}


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, "ja"),
    ],
)
def test_a_terminal_in_english_is_answered_in_english(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language


def test_the_facts_of_the_overview_are_those_of_the_sample(city_sample: dict[str, Any]) -> None:
    assert set(FACTS) == set(city_sample)
    assert set(FACTS["centre"]) == set(city_sample["centre"])
    assert json.dumps(FACTS)
