"""``relay worker`` and ``relay beat``."""

import logging
import os
import socket
import sys
import warnings
from typing import Any

import click
from celery import signals

from relay import logs, settings
from workers import app as celery_app
from workers.lanes import ALL, LANES, chosen


@click.command()
@click.option(
    "--lane",
    type=click.Choice([*LANES, ALL]),
    default=ALL,
    show_default=True,
    help="Whose work to do. Run one worker for each lane where a delay would matter.",
)
def worker(lane: str) -> None:
    """Run a worker: reading reports, escalating, sending."""
    # Imported here: nobody else needs all services of the relay at once.
    from workers import tasks

    app = celery_app.create(settings.current())
    signals.setup_logging.connect(_set_up_logging)
    # The advice against root is about pickled messages, which are refused here.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    tasks.register(app)
    tasks.warm_up()
    lanes = chosen(lane)
    # One worker for all lanes steps back for nobody: it does the duty lane's work too.
    os.nice(min(one.niceness for one in lanes))
    process = app.Worker(
        hostname=f"{lane}@{socket.gethostname()}",
        queues=[one.name for one in lanes],
        pool="threads",
        concurrency=sum(one.threads for one in lanes),
        loglevel=logging.WARNING,
        # Workers have nothing to tell each other; asking around would only delay the start.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    process.start()
    sys.exit(process.exitcode)


@click.command()
def beat() -> None:
    """Run the clock that wakes the workers. A second one does no harm."""
    app = celery_app.create(settings.current())
    signals.setup_logging.connect(_set_up_logging)
    app.Beat(scheduler_cls="workers.schedule:TickScheduler", loglevel="WARNING", quiet=True).run()


def _set_up_logging(**_event: Any) -> None:
    """Celery asks here instead of changing the process's logging by itself."""
    logs.configure()
    # At each lost connection it warns of a setting that we have chosen.
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
