"""The outbox between real phones and a real mail server."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

import relay.tables  # noqa: F401 - messages point to tables of rooms that these tests never enter
from relay import city, clock, settings
from relay.outbox import leases
from relay.search.models import Search
from tests.postbox import Postbox
from tests.provider import Provider, simulated


@pytest.fixture
def provider(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Simulated phones, and a full purse of the rate."""
    del database
    leases._redis().flushdb()
    with simulated(monkeypatch) as running:
        yield running


@pytest.fixture
def phones(provider: Provider) -> str:
    """Their address."""
    return provider.url


@pytest.fixture
def postbox(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server that the relay uses."""
    del database
    with Postbox() as running:
        monkeypatch.setenv("SMTP_URL", running.url)
        settings.current.cache_clear()
        yield running


@pytest.fixture
def rate(monkeypatch: pytest.MonkeyPatch, database: str) -> Any:
    """Sets how many parts a second a lane may send."""
    del database

    leases._redis().flushdb()

    def set_rate(lane: str, parts: float) -> None:
        own = city.current()
        changed = replace(own, segments_per_second={**own.segments_per_second, lane: parts})
        monkeypatch.setattr(city, "current", lambda: changed)

    return set_rate


@pytest.fixture
def search(session: Session) -> int:
    """The number of a search."""
    row = Search(created_at=clock.now(), created_by="見本")
    session.add(row)
    session.commit()
    return row.id
