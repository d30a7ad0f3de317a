"""The self-audit: «every open case has an owner or a clock, every message moves, every report is worked on»."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import alive, clock, db, nudge, settings
from relay.duty import engine
from relay.intake import spool
from relay.intake.models import Inbound
from relay.outbox import sender

log = structlog.get_logger(__name__)

#: A clock that ran out this long ago was seen by no engine; a message or report that old was touched by no worker.
LATE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What is the matter, in numbers."""

    database: bool
    broker: bool
    silent_lanes: int
    """Worker lanes (and beat) without a sign of life."""
    cases_without_clock: int
    messages_stuck: int
    reports_unworked: int
    spooled: int

    @property
    def sound(self) -> bool:
        """Whether the promises to those who report hold at this moment."""
        late = self.cases_without_clock + self.messages_stuck + self.reports_unworked
        return self.database and self.broker and late == 0

    @property
    def ready(self) -> bool:
        """Sound, and everybody is at work."""
        return self.sound and self.silent_lanes == 0


def look() -> Audit:
    """Measure now."""
    around: dict[str, Any] = {"broker": _broker(), "silent_lanes": _silent(), "spooled": spool.waiting()}
    try:
        with db.transaction() as session:
            return Audit(
                database=True,
                cases_without_clock=len(engine.overdue(session, older_than=LATE)),
                messages_stuck=sender.stuck(session, older_than=LATE),
                reports_unworked=_unworked(session),
                **around,
            )
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        return Audit(database=False, cases_without_clock=0, messages_stuck=0, reports_unworked=0, **around)


def _silent() -> int:
    data = settings.current().data
    return sum(alive.age(data, name) > alive.STALE_SECONDS for name in (*nudge.LANES, alive.BEAT))


def _broker() -> bool:
    try:
        with redis.Redis.from_url(
            settings.current().redis_url, socket_timeout=1, socket_connect_timeout=1
        ) as r:
            return bool(r.ping())
    except redis.RedisError:
        return False


def _unworked(session: Session) -> int:
    late = select(func.count()).where(Inbound.worked_at.is_(None), Inbound.received_at < clock.now() - LATE)
    return session.scalar(late) or 0
