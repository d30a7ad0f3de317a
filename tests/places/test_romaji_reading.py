"""Towns in Latin letters, as people without Japanese keyboards write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.places.romaji import romaji
from relay.places.romaji_reading import index
from relay.places.table import TownRow, TownTable

TOWNS = TownTable.from_folder(Path(__file__).parents[2] / "config" / "sample")
LATIN = index(TOWNS)


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("Newspapers piled up at Honmachi 4-12", ("本町",)),
        ("Hommachi 4-12", ("本町",)),
        ("Honmachi-dori 3", ("本町通",)),
        ("Kisogawa-cho Kuroda 2-5-6", ("木曽川町黒田",)),
        ("KISOGAWACHO KURODA", ("木曽川町黒田",)),
        ("Kuroda, Kisogawacho", ("木曽川町黒田",)),
        ("Kisogawa Kuroda", ("木曽川町黒田",)),
        ("2-5-6 Kuroda", ("木曽川町黒田",)),
        ("Hagiwara-chō Kushitsukuri", ("萩原町串作",)),
        ("hagiwaracho kusitukuri", ("萩原町串作",)),
        ("Oku-cho Shimokuchinishi 88", ("奥町",)),
        ("Ichinomiya city, Chiaki-cho Isshiki 5", ("千秋町一色",)),
        ("Ichinomiya 5-3", ("一宮",)),
        ("Morimoto 5-2", ("丹陽町森本", "森本")),
        ("in Okoshi, no answer", ("起",)),
        ("Kifune 3", ("貴船",)),
        ("Kifune-cho 3", ("貴船町",)),
    ],
)
def test_a_town_is_found_however_its_reading_is_spelled(text: str, towns: tuple[str, ...]) -> None:
    assert LATIN.towns(text) == towns


@pytest.mark.parametrize(
    "text",
    [
        "the Asahi newspaper is piling up",
        "Mr Morimoto does not answer",
        "I saw Izumi-san yesterday",
        "Ichinomiya city office",
        "Seni 12 days no answer",
        "hello, nobody answers, the TV is on",
        "新聞が3日分たまっています",
        "",
    ],
)
def test_a_name_alone_may_be_anything(text: str) -> None:
    assert LATIN.towns(text) == ()


def test_in_an_answer_a_bare_name_is_enough() -> None:
    assert LATIN.towns("Izumi", answer=True) == ("泉",)
    assert LATIN.towns("Morimoto", answer=True) == ("丹陽町森本", "森本")
    assert LATIN.towns("the Asahi newspaper", answer=True) == ()


#: Of 「チョウオ…」 the letters written as on road signs run together.
SAID = [row for row in TOWNS.rows if len(romaji(row.kana)) > 3 and "チョウオ" not in row.kana]


@given(st.sampled_from(SAID))
def test_every_town_is_among_those_that_its_own_reading_can_mean(row: TownRow) -> None:
    assert row.town in LATIN.towns(f"{romaji(row.kana)} 1-2", answer=True)


@given(st.text())
def test_any_text_gives_towns_of_the_table_or_none(text: str) -> None:
    assert set(LATIN.towns(text, answer=True)) <= set(TOWNS.names)
