"""``relay up``: the whole relay on one machine, with the settings of the environment."""

import os
import sys
from pathlib import Path

import click

from relay import nudge
from relay.embedded import fleet
from relay.embedded.console import Console
from relay.embedded.processes import Supervisor, until_stopped
from relay.embedded.texts import LANGUAGES, UP, language_of


@click.command()
@click.option(
    "--bind", default="127.0.0.1:8000", show_default=True, help="Address and port of the web pages."
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Web processes.")
@click.option("--threads", type=click.IntRange(1), default=8, show_default=True, help="Threads in each.")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of this terminal (from LANG if not given)."
)
def up(bind: str, workers: int, threads: int, lang: str | None) -> None:
    """Run all processes here with your settings; database and Redis too where none are set."""
    language = lang or language_of(os.environ)
    fleet.check(os.environ)
    data = Path(os.environ.get("RELAY_DATA") or "data").resolve()
    names = ["web", *(f"worker-{lane}" for lane in nudge.LANES), "beat", "postgres", "redis"]
    console = Console(sys.stdout, names)
    supervisor = Supervisor(console, language=language)
    with fleet.reserved(data), until_stopped(supervisor):
        os.environ.update(fleet.start_services(supervisor, data, os.environ))
        # Loaded while the database starts up.
        from relay import app, db, settings

        app.check_config()
        db.migrate(settings.current().database_url)
        for process in fleet.relay_processes(os.environ, bind=bind, web_workers=workers, web_threads=threads):
            supervisor.start(process)
        host, _, port = bind.rpartition(":")
        everywhere = host in ("", "0.0.0.0")  # noqa: S104 - compared, not bound
        here = f"http://{'127.0.0.1' if everywhere else host}:{port}"
        fleet.await_ready(supervisor, [f"{here}/healthz"], data)
        console.say(UP[language].format(public=settings.current().public_url, here=here))
        while True:
            supervisor.poll()
