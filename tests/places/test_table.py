"""Reading a city's town table, and what a wrong one is told."""

from pathlib import Path

import pytest

from relay.places.table import TownRow, TownTable, TownTableError

HEAD = "town,kana,postcode\n"


def read(folder: Path, towns: str, city: str | None = None) -> TownTable:
    (folder / "towns.csv").write_text(towns, encoding="utf-8")
    if city is not None:
        (folder / "city.toml").write_text(city, encoding="utf-8")
    return TownTable.from_folder(folder)


def test_three_columns_are_enough(tmp_path: Path) -> None:
    table = read(tmp_path, HEAD + "本町,ホンマチ,491-0858\n")
    assert table.names == ("本町",)
    assert table.with_postcode("4910858") == ("本町",)
    assert table.district("本町") is None


def test_a_district_is_read_where_the_table_has_one(tmp_path: Path) -> None:
    table = read(tmp_path, "town,kana,postcode,district\n本町,ホンマチ,4910858,中央\n")
    assert table.district("本町") == "中央"


def test_the_city_gives_the_words_that_are_no_town(tmp_path: Path) -> None:
    table = read(
        tmp_path, HEAD + "本町,ホンマチ,4910858\n", '[city]\nprefecture = "愛知県"\nname = "一宮市"\n'
    )
    assert table.city_names == ("愛知県", "一宮市", "一宮")


def test_a_town_with_two_postcodes_is_one_town() -> None:
    table = TownTable.from_rows(
        [TownRow("本町", "ホンマチ", "4910858"), TownRow("本町", "ホンマチ", "4910859")]
    )
    assert len(table) == 1


def test_old_and_new_kanji_are_the_same_town() -> None:
    table = TownTable.from_rows(
        [TownRow("冨田", "トミダ", "4940018"), TownRow("時之島", "トキノシマ", "4910051")]
    )
    assert (table.exact("富田"), table.exact("時ノ島"), table.exact("時之嶋")) == ("冨田", "時之島", "時之島")


def test_a_part_of_a_name_finds_all_towns_that_hold_it() -> None:
    table = TownTable.from_rows([TownRow("東印田町", "ヒ", "4910001"), TownRow("南印田", "ミ", "4910002")])
    assert table.holding("印田") == ("東印田町", "南印田")


@pytest.mark.parametrize(
    ("towns", "says"),
    [
        ("name,kana\n", "column town is missing"),
        (HEAD, "holds no town"),
        (HEAD + ",ホンマチ,4910858\n", "line 2: town is empty"),
        (HEAD + "本町,,4910858\n", "line 2: kana is empty"),
        (HEAD + "本町,ホンマチ,49108\n", "must be seven digits"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, towns: str, says: str) -> None:
    with pytest.raises(TownTableError, match=says):
        read(tmp_path, towns)


def test_a_missing_table_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(TownTableError, match="relay towns"):
        TownTable.from_folder(tmp_path)


def test_a_broken_city_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TownTableError, match=r"city\.toml"):
        read(tmp_path, HEAD + "本町,ホンマチ,4910858\n", "[city\n")
