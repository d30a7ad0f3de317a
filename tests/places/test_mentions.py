"""Namings of towns in a text, and what stands around them."""

from pathlib import Path

import pytest

from relay.places.mentions import index
from relay.places.table import TownTable
from relay.places.writing import plain

TOWNS = TownTable.from_folder(Path(__file__).resolve().parents[2] / "config" / "sample")


def towns_in(text: str) -> list[tuple[str, ...]]:
    return [mention.towns for mention in index(TOWNS).mentions(plain(text))]


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("本町2-5", [("本町",)]),
        ("大和町妙興寺22", [("大和町妙興寺",)]),
        ("今伊勢の馬寄15", [("今伊勢町馬寄",)]),
        ("いちのみやしではなく、ほんまち3-1", [("本町",)]),
        ("一宮市役所の前", []),
        ("八幡神社の裏", []),
        ("朝日新聞がたまっています", []),
        ("温泉に行ったそうです", []),
        ("栄養のある食事", []),
    ],
)
def test_only_namings_of_towns_are_found(text: str, towns: list[tuple[str, ...]]) -> None:
    assert towns_in(text) == towns


def test_an_honorific_marks_a_person_and_a_number_a_house() -> None:
    (person,) = index(TOWNS).mentions("浅野さん宅")
    (house,) = index(TOWNS).mentions("浅野12")
    assert (person.person, person.number) == (True, None)
    assert (house.person, house.number) == (False, "12")


def test_the_writer_s_own_shop_is_marked() -> None:
    (mention,) = index(TOWNS).mentions("瀬部の販売店です")
    assert mention.own_shop


def test_a_numeral_inside_a_field_name_is_no_house_number() -> None:
    (mention,) = index(TOWNS).mentions("佐千原字五反田12")
    assert mention.number == "12"
