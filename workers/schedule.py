"""The ticks: which task runs how often, whether anybody nudged it or not."""

from dataclasses import dataclass
from typing import Any, cast

import structlog
from celery.beat import ScheduleEntry, Scheduler

from relay import alive, settings
from relay.nudge import LANE_OF

#: A lane with so many waiting tasks has a stopped or stuck worker: one more tick would only fill Redis.
BACKLOG = 50


log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tick:
    """``task`` runs every so many seconds, at most ``at_most`` runs at a time in one worker process.

    The limits of a lane's tasks together are its threads: slow sending never keeps the escalation engine from running,
    and mail to thousands never keeps texts from leaving.
    """

    task: str
    every: float
    at_most: int = 1

    @property
    def lane(self) -> str:
        return LANE_OF[self.task]


TICKS = {
    tick.task: tick
    for tick in (
        Tick("advance_duty", every=1),
        Tick("send_duty", every=1, at_most=2),
        Tick("work_inbound", every=2),
        Tick("spread_search", every=2),
        Tick("send_bulk", every=2, at_most=2),
        Tick("send_bulk_mail", every=2, at_most=4),
        Tick("send_routine", every=2),
        Tick("reconcile", every=5),
        Tick("tick_search", every=5),
        Tick("ask_again", every=15),
        Tick("fetch_heat", every=3600),
        Tick("blank_bodies", every=10),
        Tick("flush_spool", every=5),
        Tick("poll_neighbours", every=60),
    )
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The ticks as Celery wants them. One that waited too long is dropped: the next is there."""
    return {
        tick.task: {
            "task": tick.task,
            "schedule": tick.every,
            "options": {"queue": tick.lane, "expires": max(tick.every, 2)},
        }
        for tick in TICKS.values()
    }


class TickScheduler(Scheduler):
    """Beat without a memory: after a restart every tick is simply due. There is no file to lose or break."""

    _redis_away = False

    def apply_async(
        self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **options: Any
    ) -> Any:
        """Publish one tick, unless its lane is full of them already."""
        try:
            redis = cast(Any, self.connection.default_channel).client
            if redis.llen(LANE_OF[str(entry.task)]) >= BACKLOG:
                return None
            sent = super().apply_async(entry, producer=producer, advance=advance, **options)
        except Exception as error:  # whatever Redis has, the next tick is due in a second
            if not self._redis_away:
                log.warning("redis_away", why=type(error).__name__)
            self._redis_away = True
            return None
        if self._redis_away:
            log.warning("redis_back")
        self._redis_away = False
        alive.touch(settings.current().data, alive.BEAT)
        return sent
