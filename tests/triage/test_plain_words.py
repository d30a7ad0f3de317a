"""What most people would write in an emergency: the plainest words must never be read away."""

import pytest

from relay.triage.reading import Reader
from relay.vocabulary import Level, Sign

PLAIN = [
    "人が倒れています",
    "玄関でおばあさんが倒れています",
    "おじいさんが庭で倒れていました",
    "倒れている人が窓から見えます",
    "家の中で倒れているようです",
    "呼んでも返事がなく、倒れているのが見えます",
    "高齢の女性が道で倒れている",
    "たおれています",
    "人がたおれてる",
    "お客さんが急に倒れました",
    "風呂場で倒れている",
    "意識がありません",
    "意識がない",
    "息をしていません",
    "呼吸していない",
    "呼びかけに反応がありません",
    "血を流しています",
    "頭から血が出ています",
    "胸を押さえて苦しんでいます",
    "助けてと聞こえました",
    "中から助けてという声",
    "家の中からうめき声が聞こえます",
    "悲鳴が聞こえました",
    "ガスくさいです",
    "煙が出ています",
    "焦げくさいにおいがします",
    "殴られています",
    "窓から人が見えるが動かない",
    "起き上がれないと言っています",
    "転んで動けないそうです",
    "けいれんしています",
    "ろれつが回らない",
    "亡くなっています",
    "溺れています",
    "お届けに上がったところ、ご本人が倒れておられました",
    "きぜつしとる",
    "父が死んでいるかもしれません",
    "人が川に落ちました",
    "死にたいと言っています",
]


@pytest.mark.parametrize("place", ["", "本町2-5-6 "])
@pytest.mark.parametrize("text", PLAIN)
def test_an_emergency_in_plain_words_is_one(reader: Reader, text: str, place: str) -> None:
    assert reader.read(place + text).level is Level.EMERGENCY


@pytest.mark.parametrize(
    ("text", "level", "sign"),
    [
        ("助けて", Level.EMERGENCY, Sign.CRY_FOR_HELP),
        ("緑1-2です 助けてください", Level.EMERGENCY, Sign.CRY_FOR_HELP),
        ("奥町5 死にそう", Level.EMERGENCY, Sign.CRY_FOR_HELP),
        ("たすけてください！", Level.EMERGENCY, Sign.CRY_FOR_HELP),
        ("Help me!", Level.EMERGENCY, Sign.CRY_FOR_HELP),
        ("火事", Level.EMERGENCY, Sign.SMELL),
        ("熱中症", Level.EMERGENCY, Sign.UNWELL),
        ("刺された", Level.EMERGENCY, Sign.UNWELL),
        ("行方不明", Level.URGENT, Sign.MISSING),
        ("虐待", Level.PROMPT, Sign.ABUSE),
    ],
)
def test_a_single_word_says_what_it_says(reader: Reader, text: str, level: Level, sign: Sign) -> None:
    reading = reader.read(text)
    assert (reading.level, reading.signs) == (level, (sign,))


@pytest.mark.parametrize("text", ["事故です", "奥町5 たいへん"])
def test_a_word_or_two_that_nobody_knows_are_looked_into_the_same_day(reader: Reader, text: str) -> None:
    assert reader.read(text).level is Level.PROMPT


@pytest.mark.parametrize("text", ["助けてくださった方にお礼を言いたい", "お年寄りを助けてあげました"])
def test_help_that_was_given_is_no_cry(reader: Reader, text: str) -> None:
    assert reader.read(text).level is Level.ROUTINE


def test_somebody_outside_without_shoes_is_lost_unless_it_is_over(reader: Reader) -> None:
    assert reader.read("裸足で外に出てみえます").level is Level.URGENT
    assert reader.read("パジャマで道を歩いているおばあさんがいます").signs == (Sign.LOST,)
    assert Sign.LOST not in reader.read("昨日はパジャマで道に出てみえましたが、今日は普通です").signs
