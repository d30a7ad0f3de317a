"""Fields of the form win over the text."""

import pytest

from relay.triage.reading import Given, Reader
from relay.vocabulary import Level, Sign


def test_ticked_signs_are_read_exactly_without_any_text(reader: Reader) -> None:
    reading = reader.read("", given=Given(signs=frozenset({Sign.NEWSPAPERS}), days=5))
    assert (reading.level, reading.signs, reading.days) == (Level.URGENT, (Sign.NEWSPAPERS,), 5)
    assert "not_understood" not in {reason.code for reason in reading.reasons}


def test_an_empty_form_is_prompt(reader: Reader) -> None:
    assert reader.read("", given=Given()).level is Level.PROMPT


def test_a_chime_without_answer_adds_the_sign(reader: Reader) -> None:
    given = Given(signs=frozenset({Sign.NEWSPAPERS}), chime_tried=True)
    assert reader.read("", given=given).signs == (Sign.NO_ANSWER, Sign.NEWSPAPERS)
    assert reader.read("", given=Given(chime_tried=True)).signs == (Sign.NO_ANSWER,)


def test_a_chime_adds_nothing_to_an_all_clear(reader: Reader) -> None:
    given = Given(signs=frozenset({Sign.ALL_CLEAR}), chime_tried=True)
    assert reader.read("", given=given).level is Level.ROUTINE


@pytest.mark.parametrize(
    ("typed", "town"),
    [
        ("ほんまち", "本町"), ("ﾎﾝﾏﾁ", "本町"), ("一宮市本町", "本町"), ("愛知県一宮市 萩原町串作", "萩原町串作"),
        ("下沼", "下沼町"),
        ("馬寄", "今伊勢町馬寄"), ("今伊勢町馬寄字郷中", "今伊勢町馬寄"), ("カイメイ", "開明"),
        ("中島", None), ("大和町", None), ("どこか", None),
    ],
)  # fmt: skip
def test_a_town_typed_by_hand_is_the_table_s_town_or_none(
    reader: Reader, typed: str, town: str | None
) -> None:
    assert reader.read("新聞がたまっています", given=Given(town=typed)).place.town == town


def test_a_typed_address_is_brought_to_one_spelling(reader: Reader) -> None:
    given = Given(town="本町", number="２丁目５番６号", building="コーポ　みどり", room="２０３号室")
    place = reader.read("栄1-2 新聞3日", given=given).place
    assert (place.town, place.number, place.building, place.room) == ("本町", "2-5-6", "コーポみどり", "203")


def test_a_call_to_119_ticked_on_the_form_is_noted(reader: Reader) -> None:
    assert reader.read("倒れています", given=Given(called_119=True)).called_119


def test_a_ticked_sign_and_a_told_one_count_together(reader: Reader) -> None:
    given = Given(signs=frozenset({Sign.NEWSPAPERS}))
    assert reader.read("呼んでも返事がありませんでした", given=given).level is Level.URGENT
