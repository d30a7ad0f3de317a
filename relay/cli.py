"""The command ``relay``. A thin table: every command lives in its own room and is loaded when it is called."""

import importlib
import os
import sys
from typing import NamedTuple

import click

from relay.config_files import ConfigError
from relay.settings import SettingsError


class Lazy(NamedTuple):
    """Where a command is (``module:name``), and its line in ``relay --help``."""

    place: str
    help: str


COMMANDS = {
    "demo": Lazy("relay.embedded.demo:demo", "Run everything here, with a sample city and simulated phones."),
    "up": Lazy("relay.embedded.up:up", "Run all processes here with your settings."),
    "web": Lazy("relay.cli:web", "Run the web pages."),
    "worker": Lazy("workers.cli:worker", "Run a worker for one lane or all."),
    "beat": Lazy("workers.cli:beat", "Run the clock that wakes the workers."),
    "migrate": Lazy("relay.cli:migrate", "Bring the database to the newest schema."),
    "check": Lazy("relay.check:check", "Is everything there that an alert needs? Exit code 1 on trouble."),
    "import": Lazy(
        "relay.imports.cli:imports", "Bring in towns, officers, rota, partners, staff or heat-alert days."
    ),
    "towns": Lazy("relay.places.towns_export:towns", "Write a city's town table, from Japan Post's data."),
    "user": Lazy("relay.accounts.cli:user", "Add, list and change the users of the board."),
    "partners": Lazy("relay.partners.cli:partners", "List partner companies, their forms and QR cards."),
    "neighbours": Lazy(
        "relay.search.cli:neighbours", "Share searches with neighbouring cities: keys, feeds."
    ),
    "triage": Lazy("relay.triage.cli:triage", "Read reports: JSON lines in, levels, signs and places out."),
    "triage-export": Lazy("relay.cases.cli:triage_export", "Write corrected reports as labelled JSON lines."),
}


#: Commands that write to the database: a table may point at one of another room, so all must be known.
WITH_TABLES = frozenset({"import", "user", "partners", "neighbours", "check"})


class LazyGroup(click.Group):
    """A group whose commands are imported only when needed: starting a worker must not load the demo."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        if cmd_name in WITH_TABLES:
            importlib.import_module("relay.tables")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])


@click.group(cls=LazyGroup)
def relay() -> None:
    """見守りリレー Mimamori Relay: an alert relay for elder-watch agreements."""


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1), default=8, show_default=True, help="Threads in each.")
def web(bind: str, workers: int, threads: int) -> None:
    """Run the web pages."""
    from relay import app
    from relay.embedded import fleet

    app.check_config()
    command = fleet.web_command(bind=bind, workers=workers, threads=threads)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run at every start."""
    from relay import db, settings

    db.migrate(settings.current().database_url)


def main() -> None:
    """The entry point. What an operator can mend is said in one line, without a traceback."""
    try:
        relay(prog_name="relay")
    except (SettingsError, ConfigError) as error:
        _stop(str(error))
    except _database_away() as error:
        _stop(f"the database can't be reached ({type(error).__name__}): see DATABASE_URL, or run relay check")


def _database_away() -> tuple[type[Exception], ...]:
    # Only what has talked to a database can have failed at it: the library is not loaded for this question.
    loaded = sys.modules.get("sqlalchemy.exc")
    return (loaded.OperationalError,) if loaded else ()


def _stop(line: str) -> None:
    click.echo(f"relay: {line}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
