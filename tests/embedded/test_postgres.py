"""The embedded PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from relay.embedded import pgdata, postgres
from relay.embedded.child import EmbeddedError, kill_group, spawn
from relay.embedded.postgres import EmbeddedPostgres
from tests.embedded.conftest import copy

Keep = Callable[[EmbeddedPostgres], EmbeddedPostgres]
STARTS_AND_STAYS = """
import sys, time
from pathlib import Path
from relay.embedded import postgres
postgres.start(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(60)
"""


def ask(server: EmbeddedPostgres, question: str, database: str = "relay") -> object:
    with psycopg.connect(server.url(database)) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split("\n")[0])


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    patience = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > patience:
            return False
        time.sleep(0.02)
    return True


def test_a_first_start_makes_the_database_relay(place: Path, stopped: Keep) -> None:
    server = stopped(postgres.start(place / "not" / "there" / "yet"))
    assert ask(server, "SELECT current_database()") == "relay"
    assert str(ask(server, "SHOW server_version")).startswith("18")
    assert ask(server, "SELECT 'ア' < 'イ' AND upper('é') = 'É'") is True


def test_what_was_committed_survives_a_kill_of_the_server(pg_folder: Path, stopped: Keep) -> None:
    server = postgres.start(pg_folder)
    assert (ask(server, "SHOW fsync"), ask(server, "SHOW max_connections")) == ("on", "200")
    with psycopg.connect(server.url()) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(postmaster(pg_folder), signal.SIGKILL)
    server.stop()
    assert (pg_folder / "postmaster.pid").exists()
    again = stopped(postgres.start(pg_folder))
    assert ask(again, "SELECT number FROM kept") == 7


def test_a_server_for_tests_does_not_wait_for_the_disk(pg_folder: Path, stopped: Keep) -> None:
    server = stopped(postgres.start(pg_folder, durable=False))
    assert ask(server, "SHOW fsync") == "off"


def test_the_environment_of_another_postgresql_changes_nothing(
    pg_folder: Path, stopped: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    server = stopped(postgres.start(pg_folder, durable=False))
    assert ask(server, "SHOW port") == "5432"


def test_a_process_number_that_another_program_has_by_now_is_no_obstacle(
    pg_folder: Path, stopped: Keep
) -> None:
    account = postgres.prepare(pg_folder).account
    other = spawn(["/bin/sleep", "60"], account=account)
    assert eventually(lambda: Path(f"/proc/{other.pid}/comm").read_text() == "sleep\n")
    (pg_folder / "postmaster.pid").write_text(f"{other.pid}\n{pg_folder}\n")
    try:
        server = stopped(postgres.start(pg_folder, durable=False))
        assert ask(server, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        kill_group(other)
        other.wait()


def test_a_folder_in_use_is_refused_in_one_line(
    pg_folder: Path, stopped: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stopped(postgres.start(pg_folder, durable=False))
    monkeypatch.setattr(pgdata, "LEAVING_SECONDS", 0.2)
    with pytest.raises(
        EmbeddedError, match=rf"in use by process {postmaster(pg_folder)}: stop that one first"
    ):
        postgres.start(pg_folder)
    assert ask(server, "SELECT 1") == 1


def test_the_server_dies_with_a_killed_parent_and_the_next_start_waits_for_it(
    pg_folder: Path, stopped: Keep
) -> None:
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", STARTS_AND_STAYS, str(pg_folder)], stdout=subprocess.PIPE, process_group=0
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    orphan = postmaster(pg_folder)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    server = stopped(postgres.start(pg_folder))
    assert eventually(lambda: gone(orphan))
    assert ask(server, "SELECT 1") == 1


def test_a_stopped_server_leaves_no_process_behind(pg_folder: Path) -> None:
    server = postgres.start(pg_folder)
    process = postmaster(pg_folder)
    with psycopg.connect(server.url()):  # an open connection does not keep it from stopping
        server.stop()
    assert eventually(lambda: gone(process))
    assert not (pg_folder / "postmaster.pid").exists()


def test_a_path_too_long_for_a_socket_is_refused_before_anything_is_made(place: Path) -> None:
    long = place / ("x" * 90)
    with pytest.raises(
        EmbeddedError, match=r"too long for a database socket: choose a data folder"
    ) as caught:
        postgres.start(long)
    assert "\n" not in str(caught.value)
    assert not long.exists()


def test_the_longest_path_that_is_allowed_works(place: Path, pg_folder: Path, stopped: Keep) -> None:
    room = postgres.SOCKET_PATH_BYTES - len(f"{place}//{postgres.SOCKET_NAME}")
    folder = place / ("x" * room)
    server = stopped(postgres.start(copy(pg_folder, folder), durable=False))
    assert ask(server, "SELECT 1") == 1


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(place: Path) -> None:
    (place / "file").write_text("no folder")
    with pytest.raises(EmbeddedError, match=r"can't be used \(File exists\): make it writable") as caught:
        postgres.start(place / "file" / "pg")
    assert "\n" not in str(caught.value)


def test_a_folder_with_something_else_in_it_is_left_alone(place: Path) -> None:
    (place / "pg").mkdir()
    (place / "pg" / "letter.txt").write_text("mine")
    with pytest.raises(EmbeddedError, match="holds something else than a database"):
        postgres.start(place / "pg")
    assert [path.name for path in (place / "pg").iterdir()] == ["letter.txt"]


def test_data_of_another_version_is_refused(place: Path) -> None:
    (place / "pg").mkdir()
    (place / "pg" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 16, this is 18"):
        postgres.start(place / "pg")


def test_a_first_start_that_was_cut_short_is_begun_again(place: Path, stopped: Keep) -> None:
    (place / "pg.new" / "base").mkdir(parents=True)
    (place / "pg.new" / "PG_VERSION").write_text("18\n")
    server = stopped(postgres.start(place / "pg", durable=False))
    assert ask(server, "SELECT 1") == 1
    assert not (place / "pg.new").exists()


def test_a_server_that_cannot_start_says_why_in_one_line(place: Path, pg_folder: Path) -> None:
    broken = copy(pg_folder, place / "pg")
    (broken / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(EmbeddedError, match=r"ended while starting: configuration file .* errors") as caught:
        postgres.start(broken)
    assert "\n" not in str(caught.value)


def test_the_log_repeats_no_row_and_no_statement_that_failed(pg_folder: Path, stopped: Keep) -> None:
    server = stopped(postgres.start(pg_folder, durable=False))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('みほん たろう')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('みほん たろう')")
    log = (pg_folder / "server.log").read_text()
    assert "duplicate key" in log
    assert "みほん" not in log


def test_a_database_is_made_once_and_only_under_a_plain_name(pg_folder: Path, stopped: Keep) -> None:
    server = stopped(postgres.start(pg_folder, durable=False))
    assert server.create("another_one") == server.create("another_one") == server.url("another_one")
    assert ask(server, "SELECT current_database()", "another_one") == "another_one"
    with pytest.raises(ValueError, match="no usable database name"):
        server.create('x"; DROP DATABASE relay')


def test_importing_it_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import relay.embedded.postgres"],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.stdout + done.stderr == b""
