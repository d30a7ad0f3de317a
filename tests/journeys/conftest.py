"""The whole relay in one process: real web server, real phones over HTTP, and the workers run step by step."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from relay import settings
from relay.app import create_app
from relay.embedded.phones.config import Config
from relay.embedded.phones.server import SimulatedPhones
from tests.journeys.harness import Relay


@pytest.fixture
def relay(database: str, monkeypatch: pytest.MonkeyPatch, city_sample: dict[str, Any]) -> Iterator[Relay]:
    """A relay with its phones, on free ports."""
    del database
    own = settings.current()
    with SimulatedPhones(
        Config(
            relay="http://127.0.0.1:9",
            account_sid=own.twilio_account_sid,
            auth_token=own.twilio_auth_token,
            number=own.twilio_from or "",
        )
    ) as phones:
        monkeypatch.setenv("TWILIO_API_BASE", phones.url)
        placeholder = make_server("127.0.0.1", 0, Flask("nothing"))
        port = placeholder.port
        placeholder.server_close()
        monkeypatch.setenv("RELAY_PUBLIC_URL", f"http://127.0.0.1:{port}")
        settings.current.cache_clear()
        app = create_app()
        server = make_server("127.0.0.1", port, app, threaded=True)
        # Closing waits for requests under way: each holds a connection to a database that is about to go.
        server.daemon_threads, server.block_on_close = False, True
        phones.connect(f"http://127.0.0.1:{port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Relay(f"http://127.0.0.1:{port}", phones.url, city_sample, app)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
