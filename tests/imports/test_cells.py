"""Single cells: what people type is read, and what can't be meant is refused."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.clock import JAPAN
from relay.imports import cells, words
from relay.imports.result import Bad


def refused(reader: Callable[[str], object], text: str) -> str:
    with pytest.raises(Bad) as caught:
        reader(text)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "090-1234-5678",
        "09012345678",
        "０９０−１２３４−５６７８",
        "090ー1234ー5678",
        "９０ １２３４ ５６７８",
        "9012345678",  # Excel took the first 0 for nothing
        "+81 90-1234-5678",
        "０９０（１２３４）５６７８",
    ],
)
def test_a_mobile_number_is_read_however_it_is_written(text: str) -> None:
    assert cells.phone(text) == "+819012345678"


@pytest.mark.parametrize("text", ["080-0000-1001", "8000001001", "０８０００００１００１"])
def test_the_invented_numbers_of_the_sample_are_read(text: str) -> None:
    assert cells.phone(text) == "+818000001001"


@pytest.mark.parametrize(
    "text",
    [
        "0586-28-9021",
        "050-1234-5678",
        "0120-123-456",
        "0800-123-4567",
        "020-12345678",
        "119",
        "+1 650 253 0000",
    ],
)
def test_a_number_that_gets_no_sms_is_refused(text: str) -> None:
    assert refused(cells.phone, text) == "phone_not_mobile"


@pytest.mark.parametrize("text", ["9.01E+09", "なし", "090-1234-5678（私用）", "090-1234-5678 内線3"])
def test_a_text_that_is_no_number_is_refused(text: str) -> None:
    assert refused(cells.phone, text) == "phone_unreadable"


def test_a_number_is_shown_as_people_here_write_it() -> None:
    assert cells.national("+819012345678") == "090-1234-5678"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01 17:15", datetime(2026, 12, 1, 17, 15, tzinfo=JAPAN)),
        ("2026/12/1 8:30", datetime(2026, 12, 1, 8, 30, tzinfo=JAPAN)),
        ("2026/12/01 08:30:00", datetime(2026, 12, 1, 8, 30, tzinfo=JAPAN)),
        ("２０２６／１２／１　１７：１５", datetime(2026, 12, 1, 17, 15, tzinfo=JAPAN)),
        ("2026年12月1日17時15分", datetime(2026, 12, 1, 17, 15, tzinfo=JAPAN)),
        ("令和8年12月1日 8時", datetime(2026, 12, 1, 8, 0, tzinfo=JAPAN)),
        ("R8.12.1 8:30", datetime(2026, 12, 1, 8, 30, tzinfo=JAPAN)),
        ("令和元年5月1日 0:00", datetime(2019, 5, 1, 0, 0, tzinfo=JAPAN)),
        ("2026-12-31 24:00", datetime(2027, 1, 1, 0, 0, tzinfo=JAPAN)),
    ],
)
def test_a_moment_is_read_as_japanese_time(text: str, expected: datetime) -> None:
    assert cells.moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01",
        "17:15",
        "2026-02-30 10:00",
        "2026-12-01 24:01",
        "2026-12-01 9",
        "12/1 9:00",
        "9999-12-31 24:00",
    ],
)
def test_half_a_moment_or_an_impossible_one_is_refused(text: str) -> None:
    assert refused(cells.moment, text) == "moment"


@pytest.mark.parametrize("text", ["4910044", "491-0044", "〒４９１−００４４", "491 0044"])
def test_a_postcode_is_seven_digits_however_written(text: str) -> None:
    assert cells.postcode(text) == "4910044"


@pytest.mark.parametrize("text", ["600000", "491-00444", "四九一", "491004４４"])
def test_a_postcode_of_another_length_is_refused(text: str) -> None:
    assert refused(cells.postcode, text) == "postcode"


@pytest.mark.parametrize("text", ["オオミヤ", "ｵｵﾐﾔ", "おおみや"])
def test_a_reading_becomes_full_width_katakana(text: str) -> None:
    assert cells.kana(text) == "オオミヤ"


def test_a_reading_in_kanji_is_refused() -> None:
    assert refused(cells.kana, "大宮") == "kana"


@pytest.mark.parametrize(("text", "rank"), [("1", 1), ("２", 2), ("当番", 1), ("副当番", 2), ("Backup", 2)])
def test_a_rank_is_a_number_or_its_word(text: str, rank: int) -> None:
    assert cells.rank(text) == rank


def test_a_third_rank_is_refused() -> None:
    assert refused(cells.rank, "3") == "rank"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("○", True), ("〇", True), ("◯", True), ("Yes", True), ("", False), ("×", False), ("0", False)],
)
def test_yes_is_a_circle_and_no_is_empty(text: str, answer: bool) -> None:
    assert cells.yes(text) is answer


def test_a_word_that_is_neither_yes_nor_no_is_refused() -> None:
    assert refused(cells.yes, "たぶん") == "yes_or_no"


@pytest.mark.parametrize(
    "reader", [cells.phone, cells.moment, cells.postcode, cells.kana, cells.rank, cells.yes]
)
@given(text=st.text(max_size=40))
def test_no_text_makes_a_reader_fail_otherwise_than_by_refusing(
    reader: Callable[[str], object], text: str
) -> None:
    try:
        read = reader(text) is not None
    except Bad as bad:
        read = bad.code in words.SENTENCES
    assert read
