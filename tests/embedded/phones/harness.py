"""A relay that only writes down what it is told, and clients that talk to the simulated phones."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import requests
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "5a" * 16
TOKEN = "token-of-the-tests"
NUMBER = "+15005550006"
PHONE = "+819012345678"
OTHER = "+818098765432"
PATIENCE = 15.0

Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], *, patience: float = PATIENCE) -> Seen:
    """What ``look`` returns once it is something; fails after ``patience`` seconds."""
    end = time.monotonic() + patience
    while True:
        seen = look()
        if seen or time.monotonic() > end:
            assert seen, "it did not happen in time"
            return seen
        time.sleep(0.01)


@dataclass(frozen=True)
class Post:
    """A request that the relay got. ``genuine`` is whether the signature fits the address and the parameters."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    genuine: bool


@dataclass(frozen=True)
class Reply:
    """What the relay answers, ``delay`` seconds later."""

    body: str = "<Response/>"
    status: int = 200
    content_type: str = "text/xml"
    delay: float = 0.0


class Relay:
    """An HTTP server in a thread. ``replies`` maps a path to its next answers; the last one stays."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.replies: dict[str, list[Reply]] = {}
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one packet: apart they wait for each other's acknowledgement.
            wbufsize = -1

            def do_POST(self) -> None:
                self._take(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

            def do_GET(self) -> None:
                self._take("")

            def _take(self, body: str) -> None:
                reply = relay.take(self.command, self.path, body, dict(self.headers))
                time.sleep(reply.delay)
                content = reply.body.encode()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def take(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Reply:
        params = dict(parse_qsl(body, keep_blank_values=True))
        genuine = RequestValidator(TOKEN).validate(
            self.url + path, params, headers.get("X-Twilio-Signature", "")
        )
        self.posts.append(Post(method, path, params, headers, genuine))
        queue = self.replies.get(path.partition("?")[0], [Reply()])
        return queue.pop(0) if len(queue) > 1 else queue[0]

    def on(self, path: str, *replies: Reply) -> str:
        """Answer ``path`` like this; returns its whole address."""
        self.replies[path] = list(replies)
        return self.url + path

    def got(self, path: str) -> list[Post]:
        """Requests for ``path`` so far, oldest first."""
        return [post for post in self.posts if post.path.partition("?")[0] == path]

    def receipts(self, sid: str) -> list[str]:
        """States that the relay was told for a message, in the order of their arrival."""
        return [
            post.params["MessageStatus"] for post in self.got("/receipts") if post.params["MessageSid"] == sid
        ]

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


class Control:
    """The control API as a tool outside would use it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def __enter__(self) -> "Control":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def __call__(self, method: str, path: str, json: Any = None, **params: str) -> requests.Response:
        return self.http.request(method, self.url + path, json=json, params=params, timeout=10)

    def ok(self, method: str, path: str, json: Any = None, **params: str) -> Any:
        """The parsed answer of a request that must succeed."""
        answer = self(method, path, json, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, **faults: object) -> None:
        self.ok("PUT", "/control/faults", faults)

    def text(self, body: str, sender: str = PHONE, **more: object) -> str:
        """A phone texts the relay; returns the sid."""
        return str(self.ok("POST", "/control/inbound", {"from": sender, "body": body, **more})["sid"])

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        return list(self.ok("GET", "/control/messages", **{k.rstrip("_"): v for k, v in filters.items()}))

    def message(self, sid: str) -> dict[str, Any]:
        return next(message for message in self.messages() if message["sid"] == sid)

    def call(self, sid: str) -> dict[str, Any]:
        return next(call for call in self.ok("GET", "/control/calls") if call["sid"] == sid)


class Detour(TwilioHttpClient):
    """The SDK's own client, pointed at the simulator."""

    def __init__(self, base: str, **options: Any) -> None:
        super().__init__(**options)
        self.base = base

    def __enter__(self) -> "Detour":
        return self

    def __exit__(self, *_: object) -> None:
        if self.session is not None:
            self.session.close()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


class AsyncDetour(AsyncTwilioHttpClient):
    """The SDK's own asynchronous client, pointed at the simulator. Make it inside the running loop."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return await super().request(
            method, url.replace("https://api.twilio.com", self.base), *args, **kwargs
        )
