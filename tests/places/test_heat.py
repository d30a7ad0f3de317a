"""Heat-alert days: set, taken back, and read from the ministry without overruling a person."""

import threading
from collections.abc import Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import time_machine
from sqlalchemy.orm import Session

from relay import clock, settings
from relay.places import heat, heat_fetch
from relay.places.models import HeatKind, HeatSource
from relay.settings import DEFAULT_CONFIG

SAMPLE = (Path(__file__).parent / "heat_alerts_sample.csv").read_bytes()
DAY, NEXT = date(2026, 7, 19), date(2026, 7, 20)
EVENING = datetime(2026, 7, 19, 17, 30, tzinfo=clock.JAPAN)


def kinds(session: Session) -> dict[date, HeatKind]:
    session.expire_all()
    return {day: row.kind for day, row in heat.days(session, date(2026, 1, 1), date(2026, 12, 31)).items()}


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-07-19T14:59:59+00:00", "2026-07-19"), ("2026-07-19T15:00:00+00:00", "2026-07-20")],
)
def test_a_day_begins_at_midnight_in_japan(moment: str, day: str) -> None:
    assert heat.day_of(datetime.fromisoformat(moment)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("today", "following"),
    [(date(2026, 1, 31), date(2026, 2, 1)), (date(2026, 12, 1), date(2027, 1, 1)), (DAY, date(2026, 8, 1))],
)
def test_after_this_month_comes_the_next(today: date, following: date) -> None:
    assert heat.months(today) == (today.replace(day=1), following)


def test_a_day_is_set_changed_and_taken_back(session: Session) -> None:
    heat.set_day(session, DAY, HeatKind.ALERT, source=HeatSource.HAND, by="見本")
    heat.set_day(session, DAY, HeatKind.SPECIAL, source=HeatSource.HAND, by="見本")
    assert kinds(session) == {DAY: HeatKind.SPECIAL}
    heat.lift(session, DAY, by="見本")
    assert kinds(session) == {}
    assert heat.alert_on(session, DAY) is None
    heat.lift(session, NEXT, by="見本")  # nothing there: no harm


def test_the_ministry_adds_and_strengthens_and_never_takes_away(session: Session) -> None:
    heat.set_day(session, DAY, HeatKind.ALERT, source=HeatSource.HAND, by="見本")
    assert heat.take_published(session, {DAY: HeatKind.SPECIAL, NEXT: HeatKind.ALERT}) == 2
    assert heat.take_published(session, {DAY: HeatKind.ALERT}) == 0
    assert heat.take_published(session, {}) == 0
    assert kinds(session) == {DAY: HeatKind.SPECIAL, NEXT: HeatKind.ALERT}


def test_what_a_person_took_back_is_not_fetched_again(session: Session) -> None:
    heat.take_published(session, {DAY: HeatKind.ALERT})
    heat.lift(session, DAY, by="見本")
    assert heat.take_published(session, {DAY: HeatKind.SPECIAL}) == 0
    assert kinds(session) == {}


class Ministry(BaseHTTPRequestHandler):
    """Answers with the files that a test puts there."""

    files: ClassVar[dict[str, bytes | int]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        found = self.files.get(self.path, 404)
        self.send_response(found if isinstance(found, int) else 200)
        self.end_headers()
        self.wfile.write(b"" if isinstance(found, int) else found)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests say what they saw."""


@pytest.fixture
def ministry(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Ministry]]:
    """A server in the ministry's place, and a city that reads it."""
    del database
    Ministry.files, Ministry.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ministry)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/alert/dl/{{year}}/alert_{{date}}_{{hour}}.csv"
    text = (DEFAULT_CONFIG / "sample" / "relay.toml").read_text(encoding="utf-8")
    folder = tmp_path / "config"
    folder.mkdir()
    folder.joinpath("relay.toml").write_text(
        text.replace('[heat]\nurl = ""', f'[heat]\nurl = "{url}"'), encoding="utf-8"
    )
    monkeypatch.setenv("RELAY_CONFIG", str(folder))
    settings.current.cache_clear()
    yield Ministry
    settings.current.cache_clear()
    server.shutdown()
    thread.join()
    server.server_close()


def put(hour: int, data: bytes | int = SAMPLE, day: str = "20260719") -> None:
    Ministry.files[f"/alert/dl/2026/alert_{day}_{hour:02}.csv"] = data


@time_machine.travel(EVENING)
def test_all_files_that_can_be_out_are_asked_for_oldest_first(ministry: type[Ministry]) -> None:
    heat_fetch.run()
    assert ministry.asked == [
        "/alert/dl/2026/alert_20260718_17.csv",
        "/alert/dl/2026/alert_20260719_05.csv",
        "/alert/dl/2026/alert_20260719_10.csv",
        "/alert/dl/2026/alert_20260719_14.csv",
        "/alert/dl/2026/alert_20260719_17.csv",
    ]


@pytest.mark.usefixtures("ministry")
@time_machine.travel(EVENING)
def test_an_alert_of_the_file_becomes_a_day(session: Session) -> None:
    put(17)
    assert heat_fetch.run() == 1
    [row] = heat.days(session, DAY, NEXT).values()
    assert (row.day, row.kind, row.source, row.set_by) == (NEXT, HeatKind.ALERT, HeatSource.MINISTRY, None)
    assert heat_fetch.run() == 0
    feed = heat.feed(session)
    assert feed
    assert feed.fault is None
    assert feed.read_at == feed.tried_at


@pytest.mark.usefixtures("ministry")
@time_machine.travel(EVENING)
def test_one_broken_file_does_not_spoil_the_others_and_is_remembered(session: Session) -> None:
    put(5, b"<html>maintenance</html>")
    put(17)
    assert heat_fetch.run() == 1
    feed = heat.feed(session)
    assert feed
    assert (feed.fault, feed.read_at) == ("no_table", None)


@pytest.mark.usefixtures("ministry")
@time_machine.travel(EVENING)
@pytest.mark.parametrize(
    ("answer", "fault"),
    [(None, "nothing_there"), (500, "http_500"), (b"x" * (heat_fetch.LARGEST + 1), "too_large")],
)
def test_what_went_wrong_is_remembered(session: Session, answer: bytes | int | None, fault: str) -> None:
    if answer is not None:
        put(17, answer)
    assert heat_fetch.run() == 0
    feed = heat.feed(session)
    assert feed
    assert feed.fault == fault


@pytest.mark.usefixtures("ministry")
@time_machine.travel(EVENING)
def test_a_server_that_is_away_is_asked_once_and_what_is_known_stays(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    heat.set_day(session, DAY, HeatKind.ALERT, source=HeatSource.HAND, by="見本")
    session.commit()
    tried = []

    def addresses(url: str, now: datetime) -> Iterator[str]:
        del url, now
        for name in ("one", "two"):
            tried.append(name)
            yield f"http://127.0.0.1:9/{name}"

    monkeypatch.setattr(heat_fetch, "addresses", addresses)
    assert heat_fetch.run() == 0
    assert tried == ["one"]
    assert kinds(session) == {DAY: HeatKind.ALERT}
    feed = heat.feed(session)
    assert feed
    assert feed.fault == "unreachable"


def test_without_an_address_nothing_is_asked_or_remembered(session: Session) -> None:
    assert heat_fetch.run() == 0
    assert heat.feed(session) is None
