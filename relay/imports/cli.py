"""``relay import``: the city's lists from CSV files."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from relay import settings
from relay.config_files import ConfigError
from relay.imports import service, words
from relay.imports.result import Column, Note, Result
from relay.settings import SettingsError

#: So many lines of one list are shown; faults and what is missing are always shown in full.
SHOWN = 20

_HEADS = {
    "added": ("追加", "added"),
    "changed": ("変更", "changed"),
    "removed": ("削除", "removed"),
    "missing": ("ファイルにない", "not in the file"),
}
_HELP = {
    "towns": "The town table. Centres and districts come from city.toml of the config folder.",
    "partners": "Companies with a watch agreement. Missing ones: agreement ended, with --remove-missing.",
    "staff": "Partner staff with registered phones. Missing ones: marked as left, with --remove-missing.",
    "officers": "Officers of centres and city. Missing ones: switched off, with --remove-missing.",
    "heat": "Heat-alert days. Missing ones within the file's time: taken back, with --remove-missing.",
    "rota": "Duty shifts. Missing ones within the file's time: deleted, with --remove-missing.",
}


@click.group(name="import")
def imports() -> None:
    """Bring in a list from a CSV file, as Excel saves it (UTF-8 or Shift_JIS).

    All errors are listed first, and then nothing is written. Bringing in the same file again changes nothing.
    """


def _command(kind: str) -> click.Command:
    @click.command(kind, help=f"{_HELP[kind]}\n\n\b\n{_columns(service.KINDS[kind].columns)}")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
    @click.option("--remove-missing", is_flag=True, help="Take out what the file does not name any more.")
    @click.option("--lang", type=click.Choice(words.LANGUAGES), default="ja", show_default=True)
    def run(file: Path, dry_run: bool, remove_missing: bool, lang: str) -> None:
        _run(kind, file, dry_run=dry_run, remove_missing=remove_missing, lang=lang)

    return run


def _columns(columns: Iterable[Column]) -> str:
    lines = (
        f"  {' / '.join(column.headings)}{'' if column.needed else '  (may be left out)'}"
        for column in columns
    )
    return "\n".join(["Columns (any of these headings):", *lines])


def _run(kind: str, file: Path, *, dry_run: bool, remove_missing: bool, lang: str) -> None:
    choose = _chooser(lang)
    try:
        folder = settings.current().config
        result = service.run(
            kind, file.read_bytes(), folder=folder, dry_run=dry_run, remove_missing=remove_missing
        )
    except (SettingsError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            choose(
                f"{file.name} を読めません（{error.strerror}）",
                f"{file.name} can't be read ({error.strerror})",
            )
        ) from error
    except OperationalError as error:
        raise click.ClickException(
            choose(
                "データベースにつながりません。relay check で確かめてください",
                "the database is away: look with relay check",
            )
        ) from error
    except service.Collision as error:
        raise click.ClickException(
            choose(
                "同じ時にほかの人が変更したため、何も変えていません。もう一度実行してください",
                "somebody else made changes at the same moment: nothing was written, run it again",
            )
        ) from error
    if result.faults:
        _faults(file, result, lang)
        raise click.exceptions.Exit(1)
    _outcome(file, result, dry_run=dry_run, lang=lang)


def _faults(file: Path, result: Result, lang: str) -> None:
    for note in result.faults:
        click.echo(_line(note, lang), err=True)
    count = len(result.faults)
    click.echo(
        _chooser(lang)(
            f"{file.name}：{count}件の誤りがあります。何も変えていません。直してからもう一度実行してください",
            f"{file.name}: nothing was written (faults: {count}): correct them and run it again",
        ),
        err=True,
    )


def _outcome(file: Path, result: Result, *, dry_run: bool, lang: str) -> None:
    choose = _chooser(lang)
    lists = {
        "added": result.added,
        "changed": [words.difference(change, lang) for change in result.changed],
        "removed": result.removed,
        "missing": result.missing,
    }
    for name, entries in lists.items():
        shown = len(entries) if name == "missing" else SHOWN
        for entry in entries[:shown]:
            click.echo(f"{choose(*_HEADS[name])}\t{entry}")
        if len(entries) > shown:
            click.echo(choose(f"\tほか{len(entries) - shown}件", f"\tand {len(entries) - shown} more"))
    for note in result.warnings:
        click.echo(f"{choose('注意', 'note')}\t{_line(note, lang)}")
    counts = choose("、", ", ").join(
        f"{choose(*_HEADS[name])} {len(entries)}" for name, entries in lists.items()
    )
    unchanged = choose(f"変更なし {result.unchanged}", f"unchanged {result.unchanged}")
    click.echo(choose(f"{file.name}：{counts}、{unchanged}", f"{file.name}: {counts}, {unchanged}"))
    if result.missing:
        click.echo(
            choose(
                "ファイルにないものはそのまま残しました。外すときは --remove-missing を付けてください",
                "What is not in the file was left as it is: add --remove-missing to take it out",
            )
        )
    if dry_run:
        click.echo(choose("試しに読んだだけで、何も変えていません", "dry run: nothing was written"))


def _line(note: Note, lang: str) -> str:
    text = words.sentence(note, lang)
    if note.line is None:
        return text
    return _chooser(lang)(f"{note.line}行目：{text}", f"line {note.line}: {text}")


def _chooser(lang: str) -> Callable[[str, str], str]:
    return lambda ja, en: ja if lang == "ja" else en


for _kind in service.KINDS:
    imports.add_command(_command(_kind))
