"""How many parts a text takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.embedded.phones.segments import GSM_BASIC, GSM_EXTENDED, count

PLAIN = st.text(alphabet=sorted(GSM_BASIC))
JAPANESE = st.text(alphabet="あ一宮新聞３日−ー", min_size=1, max_size=400)
ANY = st.text(max_size=400)


def units(body: str) -> int:
    return len(body.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("あ" * 135, 3),
        ("a" * 69 + "あ", 1),
        ("a" * 70 + "あ", 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_known_lengths(body: str, parts: int) -> None:
    assert count(body) == parts


def test_a_pair_is_never_torn_apart_between_two_parts() -> None:
    # 66 units, a pair that no longer fits, then exactly one part's worth: three parts, not ceil(135 / 67) = 3 minus.
    assert count("あ" * 66 + "😀" + "あ" * 65) == 2
    assert count("あ" * 66 + "😀" + "あ" * 66) == 3
    assert count("a" * 152 + "€" + "a" * 151) == 2
    assert count("a" * 152 + "€" + "a" * 152) == 3


@given(st.text(alphabet=sorted(GSM_BASIC), max_size=800))
def test_gsm_texts_take_160_alone_and_153_a_part(body: str) -> None:
    assert count(body) == (1 if len(body) <= 160 else -(-len(body) // 153))


@given(JAPANESE)
def test_japanese_texts_take_70_alone_and_67_a_part(body: str) -> None:
    assert count(body) == (1 if len(body) <= 70 else -(-len(body) // 67))


@given(ANY.map(lambda text: "あ" + text))
def test_length_counts_utf16_units_up_to_one_lost_unit_a_part(body: str) -> None:
    size = units(body)
    if size <= 70:
        assert count(body) == 1
    else:
        assert -(-size // 67) <= count(body) <= -(-size // 66)


@given(st.text(alphabet=sorted(GSM_BASIC | GSM_EXTENDED), max_size=500))
def test_extended_characters_count_twice(body: str) -> None:
    size = len(body) + sum(character in GSM_EXTENDED for character in body)
    if size <= 160:
        assert count(body) == 1
    else:
        assert -(-size // 153) <= count(body) <= -(-size // 152)


@given(ANY, ANY)
def test_a_longer_text_never_takes_fewer_parts(body: str, more: str) -> None:
    assert count(body + more) >= count(body)
