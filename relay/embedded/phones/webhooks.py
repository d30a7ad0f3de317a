"""Requests from the provider to the relay: signed, timed out, and written down."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from relay import clock
from relay.embedded.phones.state import Mail, State, WebhookAttempt, new_sid

#: Twilio's own limits: 15 seconds in all, 5 of them to connect, one retry.
TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
TRIES = 2
RETRY_PAUSE = 0.2
LARGEST_ANSWER = 64 * 1024
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What the relay said to a webhook."""

    status: int
    content_type: str
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  the meaning of 2xx


@dataclass(frozen=True, slots=True)
class _Order:
    """One request as it goes out, ready to be repeated."""

    kind: str
    sid: str
    method: str
    url: str
    body: str | None
    headers: Mapping[str, str]


class Webhooks:
    """Posts to the relay over one pool of connections. Start and close inside the running loop."""

    def __init__(self, state: State, auth_token: str, receipt_workers: int) -> None:
        self._state = state
        self._sign = RequestValidator(auth_token).compute_signature
        self._receipt_workers = receipt_workers
        self._mail: asyncio.Queue[Mail] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Event()
        self._gate.set()
        self._era = 0

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=TIMEOUT,
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )
        for _ in range(self._receipt_workers):
            task = asyncio.create_task(self._carry_receipts())
            self._tasks.add(task)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def hold_receipts(self, hold: bool) -> None:
        """Keep receipts back, or let them go again."""
        if hold:
            self._gate.clear()
        else:
            self._gate.set()

    def forget(self) -> None:
        """Drop the receipts that have not been posted yet."""
        self._era += 1
        while not self._mail.empty():
            self._mail.get_nowait().clear()

    async def request(
        self,
        kind: str,
        sid: str,
        url: str,
        params: Mapping[str, str],
        *,
        method: str = "POST",
        retry: bool = True,
    ) -> Answer | None:
        """Ask the relay, with one retry after a connection error or a 5xx unless ``retry`` is off.

        Returns None when there was no answer at all; every attempt is in ``state.webhooks``.
        """
        if method == "GET":
            url, params = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}", {}
        headers = {
            "X-Twilio-Signature": self._sign(url, params),
            "I-Twilio-Idempotency-Token": new_sid(""),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        order = _Order(kind, sid, method, url, urlencode(params) if method == "POST" else None, headers)
        answer: Answer | None = None
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(RETRY_PAUSE)
            answer = await self._once(order)
            if answer is not None and (answer.status < SERVER_ERROR or not retry):
                break
        return answer

    async def _once(self, order: _Order) -> Answer | None:
        answer, problem = None, None
        try:
            async with self._session.request(
                order.method,
                # As it was signed: the client must not tidy it up.
                URL(order.url, encoded=True),
                data=order.body,
                headers=order.headers,
                allow_redirects=False,
            ) as response:
                text = (await response.read())[:LARGEST_ANSWER].decode(errors="replace")
                answer = Answer(response.status, response.content_type, text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}".strip(": ")
        status = answer.status if answer else None
        self._state.webhooks.append(
            WebhookAttempt(clock.now(), order.kind, order.url, order.sid, status, problem)
        )
        return answer

    def post_in_order(self, mail: Mail, url: str, params: Mapping[str, str]) -> None:
        """Queue a receipt; those of one ``mail`` (one message, one call) go out one after the other."""
        mail.append((url, params))
        if len(mail) == 1:
            self._mail.put_nowait(mail)

    def post_alone(self, url: str, params: Mapping[str, str]) -> None:
        """Queue a receipt that waits for no other."""
        self._mail.put_nowait(deque([(url, params)]))

    async def _carry_receipts(self) -> None:
        while True:
            mail, era = await self._mail.get(), self._era
            while mail:
                await self._gate.wait()
                if era != self._era:
                    break
                url, params = mail[0]
                await self.request(
                    "receipt", params.get("MessageSid") or params["CallSid"], url, params, retry=False
                )
                mail.popleft()
