"""SMS through Twilio's REST API. The SDK is imported when first used: it costs a process a second.

Error codes: https://www.twilio.com/docs/api/errors; HTTP 429 and 20429 mean "not now", 20003 that our credentials
are refused. A broken connection, a time-out or a 5xx leaves open whether the message exists.
"""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from relay import settings
from relay.channels import sms_text
from relay.channels.base import ChannelError, NotNow, Outgoing, Refused, Unclear

if TYPE_CHECKING:
    from twilio.rest import Client

TIMEOUT = 8.0
TWILIO_HOST = "https://api.twilio.com"
TOO_MANY = (429, 503)
NOT_NOW_CODES = (20003, 20429, 30001, 21611, 14107)
SERVER_ERROR = 500
#: Clocks of two machines differ; a message may seem to be older than our wish to send it.
CLOCK_SKEW = timedelta(minutes=2)


class TwilioSms:
    """The ``sms`` channel."""

    name = "sms"
    receipts = True

    def missing(self) -> str | None:
        return None  # settings are refused without an account

    def segments(self, body: str) -> int:
        return sms_text.segments(body)

    def send(self, message: Outgoing) -> str:
        from twilio.base.exceptions import TwilioException

        own = settings.current()
        extra: dict[str, Any] = {"validity_period": message.validity} if message.validity else {}
        if own.twilio_messaging_service_sid:
            extra["messaging_service_sid"] = own.twilio_messaging_service_sid
        else:
            extra["from_"] = own.twilio_from
        callback = f"{own.public_url}/sms/status?{urlencode({'ref': message.ref})}"
        try:
            created = client().messages.create(
                to=message.recipient, body=message.body, status_callback=callback, **extra
            )
        except (TwilioException, requests.RequestException) as error:
            raise classify(error) from error
        if created.sid is None:
            raise Unclear("the answer has no sid")
        return str(created.sid)

    def find(self, message: Outgoing, since: datetime, known: frozenset[str]) -> str | None:
        from twilio.base.exceptions import TwilioException

        try:
            candidates = client().messages.list(
                to=message.recipient, date_sent_after=since - CLOCK_SKEW, limit=200
            )
        except (TwilioException, requests.RequestException) as error:
            raise NotNow(classify(error).reason) from error
        for candidate in candidates:
            if candidate.body == message.body and candidate.sid and candidate.sid not in known:
                return str(candidate.sid)
        return None

    def reused(self) -> AbstractContextManager[None]:
        return nullcontext()  # the SDK keeps its connections anyway


def classify(error: Exception) -> ChannelError:
    """Which of the three refusals a Twilio or network error is."""
    from twilio.base.exceptions import TwilioRestException

    if not isinstance(error, TwilioRestException):
        return Unclear(type(error).__name__)
    code, status = error.code, error.status
    if status in TOO_MANY or code in NOT_NOW_CODES:
        return NotNow(f"HTTP {status}", code)
    if status >= SERVER_ERROR:
        return Unclear(f"HTTP {status}", code)
    return Refused(f"HTTP {status}", code)


@cache
def client() -> "Client":
    """The SDK's client: short time-outs, no retries of its own, and the simulated phones where they are set."""
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class Redirected(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
        """Sends what is meant for Twilio to the simulated phones."""

        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            base = settings.current().twilio_api_base or TWILIO_HOST
            return super().request(method, url.replace(TWILIO_HOST, base.rstrip("/"), 1), *args, **kwargs)

    own = settings.current()
    return Client(own.twilio_account_sid, own.twilio_auth_token, http_client=Redirected(timeout=TIMEOUT))
