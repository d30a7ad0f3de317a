"""The tasks: each calls one service of the relay. What to do stands in the database: none has arguments."""

import time
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from celery import Celery
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from relay import alive, settings
from relay.cases import asking
from relay.channels import mail, registry, twilio_sms
from relay.duty import engine
from relay.intake import reader
from relay.intake import work as intake
from relay.outbox import blanking, bulk, reconcile, sender
from relay.places import heat_fetch
from relay.search import spread, tick
from relay.search.exchange import polling
from workers.schedule import TICKS, Tick
from workers.turns import Turns

WORK: Mapping[str, Callable[[], object]] = {
    "work_inbound": intake.work_pending,
    "advance_duty": engine.advance_due,
    "send_duty": partial(sender.drain, "duty"),
    "spread_search": spread.spread_due,
    "send_bulk": bulk.drain,
    "send_bulk_mail": partial(sender.drain, "bulk", "mail"),
    "send_routine": partial(sender.drain, "routine"),
    "reconcile": reconcile.run,
    "tick_search": tick.run,
    "ask_again": asking.advance_due,
    "fetch_heat": heat_fetch.run,
    "blank_bodies": blanking.blank,
    "flush_spool": intake.flush_spool,
    "poll_neighbours": polling.poll,
}

#: How a database that is away or overrun shows.
AWAY = (OperationalError, InterfaceError, PoolTimeout)

log = structlog.get_logger(__name__)


def register(app: Celery) -> None:
    """Declare all tasks on the application of a worker."""
    for name, work in WORK.items():
        _declare(app, TICKS[name], work)


def warm_up() -> None:
    """Load what the first alert would otherwise wait for: the words that reports are read by, the provider's SDK.

    Raises ``SettingsError`` for a mail server's address that can't be read: no mail would ever leave.
    """
    reader.current()
    twilio_sms.client()
    if registry.missing("mail") is None:
        mail.server()


def _declare(app: Celery, tick: Tick, work: Callable[[], object]) -> None:
    turns = Turns(tick.at_most)
    data = settings.current().data

    @app.task(name=tick.task)
    def task() -> None:
        alive.touch(data, tick.lane)
        turns.run(partial(logged, tick.task, work))


def logged(name: str, work: Callable[[], object]) -> None:
    """Do the work of one task, and leave a line in the log when there was something to do."""
    began = time.monotonic()
    try:
        done = work()
    except AWAY as error:
        # The next tick tries again, and a traceback a second would help nobody.
        log.warning("database_away", task=name, why=type(error).__name__)
        return
    if done:
        log.info("worked", task=name, done=done, seconds=round(time.monotonic() - began, 3))
