"""Waking the workers: puts a task's name on its lane, so that a worker runs it now instead of at its tick.

A nudge is a courtesy, never a promise: what there is to do stands in PostgreSQL, and the ticks find it
without any nudge. So a nudge that can't be given is logged and forgotten, and it carries no data at all.
"""

import functools
import time
from collections.abc import Mapping

import structlog
from celery import Celery
from kombu import Exchange, Queue

from relay import settings

LANES = ("duty", "bulk", "routine")
#: Messages go by the nameless exchange straight to the queue of that name: a named one would be a binding
#: kept in Redis, and after a FLUSHALL nothing could be published any more.
QUEUES = tuple(Queue(lane, Exchange(""), routing_key=lane, no_declare=True) for lane in LANES)
#: The lane of every task that the relay may wake.
LANE_OF: Mapping[str, str] = {
    "work_inbound": "duty",
    "advance_duty": "duty",
    "send_duty": "duty",
    "spread_search": "bulk",
    "send_bulk": "bulk",
    "send_bulk_mail": "bulk",
    "send_routine": "routine",
    "reconcile": "routine",
    "tick_search": "routine",
    "ask_again": "routine",
    "fetch_heat": "routine",
    "blank_bodies": "routine",
    "flush_spool": "routine",
    "poll_neighbours": "routine",
}
#: Waiting for a worker any longer, the nudge is worthless: the ticks have done its work.
EXPIRES_SECONDS = 10
#: With Redis away a nudge takes at most twice this: one try, and one more on a fresh connection.
SOCKET_SECONDS = 0.2
#: After a nudge that failed, this process does not try again for so long: requests must not queue up here.
REST_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Nudger:
    """Sends nudges over one broker address; may be shared by threads, keeps a few connections."""

    def __init__(self, redis_url: str) -> None:
        self._app = Celery("relay-nudge", broker=redis_url, set_as_current=False)
        self._app.conf.update(
            task_serializer="json",
            task_queues=QUEUES,
            broker_pool_limit=4,
            broker_transport_options={
                "socket_timeout": SOCKET_SECONDS,
                "socket_connect_timeout": SOCKET_SECONDS,
                "socket_keepalive": True,
            },
        )
        self._rest_until = 0.0

    def nudge(self, task: str) -> bool:
        """Whether the nudge was put on its lane."""
        if task not in LANE_OF:
            log.error("nudge_unknown", task=task)
            return False
        if time.monotonic() < self._rest_until:
            return False
        try:
            self._app.send_task(
                task,
                queue=LANE_OF[task],
                expires=EXPIRES_SECONDS,
                ignore_result=True,
                retry=True,
                retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0},
            )
        except Exception as error:  # whatever it is, the tick does the work; the caller's own work stands
            self._rest_until = time.monotonic() + REST_SECONDS
            log.warning("nudge_failed", task=task, why=type(error).__name__)
            return False
        return True


@functools.cache
def _nudger(redis_url: str) -> Nudger:
    return Nudger(redis_url)


def nudge(task: str) -> None:
    """Have a worker run ``task`` now. Call it after the commit.

    Never raises, and takes at most about half a second.
    """
    try:
        redis_url = settings.current().redis_url
    except settings.SettingsError as error:
        log.warning("nudge_failed", task=task, why=str(error))
        return
    _nudger(redis_url).nudge(task)
