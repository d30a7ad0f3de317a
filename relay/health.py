"""Is it alive, is it ready, and how much waits: for whoever runs the server."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from relay.intake import audit

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The whole relay keeps its promises; 503 when one is broken."""
    found = audit.look()
    return jsonify(ready=found.ready, **asdict(found)), 200 if found.ready else 503


@bp.get("/metrics")
def metrics() -> Response:
    """The same numbers for Prometheus. Counts only: no label holds anything personal."""
    registry = CollectorRegistry()
    for name, value in asdict(audit.look()).items():
        Gauge(f"relay_{name}", _HELP[name], registry=registry).set(float(value))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


_HELP = {
    "database": "1 when the database answers",
    "broker": "1 when Redis answers",
    "silent_lanes": "Worker lanes and beat without a sign of life for half a minute",
    "cases_without_clock": "Open cases from prompt up with neither an owner nor a next step in the future",
    "messages_stuck": "Messages that should have moved a minute ago",
    "reports_unworked": "Reports stored over a minute ago and not filed",
    "spooled": "Reports that wait on disk for the database",
}
