"""Fixtures for all tests: real PostgreSQL and Redis, started once by the first process; a fresh database a test."""

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import QueuePool
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.desk import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "config" / "sample"
WEB_URL = "http://127.0.0.1:8000"
PHONES_URL = "http://127.0.0.1:9"
TEMPLATE = "relay_template"
ENVIRONMENT = {
    "RELAY_PUBLIC_URL": WEB_URL,
    "RELAY_SECRET_KEY": "only-for-tests-0123456789",
    "RELAY_CONFIG": str(SAMPLE),
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "test-token",
    "TWILIO_FROM": "+815000000000",
    # Nothing listens there: a test that wants phones says so with the `phones` fixture.
    "TWILIO_API_BASE": PHONES_URL,
}


class Services:
    """The servers of this run: the process that collects starts them, its parallel workers inherit the addresses."""

    def __init__(self) -> None:
        from relay.embedded import postgres, redis

        # Directly under /tmp: a unix socket's path may not be longer than about a hundred bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="relay-tests-", dir="/tmp"))
        self.postgres = postgres.start(self.folder / "pg", durable=False)
        self.redis = redis.start(self.folder / "redis")
        os.environ.update(
            ENVIRONMENT,
            TEST_POSTGRES=self.postgres.url("{}").replace("%7B%7D", "{}"),
            TEST_REDIS=self.redis.url(99).replace("/99", "/{}"),
            RELAY_DATA=str(self.folder / "data"),
        )

    def stop(self) -> None:
        self.postgres.stop()
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ and not config.option.collectonly:
        config.stash[SERVICES] = Services()
        _make_template()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVICES in config.stash:
        config.stash[SERVICES].stop()


SERVICES = pytest.StashKey[Services]()


def _worker() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _admin(statement: str) -> None:
    with psycopg.connect(os.environ["TEST_POSTGRES"].format("postgres"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _make_template() -> None:
    """The migrated database with the sample city in it, from which every test's own is copied."""
    from relay import db, settings
    from relay.embedded import sample

    _admin(f"CREATE DATABASE {TEMPLATE}")
    os.environ["DATABASE_URL"] = os.environ["TEST_POSTGRES"].format(TEMPLATE)
    os.environ["REDIS_URL"] = os.environ["TEST_REDIS"].format(0)
    db.migrate(settings.current().database_url)
    facts = sample.load(settings.current(), web_url=WEB_URL, phones_url=PHONES_URL)
    os.environ["TEST_CITY"] = json.dumps(facts)
    _forget()


def _forget() -> None:
    """Everything that a process keeps of one database or one folder."""
    from relay import db, settings, tables  # noqa: F401 - the tables of one room refer to those of others
    from relay.channels import twilio_sms
    from relay.intake import reader
    from relay.outbox import leases
    from relay.places import service as places

    db.forget()
    for kept in (settings.current, twilio_sms.client, leases._redis):
        kept.cache_clear()
    places.forget()
    reader.forget_heat()


class Databases:
    """The database of this test process. Emptied after each test, which is much faster than a new copy; a test that
    changes the city itself gets the next one a new copy."""

    #: What reports and cases leave behind, in an order that foreign keys allow.
    LEFT_BEHIND = (
        "messages",
        "neighbour_alerts",
        "neighbours",
        "search_events",
        "search_openings",
        "search_photos",
        "search_sightings",
        "search_audience",
        "search_transmissions",
        "search_subjects",
        "searches",
        "registered_persons",
        "events",
        "duty_links",
        "escalations",
        "heat_alert_days",
        "heat_feed",
        "reading_corrections",
        "reports",
        "cases",
        "inbound",
        "opt_outs",
    )
    NUMBERED = ("messages", "events", "escalations", "reports", "cases", "inbound", "searches")

    def __init__(self) -> None:
        self.name = f"test_{_worker()}"
        self.city: tuple[Any, ...] | None = None

    def provide(self) -> None:
        """Make sure that the database is there, with the sample city and nothing else in it."""
        if self.city is None:
            _admin(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
            _admin(f"CREATE DATABASE {self.name} TEMPLATE {TEMPLATE}")
            with self._connect() as connection:
                self.city = self._fingerprint(connection)

    def empty(self) -> None:
        """Forget what a test did."""
        try:
            with self._connect() as connection:
                connection.execute("SET lock_timeout = '2s'")
                for table in self.LEFT_BEHIND:
                    connection.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]  # noqa: S608
                for table in self.NUMBERED:
                    connection.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART")  # type: ignore[call-overload]
                if self._fingerprint(connection) != self.city:
                    self.city = None
        except psycopg.Error:  # the test broke the database, or still holds on to it
            self.city = None

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(os.environ["TEST_POSTGRES"].format(self.name))

    @staticmethod
    def _fingerprint(connection: "psycopg.Connection[tuple[Any, ...]]") -> tuple[Any, ...]:
        tables = (
            "centres",
            "districts",
            "towns",
            "officers",
            "shifts",
            "partners",
            "staff",
            "staff_districts",
            "users",
            "alembic_version",
        )
        one = "(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t)"
        sums = ", ".join(map(one.format, tables))
        found = connection.execute(f"SELECT {sums}").fetchone()  # type: ignore[call-overload]
        return tuple(found or ())


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The databases of this test process."""
    return Databases()


@pytest.fixture
def database(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with the sample city and nothing else, and an own folder for data."""
    databases.provide()
    monkeypatch.setenv("DATABASE_URL", os.environ["TEST_POSTGRES"].format(databases.name))
    monkeypatch.setenv("REDIS_URL", os.environ["TEST_REDIS"].format(_worker()))
    monkeypatch.setenv("RELAY_DATA", str(tmp_path))
    _forget()
    yield databases.name
    _let_requests_end()
    _forget()
    databases.empty()


def _let_requests_end() -> None:
    """A page that was left may still be asking: its connection has to be back before all of them are closed."""
    from relay import db

    if not db._engine.cache_info().currsize:
        return
    pool = db._engine().pool
    until = time.monotonic() + 2
    while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """The machine's own Chromium. Without one the tests that need it are skipped, or fail where it is required."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium found, and REQUIRE_BROWSER=1: install chromium")
        pytest.skip("no Chromium found: install chromium to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session on the test's database; what it writes is committed when the test calls commit()."""
    from relay import db

    del database
    with Session(db.engine(), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def city_sample(database: str) -> dict[str, Any]:
    """The facts of the sample city, as in demo.json."""
    del database
    facts: dict[str, Any] = json.loads(os.environ["TEST_CITY"])
    return facts


@pytest.fixture
def desk(database: str, city_sample: dict[str, Any]) -> Desk:
    """Files reports straight into the test's database."""
    del database
    return Desk(city_sample)


@pytest.fixture
def app(database: str) -> Flask:
    """The web application on the test's database."""
    from relay.app import create_app

    del database
    app = create_app()
    app.config.update(TESTING=True)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the app, served as a web server would."""
    from relay.accounts.limits import limiter

    limiter.reset()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
