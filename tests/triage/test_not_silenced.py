"""Harmless words beside a sign must not hide it: each of these once could have."""

import pytest

from relay.triage.reading import Reader

EMERGENCIES = [
    "塀の横で人が倒れています",
    "木の下で人が倒れています",
    "バイクのそばでおじいさんが倒れている",
    "手すりにつかまったまま動けないと言っています",
    "ご主人が亡くなっています",
    "意識がなく、ぐったりしています",
    "犬を飼っている家から悲鳴が聞こえます",
    "私が行ったら倒れていました",
    "私が声をかけても意識がありません",
    "頭から血が出ていて、けがもしています",
    "台所で動けなくなっているおばあさんがいます",
]
NO_ANSWER = [
    "声をかけても出てきません",
    "お弁当を届けに来ましたが出てこない",
    "店の者ですが電話しても出ません",
    "新聞が取り込まれていません。返事もありません",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_stays_one_beside_harmless_words(reader: Reader, text: str) -> None:
    assert reader.read(text).level == "emergency"


@pytest.mark.parametrize("text", NO_ANSWER)
def test_no_answer_is_read_beside_other_words(reader: Reader, text: str) -> None:
    assert "no_answer" in reader.read(text).signs


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("雨戸が開いていません", "shutters"),
        ("新聞が取り込まれていません", "newspapers"),
        ("怒鳴り声も聞こえます", "abuse"),
        ("足が痛くて外に出られないそうです", "unwell"),
        ("連絡もなく昨日から父が帰ってきません", "missing"),
        ("夜になっても明かりがつきません", "lights"),
    ],
)
def test_a_sign_told_by_a_negative_is_no_denial(reader: Reader, text: str, sign: str) -> None:
    assert sign in reader.read(text).signs


def test_once_is_no_temperature_and_a_likeness_is_no_cause(reader: Reader) -> None:
    assert "unwell" not in reader.read("一度見に来てください").signs
    assert reader.read("魚の腐ったような臭いがします").level == "emergency"
