"""What holds for every text that anybody may send."""

import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.places.writing import katakana
from relay.triage.reading import LONGEST, Reader
from relay.vocabulary import Level

PIECES = st.sampled_from(
    [
        "新聞", "が", "は", "たまって", "いる", "います", "ない", "ません", "呼んでも", "返事", "倒れて", "三日", "3日",
        "本町", "2-5-6", "の", "さん", "。", "、", "！", "雨戸", "閉まった", "まま", "煙", "ガス", "くさい",
        "おばあさん", "先月", "昨日", "から", "まで", "私", "近所",
        "助けて", "テスト", "ありがとう", "入院", "娘", "ATM", "振り込",
        "けど", "たら", "？", "\n", "・", "」", "「",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join))
RELAXED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@RELAXED
@given(text=TEXTS)
def test_any_text_gets_an_answer_with_a_reason(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert reading.reasons
    assert reading.level == reading.reasons[0].level


@RELAXED
@given(text=TEXTS)
def test_saying_that_somebody_lies_there_makes_any_report_an_emergency(reader: Reader, text: str) -> None:
    assert reader.read(f"{text}。\n人が倒れています。").level is Level.EMERGENCY


@RELAXED
@given(text=st.lists(PIECES, max_size=25).map("".join))
def test_width_and_normal_form_change_nothing(reader: Reader, text: str) -> None:
    wide = text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}).replace("-", "−")
    assert reader.read(wide) == reader.read(text) == reader.read(unicodedata.normalize("NFD", text))


def test_half_of_a_text_in_another_language_hides_no_emergency(reader: Reader) -> None:
    other = "집에 아무도 없는 것 같아요. 문을 두드려도 대답이 없어요."
    assert reader.read(other).level is Level.PROMPT
    assert reader.read(f"{other} 人が倒れています").level is Level.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "新聞が四日分たまっています",
        "家の中からうめき声が聞こえます",
        "新聞を一部多く持ってきてしまいました。店に返します。",
        "若竹4-8　二日分の郵便です。新聞は取っていない家です。",
    ],
)
def test_katakana_and_hiragana_say_the_same(reader: Reader, text: str) -> None:
    once, again = reader.read(katakana(text)), reader.read(text)
    assert (once.level, set(once.signs), once.days) == (again.level, set(again.signs), again.days)


@pytest.mark.parametrize(
    "piece", ["新聞たまって呼んでも", "あ", "一", "本町1-2-3 ", "窓から", "(", "1", "\ud800", "何度も同じ"]
)
def test_a_very_long_text_is_answered_at_once(reader: Reader, piece: str) -> None:
    times = []
    for _ in range(4):
        begin = time.process_time()
        reader.read(piece * 3000)
        times.append(time.process_time() - begin)
    assert min(times) < 0.05


def test_a_sentence_in_the_middle_of_a_very_long_text_is_read(reader: Reader) -> None:
    idle = "今日は天気がよく、配達は順調でした。" * 200
    assert (
        reader.read(f"{idle}裏へ回ったら人が倒れていました。意識がありません。{idle}").level
        is Level.EMERGENCY
    )


def test_a_text_whose_middle_is_not_read_is_never_routine(reader: Reader) -> None:
    assert reader.read("テストです。" * LONGEST).level is Level.PROMPT
