"""Where mail is handed over, and from whom it is: reading ``SMTP_URL``. Pure.

smtp://user:password@mail.example.jp:587?starttls=1&from=mimamori@city.example.jp
smtps://user:password@mail.example.jp
smtp://127.0.0.1:1025
"""

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from relay.settings import SettingsError

#: Submission and submission over TLS. (RFC 6409, RFC 8314)
PORTS = {"smtp": 587, "smtps": 465}
HERE = ("127.0.0.1", "::1", "localhost")
#: No spaces, no control characters, one @ with something on both sides: the server judges the rest.
ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server as ``SMTP_URL`` names it. ``sender`` is the bare address, ``sender_name`` may be empty."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str
    password: str = field(repr=False)
    sender: str
    sender_name: str


def parse(url: str, *, public_host: str) -> Server:
    """Read the address of the mail server.

    Mail comes from the parameter ``from``, else from the user where that is an address, else from ``relay`` at the
    host of the public pages. Raises ``SettingsError`` with one line for the operator.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"SMTP_URL is no address: {error}") from error
    if parts.scheme not in PORTS:
        raise SettingsError("SMTP_URL must begin with smtp:// or smtps://")
    if not parts.hostname:
        raise SettingsError("SMTP_URL names no server: give smtp://user:password@host:587?starttls=1")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - {"starttls", "from"})
    if unknown:
        raise SettingsError(f"SMTP_URL has an unknown parameter {unknown[0]!r}: use starttls=1 and from=…")
    if options.get("starttls", "0") not in ("0", "1"):
        raise SettingsError("SMTP_URL: starttls must be 1 or 0")
    tls, starttls = parts.scheme == "smtps", options.get("starttls") == "1"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and not (tls or starttls) and parts.hostname not in HERE:
        raise SettingsError("SMTP_URL: add ?starttls=1 or use smtps://, or the password travels readable")
    name, sender = parseaddr(options.get("from") or (user if "@" in user else f"relay@{domain(public_host)}"))
    if not ADDRESS.fullmatch(sender):
        raise SettingsError("SMTP_URL: from must be an address such as mimamori@city.example.jp")
    return Server(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=tls,
        starttls=starttls and not tls,
        user=user,
        password=password,
        sender=sender,
        sender_name=name,
    )


def domain(host: str) -> str:
    """``host`` as it stands behind an @: bare addresses of machines go into brackets. (RFC 5321, 4.1.3)"""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"  # noqa: PLR2004
