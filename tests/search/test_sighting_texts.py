"""The words of sightings: what the city's phones read, what people are answered. Two parts at most."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import messages
from relay.channels import sms_text
from relay.messages import LANGUAGES
from relay.search.geo import Point
from relay.search.sighting import sighting_texts
from relay.search.sighting.sighting_texts import News
from relay.settings import DEFAULT_CONFIG

WORDS = messages.load(DEFAULT_CONFIG)
NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)  # 14:30 in Japan
LINK = "https://mimamori.city.example.jp/search/3"
ANSWERS = (
    "thanks",
    "with_now",
    "emergency",
    "unread",
    "held",
    "noted",
    "where",
    "which",
    "over",
    "drill",
    "noted_drill",
    "which_drill",
)


def news(**changes: Any) -> News:
    values: dict[str, Any] = {
        "code": "K3",
        "drill": False,
        "words": "駅前のコンビニ",
        "seen_at": NOW - timedelta(minutes=10),
        "received_at": NOW,
        "last_seen_at": NOW - timedelta(minutes=45),
        "point": Point(35.353, 136.782),
        "last_point": Point(35.3425, 136.782),
        "heading": "北",
        "sure": None,
        "with_now": False,
        "danger": False,
        "who": "staff",
    }
    return News(**(values | changes))


def desk(one: News, *, link: str = LINK) -> str:
    return sighting_texts.desk(one, city="一宮市", link=link, messages=WORDS)


def test_the_text_to_the_city_says_what_where_when_how_far_and_who() -> None:
    assert desk(news()) == (
        "【一宮市 捜索】K3 目撃 駅前のコンビニ 14:20（最後に見た時刻から35分後・約1.2km） 北へ 協力員\n"
        + LINK
    )


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"point": None}, "（最後に見た時刻から35分後）"),
        ({"last_point": None}, "（最後に見た時刻から35分後）"),
        ({"last_seen_at": None, "point": None}, "14:20 北へ"),
        ({"last_seen_at": NOW}, "最後に見た時刻の10分前"),
        ({"last_seen_at": NOW - timedelta(hours=5)}, "最後に見た時刻から4時間50分後"),
        ({"last_seen_at": NOW - timedelta(minutes=92)}, "最後に見た時刻から1時間22分後"),
        ({"last_seen_at": NOW - timedelta(minutes=70)}, "最後に見た時刻から1時間後"),
        ({"last_seen_at": NOW - timedelta(hours=30)}, "最後に見た時刻から約30時間後"),
        ({"seen_at": None}, "14:30受信"),
        ({"seen_at": NOW - timedelta(days=1)}, "11/23 14:30"),
        ({"heading": None}, "約1.2km） 協力員"),
        ({"sure": False}, "K3 目撃か "),
        ({"with_now": True}, "K3 いま一緒にいます "),
        ({"with_now": True, "danger": True}, "K3 目撃・けがや急病か "),
        ({"codes": ("K3", "K2")}, "目撃（K3・K2のどれか確認中）"),
        ({"who": "other"}, "未登録の番号"),
        ({"who": "phone"}, "電話で受付"),
        ({"words": ""}, "場所は聞き取り中"),
        ({"drill": True}, "【訓練】【一宮市 捜索】"),
    ],
)
def test_what_is_known_is_said_and_what_is_not_left_out(changes: dict[str, Any], part: str) -> None:
    assert part in desk(news(**changes))


STAFF = {"name": "見本 花子", "company": "新聞販売店（見本）", "phone": "+818000005001"}


def test_the_text_to_the_city_says_who_of_which_company_saw_it() -> None:
    text = desk(news(**STAFF))
    assert "協力員 見本 花子（新聞販売店（見本））\n" in text
    assert "080-0000-5001" not in text


@pytest.mark.parametrize("urgent", ["with_now", "danger"])
def test_whom_to_ring_is_told_when_somebody_is_with_the_person_or_in_danger(urgent: str) -> None:
    text = desk(news(**STAFF, words="駅", heading=None, point=None, **{urgent: True}))
    assert "協力員 見本 花子（新聞販売店（見本）） 080-0000-5001\n" in text
    assert "未登録の番号 090-9999-9999\n" in desk(news(who="other", phone="+819099999999", **{urgent: True}))


def test_the_number_stays_when_the_words_and_the_name_have_to_be_shortened() -> None:
    text = desk(news(**STAFF, words="駅前のコンビニの入口" * 20, with_now=True))
    assert "協力員 080-0000-5001\n" in text
    assert "駅前のコンビニの入口" in text
    assert "…" in text
    assert sms_text.segments(text) == 2


def test_a_length_of_time_is_told_in_short_only_where_it_does_not_fit() -> None:
    changes: dict[str, Any] = {"last_seen_at": NOW - timedelta(minutes=92), "words": "駅" * 200}
    assert "（最後に見た時刻から1時間22分後・" in desk(news(**changes))
    changes |= {"codes": ("K123", "K122", "K121"), "heading": "川の向こうの大きな橋の方"}
    assert "（82分後・" in desk(news(**changes))
    assert "（約3時間後・" in desk(news(**(changes | {"last_seen_at": NOW - timedelta(minutes=190)})))


def test_the_company_goes_before_the_name() -> None:
    text = desk(news(**(STAFF | {"company": "とても長い名前の新聞販売店" * 3}), with_now=True))
    assert "協力員 見本 花子 080-0000-5001\n" in text


@given(
    words=st.text(max_size=300),
    heading=st.none() | st.text(min_size=1, max_size=12),
    link=st.integers(0, 60).map(lambda more: LINK + "x" * more),
    drill=st.booleans(),
    many=st.booleans(),
    known=st.fixed_dictionaries(
        {"name": st.text(max_size=40), "company": st.text(max_size=40), "phone": st.text(max_size=80)}
    ),
)
def test_the_text_to_the_city_has_two_parts_at_most(
    words: str, heading: str | None, link: str, drill: bool, many: bool, known: dict[str, str]
) -> None:
    codes = ("K123", "K122", "K121") if many else ()
    urgent = bool(known["phone"])
    text = desk(
        news(words=words, heading=heading, drill=drill, codes=codes, with_now=urgent, **known), link=link
    )
    if len(link) < len(LINK) + (12 if urgent else 20):
        assert sms_text.segments(text) <= 2
    assert text.endswith(link)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("drill", [False, True])
@pytest.mark.parametrize("key", ANSWERS)
def test_every_answer_has_two_parts_at_most(key: str, drill: bool, language: str) -> None:
    text = sighting_texts.answer(
        key,
        code="K123",
        drill=drill,
        language=language,
        phone="0586-28-9100",
        messages=WORDS,
        codes=("K123", "K122", "K121", "K120"),
    )
    assert sms_text.segments(text) <= 2
    if language == "en":
        assert text.isascii() or drill
    if key in ("emergency", "unread"):
        assert "119" in text.split("K123")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_saw_the_person_is_told_110_and_not_to_grab(language: str) -> None:
    for key in ("thanks", "with_now"):
        text = WORDS.text(f"sighting.{key}", language, code="K3")
        assert "110" in text
        assert "119" in text
        assert ("つかまない" in text) if language == "ja" else ("not grab" in text)


def test_an_emergency_answer_edited_to_say_119_late_stops_the_start(tmp_path: Any) -> None:
    for language in LANGUAGES:
        text = (DEFAULT_CONFIG / f"messages.{language}.toml").read_text(encoding="utf-8")
        old = next(line for line in text.splitlines() if line.startswith("emergency = ") and "{code}" in line)
        text = text.replace(old, 'emergency = "{code} 119"')
        (tmp_path / f"messages.{language}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(messages.ConfigError, match=r"sighting\.emergency must say 119 first"):
        messages.load(tmp_path)
