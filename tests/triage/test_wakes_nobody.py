"""What people also write to such a number: greetings, business, the street, their own troubles. It wakes nobody."""

import pytest

from relay.triage.reading import Reader
from relay.vocabulary import Level

BUSINESS = [
    "了解しました",
    "承知いたしました、ありがとうございます",
    "また明日連絡します",
    "お疲れさまです",
    "こんばんは",
    "次の集まりはいつですか",
    "担当が変わります",
    "メールアドレスを変えました",
    "登録を消してください",
    "名刺が切れました、送ってください",
]
OWN_TROUBLES = [
    "今日はお休みをいただきます",
    "配達が一時間ほど遅れます",
    "自転車がこわれました",
    "傘を忘れました",
    "スマホの調子が悪いです",
    "仕事が忙しくて倒れそうです",
    "雨で配達が大変でした",
    "坂がきつくて疲れました",
    "のどが渇きました",
]
THE_STREET = [
    "道路に段ボールが落ちています",
    "街路樹が枯れています",
    "電柱に張り紙があります",
    "公園の水道がこわれています",
    "バス停の屋根がこわれています",
    "猫がうるさいです",
    "となりの工事がうるさいです",
    "信号が点滅しています",
    "川の水が少ないです",
]


@pytest.mark.parametrize("text", ["本日もよろしくお願いします", "間違えて送りました", "お先に失礼します"])
def test_a_greeting_is_not_looked_into(reader: Reader, text: str) -> None:
    assert reader.read(text).level is Level.ROUTINE


@pytest.mark.parametrize("text", [*BUSINESS, *OWN_TROUBLES, *THE_STREET])
def test_what_is_no_report_of_a_home_wakes_nobody(reader: Reader, text: str) -> None:
    assert reader.read(text).level < Level.URGENT
