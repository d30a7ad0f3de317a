"""Receipts over HTTP, past the pages."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from relay import settings
from relay.outbox import receipts
from relay.outbox.models import State
from tests.outbox.rows import draft, stored, write

SID = "SM" + "1" * 32


def post(client: FlaskClient, params: Mapping[str, str], *, ref: str = "r") -> TestResponse:
    path = f"/sms/status?{urlencode({'ref': ref})}"
    own = settings.current()
    signature = RequestValidator(own.twilio_auth_token).compute_signature(own.public_url + path, params)
    return client.post(path, data=params, headers={"X-Twilio-Signature": signature})


def test_a_signed_receipt_moves_its_message_and_needs_no_session(client: FlaskClient) -> None:
    write([draft(1)])
    answer = post(client, {"MessageSid": SID, "MessageStatus": "delivered"}, ref=stored()["search:1"].ref)
    assert (answer.status_code, answer.data, answer.headers.getlist("Set-Cookie")) == (204, b"", [])
    assert (stored()["search:1"].state, stored()["search:1"].sid) == (State.DELIVERED, SID)


def test_the_error_code_of_a_receipt_becomes_the_reason(client: FlaskClient) -> None:
    write([draft(1)])
    params = {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30005"}
    assert post(client, params, ref=stored()["search:1"].ref).status_code == 204
    assert (stored()["search:1"].state, stored()["search:1"].reason) == (State.UNDELIVERED, "unknown_number")


def test_a_receipt_without_a_signature_is_refused(client: FlaskClient) -> None:
    write([draft(1)])
    path = f"/sms/status?ref={stored()['search:1'].ref}"
    answer = client.post(path, data={"MessageSid": SID, "MessageStatus": "delivered"})
    assert (answer.status_code, answer.text) == (403, "signature does not match\n")
    assert stored()["search:1"].state == State.QUEUED


def test_an_oversized_receipt_is_refused_in_one_short_line(client: FlaskClient) -> None:
    answer = post(client, {"MessageSid": SID, "MessageStatus": "x" * 100_000})
    assert answer.status_code == 413
    assert len(answer.text.splitlines()) == 1


def test_with_the_database_away_the_provider_is_asked_to_come_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_receipt: object) -> bool:
        raise OperationalError("", {}, Exception("secret"))

    monkeypatch.setattr(receipts, "apply", away)
    answer = post(client, {"MessageSid": SID, "MessageStatus": "delivered"})
    assert answer.status_code == 503
    assert "secret" not in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_nothing_but_a_receipt_goes_through_this_door(client: FlaskClient, method: str) -> None:
    assert client.open("/sms/status", method=method).status_code in (404, 405)
