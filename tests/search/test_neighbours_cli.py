"""``relay neighbours``: cities are added, listed, given new keys, read and let go."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import tokens
from relay.search import readiness
from relay.search.cli import neighbours
from relay.search.models import Neighbour
from tests.search import cap_scenes
from tests.search.cap_scenes import City, message

NAME = "となり市（見本）"
FEED = "https://neighbour.example.jp/search/feed/cap.atom"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def city() -> Iterator[City]:
    with cap_scenes.served(City()) as city:
        yield city


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The key that they gave us, as it was saved from a mail."""
    file = tmp_path / "key.txt"
    file.write_text(f"{cap_scenes.KEY}\n")
    return file


def run(*arguments: str | Path, given: str = "") -> Result:
    return CliRunner().invoke(neighbours, [str(argument) for argument in arguments], input=given)


def stored(session: Session) -> Neighbour:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Neighbour)).one()


def key_in(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = re.findall(rf"\b[A-Za-z0-9]{{{tokens.LENGTH}}}\b", result.stdout)
    assert len(found) == 1
    return str(found[0])


def test_a_new_neighbour_gets_a_key_that_is_shown_once(session: Session) -> None:
    done = run("add", NAME)
    assert stored(session).key_digest == tokens.digest(key_in(done))
    assert "http://127.0.0.1:8000/search/feed/cap.atom" in done.stdout
    assert key_in(done) not in run("list").stdout


def test_their_feed_can_be_named_at_once_or_later(session: Session, key_file: Path) -> None:
    first = run("add", NAME)
    later = run("add", NAME, "--feed", FEED, "--key-file", key_file)
    assert later.exit_code == 0
    neighbour = stored(session)
    assert (neighbour.feed_url, neighbour.feed_key) == (FEED, cap_scenes.KEY)
    assert neighbour.key_digest == tokens.digest(key_in(first))
    assert cap_scenes.KEY not in later.stdout + run("list").stdout


def test_the_key_can_come_from_the_input(session: Session) -> None:
    assert run("add", NAME, "--feed", FEED, "--key-file", "-", given=f"{cap_scenes.KEY}\n").exit_code == 0
    assert stored(session).feed_key == cap_scenes.KEY


@pytest.mark.parametrize(
    ("arguments", "given", "hint"),
    [
        (["--feed", FEED], "", "--key-file"),
        (["--key-file", "-"], "k", "--feed"),
        (["--feed", "http://neighbour.example.jp/", "--key-file", "-"], "k", "https://"),
        (["--feed", FEED, "--key-file", "-"], "", "鍵だけ"),
        (["--feed", FEED, "--key-file", "-"], "two keys", "鍵だけ"),
        (["--feed", FEED, "--key-file", "-"], "鍵", "鍵だけ"),
        (["--feed", FEED, "--key-file", "missing/key.txt"], "", "key.txt"),
    ],
)
def test_a_slip_is_refused_and_changes_nothing(
    session: Session, arguments: list[str], given: str, hint: str
) -> None:
    done = run("add", NAME, *arguments, given=given)
    assert done.exit_code != 0
    assert hint in done.stderr
    assert session.scalars(select(Neighbour)).all() == []


def test_a_city_is_not_added_twice() -> None:
    run("add", NAME)
    again = run("add", NAME)
    assert again.exit_code == 1
    assert f"relay neighbours key {NAME}" in again.stderr


def test_a_new_key_ends_the_old_one_only_after_a_yes(session: Session) -> None:
    old = key_in(run("add", NAME))
    assert run("key", NAME, given="n\n").exit_code == 1
    assert stored(session).key_digest == tokens.digest(old)
    new = key_in(run("key", NAME, given="y\n"))
    assert stored(session).key_digest == tokens.digest(new)


def test_an_ended_neighbour_loses_its_keys_and_can_begin_anew(session: Session, key_file: Path) -> None:
    old = key_in(run("add", NAME, "--feed", FEED, "--key-file", key_file))
    assert run("end", NAME, "--yes").exit_code == 0
    neighbour = stored(session)
    assert (neighbour.key_digest, neighbour.feed_key) == (None, None)
    assert "終了" in run("list").stdout
    assert key_in(run("add", NAME)) != old
    assert "終了" not in run("list").stdout


def test_a_name_is_one_line_and_not_empty(session: Session) -> None:
    assert run("add", "  ").exit_code == 2
    key_in(run("add", "となり\n 市"))
    assert stored(session).name == "となり 市"


@pytest.mark.parametrize("command", ["end", "key"])
def test_an_unknown_city_is_answered_with_the_next_step(command: str) -> None:
    done = run(command, "月面市", "--yes")
    assert done.exit_code == 1
    assert "relay neighbours list" in done.stderr


def test_without_neighbours_the_next_step_is_named() -> None:
    assert "relay neighbours add" in run("list").stdout
    assert "relay neighbours add" in run("poll").stdout


def test_reading_now_says_what_came(city: City, key_file: Path) -> None:
    run("add", NAME, "--feed", city.feed, "--key-file", key_file)
    city.says(message(cap_scenes.MsgType.ALERT, 1))
    done = run("poll")
    assert done.exit_code == 0
    assert done.stdout == f"{NAME}\t新しいお知らせ 1件 (new)\n"
    assert re.search(r"最後に読めた時刻 20\d\d-", run("list").stdout)


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [(b"<rss/>", "一覧（Atom）ではありません"), (b"no", "XMLではありません")],
)
def test_a_fault_is_told_with_what_to_do(
    session: Session, city: City, key_file: Path, listed: bytes, sentence: str
) -> None:
    run("add", NAME, "--feed", city.feed, "--key-file", key_file)
    city.list_body = listed
    done = run("poll")
    assert done.exit_code == 1
    assert sentence in done.stdout
    assert sentence in run("list").stdout
    told = [ja for fine, ja, _ in readiness.lines(session) if not fine]
    assert len(told) == 1
    assert NAME in told[0]


def test_a_bad_document_is_told_as_such(city: City, key_file: Path) -> None:
    run("add", NAME, "--feed", city.feed, "--key-file", key_file)
    city.says_raw(bad=b"<alert/>")
    assert "読めないお知らせがあります（wrong_namespace）" in run("poll").stdout


def test_the_command_finds_all_tables_in_a_process_of_its_own(session: Session) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "relay.cli", "neighbours", "add", NAME],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert stored(session).name == NAME
