"""What counts as a sign, and what only looks like one."""

import pytest

from relay.triage.reading import Reader

HOLDS = [
    ("しんぶんが たまっとる", {"newspapers"}),
    ("ｼﾝﾌﾞﾝｶﾞ ﾀﾏｯﾃｲﾏｽ", {"newspapers"}),
    ("新聞がほかってある", {"newspapers"}),
    ("なんべん呼んでも出てこん", {"no_answer"}),
    ("えらいえらいと言ってみえる", {"unwell"}),
    ("呼んだけど誰もおらんみたいで返事もせん", {"no_answer"}),
    ("倒れてはいません。新聞がたまっています", {"newspapers"}),
    ("異臭はしません。雨戸が閉まったままです", {"shutters"}),
    ("倒れていた場合はどこに連絡すればよいですか", set()),
    ("私が転びました", set()),
    ("仕事が忙しくて倒れそうです", set()),
    ("入院したらしいです", set()),
    ("娘さんから入院したと聞きました", {"absence_known"}),
    ("計算ができなくなってきました", {"confusion"}),
    ("お金の計算はできています", set()),
    ("ポストがぎゅうぎゅうで今朝の分が入りません。朝刊が残っています", {"newspapers"}),
    ("二日間何も食べていないと言っています", {"unwell"}),
    ("新聞の集金に伺いましたが応答なし", {"no_answer"}),
    ("自転車が倒れています", set()),
    ("呼んでも応答なし。洗濯物は出ていません", {"no_answer"}),
    ("朝刊が三日分、郵便受けの口から生えたように刺さっています", {"newspapers"}),
    ("犬が死んでいます", set()),
    ("ドアを叩いても返事がありません", {"no_answer"}),
    ("昨日は新聞が残っていましたが、今朝は全部取り込まれていました", {"all_clear"}),
    ("新聞がたまっていると送りましたが、私の勘違いでした", {"all_clear"}),
]


@pytest.mark.parametrize(("text", "signs"), HOLDS)
def test_exactly_the_signs_that_hold_now_are_read(reader: Reader, text: str, signs: set[str]) -> None:
    assert set(reader.read(text).signs) == signs


@pytest.mark.parametrize(
    "text",
    [
        "先月まで新聞がたまっていましたが今はありません",
        "社長の話には煙に巻かれました",
        "死ぬほど暑い一日でした",
    ],
)
def test_what_is_over_or_only_said_so_is_no_trouble(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert (reading.level, set(reading.signs) - {"all_clear"}) == ("routine", set())


def test_a_thing_that_fell_over_is_nobody_lying_there(reader: Reader) -> None:
    reading = reader.read("自転車が玄関の前で倒れています")
    assert (reading.level, "collapsed" in reading.signs) == ("routine", False)


def test_a_language_that_is_not_read_is_never_below_prompt(reader: Reader) -> None:
    reading = reader.read("할머니가 며칠째 안 보여요")
    assert (reading.level, reading.language) == ("prompt", "other")


def test_a_later_all_clear_never_ends_a_collapse(reader: Reader) -> None:
    assert reader.read("倒れています。新聞は全部片付いています").level == "emergency"
