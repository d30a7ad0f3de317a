"""SMS through Twilio's REST API. The SDK is imported when first used: it costs a process a second.

Error codes: https://www.twilio.com/docs/api/errors; HTTP 429 and 20429 mean "not now", 20003 that our credentials
are refused. A broken connection, a time-out or a 5xx leaves open whether the message exists.
"""

import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import requests
import structlog

from relay import clock, settings
from relay.channels import sms_text
from relay.channels.base import ChannelError, Found, NotNow, Outgoing, Refused, Sought, Unclear
from relay.channels.twilio_async import TIMEOUT, TWILIO_HOST, Line

if TYPE_CHECKING:
    from twilio.rest import Client

TOO_MANY = (429, 503)
NOT_NOW_CODES = (20003, 20429, 30001, 21611, 14107)
SERVER_ERROR = 500
GONE = 404
#: Clocks of two machines differ; a message may seem to be older than our wish to send it.
CLOCK_SKEW = timedelta(minutes=2)
#: Calls at the same time.
AT_ONCE = 50
BLANKING_AT_ONCE = 10

log = structlog.get_logger(__name__)

T = TypeVar("T")
R = TypeVar("R")


class TwilioSms:
    """The ``sms`` channel: one by one, and many at the same time."""

    name = "sms"
    receipts = True

    def __init__(self) -> None:
        self._mine = threading.local()

    def missing(self) -> str | None:
        return None  # settings are refused without an account

    def segments(self, body: str) -> int:
        return sms_text.segments(body)

    def send(self, message: Outgoing) -> str:
        from twilio.base.exceptions import TwilioException

        try:
            created = client().messages.create(**_wish(message))
        except (TwilioException, requests.RequestException) as error:
            raise classify(error) from error
        return _sid(created)

    def send_many(self, messages: Sequence[Outgoing], *, before: datetime) -> list[str | ChannelError]:
        """Hand all of them over at the same time: for each the provider's id, or why it has none. A call that would
        begin after ``before`` is not made (``NotNow``)."""

        async def send(twilio: "Client", message: Outgoing) -> str:
            if clock.now() >= before:
                raise NotNow("too late for this claim")
            return _sid(await twilio.messages.create_async(**_wish(message)))

        return self._each(send, messages, at_most=AT_ONCE)

    def find(self, sought: Sequence[Sought]) -> list[Found]:
        async def find(twilio: "Client", one: Sought) -> tuple[str, ...]:
            candidates = await twilio.messages.list_async(
                to=one.outgoing.recipient, date_sent_after=one.since - CLOCK_SKEW, limit=200
            )
            return tuple(str(c.sid) for c in candidates if c.sid and c.body == one.outgoing.body)

        return [
            NotNow(found.reason, found.code) if isinstance(found, ChannelError) else found
            for found in self._each(find, sought, at_most=AT_ONCE)
        ]

    def blank(self, sids: Sequence[str]) -> list[ChannelError | None]:
        """Have the provider forget the bodies of messages. None: done, or there is no such message."""

        async def blank(twilio: "Client", sid: str) -> None:
            await twilio.messages(sid).update_async(body="")

        return [
            None if isinstance(done, Refused) and done.reason == f"HTTP {GONE}" else done
            for done in self._each(blank, sids, at_most=BLANKING_AT_ONCE)
        ]

    @contextmanager
    def reused(self) -> Iterator[None]:
        """While the block runs, what this thread sends together goes over the same connections."""
        outermost = not getattr(self._mine, "held", False)
        self._mine.held = True
        try:
            yield
        finally:
            if outermost:
                self._mine.held = False
                line: Line | None = getattr(self._mine, "line", None)
                self._mine.line = None
                if line is not None:
                    line.close()

    def _each(
        self, work: "Callable[[Client, T], Awaitable[R]]", items: Sequence[T], *, at_most: int
    ) -> list[R | ChannelError]:
        with self.reused():
            line: Line | None = getattr(self._mine, "line", None)
            if line is None:
                line = self._mine.line = Line()
            found = line.each(work, items, at_most=at_most)
        return [classify(one) if isinstance(one, Exception) else one for one in found]


def _wish(message: Outgoing) -> dict[str, Any]:
    """What Twilio is asked to create."""
    own = settings.current()
    wish: dict[str, Any] = {
        "to": message.recipient,
        "body": message.body,
        "status_callback": f"{own.public_url}/sms/status?{urlencode({'ref': message.ref})}",
    }
    if message.validity:
        wish["validity_period"] = message.validity
    if own.twilio_messaging_service_sid:
        wish["messaging_service_sid"] = own.twilio_messaging_service_sid
    else:
        wish["from_"] = own.twilio_from
    return wish


def _sid(created: Any) -> str:
    if created.sid is None:
        raise Unclear("the answer has no sid")
    return str(created.sid)


def classify(error: Exception) -> ChannelError:
    """Which of the three refusals a Twilio or network error is."""
    from aiohttp import ClientConnectorError
    from twilio.base.exceptions import TwilioRestException

    if isinstance(error, ChannelError):
        return error
    if isinstance(error, ClientConnectorError):
        return NotNow("nobody answers")  # nothing was said yet, so there is nothing to ask about
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
