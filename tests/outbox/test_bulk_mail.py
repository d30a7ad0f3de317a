"""Mail to thousands, beside their texts, over a real mail server."""

import time
from collections.abc import Callable

import pytest

from relay.outbox import bulk, reconcile, rules, sender
from relay.outbox.models import State
from tests.outbox.rows import TEXT, draft, later, mail, stored, write
from tests.postbox import Postbox
from tests.provider import Provider

SetRate = Callable[[str, float], None]


def test_mails_and_texts_do_not_wait_for_each_other(
    provider: Provider, postbox: Postbox, rate: SetRate
) -> None:
    rate("bulk", 10)
    write([draft(n) for n in range(100)] + [mail(n) for n in range(30)])
    assert sender.drain("bulk", "mail") == 30
    assert (len(postbox.letters), len(provider.texts())) == (30, 0)
    began = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "RUN_SECONDS", 0.5)
        bulk.drain()
    assert time.monotonic() - began < 5
    # The mails took nothing of what was saved up.
    assert len(provider.texts()) >= 30


def test_mails_of_one_run_go_over_one_connection_and_are_done_when_taken(postbox: Postbox) -> None:
    write([mail(n, body=f"{TEXT}\nhttp://127.0.0.1:8000/s/secret{n}") for n in range(5)])
    assert sender.drain("bulk", "mail") == 5
    assert postbox.behaviour.connections == 1
    assert postbox.text(0).endswith("/s/secret0")
    message = stored()["mail:0"]
    assert message.state == State.ACCEPTED
    assert "secret" not in message.body


def test_a_mailbox_that_does_not_exist_is_not_tried_again(postbox: Postbox) -> None:
    write([mail(1)])
    postbox.behaviour.on_rcpt = "550 5.1.1 unknown"
    sender.drain("bulk", "mail")
    assert (stored()["mail:1"].state, stored()["mail:1"].reason) == (State.FAILED, "unknown_address")


def test_a_mail_without_an_answer_goes_once_more_as_the_same_mail_and_is_then_given_up(
    postbox: Postbox,
) -> None:
    write([mail(1)])
    postbox.behaviour.on_data = "cut"
    sender.drain("bulk", "mail")
    assert stored()["mail:1"].state == State.SENDING
    for n in range(1, 4):
        with later(n * (rules.UNCLEAR_SECONDS + 1)):
            reconcile.run()
            sender.drain("bulk", "mail")
    assert (stored()["mail:1"].state, stored()["mail:1"].reason) == (State.FAILED, "unclear")
    assert len(postbox.letters) == rules.MAX_TRIES
    assert len({letter.parsed["Message-ID"] for letter in postbox.letters}) == 1


def test_a_mail_whose_sender_was_killed_goes_out_after_its_claim(postbox: Postbox) -> None:
    write([mail(1)])
    assert sender._claim("bulk", "mail") is not None  # and then the process is gone
    with later(rules.MAIL_SENDING_SECONDS + 1):
        reconcile.run()
        assert sender.drain("bulk", "mail") == 1
    assert len(postbox.letters) == 1
