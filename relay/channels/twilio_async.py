"""Many calls to Twilio at the same time, over the SDK's asynchronous client in a thread of its own.

The SDK and aiohttp are imported when first used: they cost a process a second.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from relay import settings

if TYPE_CHECKING:
    from twilio.rest import Client

TWILIO_HOST = "https://api.twilio.com"
#: A call with everything: finding a connection, asking, reading the answer.
TIMEOUT = 8.0

T = TypeVar("T")
R = TypeVar("R")


class Line:
    """Open connections to Twilio. Close it when done."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # Not the caller's own loop, if it has one: a caller that waits would stand still.
        self._thread = threading.Thread(target=self._loop.run_forever, name="twilio-line", daemon=True)
        self._thread.start()
        self._client: Client = self._run(_open())

    def each(
        self, work: "Callable[[Client, T], Awaitable[R]]", items: Sequence[T], *, at_most: int
    ) -> list[R | Exception]:
        """``work`` on every item, at most so many at the same time: its results, or what it raised, in their order."""
        return self._run(self._each(work, items, at_most))

    def close(self) -> None:
        """Hang up; the thread ends."""
        self._run(self._client.http_client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _each(
        self, work: "Callable[[Client, T], Awaitable[R]]", items: Sequence[T], at_most: int
    ) -> list[R | Exception]:
        turn = asyncio.Semaphore(at_most)

        async def one(item: T) -> R | Exception:
            async with turn:
                try:
                    return await work(self._client, item)
                except Exception as error:  # one that fails must not take the others' answers with it
                    return error

        return list(await asyncio.gather(*map(one, items)))

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _open() -> "Client":
    """The SDK's client, sending to the simulated phones where they are set. Must be made inside the running loop."""
    from aiohttp import ClientSession, encode_basic_auth
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

    own = settings.current()
    base = (own.twilio_api_base or TWILIO_HOST).rstrip("/")
    authorization = encode_basic_auth(own.twilio_account_sid, own.twilio_auth_token)

    class Redirected(AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
        """Signs in by a header: the way the SDK does it is about to leave aiohttp. Goes by the environment's proxy,
        as the SDK's other client does."""

        def __init__(self) -> None:
            super().__init__(pool_connections=False)
            self.session = ClientSession(trust_env=True)

        async def request(
            self,
            method: str,
            url: str,
            params: Any = None,
            data: Any = None,
            headers: Any = None,
            auth: Any = None,
            timeout: Any = None,
            allow_redirects: bool = False,
        ) -> Any:
            del auth
            return await super().request(
                method,
                url.replace(TWILIO_HOST, base, 1),
                params=params,
                data=data,
                headers={**(headers or {}), "Authorization": authorization},
                timeout=timeout or TIMEOUT,
                allow_redirects=allow_redirects,
            )

    return Client(own.twilio_account_sid, own.twilio_auth_token, http_client=Redirected())
