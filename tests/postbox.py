"""A real mail server for tests: takes mail over SMTP, keeps it, and misbehaves when told to."""

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CUT = "cut"
"""Instead of an answer: the server closes the connection."""


@dataclass
class Letter:
    """One mail that the server has taken (or cut off after taking it)."""

    sender: str
    recipient: str
    raw: bytes
    tls: bool
    user: str | None

    @property
    def parsed(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Behaviour:
    """What the server answers at each step; None: as it should be."""

    on_mail: str | None = None
    on_rcpt: str | None = None
    on_data: str | None = None
    letters: list[Letter] = field(default_factory=list)
    connections: int = 0
    password: str | None = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_mail:
            return _answer(server, self.on_mail)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_rcpt:
            return _answer(server, self.on_rcpt)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_data and self.on_data[0] in "45":
            return self.on_data
        assert isinstance(envelope.content, bytes)
        self.letters.append(
            Letter(
                sender=envelope.mail_from or "",
                recipient=envelope.rcpt_tos[0],
                raw=envelope.content,
                tls=session.ssl is not None,
                user=session.auth_data.login.decode() if session.auth_data else None,
            )
        )
        return _answer(server, self.on_data) if self.on_data else "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth_data: Any
    ) -> AuthResult:
        good = isinstance(auth_data, LoginPassword) and auth_data.password.decode() == self.password
        return AuthResult(success=good, handled=False, auth_data=auth_data)


def _answer(server: SMTP, wanted: str) -> str:
    if wanted == CUT:
        assert server.transport is not None
        server.transport.abort()
        return "250 nobody hears this"
    return wanted


class Postbox:
    """The server in a thread of its own, as a context manager; ``url`` is for ``SMTP_URL``."""

    def __init__(self, *, password: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour = Behaviour(password=password)
        self._options: dict[str, Any] = {"hostname": "postbox.example", "enable_SMTPUTF8": True}
        if password is not None:
            self._options |= {"authenticator": self.behaviour.authenticate, "auth_required": True}
            self._options["auth_require_tls"] = tls is not None
        if tls is not None:
            self._options |= {"tls_context": tls, "require_starttls": True}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postbox")

    @property
    def letters(self) -> list[Letter]:
        return self.behaviour.letters

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def text(self, number: int = -1) -> str:
        """The plain text of a mail that came."""
        part = self.letters[number].parsed.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> asyncio.Server:
        return await self._loop.create_server(self._answer_call, "127.0.0.1", 0)

    def _answer_call(self) -> SMTP:
        self.behaviour.connections += 1
        return SMTP(self.behaviour, loop=self._loop, **self._options)

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
