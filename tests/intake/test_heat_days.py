"""On a heat-alert day reports are read as more urgent; cases that are open already stay as they are."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from relay import clock, db, settings
from relay.cases.models import Case, Report
from relay.intake import reader, service, sms, status, work
from relay.intake.incoming import Incoming, content_hash
from relay.places import heat
from relay.places.models import HeatKind, HeatSource
from relay.vocabulary import Level

pytestmark = pytest.mark.usefixtures("database")

HOT = datetime(2026, 7, 20, 10, 0, tzinfo=clock.JAPAN)
EVE = datetime(2026, 7, 19, 23, 59, tzinfo=clock.JAPAN)
NIGHT = datetime(2026, 7, 20, 0, 1, tzinfo=clock.JAPAN)
TEXT = "本町2-5-6 最近姿を見ません"


@pytest.fixture(autouse=True)
def hot_day(database: str) -> None:
    del database
    with db.transaction() as session:
        heat.set_day(session, HOT.date(), HeatKind.ALERT, source=HeatSource.HAND, by="見本")


def send(city: dict[str, Any], text: str = TEXT, sid: str = "SM1") -> str:
    answer = sms.take({"MessageSid": sid, "From": city["worker"], "Body": text})
    work.work_pending()
    return answer


def report() -> Report:
    with db.transaction() as session:
        return session.scalars(select(Report)).one()


@pytest.mark.parametrize(
    ("at", "level", "hot"),
    [(EVE, Level.PROMPT, False), (NIGHT, Level.URGENT, True), (HOT, Level.URGENT, True)],
)
def test_an_sms_counts_by_the_day_in_japan(
    city_sample: dict[str, Any], at: datetime, level: Level, hot: bool
) -> None:
    with time_machine.travel(at, tick=False):
        send(city_sample)
    found = report()
    assert (found.level, found.heat_alert) == (level, hot)
    assert any(reason["code"] == "heat_alert" for reason in found.reasons) is hot


def test_the_receipt_already_knows_of_the_heat(city_sample: dict[str, Any]) -> None:
    with time_machine.travel(HOT, tick=False):
        assert "すぐ知らせます" in send(city_sample)


def test_what_was_received_before_midnight_and_is_read_after_it_is_read_as_before(
    city_sample: dict[str, Any],
) -> None:
    with time_machine.travel(EVE, tick=False):
        sms.take({"MessageSid": "SM1", "From": city_sample["worker"], "Body": TEXT})
    with time_machine.travel(NIGHT, tick=False):
        work.work_pending()
    assert report().level == Level.PROMPT


def test_a_form_is_read_with_the_days_flag_from_receipt_to_case() -> None:
    with time_machine.travel(HOT, tick=False):
        receipt = service.accept(
            Incoming(
                channel="form",
                external_id="form:heat",
                content_hash=content_hash("heat"),
                sender=None,
                partner_id=None,
                text=TEXT,
                given=None,
                surname=None,
                lat=None,
                lng=None,
                photo=None,
                language="ja",
                received_at=clock.now(),
                raw={},
            )
        )
        stored = status.of_receipt(receipt.token)
        work.work_pending()
    assert receipt.level == Level.URGENT
    assert stored
    assert stored.level == Level.URGENT
    assert report().heat_alert


def test_a_day_that_is_set_counts_for_the_very_next_report(city_sample: dict[str, Any]) -> None:
    with time_machine.travel(EVE, tick=False):
        send(city_sample, "起1-2 新聞が2日分たまっています", sid="SM1")
        with db.transaction() as session:
            heat.set_day(session, EVE.date(), HeatKind.ALERT, source=HeatSource.HAND, by="見本")
        send(city_sample, "栄3-7 新聞が2日分たまっています", sid="SM2")
    with db.transaction() as session:
        levels = list(session.scalars(select(Case.level).order_by(Case.id)))
    assert levels == [Level.PROMPT, Level.URGENT]


def test_an_open_case_is_not_changed_when_the_day_is_set_later(city_sample: dict[str, Any]) -> None:
    with time_machine.travel(EVE, tick=False):
        send(city_sample)
        with db.transaction() as session:
            heat.set_day(session, EVE.date(), HeatKind.SPECIAL, source=HeatSource.HAND, by="見本")
        work.work_pending()
    with db.transaction() as session:
        assert session.scalars(select(Case.level)).one() == Level.PROMPT


def test_with_the_database_away_the_day_is_known_as_it_was_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with time_machine.travel(HOT, tick=False):
        assert reader.heat_alert(HOT)
    with time_machine.travel(HOT.replace(hour=12), tick=False):
        db.forget()
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
        settings.current.cache_clear()
        assert reader.heat_alert(HOT)
        assert not reader.heat_alert(EVE)
        settings.current.cache_clear()
        db.forget()
