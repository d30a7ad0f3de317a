"""What ships: the compose file, the image, the Makefile, the run of CI."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from relay import settings
from tests.workers import compose_file
from workers.lanes import LANES

REPOSITORY = Path(__file__).resolve().parents[2]
GIVEN = {
    "POSTGRES_PASSWORD": "secret",
    "RELAY_PUBLIC_URL": "https://mimamori.example.jp",
    "RELAY_SECRET_KEY": "0123456789abcdef",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+815000000000",
}
OURS = ("web", *(f"worker-{lane}" for lane in LANES), "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return compose_file.load(REPOSITORY / "docker-compose.yml")


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def fill(text: str, given: dict[str, str]) -> str:
    """What compose makes of ``${NAME:-default}`` and ``${NAME:?message}``."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match[1], match[2], match[3]
        if given.get(name):
            return given[name]
        if kind == ":-":
            return rest
        raise KeyError(f"{name}: {rest}")

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, text)


def test_only_the_web_port_is_open_and_only_to_this_machine(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert [fill(port, {}) for port in services["web"]["ports"]] == ["127.0.0.1:8000:8000"]


def test_everything_that_must_be_there_is_there(services: dict[str, Any]) -> None:
    assert set(services) == {*OURS, "migrate", "postgres", "redis"}


def test_all_come_back_by_themselves_and_say_whether_they_are_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] == "CMD", name
    for lane in LANES:
        assert services[f"worker-{lane}"]["healthcheck"]["test"][-2:] == ["relay.alive", lane]


def test_nothing_starts_before_the_schema_is_there(services: dict[str, Any]) -> None:
    for name in OURS:
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
        }
    assert services["migrate"]["command"] == ["relay", "migrate"]
    assert set(services["migrate"]["depends_on"]) == {"postgres"}


def test_data_lies_in_named_volumes(compose: dict[str, Any], services: dict[str, Any]) -> None:
    assert set(compose["volumes"]) == {"relay-data", "postgres-data", "redis-data"}
    assert services["postgres"]["volumes"] == ["postgres-data:/var/lib/postgresql"]
    assert services["redis"]["volumes"] == ["redis-data:/data"]
    assert "--appendonly" in services["redis"]["command"]
    for name in OURS:  # the spool is written by the web and emptied by a worker
        assert "relay-data:/data" in services[name]["volumes"]


def test_what_is_given_makes_complete_settings(services: dict[str, Any]) -> None:
    filled = {name: fill(value, GIVEN) for name, value in services["web"]["environment"].items()}
    filled["RELAY_CONFIG"] = str(REPOSITORY / "config")
    own = settings.load(filled)
    assert own.database_url == "postgresql+psycopg://relay:secret@postgres:5432/relay"
    assert not own.simulated


@pytest.mark.parametrize("missing", sorted(set(GIVEN) - {"TWILIO_FROM"}))
def test_a_missing_setting_stops_compose_with_its_name(services: dict[str, Any], missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    everything = "\n".join(services["web"]["environment"].values())
    with pytest.raises(KeyError, match=missing):
        fill(everything, given)


def test_docker_compose_itself_accepts_the_file() -> None:
    docker = shutil.which("docker")
    asked = [docker or "/bin/false", "compose", "version"]
    if subprocess.run(asked, capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("no docker compose here: the file was read by the tests above")
    done = subprocess.run(  # noqa: S603
        [*asked[:2], "--file", str(REPOSITORY / "docker-compose.yml"), "config", "--quiet"],
        env={"PATH": os.environ["PATH"], **GIVEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_holds_what_the_build_asks_for_and_runs_as_nobody_special() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    wanted = set(re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE))
    let_in = re.findall(r"^!(\S+)$", (REPOSITORY / ".dockerignore").read_text(), re.MULTILINE)
    assert {name for line in wanted for name in line.split()} == set(let_in)
    assert all((REPOSITORY / name).exists() for name in let_in)
    assert "-c constraints.txt" in dockerfile
    assert dockerfile.index("\nUSER relay\n") < dockerfile.index("\nCMD ")


def test_make_alone_lists_every_target_a_person_would_call() -> None:
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", "make", "--no-print-directory", "-C", str(REPOSITORY)],
        capture_output=True,
        text=True,
        check=True,
    )
    listed = re.findall(r"^  make (\w+) +\S", done.stdout, re.MULTILINE)
    assert listed == ["help", "setup", "demo", "test", "lint", "types", "bench", "clean"]


def test_the_run_of_ci_is_strict_and_does_not_let_browser_tests_skip() -> None:
    script = REPOSITORY / ".ci" / "run"
    text = script.read_text()
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert "export REQUIRE_BROWSER=1\nexec make test\n" in text
    subprocess.run(["/usr/bin/env", "bash", "-n", str(script)], check=True)  # noqa: S603
