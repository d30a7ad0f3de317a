"""Logging: one JSON object a line. Messages are events with ids and codes, never a name, address, number or text."""

import logging
import sys

import structlog


def configure() -> None:
    """Set up this process's logs, for our own events and for the libraries' alike."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # The SDK logs whole requests, with bodies and numbers, at INFO.
    logging.getLogger("twilio").setLevel(logging.ERROR)
