"""One sentence or more for each paragraph of the rubric's levels."""

import pytest

from relay.triage.reading import Reader

EMERGENCY = [
    "縁側で人が倒れています",
    "おばあさんが床に横たわったまま起き上がれないと言っています",
    "意識がないようです。呼びかけても目を開けません",
    "家の奥から「助けて」と聞こえました",
    "ご主人が胸を押さえて苦しんでみえます",
    "転んで立てんと言っとる",
    "勝手口がガスくさいです",
    "二階の窓から煙が出ています",
    "原因の分からない異臭がします",
    "窓からのぞくと椅子に座ったまま動きません。声をかけても返事なし",
    "か細い声はするけど玄関まで出てこられない",
    "いま息子さんがお母さんを殴っています",
    "もう死にたいと泣いてみえます",
    "救急隊が来て搬送されました",
    "An old woman is lying on the floor and does not move",
]
URGENT = [
    "新聞がたまっていて、チャイムを押しても返事がありません",
    "郵便物がたまっていて雨戸も閉まったままです",
    "朝刊が五日分そのままです",
    "先週から新聞が取り込まれていません",
    "呼んでも出てこないし、昼なのに電気がついたまま",
    "いつも玄関で待っている方なのに、今日は呼び鈴を鳴らしても出てきません",
    "10時に訪問の約束でしたが応答がありません",
    "道に迷ったと言って立っているおじいさんがいます",
    "父が昨日から帰ってきません",
    "一週間、姿を見ていません",
    "腕にあざがあり、家に帰りたくないと話していました",
    "ATMの前で電話しながら振り込もうとしている女性がいます",
    "熱があってふらふらすると言っていますが、話はできます",
    "先日も連絡した家です。まだ新聞がたまったままです",
    "雨戸が閉まったままで洗濯物も二日前から出しっぱなしです",
    "昨日の弁当が残っていて、呼んでも返事がない",
]
PROMPT = [
    "新聞が二日分たまっています",
    "チラシがポストからあふれています",
    "雨戸が閉まったままです",
    "洗濯物が干しっぱなしです",
    "チャイムを鳴らしましたが応答がありませんでした",
    "最近おじいさんの姿を見かけません",
    "ずいぶん痩せて、服も汚れています",
    "生ごみの臭いがします",
    "なんか変な感じがします",
    "私が配達中に転びました。けがは軽いです",
    "水道の使用量がゼロでした",
    "ｆｊｄｋｓｌ",
    "",
]
ROUTINE = [
    "昨日の牛乳が1本だけ残っています",
    "庭の雑草が伸び放題です",
    "同じ話を何度もされます",
    "怪しい業者が来たそうですが断ったとのことです",
    "来月まで入院と娘さんから聞いています",
    "先ほどの件、ご本人は無事でした",
    "テストです",
    "研修の申し込み方法を教えてください",
]
CASES = [
    *((text, "emergency") for text in EMERGENCY),
    *((text, "urgent") for text in URGENT),
    *((text, "prompt") for text in PROMPT),
    *((text, "routine") for text in ROUTINE),
]


@pytest.mark.parametrize(("text", "level"), CASES)
def test_a_report_gets_the_level_that_the_rubric_gives_it(reader: Reader, text: str, level: str) -> None:
    assert reader.read(text).level == level


@pytest.mark.parametrize(
    "text", ["新聞がたまっています", "雨戸が閉まったままです", "応答がありませんでした", "最近姿を見ません"]
)
def test_a_heat_alert_makes_a_silent_house_urgent(reader: Reader, text: str) -> None:
    assert reader.read(text, heat_alert=True).level == "urgent"


def test_a_heat_alert_leaves_laundry_and_emergencies_as_they_are(reader: Reader) -> None:
    assert reader.read("洗濯物が干しっぱなしです", heat_alert=True).level == "prompt"
    assert reader.read("人が倒れています", heat_alert=True).level == "emergency"


def test_an_open_case_on_the_same_home_lifts_a_report_to_at_most_urgent(reader: Reader) -> None:
    assert reader.read("雨戸が閉まったままです", open_case=True).level == "urgent"
    assert reader.read("庭の雑草が伸び放題です", open_case=True).level == "prompt"
    assert reader.read("人が倒れています", open_case=True).level == "emergency"


def test_a_call_to_119_is_noted_and_lowers_nothing(reader: Reader) -> None:
    reading = reader.read("人が倒れています。119に通報済みです")
    assert (reading.level, reading.called_119) == ("emergency", True)


def test_abuse_is_sealed_and_nothing_else_is(reader: Reader) -> None:
    assert reader.read("今朝も怒鳴り声が聞こえました").sealed
    assert not reader.read("新聞がたまっています").sealed


def test_every_answer_names_its_reasons_strongest_first(reader: Reader) -> None:
    reading = reader.read("新聞がたまっていて、呼んでも返事がありません")
    assert [reason.code for reason in reading.reasons][:1] == ["items_and_more"]
    assert "新聞がたまっていて" in reading.reasons[0].words


@pytest.mark.parametrize(
    "text",
    [
        "倒れています。救急車呼びました",
        "道で倒れてます 救急車よびました",
        "きゅうきゅうしゃよんだ",
        "隣の人が救急車よんでくれました",
        "もう救急車きてます",
        "消防に電話した",
        "いま119に電話中です",
        "119番通報済",
    ],
)
def test_a_call_that_was_made_is_known(reader: Reader, text: str) -> None:
    assert reader.read(text).called_119


@pytest.mark.parametrize(
    "text",
    [
        "倒れてます 救急車呼んだほうがいいですか",
        "救急車よんだ方がいいのかな おばあちゃん動けない",
        "倒れてる 119した方がいいですか",
        "倒れてます、119お願いします",
        "倒れてます。今から119します",
        "救急車呼んでもらえますか",
        "救急車はまだ呼んでません",
        "救急車が来たらどうしますか",
    ],
)
def test_a_call_that_is_asked_for_or_still_to_come_was_not_made(reader: Reader, text: str) -> None:
    assert not reader.read(text).called_119
