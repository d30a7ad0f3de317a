"""What officers send back, however they type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import messages
from relay.duty.replies import Command, Reply, parse
from relay.settings import DEFAULT_CONFIG
from relay.vocabulary import Outcome

WORDS = messages.load(DEFAULT_CONFIG)


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "１２",
        "12 了解",
        "１２　了解しました",
        "返信12で受付",
        "返信１２",
        "12番",
        "12、了解です。",
        "12\n向かいます",
        " 12 OK ",
    ],
)
def test_a_code_alone_or_with_a_word_of_consent_accepts(text: str) -> None:
    assert parse(text, WORDS) == Reply(code="12", command=Command.ACCEPT)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("12 無事", Outcome.SAFE),
        ("12無事でした", Outcome.SAFE),
        ("12 無事を確認しました。", Outcome.SAFE),
        ("12 入院", Outcome.HOSPITAL),
        ("12 入院していました", Outcome.HOSPITAL),
        ("12 入院したらしい", None),
        ("12 救急", Outcome.AMBULANCE),
        ("１２　救急搬送", Outcome.AMBULANCE),
        ("12 不在", Outcome.AWAY),
    ],
)
def test_an_outcome_is_read_only_when_it_is_all_that_is_said(text: str, outcome: Outcome | None) -> None:
    reply = parse(text, WORDS)
    assert reply is not None
    assert (reply.outcome, reply.command) == (outcome, Command.OUTCOME if outcome else Command.NOTE)


@pytest.mark.parametrize(
    "text", ["12 無事ではない", "12 まだ入院かわからない", "12 救急車を待っています", "12 了解できない"]
)
def test_words_inside_a_longer_sentence_close_and_accept_nothing(text: str) -> None:
    reply = parse(text, WORDS)
    assert reply is not None
    assert reply.command == Command.NOTE
    assert reply.text


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("12 交代", Command.RELEASE),
        ("12 行けません", Command.RELEASE),
        ("12 継続", Command.PROGRESS),
        ("12 再開", Command.REOPEN),
        ("12 119", Command.CALLED_119),
        ("１２　119しました", Command.CALLED_119),
    ],
)
def test_the_other_commands_are_read(text: str, command: Command) -> None:
    assert parse(text, WORDS) == Reply(code="12", command=command)


def test_a_command_without_a_code_is_read_so_that_we_can_ask_for_the_code() -> None:
    assert parse("了解", WORDS) == Reply(code=None, command=Command.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "12丁目の角の家",
        "12-3 新聞がたまっている",
        "12日分の新聞",
        "本町12 応答なし",
        "110",
        "新聞3日",
        "",
        "12月3日から",
    ],
)
def test_addresses_and_counts_are_no_replies(text: str) -> None:
    reply = parse(text, WORDS)
    assert reply is None or reply.code in ("110",) or reply.command == Command.NOTE


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    reply = parse(text, WORDS)
    assert reply is None or isinstance(reply.command, Command)


@given(st.text())
def test_no_text_after_a_code_that_is_not_a_listed_word_accepts(text: str) -> None:
    reply = parse(f"12 それは{text}", WORDS)
    assert reply is None or reply.command == Command.NOTE
