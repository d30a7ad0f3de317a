"""Reading ``SMTP_URL``."""

import pytest

from relay.channels import smtp_url
from relay.settings import SettingsError


def read(url: str, host: str = "relay.city.example") -> smtp_url.Server:
    return smtp_url.parse(url, public_host=host)


def test_submission_with_a_password_needs_the_usual_port_and_tls() -> None:
    server = read("smtp://user:p%40ss@mail.example?starttls=1")
    assert (server.host, server.port, server.starttls, server.tls) == ("mail.example", 587, True, False)
    assert (server.user, server.password) == ("user", "p@ss")


def test_smtps_is_tls_from_the_first_byte() -> None:
    server = read("smtps://user:pw@mail.example?starttls=1")
    assert (server.port, server.tls, server.starttls) == (465, True, False)


@pytest.mark.parametrize(
    ("url", "name", "sender"),
    [
        ("smtp://m.example?from=mimamori@city.example", "", "mimamori@city.example"),
        ("smtp://m.example?from=Relay%20%3Cmimamori@city.example%3E", "Relay", "mimamori@city.example"),
        ("smtp://a%40city.example:x@m.example?starttls=1", "", "a@city.example"),
        ("smtp://user:x@m.example?starttls=1", "", "relay@relay.city.example"),
        ("smtp://127.0.0.1:1025", "", "relay@relay.city.example"),
    ],
)
def test_mail_comes_from_the_named_address_else_the_user_else_the_relay(
    url: str, name: str, sender: str
) -> None:
    assert (read(url).sender_name, read(url).sender) == (name, sender)


def test_a_machine_without_a_name_stands_in_brackets() -> None:
    assert read("smtp://127.0.0.1:1025", host="127.0.0.1").sender == "relay@[127.0.0.1]"
    assert smtp_url.domain("::1") == "[IPv6:::1]"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://mail.example", "must begin with smtp://"),
        ("smtp://", "names no server"),
        ("smtp://mail.example:port", "is no address"),
        ("smtp://mail.example?form=a@b.example", "unknown parameter 'form'"),
        ("smtp://mail.example?starttls=yes", "starttls must be 1 or 0"),
        ("smtp://user:pw@mail.example", "password travels readable"),
        ("smtp://mail.example?from=nobody", "from must be an address"),
    ],
)
def test_a_wrong_address_says_what_to_do(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL") as raised:
        read(url)
    assert says in str(raised.value)


def test_a_password_is_not_shown_with_the_rest() -> None:
    assert "secret-pw" not in repr(read("smtps://user:secret-pw@mail.example"))
