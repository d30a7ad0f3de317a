"""What people who were alerted send back, however they type it."""

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.clock import JAPAN
from relay.search.sighting import replies
from relay.search.sighting.replies import Told

NOW = datetime(2026, 11, 24, 14, 50, tzinfo=JAPAN)


def parse(text: str) -> Told:
    return replies.parse(text, now=NOW)


def test_code_place_time_and_heading_are_read_from_one_line() -> None:
    assert parse("K3 駅前のコンビニ 10分前 北へ") == Told(
        code=3,
        text="駅前のコンビニ 10分前 北へ",
        rest="駅前のコンビニ",
        minutes=10,
        heading="北",
        with_now=False,
        sure=None,
        idle=False,
        language="ja",
    )


@pytest.mark.parametrize(
    "text",
    [
        "K3 駅前",
        "Ｋ３ 駅前",
        "k3、駅前",
        "ｋ３：駅前",
        "K 3 駅前",
        "K-3 駅前",
        "K3駅前",
        "K3番 駅前",
        "K3の方 駅前",
        "K3です。駅前",
        "駅前 K3",
        "Ｋ　３　駅前",
    ],
)
def test_a_code_is_known_however_it_is_typed_and_is_not_part_of_the_words(text: str) -> None:
    assert (parse(text).code, parse(text).text) == (3, "駅前")


@pytest.mark.parametrize(
    "text",
    [
        "3 駅前",
        "３番 駅前",
        "駅前",
        "OK3 です",
        "1K3号室",
        "K2ビルの前",
        "K3-2の家",
        "K3棟の前",
        "k",
        "K",
        "K-A",
    ],
)
def test_a_number_alone_and_names_of_buildings_are_no_code(text: str) -> None:
    told = parse(text)
    assert told.code is None
    assert told.text == text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("駅前 10分前", 10),
        ("駅前 １０分前", 10),
        ("十分前に本町", 10),
        ("30分くらい前に駅前", 30),
        ("2、3分前", 3),
        ("5〜10分ほど前", 10),
        ("1時間前", 60),
        ("一時間半前", 90),
        ("1時間20分前", 80),
        ("半時間ほど前", 30),
        ("さっき駅前で", 5),
        ("先ほど見ました", 5),
        ("ちょっと前", 5),
        ("今、駅前", 0),
        ("いま駅にいます", 0),
        ("たった今見ました", 0),
        ("駅前で今見ました", 0),
        ("14時半ごろ", 20),
        ("14:20 駅前", 30),
        ("１４：２０に駅前", 30),
        ("午後2時20分", 30),
        ("2時半に見た", 20),
        ("今朝9時に", 350),
        ("朝の7時10分", 460),
        ("昨日の夕方5時", 1310),
        ("14時55分", 0),
        ("at 2:20 pm", 30),
        ("2 pm at the station", 50),
        ("10 minutes ago", 10),
        ("5-10 min ago", 10),
        ("half an hour ago", 30),
        ("an hour ago", 60),
        ("just now", 0),
        ("a few minutes ago", 5),
    ],
)
def test_a_time_is_read_as_people_say_it(text: str, minutes: int) -> None:
    assert parse(text).minutes == minutes


@pytest.mark.parametrize(
    "text",
    [
        "今伊勢町の郵便局",
        "今日は暑い",
        "います",
        "駅前10分の店",
        "昨日見ました",
        "本町3-4",
        "10時間営業の店",
        "090-1234-5678",
        "25時に見た",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert parse(text).minutes is None


def test_a_counted_time_wins_over_a_time_of_day_and_both_leave_the_words() -> None:
    told = parse("コンビニ 今 14:20 10分前")
    assert (told.minutes, told.rest) == (10, "コンビニ")


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("北へ", "北"),
        ("北の方へ歩いて行きました", "北"),
        ("国道を南に歩いています", "南"),
        ("東に向かって", "東"),
        ("西方向", "西"),
        ("東北へ", "北東"),
        ("駅の方へ", "駅の方"),
        ("駅のほうに歩いて", "駅のほう"),
        ("市役所方面へ", "市役所方面"),
        ("公園に向かって歩いていた", "公園"),
        ("北口へ向かった", "北口"),
        ("heading north", "北"),
        ("walking towards the river", "river"),
        ("going north-east", "北東"),
    ],
)
def test_a_heading_is_a_direction_or_the_writers_own_words(text: str, heading: str) -> None:
    assert parse(text).heading == heading


@pytest.mark.parametrize(
    "text", ["110番へ電話しました", "警察へ連絡しました", "北方町の公園", "駅の北にいます", "東京から来た"]
)
def test_whom_one_told_and_where_one_is_are_no_heading(text: str) -> None:
    assert parse(text).heading is None


@pytest.mark.parametrize(
    "text",
    [
        "一緒にいます",
        "K3 いっしょにいる",
        "今目の前にいます",
        "目の前です",
        "保護しました",
        "保護しています。どうすればいいですか",
        "隣に座っています",
        "そばにいますが、名前を言いません",
        "一緒にいます、どうしますか",
        "待ってもらっています",
        "付き添っています",
        "she is with me now",
        "I'm with her at the station",
        "He is right in front of me",
    ],
)
def test_being_with_the_person_is_heard(text: str) -> None:
    assert parse(text).with_now
    assert parse(text).minutes == 0


@pytest.mark.parametrize(
    "text",
    [
        "一緒にいません",
        "保護していません",
        "保護しましたか？",
        "保護したらどうすればいいですか",
        "一緒にいますか",
        "コンビニの目の前で見ました",
        "付き添っていません",
        "見かけたらそばにいます",
        "警察に保護されたそうです",
    ],
)
def test_asking_denying_or_supposing_is_not_being_with_the_person(text: str) -> None:
    assert not parse(text).with_now


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("間違いないです", True),
        ("間違いないと思います", True),
        ("写真と同じ帽子", True),
        ("本人でした", True),
        ("definitely her", True),
        ("たぶん本人", False),
        ("似た人", False),
        ("本人かどうか分かりません", False),
        ("確かではない", False),
        ("not sure", False),
        ("駅前", None),
    ],
)
def test_how_sure_somebody_is_is_true_false_or_not_said(text: str, sure: bool | None) -> None:
    assert parse(text).sure is sure


@pytest.mark.parametrize(
    "text",
    [
        "了解しました",
        "はい、ありがとうございます",
        "K3 了解です",
        "わかりました！気をつけて見ておきます。",
        "今のところ見ていません",
        "まだ見かけていません。",
        "お疲れ様です。了解いたしました",
        "ＯＫ",
        "👍",
        "",
        "Thank you. I will keep an eye out.",
        "I haven't seen anyone",
    ],
)
def test_mere_thanks_and_seen_nobody_are_told_from_sightings(text: str) -> None:
    assert parse(text).idle


@pytest.mark.parametrize(
    "text",
    [
        "K3",
        "いました",
        "おりました",
        "見ました",
        "はい、駅前で見ました",
        "さっき見かけたがもういません",
        "駅",
        "?駅",
    ],
)
def test_the_shortest_sighting_is_not_taken_for_thanks(text: str) -> None:
    assert not parse(text).idle


def test_english_is_known_by_its_letters() -> None:
    assert parse("K3 near the station").language == "en"
    assert parse("K3").language == "ja"
    assert parse("Aコープの前").language == "ja"


ANY = st.text(max_size=200)
PIECES = st.lists(
    st.sampled_from(
        [
            "K3",
            "Ｋ１２",
            "10分前",
            "北へ",
            "今",
            "一緒にいます",
            "14時半",
            "昨日",
            "、",
            " ",
            "駅の方へ",
            "了解",
            "見て",
            "\n",
            "K",
            "時",
            "前",
        ]
    ),
    max_size=12,
).map("".join)


@given(ANY | PIECES)
def test_any_string_is_read_without_a_fault(text: str) -> None:
    told = parse(text)
    assert told.code is None or 0 <= told.code <= 999_999_999
    assert told.minutes is None or 0 <= told.minutes <= 3 * 24 * 60
    assert told.heading is None or told.heading.strip()
    assert told.language in ("ja", "en")


@given(st.integers(1, 99_999), PIECES)
def test_a_code_in_front_is_always_found_and_the_words_are_kept(number: int, rest: str) -> None:
    told = parse(f"K{number} 駅前{rest}")
    assert told.code == number
    assert "駅前" in told.text


@given(ANY)
def test_without_a_code_nothing_of_the_words_is_lost(text: str) -> None:
    told = parse(text)
    if told.code is None:
        assert told.text == text.strip()


@pytest.mark.parametrize(
    "text", ["、" * 1600, "見て" * 800 + "x", "一" * 1600, "北の方" * 500, "a " * 800, "10分" * 500]
)
def test_no_text_of_an_sms_keeps_the_relay_busy(text: str) -> None:
    began = time.perf_counter()
    parse(text)
    assert time.perf_counter() - began < 0.5
