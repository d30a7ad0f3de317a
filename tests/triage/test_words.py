"""Words in their dictionary form, and the words that an officer is shown."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.triage.explaining import written
from relay.triage.words import whole, words


def test_one_word_has_one_form_however_it_is_bent_or_spelled() -> None:
    forms = [{word.form for word in words(text)} for text in ("動かなかった", "うごきません", "動いていない")]
    assert all("動く" in found for found in forms)


@given(st.text(max_size=80))
def test_words_stand_in_any_text_in_their_order(text: str) -> None:
    position = 0
    for word in words(text):
        assert position <= word.start < word.end <= len(text)
        position = word.end


def test_many_threads_find_words_at_once() -> None:
    texts = [f"新聞が{number}日分たまっていて返事がありません" * 5 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: [word.form for word in words(text)], texts))
    assert all("返事" in forms for forms in found)


@pytest.mark.parametrize(
    ("text", "cut", "shown"),
    [
        ("本町の家、新聞が4日たまっています。", "新聞が4日たまっ", "新聞が4日たまっています"),
        ("暑いのに呼んでも出ない", "のに呼んでも出な", "呼んでも出ない"),
        ("意識がありません！", "意識があり", "意識がありません"),
        ("on the floor", "the flo", "the floor"),
    ],
)
def test_no_word_is_shown_cut_in_two(text: str, cut: str, shown: str) -> None:
    start = text.index(cut)
    begin, end = whole(text, start, start + len(cut))
    assert text[begin:end].strip() == shown


def test_the_same_words_are_shown_once() -> None:
    text = "呼んでも出ない"
    assert written(text, [(0, 7), (4, 7), (0, 7)]) == ("呼んでも出ない",)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_words_shown_are_part_of_the_text(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    begin, stop = whole(text, start, end)
    assert 0 <= begin <= stop <= len(text)
