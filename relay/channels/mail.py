"""E-mail through the server in ``SMTP_URL``.

A mail belongs to the server from the moment it answers 250 to the whole text, and to us until then (RFC 5321, 4.2.5
and 6.1). Nobody can ask it later.
"""

import re
import smtplib
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from relay import clock, settings
from relay.channels import mail_text, smtp_url
from relay.channels.base import (
    ChannelError,
    Found,
    NotNow,
    Outgoing,
    Refused,
    Sought,
    Unclear,
    Unknowable,
)
from relay.channels.smtp_url import Server

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 8.0
#: Servers look for viruses before they say yes; hanging up on them makes a second mail.
ANSWER_SECONDS = 40.0

OK, FORWARDED, GO_AHEAD, GOING_AWAY = 250, 251, 354, 421
PERMANENT = 500
#: Our account is refused, not this mail: somebody will mend that.
ACCOUNT = frozenset({530, 534, 535, 538})
#: A line that is a dot would end the mail. (RFC 5321, 4.5.2)
DOT = re.compile(rb"^\.", re.MULTILINE)


class Mail:
    """The ``mail`` channel. Each thread has a connection of its own; ``reused`` keeps it for many mails."""

    name = "mail"
    receipts = False

    def __init__(self) -> None:
        self._mine = threading.local()

    def missing(self) -> str | None:
        return None if settings.current().smtp_url else "no_mail"

    def segments(self, body: str) -> int:
        del body
        return 0  # it takes nothing of the SMS rate

    def send(self, message: Outgoing) -> str:
        missing = self.missing()
        if missing:
            raise Refused(missing)
        own, ref = server(), f"{message.ref}@{smtp_url.domain(_public_host())}"
        try:
            recipient = mail_text.address(message.recipient)
        except ValueError as error:
            raise Refused("bad_address") from error
        mail = mail_text.compose(
            sender=own.sender,
            sender_name=own.sender_name,
            recipient=recipient,
            subject=message.subject or "",
            body=message.body,
            ref=ref,
            at=clock.local(clock.now()),
        )
        with self.reused():
            self._hand_over(own.sender, recipient, mail.as_bytes())
        return ref

    def find(self, sought: Sequence[Sought]) -> list[Found]:
        return [Unknowable("a mail server can't be asked") for _ in sought]

    @contextmanager
    def reused(self) -> Iterator[None]:
        """While the block runs, the mails of this thread go over one connection."""
        outermost = not getattr(self._mine, "held", False)
        self._mine.held = True
        try:
            yield
        finally:
            if outermost:
                self._mine.held = False
                self._hang_up()

    def _hand_over(self, sender: str, recipient: str, data: bytes) -> None:
        try:
            line = self._begin(sender)
            _expect(line.rcpt(recipient), OK, FORWARDED)
            _expect(line.docmd("DATA"), GO_AHEAD)
        except ChannelError:
            self._start_over()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise _not_now(error) from error
        try:
            if line.sock is not None:
                line.sock.settimeout(ANSWER_SECONDS)
            line.send(DOT.sub(b"..", data) + b".\r\n")
            answer = line.getreply()
            if line.sock is not None:
                line.sock.settimeout(COMMAND_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Unclear(type(error).__name__) from error
        _expect(answer, OK)

    def _begin(self, sender: str) -> smtplib.SMTP:
        """A line on which the server waits for the recipient: the one we have, or a new one where it was closed."""
        line: smtplib.SMTP | None = getattr(self._mine, "line", None)
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                answer = line.mail(sender)
                if answer[0] != GOING_AWAY:
                    _expect_for_us(answer)
                    return line
            self._hang_up()
        line = self._mine.line = _connect(server())
        _expect_for_us(line.mail(sender))
        return line

    def _start_over(self) -> None:
        """Take back the mail that was begun, so that the line is free for the next."""
        line: smtplib.SMTP | None = getattr(self._mine, "line", None)
        if line is None:
            return
        try:
            taken_back = line.rset()[0] == OK
        except (OSError, smtplib.SMTPException):
            taken_back = False
        if not taken_back:
            self._hang_up()

    def _hang_up(self) -> None:
        line: smtplib.SMTP | None = getattr(self._mine, "line", None)
        self._mine.line = None
        if line is not None:
            # Every mail has its answer by now; whether the server says good-bye changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()


def _connect(own: Server) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    host = smtp_url.domain(_public_host())
    line = (
        smtplib.SMTP_SSL(own.host, own.port, local_hostname=host, timeout=CONNECT_SECONDS, context=trust)
        if own.tls
        else smtplib.SMTP(own.host, own.port, local_hostname=host, timeout=CONNECT_SECONDS)
    )
    try:
        if line.sock is not None:
            line.sock.settimeout(COMMAND_SECONDS)
        if own.starttls:
            line.starttls(context=trust)
        if own.user:
            line.login(own.user, own.password)
        line.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        line.close()
        raise
    return line


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    """Raises the refusal that ``answer`` is, unless it is one of ``wanted``. Its words may hold an address."""
    code = answer[0]
    if code in wanted:
        return
    if code >= PERMANENT and code not in ACCOUNT:
        raise Refused(f"SMTP {code}", code)
    raise NotNow(f"SMTP {code}", code)


def _expect_for_us(answer: tuple[int, bytes]) -> None:
    """The same where it is about us as the sender: whatever it is, no recipient is to blame."""
    if answer[0] != OK:
        raise NotNow(f"SMTP {answer[0]}", answer[0])


def _not_now(error: Exception) -> NotNow:
    code = getattr(error, "smtp_code", None)
    return NotNow(type(error).__name__, code if isinstance(code, int) else None)


def server() -> Server:
    """The mail server of this deployment. Raises ``SettingsError`` for an address that can't be read."""
    return smtp_url.parse(settings.current().smtp_url or "", public_host=_public_host())


def _public_host() -> str:
    return urlsplit(settings.current().public_url).hostname or "localhost"
