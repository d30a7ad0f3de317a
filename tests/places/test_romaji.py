"""Town names in Latin letters."""

import csv

import pytest

from relay.places.romaji import romaji
from relay.settings import DEFAULT_CONFIG


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ホンマチ", "Honmachi"),
        ("キソガワチョウクロダ", "Kisogawacho Kuroda"),
        ("ニッコウ", "Nikko"),
        ("バッチョウ", "Batcho"),
        ("マツフリチョウ", "Matsufuricho"),
        ("ジョウスイジ", "Josuiji"),
        ("センター", "Senta"),
        ("", ""),
    ],
)
def test_a_reading_is_written_as_on_road_signs(kana: str, latin: str) -> None:
    assert romaji(kana) == latin


def test_every_town_of_the_sample_city_can_be_written() -> None:
    with (DEFAULT_CONFIG / "sample" / "towns.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert romaji(row["kana"]).isascii(), row["town"]
