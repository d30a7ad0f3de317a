"""Mail over a real SMTP server: what arrives, and what each answer of the server means."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from relay import settings
from relay.channels.base import ChannelError, NotNow, Outgoing, Refused, Sought, Unclear, Unknowable
from relay.channels.mail import Mail
from tests.postbox import CUT, Postbox

BODY = "【見本】探しています。\n.点で始まる行\n\n見かけたら http://127.0.0.1:8000/s/abc をひらく。"


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    with Postbox() as running:
        use(monkeypatch, f"{running.url}?from=見守り <mimamori@city.example>")
        yield running
    settings.current.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("SMTP_URL", url)
    settings.current.cache_clear()


def outgoing(
    recipient: str = "hito@mail.example", *, subject: str = "【見本】K3", body: str = BODY
) -> Outgoing:
    return Outgoing(recipient=recipient, body=body, ref="ref-1", validity=None, subject=subject)


def answer_of(mail: Mail) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        mail.send(outgoing())
    return raised.value


def test_a_mail_arrives_as_text_and_as_the_same_text_to_tap(postbox: Postbox) -> None:
    Mail().send(outgoing())
    letter = postbox.letters[0].parsed
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert postbox.text() == BODY
    html = letter.get_body(("html",))
    assert html is not None
    assert '<a href="http://127.0.0.1:8000/s/abc">http://127.0.0.1:8000/s/abc</a>' in html.get_content()


def test_the_head_says_who_writes_about_what_and_that_no_person_wrote_it(postbox: Postbox) -> None:
    subject = "【訓練】【見本】八幡一丁目の喫茶店の前で、赤い帽子の高齢の方を探しています。見かけたら電話してください"
    Mail().send(outgoing(subject=subject))
    letter = postbox.letters[0]
    head = letter.parsed
    assert head["Subject"] == subject
    assert str(head["From"]) == "見守り <mimamori@city.example>"
    assert letter.sender == "mimamori@city.example"
    assert head["To"] == letter.recipient == "hito@mail.example"
    assert head["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(head["Date"]) - datetime.now(UTC)).total_seconds() < 30
    assert not [name for name in head if name.startswith("List-")]
    assert max(len(line) for line in letter.raw.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 78


def test_the_message_id_is_our_reference_so_that_a_twin_is_recognised(postbox: Postbox) -> None:
    mail = Mail()
    assert mail.send(outgoing()) == mail.send(outgoing()) == "ref-1@[127.0.0.1]"
    assert {letter.parsed["Message-ID"] for letter in postbox.letters} == {"<ref-1@[127.0.0.1]>"}


@pytest.mark.parametrize("address", ["a..b@docomo.example", "a.@ezweb.example"])
def test_old_mobile_addresses_against_the_rules_are_written_in_quotes(address: str, postbox: Postbox) -> None:
    Mail().send(outgoing(address))
    local, domain = address.split("@")
    assert postbox.letters[0].recipient == address  # the server took the quotes for what they are
    assert f'To: "{local}"@{domain}\r\n'.encode() in postbox.letters[0].raw


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@x.example", "a@x.example\r\nBcc: b@x.example", "人@x.example", "a@"]
)
def test_what_is_no_address_is_refused_without_asking_the_server(address: str, postbox: Postbox) -> None:
    with pytest.raises(Refused, match="bad_address"):
        Mail().send(outgoing(address))
    assert postbox.behaviour.connections == 0


def test_a_subject_with_line_breaks_adds_no_header(postbox: Postbox) -> None:
    Mail().send(outgoing(subject="K3\r\nBcc: b@x.example"))
    assert postbox.letters[0].parsed["Subject"] == "K3 Bcc: b@x.example"
    assert postbox.letters[0].parsed["Bcc"] is None


def test_mails_of_one_drain_share_a_connection_and_others_do_not(postbox: Postbox) -> None:
    mail = Mail()
    with mail.reused():
        for _ in range(5):
            mail.send(outgoing())
    assert postbox.behaviour.connections == 1
    mail.send(outgoing())
    assert (postbox.behaviour.connections, len(postbox.letters)) == (2, 6)


def test_after_a_refused_recipient_the_same_connection_goes_on(postbox: Postbox) -> None:
    mail = Mail()
    with mail.reused():
        postbox.behaviour.on_rcpt = "550 5.1.1 unknown"
        with pytest.raises(Refused):
            mail.send(outgoing())
        postbox.behaviour.on_rcpt = None
        mail.send(outgoing())
    assert (postbox.behaviour.connections, len(postbox.letters)) == (1, 1)


@pytest.mark.parametrize("last_words", ["421 4.7.0 too many on one line", CUT])
def test_a_line_that_the_server_closed_between_two_mails_is_opened_again(
    last_words: str, postbox: Postbox
) -> None:
    mail = Mail()
    with mail.reused():
        mail.send(outgoing())
        line = mail._mine.line
        if last_words == CUT:
            line.sock.shutdown(socket.SHUT_RDWR)
        else:
            line.mail = lambda _sender: (421, b"too many on one line")
        mail.send(outgoing())
    assert (postbox.behaviour.connections, len(postbox.letters)) == (2, 2)


@pytest.mark.parametrize(
    ("step", "answer", "means"),
    [
        ("on_rcpt", "550 5.1.1 no such user", Refused),
        ("on_rcpt", "450 4.2.0 greylisted", NotNow),
        ("on_rcpt", "530 5.7.0 log in first", NotNow),
        ("on_rcpt", CUT, NotNow),
        ("on_mail", "550 5.7.1 you may not send", NotNow),
        ("on_mail", CUT, NotNow),
        ("on_data", "554 5.7.1 looks like spam", Refused),
        ("on_data", "452 4.3.1 disk full", NotNow),
        ("on_data", CUT, Unclear),
    ],
)
def test_each_answer_of_the_server_means_what_it_should(
    step: str, answer: str, means: type[ChannelError], postbox: Postbox
) -> None:
    setattr(postbox.behaviour, step, answer)
    error = answer_of(Mail())
    assert type(error) is means
    assert error.code == (None if answer == CUT else int(answer[:3]))
    assert "hito" not in error.reason


def test_a_server_that_is_away_means_not_now(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        use(monkeypatch, f"smtp://127.0.0.1:{free.getsockname()[1]}")
        assert type(answer_of(Mail())) is NotNow
    settings.current.cache_clear()


def test_without_a_server_mail_says_that_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "")
    assert Mail().missing() == "no_mail"
    settings.current.cache_clear()


def test_nobody_can_be_asked_about_a_mail() -> None:
    [answer] = Mail().find([Sought(outgoing=outgoing(), since=datetime.now(UTC))])
    assert isinstance(answer, Unknowable)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl found: install it to run the tests of TLS")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    options = "-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    parts = [file.with_name("key"), file.with_name("crt")]
    subprocess.run(  # noqa: S603 - our own words
        ["openssl", "req", *options.split(), "-keyout", parts[0], "-out", parts[1]],  # noqa: S607
        check=True,
        capture_output=True,
    )
    file.write_bytes(b"".join(part.read_bytes() for part in parts))
    return file


@pytest.fixture
def guarded(certificate: Path) -> Iterator[Postbox]:
    """A server that wants STARTTLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Postbox(password="p@ss", tls=context) as running:
        yield running
    settings.current.cache_clear()


def test_a_server_with_tls_and_password_is_used_as_the_address_says(
    guarded: Postbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    use(monkeypatch, f"smtp://mimamori%40city.example:p%40ss@127.0.0.1:{guarded.port}?starttls=1")
    Mail().send(outgoing())
    assert (guarded.letters[0].tls, guarded.letters[0].user) == (True, "mimamori@city.example")
    assert guarded.letters[0].sender == "mimamori@city.example"


def test_a_wrong_password_delays_and_refuses_nobody(
    guarded: Postbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    use(monkeypatch, f"smtp://mimamori:wrong@127.0.0.1:{guarded.port}?starttls=1")
    error = answer_of(Mail())
    assert (type(error), error.code) == (NotNow, 535)


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    guarded: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"smtp://mimamori:p%40ss@127.0.0.1:{guarded.port}?starttls=1")
    assert type(answer_of(Mail())) is NotNow
    assert guarded.letters == []
