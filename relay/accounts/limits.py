"""Rate limits for doors that anybody may knock at.

Counted in Redis, so that all web processes share one count; in each process's own memory while Redis is away,
so that a dead Redis locks nobody out and opens no door.
"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True, headers_enabled=False)

#: A Redis that does not answer must not hold up a login.
_REDIS_PATIENCE_SECONDS = 1


def init_app(app: Flask, redis_url: str) -> None:
    """Count in ``redis_url`` (``redis://``, ``rediss://`` or ``unix://``), or ``memory://`` in tests."""
    # The limits library spells a socket path differently from the Redis client.
    uri = redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url
    app.config["RATELIMIT_STORAGE_URI"] = uri
    if not uri.startswith("memory://"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_connect_timeout": _REDIS_PATIENCE_SECONDS,
            "socket_timeout": _REDIS_PATIENCE_SECONDS,
        }
    limiter.init_app(app)
