"""What a search says before its link is opened."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import messages
from relay.channels import sms_text
from relay.clock import JAPAN
from relay.search.states import Closing
from relay.search.texts import AGE_BANDS, LINK, MOST_PARTS, Outline, Writer
from relay.settings import DEFAULT_CONFIG

WRITER = Writer(
    messages.load(DEFAULT_CONFIG),
    city="一宮市",
    city_en="Ichinomiya",
    base="https://mimamori.city.example.jp",
)


def outline(**changes: Any) -> Outline:
    values: dict[str, Any] = {
        "number": 3,
        "drill": False,
        "age_band": "80-84",
        "sex": "female",
        "height": 150,
        "build": "やせ型",
        "hair": "白髪",
        "visible": "赤い帽子",
        "clothes": "紺の上着",
        "shoes": "黒い靴",
        "belongings": "手押し車",
        "speak": None,
        "seen_at": datetime(2026, 11, 23, 14, 30, tzinfo=JAPAN),
        "town": "本町",
        "town_en": "Honmachi",
        "place": "喫茶店の前",
        "heading": "駅",
        "travel": "foot",
    }
    return Outline(**(values | changes))


def test_the_sms_says_who_where_when_and_what_to_do_without_the_link() -> None:
    sms = WRITER.alert(outline())["ja"]["sms"]
    for words in (
        "【一宮市 捜索】K3",
        "80代前半女性",
        "赤い帽子",
        "14:30",
        "本町 喫茶店の前",
        "返信",
        "110",
        "転載しないでください",
        LINK,
    ):
        assert words in sms
    assert WRITER.parts(sms) <= MOST_PARTS


def test_the_most_visible_thing_stays_when_there_is_no_room_for_all() -> None:
    sms = WRITER.alert(outline(clothes="とても長い服の説明" * 5, place="とても長い場所の説明" * 5))["ja"][
        "sms"
    ]
    assert "赤い帽子" in sms
    assert "本町" in sms
    assert "長い" not in sms


def test_an_english_sms_names_the_town_in_latin_letters_and_stays_short() -> None:
    sms = WRITER.alert(outline(place=None, heading=None))["en"]["sms"]
    assert "Honmachi" in sms
    assert "aged 80-84 woman" in sms
    assert WRITER.parts(sms) <= MOST_PARTS


def test_every_text_of_a_drill_says_so_first() -> None:
    texts = [
        WRITER.alert(outline(drill=True)),
        WRITER.update(outline(drill=True), "駅で見かけたとの連絡"),
        WRITER.closing(3, drill=True, closing=Closing.FOUND),
    ]
    for text in texts:
        assert all(text["ja"][key].startswith("【訓練】") for key in ("sms", "mail_subject", "mail"))
        assert all(text["en"][key].startswith("[DRILL]") for key in ("sms", "mail_subject", "mail"))


def test_a_drill_asks_nobody_to_call_the_police() -> None:
    for text in (WRITER.alert(outline(drill=True)), WRITER.update(outline(drill=True), "続報")):
        assert "（訓練のため110番は不要）" in text["ja"]["sms"]
        assert "do not call 110" in text["en"]["sms"]
        assert "電話しないでください" in text["ja"]["mail"]
    assert "返信か110" in WRITER.alert(outline())["ja"]["sms"]


@pytest.mark.parametrize("closing", list(Closing))
def test_closing_words_hold_no_link_and_no_fate(closing: Closing) -> None:
    text = WRITER.closing(3, drill=False, closing=closing)
    for one in text["ja"].values():
        assert LINK not in one
        assert not any(word in one for word in ("死", "亡", "けが", "病院"))
    assert sms_text.segments(text["ja"]["sms"]) <= MOST_PARTS


@pytest.mark.parametrize("band", AGE_BANDS)
def test_every_age_band_has_words_in_both_languages(band: str) -> None:
    assert WRITER.facts(outline(age_band=band, sex=None))[0].endswith(("前半", "後半", "未満", "以上"))
    assert WRITER.facts(outline(age_band=band, sex=None), "en")[0].startswith(("aged", "under"))


words = st.one_of(st.none(), st.text(max_size=300))


@given(
    visible=words, clothes=words, place=words, heading=words, hair=words, town=st.sampled_from([None, "本町"])
)
def test_whatever_is_written_the_alert_fits_two_parts(**fields: str | None) -> None:
    for text in WRITER.alert(outline(**fields)).values():
        assert WRITER.parts(text["sms"]) <= MOST_PARTS
        assert LINK in text["sms"]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("駅の北口で見かけた方がいます", "駅の北口で見かけた方がいます。見かけたら"),
        ("駅の北口で見かけた方がいます。", "駅の北口で見かけた方がいます。見かけたら"),
        ("見つかりそうです！", "見つかりそうです！見かけたら"),
    ],
)
def test_news_ends_with_one_full_stop_however_it_was_typed(words: str, written: str) -> None:
    assert f"続報：{written}" in WRITER.update(outline(), words)["ja"]["sms"]


def test_news_in_japanese_that_makes_an_english_sms_too_long_is_read_on_the_page() -> None:
    text = WRITER.update(outline(), "23時ごろ、木曽川駅の北口のベンチで見かけたとの連絡がありました")["en"]
    assert "open the page" in text["sms"]
    assert WRITER.parts(text["sms"]) <= MOST_PARTS
    assert "木曽川駅" in text["mail"]
    assert "Seen at Honmachi." in WRITER.update(outline(), "Seen at Honmachi")["en"]["sms"]
