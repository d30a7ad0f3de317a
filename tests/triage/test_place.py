"""Where the home is: towns, numbers, rooms, and everything that only looks like them."""

import pytest

from relay.places.table import TownTable
from relay.triage.place import read_place
from relay.triage.reading import Reader

PLACES = [
    ("本町２丁目５番６号", "本町", "2-5-6"),
    ("本町2−5−6", "本町", "2-5-6"),
    ("本町2ー5ー6", "本町", "2-5-6"),
    ("本町二丁目五の六", "本町", "2-5-6"),
    ("愛知県一宮市本町2-5-6", "本町", "2-5-6"),
    ("一宮市千秋町佐野字向農三十番地", "千秋町佐野", "30"),
    ("佐千原字五反田12", "佐千原", "12"),
    ("ほんまち2-5-6", "本町", "2-5-6"),
    ("ﾎﾝﾏﾁ2-5-6", "本町", "2-5-6"),
    ("伝法寺十一丁目三の七", "伝法寺", "11-3-7"),
    ("栄3-1", "栄", "3-1"),
    ("本町2-5-6 新聞3日", "本町", "2-5-6"),
    ("本町2-5-6 090-1234-5678", "本町", "2-5-6"),
    ("〒491-0858 栄3-1", "栄", "3-1"),
    ("今伊勢の馬寄15", "今伊勢町馬寄", "15"),
    ("森本さん宅", None, None),
    ("栄さんのところ", None, None),
    ("一宮市のお宅", None, None),
    ("稲沢市平和町3-2", None, "3-2"),
    ("大和町の加藤さん", None, None),
    ("印田3-5", None, "3-5"),
    ("小渕8-1", None, "8-1"),
    ("妙興寺の駅前", None, None),
    ("起き上がれないと言っています", None, None),
    ("11/20の朝刊が残っています", None, None),
    ("0586-12-3456に電話ください", None, None),
    ("本町3-1と栄5-2の二軒で新聞がたまっています", None, None),
    ("一色町の二軒です。片方は雨戸が閉まったまま", None, None),
    ("末広3-1の2軒となりで新聞がたまっています", "末広", "3-1"),
    ("朝日の朝刊が三日分のこっています", None, None),
    ("朝日を2部、中日を3部お取りです", None, None),
    ("千秋町町屋19　日替わり弁当が残っています", "千秋町町屋", "19"),
    ("小原町18 分電盤から煙が出ています", "小原町", "18"),
    ("本町3 日曜も閉まったままです", "本町", "3"),
    ("本町 3 日前から雨戸が閉まっています", "本町", None),
    ("多加木2の10の3号棟105", "多加木", "2-10"),
    ("春明の9の一戸建て", "春明", "9"),
    ("千秋町の小山、字郷中18。ポストが一杯です", "千秋町小山", "18"),
    ("瀬部の字郷東10", "瀬部", "10"),
    ("外割田の方、木曽川の。108番地", "木曽川町外割田", "108"),
    ("丹陽の五日市場812", "丹陽町五日市場", "812"),
    ("丹陽の三ツ井、角から2軒目", "丹陽町三ツ井", None),
    ("うしのどおり　ろくちょうめ", "牛野通", "6"),
    ("ひがしでちょう　はちばんち", "東出町", "8"),
    ("かごや４ちょうめ", "篭屋", "4"),
    ("ひがしでちょう　にじゅうさんばんち", "東出町", "23"),
    ("「昭和の話ばかりする」と聞きました", None, None),
    ("昭和の昔からたばこを吸う方です", None, None),
    ("富士の山が見えるベンチにいつもの方が来ません", None, None),
    ("丹陽の森本9、呼んでも返事がありません", "丹陽町森本", "9"),
    ("大和町の妙興寺15です。新聞が三日分", "大和町妙興寺", "15"),
    ("蓮池（はすいけ）五十二、新聞が三日分", "蓮池", "52"),
    ("柚木颪、38番地。新聞が三日分", "柚木颪", "38"),
    ("花池3-2の三輪さん、新聞が三日分", "花池", "3-2"),
    ("本町通6の八百屋の二階、呼んでも返事がない", "本町通", "6"),
    ("今伊勢宮後7、新聞が三日分", "今伊勢町宮後", "7"),
    ("大和町の方の妙興寺40、新聞が三日分", "大和町妙興寺", "40"),
    ("ﾁｱｷﾁﾖｳﾏﾁﾔ8-1 ｼﾝﾌﾞﾝ 5ﾆﾁﾌﾞﾝ", "千秋町町屋", "8-1"),
    ("川田町とよく間違われますが緑3-8、新聞が三日分", "緑", "3-8"),
    ("お返事がないのですが本町3-1です", "本町", "3-1"),
    ("中からうめき声がします。起 西出30", "起", "30"),
    ("若竹だったか緑だったか、新聞が三日分たまっています", None, None),
    ("向山か向山南か、どちらとも読める字です。新聞三日分", None, None),
    ("新聞が三日分。表札は大野です", None, None),
    ("昭和12年生まれの父が朝から戻りません", None, None),
    ("島村の床屋です。毎月来る方がこのところ見えません", None, None),
    ("島村の床屋です。お客さんが急に倒れました", "島村", None),
    ("三条の配達地図、最新はどれですか", None, None),
    ("三条の空き瓶の山が崩れて道をふさいでいます", "三条", None),
    ("二軒続けて。南出町2の方は新聞五日分、水落町の方は変わりなし", None, None),
    ("2件回りました。松山町の方は出てみえません", None, None),
]


@pytest.mark.parametrize(("text", "town", "number"), PLACES)
def test_a_place_is_read_or_left_open(
    reader: Reader, text: str, town: str | None, number: str | None
) -> None:
    place = reader.read(text).place
    assert (place.town, place.number) == (town, number)


def test_a_room_is_no_house_number(towns: TownTable) -> None:
    place = read_place("三丹町のコーポ花203号室", towns)
    assert (place.town, place.number, place.room) == ("三丹町", None, "203")


def test_an_unclear_town_comes_with_the_towns_it_could_be(towns: TownTable) -> None:
    assert set(read_place("印田3-5", towns).candidates) >= {"南印田", "東印田町"}


def test_a_table_without_the_city_s_name_still_knows_the_city(towns: TownTable) -> None:
    bare = TownTable.from_rows(towns.rows)
    assert read_place("一宮市本町2-5-6", bare).town == "本町"


@pytest.mark.parametrize("dash", "-‐‑–—―−ー－ｰ")
def test_every_dash_that_people_type_is_a_hyphen(towns: TownTable, dash: str) -> None:
    assert read_place(f"本町2{dash}5{dash}6", towns).number == "2-5-6"


def test_every_town_is_found_by_its_own_name_before_a_number(towns: TownTable) -> None:
    assert [n for n in towns.names if read_place(f"{n}2-5", towns).town != n] == []
