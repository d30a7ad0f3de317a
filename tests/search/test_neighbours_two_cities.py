"""Two cities, each with its own relay and its own database: a search goes from one to the other over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import db, settings
from relay.places import service as places
from relay.search import service
from relay.search.actors import Actor
from relay.search.exchange import neighbour_keys, polling
from relay.search.models import Search, Subject
from relay.search.states import Closing, State
from tests import ports
from tests.search import scenes

PATIENCE = 30


class OtherCity:
    """A neighbouring city: a database of its own, and a web process that serves it."""

    def __init__(self, data: Path) -> None:
        self.url = f"http://127.0.0.1:{ports.free_pair()}"
        self.database = f"neighbour_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
        self.environment = {
            "DATABASE_URL": os.environ["TEST_POSTGRES"].format(self.database),
            "RELAY_PUBLIC_URL": self.url,
            "RELAY_DATA": str(data),
        }

    @contextmanager
    def at_work(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
        """What is done in here is done in the other city's office."""
        with monkeypatch.context() as there:
            for name, value in self.environment.items():
                there.setenv(name, value)
            forget()
            with Session(db.engine(), expire_on_commit=False) as session:
                yield session
            db.forget()
        forget()

    @contextmanager
    def online(self) -> Iterator[None]:
        """Its pages, in a process of their own."""
        bind = self.url.removeprefix("http://")
        web = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "relay.cli", "web", "--bind", bind, "--workers", "1", "--threads", "2"],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
            yield
        finally:
            web.terminate()
            web.wait(PATIENCE)

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.url}/healthz", timeout=1).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError("the other city's pages did not come up")


def forget() -> None:
    """What this process keeps of one city."""
    db.forget()
    settings.current.cache_clear()
    places.forget()


@pytest.fixture
def other(database: str, tmp_path: Path) -> Iterator[OtherCity]:
    del database
    city = OtherCity(tmp_path / "other")
    (tmp_path / "other").mkdir()
    with psycopg.connect(os.environ["TEST_POSTGRES"].format("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {city.database} WITH (FORCE)")  # type: ignore[call-overload]
        admin.execute(f"CREATE DATABASE {city.database} TEMPLATE relay_template")  # type: ignore[call-overload]
        yield city
        admin.execute(f"DROP DATABASE IF EXISTS {city.database} WITH (FORCE)")  # type: ignore[call-overload]


def ours() -> tuple[Search, Subject]:
    """The only search of our own city."""
    with db.transaction() as session:
        search = session.scalars(select(Search)).one()
        return search, session.get_one(Subject, search.id)


def test_a_search_goes_round_from_one_city_to_the_other(
    other: OtherCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other.at_work(monkeypatch) as session:
        actor: Actor = scenes.actors(session)[0]
        number = scenes.draft(session, consent_ranges=["staff", "neighbours"], lat=35.34, lng=136.78)
        service.send_urgent(number, actor, reason="日が暮れる")
        key = neighbour_keys.add(session, "こちらの市（見本）")
        session.commit()
    with other.online():
        feed = f"{other.url}/search/feed/cap.atom"
        assert requests.get(feed, timeout=5).status_code == 401
        with db.transaction() as session:
            neighbour_keys.add(session, "となり市（見本）")
            neighbour_keys.read_from(session, "となり市（見本）", feed=feed, key=key)

        assert [reading.fault for reading in polling.read_all()] == [None]
        search, person = ours()
        assert (search.state, search.neighbour) == (State.DRAFT, "となり市（見本）")
        assert (person.visible, person.age_band, person.sex) == (scenes.RED_HAT, "80-84", "female")
        assert person.seen_place == "となり市（見本） 木曽川町黒田 駅の前"
        assert (person.lat, person.lng) == (35.34, 136.78)
        assert person.name is None

        with other.at_work(monkeypatch):
            service.update(number, actor, words="バスに乗ったとの情報")
        assert polling.poll() == 1
        with other.at_work(monkeypatch):
            service.close(number, actor, closing=Closing.FOUND)
        assert polling.poll() == 1
        assert ours()[0].state == State.WITHDRAWN
        assert polling.poll() == 0
