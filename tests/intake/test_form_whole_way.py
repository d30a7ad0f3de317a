"""The form in the whole application: real database, real triage, one phone without scripts."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock, db, settings
from relay.cases.models import Report
from relay.intake import reader, work
from relay.intake.models import Inbound
from relay.vocabulary import Level, Sign


@pytest.fixture
def form(city_sample: dict[str, Any]) -> str:
    """The address of the sample company's form, without the host."""
    return urlsplit(str(city_sample["form_url"])).path


def test_a_tap_and_an_address_become_a_filed_report_of_that_company(
    client: FlaskClient, form: str, session: Session, city_sample: dict[str, Any]
) -> None:
    town = city_sample["centre"]["town"]
    assert f'<option value="{town}">' in client.get(form).text
    answer = client.post(
        form,
        data={
            "submission": "page-0123456789",
            "signs": ["newspapers", "no_answer"],
            "town": town,
            "number": "２－５－６",
            "days": "4",
        },
    )
    assert answer.status_code == 303
    work.work_pending()
    [report] = session.scalars(select(Report)).all()
    assert report.level is Level.URGENT
    assert set(report.signs) >= {Sign.NEWSPAPERS, Sign.NO_ANSWER}
    assert (report.town, report.number_in_town) == (town, "2-5-6")
    assert report.partner_id is not None
    page = client.get(answer.headers["Location"]).text
    assert report.number in page
    assert city_sample["centre"]["name"] in page


def test_sending_twice_stores_once_and_leads_to_the_same_receipt(
    client: FlaskClient, form: str, session: Session
) -> None:
    data = {"submission": "page-0123456789", "signs": "mail"}
    first, second = (client.post(form, data=data) for _ in range(2))
    assert first.headers["Location"].split("?")[0] == second.headers["Location"].split("?")[0]
    assert session.scalar(select(func.count()).select_from(Inbound)) == 1
    assert "もう受け付けています" in client.get(second.headers["Location"]).text


@pytest.mark.parametrize("token", ["nobody", "%00", "%F0%9F%99%8F", "a" * 500, "..", "'or'1"])
def test_an_address_that_no_company_has_changes_nothing(
    client: FlaskClient, session: Session, token: str
) -> None:
    for answer in (client.get(f"/r/{token}"), client.post(f"/r/{token}", data={"signs": "mail"})):
        assert answer.status_code in (404, 405)
        assert 'href="tel:119"' in answer.text
    assert session.scalar(select(func.count()).select_from(Inbound)) == 0


def test_a_report_without_a_place_is_asked_back_and_the_answer_is_filed(
    client: FlaskClient, form: str, session: Session, city_sample: dict[str, Any]
) -> None:
    answer = client.post(form, data={"submission": "page-0123456789", "signs": "newspapers"})
    work.work_pending()
    receipt = urlsplit(answer.headers["Location"]).path
    assert "場所を教えてください" in client.get(receipt).text
    town = city_sample["centre"]["town"]
    added = client.post(f"{receipt}/place", data={"town": town, "number": "2-5-6"})
    assert added.status_code == 303
    work.work_pending()
    assert "場所を教えてください" not in client.get(receipt).text
    assert session.scalars(select(Report.town)).all() == [town]


def test_characters_that_a_database_refuses_do_not_stop_a_report(
    client: FlaskClient, form: str, session: Session
) -> None:
    answer = client.post(
        form, data={"text": "新聞\x00がたまっている\ud83d".encode("utf-8", "surrogatepass"), "town": "\x00"}
    )
    assert answer.status_code == 303
    work.work_pending()
    assert len(session.scalars(select(Report)).all()) == 1


def test_an_emergency_receipt_puts_119_first(client: FlaskClient, form: str) -> None:
    answer = client.post(form, data={"signs": "collapsed"})
    page = client.get(answer.headers["Location"]).text
    main = page[page.index("<main") :]
    assert main.index('href="tel:119"') < main.index("受付番号")


def test_a_form_sent_with_the_database_away_keeps_its_number_and_its_company(
    client: FlaskClient, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = settings.current().database_url
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    settings.current.cache_clear()
    db.forget()
    answer = client.post(form, data={"submission": "page-0123456789", "signs": "newspapers", "days": "5"})
    receipt = client.get(answer.headers["Location"])
    assert "受付番号" in receipt.text
    place = client.post(
        f"{urlsplit(answer.headers['Location']).path}/place", data={"town": "桜", "number": "1-2"}
    )
    assert place.status_code == 303
    monkeypatch.setenv("DATABASE_URL", right)
    settings.current.cache_clear()
    db.forget()
    assert work.flush_spool() == 2
    work.work_pending()
    with db.transaction() as session:
        report = session.scalars(select(Report)).one()
        assert report.number in receipt.text
        assert report.partner_id is not None
    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        work.work_pending()
    with db.transaction() as session:
        assert session.scalars(select(Report.town)).one() == "桜"


def test_a_fault_in_the_reading_loses_no_form(
    client: FlaskClient, form: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("the reader is broken")

    with monkeypatch.context() as while_broken:
        while_broken.setattr(reader, "current", broken)
        answer = client.post(form, data={"submission": "page-0123456789", "signs": "newspapers"})
    assert answer.status_code == 303
    work.work_pending()
    assert session.scalars(select(Report)).one().signs == ["newspapers"]
