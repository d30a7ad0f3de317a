"""Is it alive, is it ready, and the self-audit behind the answer: «every open case has an owner or a clock, every
message moves»."""

from dataclasses import asdict, dataclass
from datetime import timedelta

import redis
import structlog
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import clock, db, settings
from relay.duty import engine
from relay.intake import spool
from relay.intake.models import Inbound
from relay.outbox import sender

bp = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

#: A clock that ran out this long ago was seen by no engine; a message or report that old was touched by no worker.
LATE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Health:
    """What is the matter, in numbers. All zero and all true: every promise holds."""

    database: bool
    broker: bool
    cases_without_clock: int
    messages_stuck: int
    reports_unworked: int
    spooled: int

    @property
    def ready(self) -> bool:
        late = self.cases_without_clock + self.messages_stuck + self.reports_unworked
        return self.database and self.broker and late == 0


def look() -> Health:
    """Measure now."""
    spooled = spool.waiting()
    try:
        with db.transaction() as session:
            return Health(
                database=True,
                broker=_broker(),
                cases_without_clock=len(engine.overdue(session, older_than=LATE)),
                messages_stuck=sender.stuck(session, older_than=LATE),
                reports_unworked=_unworked(session),
                spooled=spooled,
            )
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
        return Health(
            database=False,
            broker=_broker(),
            cases_without_clock=0,
            messages_stuck=0,
            reports_unworked=0,
            spooled=spooled,
        )


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


@bp.get("/healthz")
def healthz() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The whole relay keeps its promises; 503 when one is broken."""
    health = look()
    return jsonify(ready=health.ready, **asdict(health)), 200 if health.ready else 503


@bp.get("/metrics")
def metrics() -> Response:
    """The same numbers for Prometheus. Counts only: no label holds anything personal."""
    registry = CollectorRegistry()
    for name, value in asdict(look()).items():
        Gauge(f"relay_{name}", _HELP[name], registry=registry).set(float(value))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


_HELP = {
    "database": "1 when the database answers",
    "broker": "1 when Redis answers",
    "cases_without_clock": "Open cases from prompt up with neither an owner nor a next step in the future",
    "messages_stuck": "Messages that should have moved a minute ago",
    "reports_unworked": "Reports stored over a minute ago and not filed",
    "spooled": "Reports that wait on disk for the database",
}
