"""Family names and telephone numbers: hidden where a text is passed on, understood where they are an answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.places import names
from relay.places.table import TownTable

SAMPLE = Path(__file__).parents[2] / "config" / "sample"
TOWNS = TownTable.from_folder(SAMPLE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("印田3-5の島村さん", "印田3-5の〇〇さん"),
        ("大和町馬引郷内40 長谷川さん", "大和町馬引郷内40 〇〇さん"),
        ("萩原町串作1520の服部様宅", "萩原町串作1520の〇〇宅"),
        ("三浦さん宅です", "〇〇さん宅です"),
        ("木曽川町黒田加藤さん宅", "木曽川町黒田〇〇さん宅"),
        ("はしもとさんの いえ", "〇〇さんの いえ"),
        ("となりの　たかだ　さんが", "となりの　〇〇　さんが"),
        ("タナカ様より", "〇〇様より"),
        ("定水寺の山田のじいさん", "定水寺の〇〇のじいさん"),
        ("三和さんか三輪さんか", "〇〇さんか〇〇さんか"),
        ("電話090-1234-5678まで", "電話〇〇まで"),
        ("０９０−１２３４−５６７８", "〇〇"),
        ("090 1234 5678です", "〇〇です"),
        ("09012345678へ", "〇〇へ"),
        ("+81 90-1234-5678", "〇〇"),
        ("0586-28-9100 自宅", "〇〇 自宅"),
    ],
)  # fmt: skip
def test_names_and_telephone_numbers_are_hidden(text: str, shown: str) -> None:
    assert names.hide(text, TOWNS) == shown


@pytest.mark.parametrize(
    "text",
    [
        "おばあさんの様子が変です",
        "お客様のお宅、新聞が3日分",
        "隣の奥さんと息子さん、民生委員さん",
        "ヘルパーさんが来ています",
        "市営住宅2-5-6 103号室",
        "2026-11-24 10:30 に配達",
        "本町2-5-6、伝票4821-7730",
        "郵便番号491-0044",
        "たくさんたまっています",
        "帰宅していない、自宅に電話",
        "大江３丁目５番地のお宅です",
    ],
)
def test_everyday_words_and_addresses_stay(text: str) -> None:
    assert names.hide(text, TOWNS) == text


def test_a_name_that_is_known_is_hidden_wherever_it_stands() -> None:
    assert names.hide("表札は見本、見本の車あり", TOWNS, known=["見本", ""]) == "表札は〇〇、〇〇の車あり"


@given(st.text())
def test_any_text_can_be_hidden_and_hiding_twice_changes_nothing_more(text: str) -> None:
    once = names.hide(text, TOWNS)
    assert names.hide(once, TOWNS) == once


@given(st.from_regex(r"0[789]0-[0-9]{4}-[0-9]{4}", fullmatch=True), st.sampled_from("、。 でに\n"))
def test_no_mobile_number_is_left(number: str, after: str) -> None:
    assert number not in names.hide(f"電話は{number}{after}", TOWNS)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("加藤です", "加藤"),
        ("加藤", "加藤"),
        ("はしもとさん宅", "はしもと"),
        ("表札は長谷川", "長谷川"),
        ("佐々木と書いてあります。", "佐々木"),
        ("わかりません", None),
        ("ありがとうございます", None),
        ("了解です", None),
        ("お客さんです", None),
        ("2-5-6", None),
        ("加藤さんの家で新聞がたまっている", None),
    ],
)
def test_an_answer_that_is_nothing_but_a_name_is_one(answer: str, name: str | None) -> None:
    assert names.alone(answer) == name


def test_of_several_names_none_is_the_homes() -> None:
    assert names.named("加藤さんの家です", TOWNS) == "加藤"
    assert names.named("加藤さんか佐藤さんの家", TOWNS) is None
    assert names.named("角の家です", TOWNS) is None
