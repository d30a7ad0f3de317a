"""The sentences of an import: in both languages, and none missing."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.imports import words
from relay.imports.result import Note

CALLS = ("fault", "warn", "Bad")


def blanks(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def raised() -> Iterator[tuple[str, set[str]]]:
    """Every sentence that the code of the imports says, with the values that it fills in."""
    for module in Path(words.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            codes = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if name in CALLS and codes:
                yield codes[0], {keyword.arg for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize("code", words.SENTENCES)
def test_a_sentence_has_the_same_blanks_in_both_languages(code: str) -> None:
    japanese, english = words.SENTENCES[code]

    assert blanks(japanese) == blanks(english)


def test_every_sentence_that_is_said_exists_and_gets_all_its_values() -> None:
    said = dict(raised())

    assert len(said) > 30
    assert {code: values for code, values in said.items() if blanks(words.SENTENCES[code][0]) - values} == {}


def test_no_sentence_is_left_over() -> None:
    said = {code for code, _ in raised()}

    assert set(words.SENTENCES) - said == {"city", "rank_1", "rank_2"}


def test_a_word_inside_a_sentence_is_read_in_the_same_language() -> None:
    note = Note(
        None, "gap", {"centre": words.Word("city"), "rank": words.Word("rank_1"), "starts": "a", "ends": "b"}
    )

    assert words.sentence(note, "ja") == "「市」の当番がいません：a〜b"
    assert words.sentence(note, "en") == "“the city” has no duty officer: a–b"
