"""The doors for the telephone provider: who may knock, and what they are answered."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from relay import db, settings
from relay.cases.models import Report
from relay.intake import spool, work
from relay.intake.models import Inbound
from relay.outbox.models import Message, OptOut

UNKNOWN = "+819099999999"


def signed(
    client: FlaskClient, params: dict[str, str], *, path: str = "/sms/inbound", token: str = ""
) -> TestResponse:
    url = settings.current().public_url + path
    key = token or settings.current().twilio_auth_token
    signature = RequestValidator(key).compute_signature(url, params)
    return client.post(path, data=params, headers={"X-Twilio-Signature": signature})


def sms(client: FlaskClient, body: str, *, sender: str, sid: str = "SM1", **more: str) -> str:
    """Post one SMS as Twilio does; returns the text of the answer."""
    answer = signed(client, {"MessageSid": sid, "From": sender, "To": "+815000000000", "Body": body, **more})
    assert answer.status_code == 200
    found = re.search("<Message>(.*)</Message>", answer.text, re.S)
    return found.group(1) if found else ""


def count(table: type[Any]) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status"])
def test_a_forged_request_changes_nothing_and_hears_so_in_one_line(client: FlaskClient, path: str) -> None:
    answer = signed(client, {"MessageSid": "SM1", "From": UNKNOWN, "Body": "x"}, path=path, token="wrong")
    assert answer.status_code == 403
    assert answer.text == "signature does not match\n"
    assert count(Inbound) == 0


def test_a_request_without_a_signature_is_refused(client: FlaskClient) -> None:
    assert client.post("/sms/inbound", data={"MessageSid": "SM1", "Body": "x"}).status_code == 403


def test_a_signature_for_other_parameters_is_refused(client: FlaskClient) -> None:
    url = settings.current().public_url + "/sms/inbound"
    signature = RequestValidator("test-token").compute_signature(url, {"Body": "a"})
    answer = client.post("/sms/inbound", data={"Body": "b"}, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403


def test_during_a_rotation_the_next_token_is_good_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_NEXT", "the-next-token")
    settings.current.cache_clear()
    params = {"MessageSid": "SM1", "From": UNKNOWN, "Body": "テスト"}
    assert signed(client, params, token="the-next-token").status_code == 200
    assert signed(client, params, token="test-token").status_code == 200


def test_an_oversized_request_is_refused_and_changes_nothing(client: FlaskClient) -> None:
    answer = signed(client, {"MessageSid": "SM1", "From": UNKNOWN, "Body": "x" * 200_000})
    assert answer.status_code in (403, 413)
    assert count(Inbound) == 0


def test_an_sms_is_stored_and_answered_with_its_number(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    answer = sms(client, "桜1-2-3 新聞が4日分たまっています", sender=city_sample["worker"])
    number = re.search(r"受付番号(\d{4}-\d{4})", answer)
    assert number
    work.work_pending()
    with db.transaction() as session:
        report = session.scalars(select(Report)).one()
    assert report.number == number.group(1)
    assert report.verified
    assert report.partner_id is not None


def test_the_same_sid_makes_one_report_and_hears_the_same_answer(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    first = sms(client, "新聞が4日分", sender=city_sample["worker"])
    assert sms(client, "新聞が4日分", sender=city_sample["worker"]) == first
    assert count(Inbound) == 1


def test_the_same_words_in_two_sids_within_seconds_make_one_report(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    first = sms(client, "新聞が4日分", sender=city_sample["worker"], sid="SM1")
    assert sms(client, "新聞が４日分", sender=city_sample["worker"], sid="SM2") == first
    assert count(Inbound) == 1


def test_an_unknown_number_is_accepted_and_marked_as_unverified(client: FlaskClient) -> None:
    assert "受付番号" in sms(client, "桜1-2 新聞が4日分", sender=UNKNOWN)
    work.work_pending()
    with db.transaction() as session:
        assert not session.scalars(select(Report)).one().verified


def test_receipts_to_an_unknown_number_are_limited_and_its_reports_are_not(client: FlaskClient) -> None:
    answers = [sms(client, f"桜{n}-1 新聞が4日分", sender=UNKNOWN, sid=f"SM{n}") for n in range(1, 8)]
    assert [bool(a) for a in answers] == [True] * 5 + [False] * 2
    assert count(Inbound) == 7


def test_an_emergency_is_answered_even_when_receipts_are_used_up(client: FlaskClient) -> None:
    for n in range(6):
        sms(client, f"桜{n + 1}-1 新聞が4日分", sender=UNKNOWN, sid=f"SM{n}")
    assert "119" in sms(client, "倒れています", sender=UNKNOWN, sid="SM9")


@pytest.mark.parametrize("word", ["STOP", "stop", " Cancel "])
def test_an_opt_out_is_noted_and_is_no_report(client: FlaskClient, word: str) -> None:
    assert sms(client, word, sender=UNKNOWN) == ""
    assert count(OptOut) == 1
    work.work_pending()
    assert count(Report) == 0


def test_an_opt_in_takes_the_opt_out_back(client: FlaskClient) -> None:
    sms(client, "STOP", sender=UNKNOWN, OptOutType="STOP")
    sms(client, "START", sender=UNKNOWN, sid="SM2", OptOutType="START")
    assert count(OptOut) == 0


@pytest.mark.parametrize(
    "body", ["", " ", "\x00", "🚑👵" * 20, "ＮＥＷＳ　１２３", "あ" * 1600, "<b>&amp;", "\ud83d"]
)
def test_any_text_is_accepted_and_filed(client: FlaskClient, body: str) -> None:
    assert "受付番号" in sms(client, body.encode("utf-8", "replace").decode(), sender=UNKNOWN)
    work.work_pending()
    assert count(Report) == 1


def test_unknown_parameters_are_fine_and_part_of_the_signature(client: FlaskClient) -> None:
    assert "受付番号" in sms(client, "新聞", sender=UNKNOWN, SomethingNew="1", NumMedia="0")


def test_with_the_database_away_the_sms_is_spooled_answered_and_worked_in_later(
    client: FlaskClient, database: str, monkeypatch: pytest.MonkeyPatch, city_sample: dict[str, Any]
) -> None:
    del database
    right = settings.current().database_url
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    settings.current.cache_clear()
    db.forget()
    answer = sms(client, "桜1-2 新聞が4日分", sender=city_sample["worker"])
    again = sms(client, "桜1-2 新聞が4日分", sender=city_sample["worker"])
    assert answer == again
    assert answer.index("119") < answer.index("受付番号")
    assert spool.waiting() == 1
    assert work.flush_spool() == 0
    monkeypatch.setenv("DATABASE_URL", right)
    settings.current.cache_clear()
    db.forget()
    assert work.flush_spool() == 1
    work.work_pending()
    with db.transaction() as session:
        assert session.scalars(select(Report.number)).one() in answer
    assert spool.waiting() == 0


def test_a_fault_of_ours_loses_no_report(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, city_sample: dict[str, Any]
) -> None:
    from relay.intake import reader

    def broken() -> None:
        raise RuntimeError("the reader is broken")

    with monkeypatch.context() as while_broken:
        while_broken.setattr(reader, "current", broken)
        assert "受付番号" in sms(client, "桜1-2 新聞が4日分", sender=city_sample["worker"])
    assert work.flush_spool() == 1
    work.work_pending()
    assert count(Report) == 1


def test_a_report_that_the_reader_chokes_on_is_filed_for_a_person(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, city_sample: dict[str, Any]
) -> None:
    sms(client, "桜1-2 新聞が4日分", sender=city_sample["worker"])
    with db.transaction() as session:
        session.scalars(select(Inbound)).one().attempts = work.MOST_ATTEMPTS
    from relay.intake import reader

    monkeypatch.setattr(reader, "current", lambda: None)
    work.work_pending()
    with db.transaction() as session:
        report = session.scalars(select(Report)).one()
    assert report.text == "桜1-2 新聞が4日分"
    assert report.level == "urgent"


def test_a_receipt_for_nobody_is_answered_and_forgotten(client: FlaskClient) -> None:
    params = {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered"}
    assert signed(client, params, path="/sms/status").status_code == 204
    assert count(Message) == 0


def test_an_officer_who_reports_is_a_known_sender(client: FlaskClient, city_sample: dict[str, Any]) -> None:
    sms(client, "桜1-2 新聞が4日分たまっています", sender=city_sample["centre"]["backup"])
    work.work_pending()
    with db.transaction() as session:
        assert session.scalars(select(Report)).one().verified


def test_the_bare_address_leads_to_the_board(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"].endswith("/board")
