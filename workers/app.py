"""The Celery application: how workers and beat talk to Redis, and how they stay calm while it is away."""

from typing import Any

import kombu
from celery import Celery
from celery.app.amqp import AMQP

from relay.nudge import QUEUES
from relay.settings import Settings
from workers.schedule import beat_schedule

#: Celery's own patience with a lost Redis grows to 30 s between two tries, too long for a duty SMS.
RECONNECT_SECONDS = 1.0
#: A task taken by a worker that died comes back after this and is dropped: newer ticks did its work by then.
VISIBILITY_SECONDS = 300


class SteadyConnection(kombu.Connection):
    """A connection that tries again every second, for as long as it takes."""

    def ensure_connection(self, *args: Any, **options: Any) -> "SteadyConnection":
        self._ensure_connection(*args, **options)
        return self

    def _ensure_connection(self, *args: Any, **options: Any) -> Any:
        steady = {
            "interval_start": RECONNECT_SECONDS,
            "interval_step": 0,
            "interval_max": RECONNECT_SECONDS,
        }
        return super()._ensure_connection(*args, **{**options, **steady})


class SteadyAMQP(AMQP):
    """Celery's messaging over steady connections."""

    Connection = SteadyConnection


def create(settings: Settings) -> Celery:
    """The application of one process, without tasks (``tasks.register``): beat needs none."""
    app = Celery("relay", broker=settings.redis_url, amqp=SteadyAMQP)
    app.conf.update(
        # What goes over Redis is the names of tasks, never data.
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        result_expires=None,
        task_queues=QUEUES,
        task_create_missing_queues=False,
        task_default_queue="routine",
        # A task counts as done when it is done, not when it was taken.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "visibility_timeout": VISIBILITY_SECONDS,
        },
        # Publishing gives up at once: the next tick is due soon.
        task_publish_retry_policy={
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        # Nobody steers the workers through Redis; signs of life are files (relay.alive).
        worker_enable_remote_control=False,
        beat_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_schedule=beat_schedule(),
        beat_max_loop_interval=1,
        timezone="UTC",
    )
    return app
