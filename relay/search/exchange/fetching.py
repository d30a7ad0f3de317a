"""Reading a neighbour's addresses over HTTP: with its key, in bounded time and size, and never from another host."""

import time
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

#: Seconds to connect, and between two pieces of the answer.
CONNECT, PIECE = 4, 6
#: Seconds for one answer in all, however it trickles.
WHOLE = 15
REDIRECTS = 3
_PIECE_BYTES = 16 * 1024
_HERE = ("localhost", "127.0.0.1", "::1")
_REFUSED = (401, 403)


class FetchError(Exception):
    """``code``: bad_address, foreign_address, unreachable, slow, refused (our key), too_large, http_<status>."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Key(AuthBase):
    """Shows our key. As an ``auth`` of its own, so that no .netrc of the machine takes its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def allowed(address: str) -> bool:
    """Whether an address may be read: https, or http on this machine itself."""
    try:
        scheme, host, _ = _host(address)
    except ValueError:
        return False
    return bool(host) and (scheme == "https" or (scheme == "http" and host in _HERE))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses lie on one host and port: the key is shown to nobody else."""
    try:
        return _host(one) == _host(other)
    except ValueError:
        return False


def get(address: str, key: str, *, largest: int) -> bytes:
    """What lies at ``address``, at most ``largest`` bytes. Raises ``FetchError``."""
    until = time.monotonic() + WHOLE
    for _ in range(REDIRECTS + 1):
        if not allowed(address):
            raise FetchError("bad_address")
        try:
            with requests.get(
                address,
                auth=_Key(key),
                headers={"Accept-Encoding": "identity"},
                timeout=(CONNECT, PIECE),
                stream=True,
                allow_redirects=False,
            ) as answer:
                if not answer.is_redirect:
                    return _body(answer, largest, until)
                following = urljoin(address, answer.headers["Location"])
        except (OSError, HTTPError) as error:  # the first one is parent of all that requests raises
            raise FetchError("unreachable") from error
        except ValueError as error:  # a Location that is no address
            raise FetchError("bad_address") from error
        if not same_host(address, following):
            raise FetchError("foreign_address")
        address = following
    raise FetchError("foreign_address")


def _body(answer: requests.Response, largest: int, until: float) -> bytes:
    if answer.status_code in _REFUSED:
        raise FetchError("refused")
    if not answer.ok:
        raise FetchError(f"http_{answer.status_code}")
    body = b""
    # One read from the network at a time: a whole piece would be waited for, however slowly it trickles in.
    while piece := answer.raw.read1(_PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > largest:
            raise FetchError("too_large")
        if time.monotonic() > until:
            raise FetchError("slow")
    return body


def _host(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
