"""What most people would write in an emergency: the plainest words must never be read away."""

import pytest

from relay.triage.reading import Reader
from relay.vocabulary import Level

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
]


@pytest.mark.parametrize("place", ["", "本町2-5-6 "])
@pytest.mark.parametrize("text", PLAIN)
def test_an_emergency_in_plain_words_is_one(reader: Reader, text: str, place: str) -> None:
    assert reader.read(place + text).level is Level.EMERGENCY
