"""How long an SMS is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.channels import sms_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("あ" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
    ],
)
def test_parts_are_counted_as_the_networks_count(text: str, parts: int) -> None:
    assert sms_text.segments(text) == parts


def test_an_emoji_at_the_end_of_a_part_moves_to_the_next_one_whole() -> None:
    assert sms_text.segments("あ" * 66 + "🚑" + "あ" * 66) == 3


def test_an_emoji_counts_as_two() -> None:
    assert sms_text.segments("🚑" * 35) == 1
    assert sms_text.segments("🚑" * 36) == 2


@given(st.text(), st.integers(1, 200))
def test_a_shortened_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert sms_text.units(sms_text.shorten(text, limit)) <= limit


@given(st.text())
def test_a_text_that_fits_is_left_alone(text: str) -> None:
    assert sms_text.shorten(text, sms_text.units(text)) == text
