"""``relay neighbours``: cities that read our searches, and whose searches we read."""

from collections.abc import Callable
from typing import TextIO, TypeVar

import click
from sqlalchemy.orm import Session

from relay import clock, settings
from relay.db import transaction
from relay.search.exchange import fetching, neighbour_keys, polling
from relay.search.exchange.neighbour_keys import NeighbourError
from relay.search.models import Neighbour

Result = TypeVar("Result")
#: Characters; a file with a key in it is much shorter.
LONGEST_FILE = 1000

_REFUSALS = {
    "known": "「{name}」はもう登録されています。新しい鍵は relay neighbours key {name}",
    "unknown": "「{name}」は登録されていません。relay neighbours list で名前を確かめてください",
}
#: Why a reading failed, and what to do. A code without a line is shown as it is.
_FAULTS = {
    "bad_address": "アドレスが正しくありません。--feed を https:// で始めて登録し直してください",
    "foreign_address": "別のサーバーへのリンクがあり、読みませんでした。相手の市に知らせてください",
    "unreachable": "つながりません。アドレスと、相手のサーバーが動いているかを確かめてください",
    "slow": "応答が遅すぎます。続くときは相手の市に知らせてください",
    "refused": "鍵が受け付けられません。相手の市から新しい鍵をもらい、登録し直してください",
    "too_large": "内容が大きすぎます。相手の市に知らせてください",
    "not_xml": "内容を読み取れません（XMLではありません）。アドレスを確かめてください",
    "not_atom": "お知らせの一覧（Atom）ではありません。アドレスを確かめてください",
    "doctype": "受け取れない形式です（DOCTYPE）。相手の市に知らせてください",
    "failed": "こちらで処理できないお知らせがありました。ログの neighbour_message_failed を見てください",
}


def _one_line(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    line = " ".join(name.split())
    if not line:
        raise click.BadParameter("市の名前を書いてください (give the city's name)")
    return line


name_argument = click.argument("name", callback=_one_line)


@click.group()
def neighbours() -> None:
    """近隣の市町との捜索情報のやりとり。Neighbouring cities: who reads our searches, whose we read."""


@neighbours.command()
@name_argument
@click.option("--feed", help="相手の一覧のアドレス。Address of their list (…/search/feed/cap.atom).")
@click.option(
    "--key-file",
    type=click.File(encoding="utf-8"),
    help="相手からもらった鍵のファイル、- は標準入力。File with the key they gave you; - reads it from the input.",
)
def add(name: str, feed: str | None, key_file: TextIO | None) -> None:
    """市を登録する。Add a city; prints its key once.

    With that key it reads our searches. For a city that is known already, --feed and --key-file say where
    we read its searches.
    """
    if (feed is None) != (key_file is None):
        raise click.UsageError("--feed と --key-file は一緒に使います (give both or none)")
    shown = _key_in(key_file) if key_file else ""
    if feed is not None and not fetching.allowed(feed):
        raise click.ClickException(f"{feed}: https:// で始まるアドレスにしてください")
    with transaction() as session:
        known = any(one.name == name and one.ended_at is None for one in neighbour_keys.all_of_them(session))
    key = None if known and feed else _do(name, lambda session: neighbour_keys.add(session, name))
    if feed is not None:
        _do(name, lambda session: neighbour_keys.read_from(session, name, feed=feed, key=shown))
        click.echo(f"{name}: {feed} を読みます (their searches will be read)")
    if key is not None:
        _show(name, key)


@neighbours.command("list")
def list_neighbours() -> None:
    """登録した市の一覧。Cities, last readings, faults."""
    with transaction() as session:
        found = neighbour_keys.all_of_them(session)
    for neighbour in found:
        click.echo(f"{neighbour.name}\t{_state(neighbour)}")
    if not found:
        click.echo("まだ登録されていません：relay neighbours add 市の名前 (none yet)")


@neighbours.command()
@name_argument
@click.confirmation_option(prompt="この市とのやりとりを終わります。続けますか (stop for good?)")
def end(name: str) -> None:
    """やりとりを終わる。Stop giving to and reading from a city."""
    _do(name, lambda session: neighbour_keys.end(session, name))
    click.echo(f"{name}: 終わりました (ended)")


@neighbours.command()
@name_argument
@click.confirmation_option(prompt="いまの鍵は使えなくなります。続けますか (the old key ends now. Go on?)")
def key(name: str) -> None:
    """鍵を作り直す。New key; the old one ends now."""
    _show(name, _do(name, lambda session: neighbour_keys.rotate(session, name)))


@neighbours.command()
def poll() -> None:
    """いますぐ読む。Read all of them now.

    One line each; exit code 1 when one could not be read."""
    readings = polling.read_all()
    for reading in readings:
        what = f"新しいお知らせ {reading.new}件 (new)"
        click.echo(f"{reading.name}\t{what}" + (f"\t{_fault(reading.fault)}" if reading.fault else ""))
    if not readings:
        click.echo("読む先がありません：relay neighbours add 市の名前 --feed … --key-file … (nobody to read)")
    if any(reading.fault for reading in readings):
        raise click.exceptions.Exit(1)


def _do(name: str, act: Callable[[Session], Result]) -> Result:
    try:
        with transaction() as session:
            return act(session)
    except NeighbourError as error:
        raise click.ClickException(_REFUSALS[error.code].format(name=name)) from error


def _key_in(file: TextIO) -> str:
    try:
        found = file.read(LONGEST_FILE).strip()
    except UnicodeDecodeError:
        found = ""
    if not (found.isascii() and found.isprintable() and found) or " " in found:
        raise click.ClickException(
            f"{file}: 鍵だけを書いたファイルを指定してください (one key, nothing else)"
        )
    return found


def _show(name: str, key: str) -> None:
    click.echo(f"{name} が読むアドレス: {settings.current().public_url}/search/feed/cap.atom")
    click.echo(f"{name} に渡す鍵（この画面でだけ表示します、shown only now）: {key}")


def _state(neighbour: Neighbour) -> str:
    if neighbour.ended_at is not None:
        return "終了 (ended)"
    if neighbour.feed_url is None:
        return "こちらの捜索を読むだけ (reads ours)"
    read = f"{clock.local(neighbour.read_at):%Y-%m-%d %H:%M}" if neighbour.read_at else "まだ (not yet)"
    fault = f"\t{_fault(neighbour.fault)}" if neighbour.fault else ""
    return f"{neighbour.feed_url}\t最後に読めた時刻 {read}{fault}"


def _fault(code: str) -> str:
    if code.startswith("document_"):
        return f"読めないお知らせがあります（{code.removeprefix('document_')}）。相手の市に知らせてください"
    return f"{_FAULTS.get(code, code)} ({code})"
