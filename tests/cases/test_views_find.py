"""Finding a case by what a caller reads out on the telephone."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from relay.cases.models import Report
from relay.cases.views.find import receipt
from tests import officer_scenes as scenes


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    scenes.sign_in(client, city_sample, "city")
    return client


@pytest.fixture
def case(session: Session, city: FlaskClient) -> int:
    """A case whose report has a receipt number as real ones have."""
    del city
    number = scenes.report()
    session.execute(update(Report).where(Report.case_id == number).values(number="4821-7730"))
    session.commit()
    return number


@pytest.mark.parametrize("typed", ["4821-7730", "48217730", " ４８２１ー７７３０ ", "受付番号4821 7730"])
def test_a_receipt_number_leads_to_its_case_however_it_is_typed(
    city: FlaskClient, case: int, typed: str
) -> None:
    answer = city.get("/cases/find", query_string={"q": typed})
    assert answer.headers["Location"] == f"/cases/{case}"


def test_the_number_of_a_case_leads_there_too(city: FlaskClient, case: int) -> None:
    assert city.get("/cases/find", query_string={"q": f"{case}"}).headers["Location"] == f"/cases/{case}"


@pytest.mark.parametrize("typed", ["0000-0000", "999", "", "本町", "9" * 60, "<b>"])
def test_what_is_not_found_comes_back_to_the_board_with_a_sentence(
    city: FlaskClient, case: int, typed: str
) -> None:
    del case
    page = city.get("/cases/find", query_string={"q": typed}, follow_redirects=True)
    assert page.status_code == 200
    assert "の案件は見つかりません" in page.text
    assert "<b>" not in page.text.split("の案件は見つかりません")[0][-200:]


def test_a_closed_case_is_found_as_well(city: FlaskClient, case: int) -> None:
    scenes.close(case)
    assert city.get("/cases/find", query_string={"q": "4821-7730"}).headers["Location"] == f"/cases/{case}"


def test_a_case_of_another_desk_leads_to_the_page_that_says_whose_it_is(
    client: FlaskClient, city_sample: dict[str, Any], session: Session
) -> None:
    scenes.sign_in(client, city_sample, "officer")
    other = scenes.report(town=scenes.OTHER_TOWN)
    session.execute(update(Report).where(Report.case_id == other).values(number="1111-2222"))
    session.commit()
    page = client.get("/cases/find", query_string={"q": "1111-2222"}, follow_redirects=True)
    assert page.status_code == 403
    assert "西部地域包括支援センター（見本）" in page.text


def test_nobody_finds_anything_without_login(client: FlaskClient) -> None:
    assert "/login" in client.get("/cases/find?q=4821-7730").headers["Location"]


def test_a_receipt_number_is_brought_to_one_writing() -> None:
    assert receipt("48217730") == "4821-7730"
    assert receipt("12") == "12"
