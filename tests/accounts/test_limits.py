"""The counts behind rate limits: shared in Redis, alone without it."""

import pytest
from flask import Flask

from relay.accounts import limits


@pytest.fixture(autouse=True)
def own_limiter(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests try addresses of Redis; the limiter of the other tests keeps its own."""
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address

    fresh = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True)
    monkeypatch.setattr(limits, "limiter", fresh)


def limited_app(redis_url: str) -> Flask:
    app = Flask("limited")
    limits.init_app(app, redis_url)

    @app.get("/")
    @limits.limiter.limit("2/minute")
    def page() -> str:
        return "ok"

    return app


def test_the_limit_holds_while_redis_is_away() -> None:
    client = limited_app("redis://127.0.0.1:1/0").test_client()
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]


def test_a_socket_path_is_written_as_the_limits_library_wants_it() -> None:
    app = limited_app("unix:///run/redis.sock")
    assert app.config["RATELIMIT_STORAGE_URI"] == "redis+unix:///run/redis.sock"
