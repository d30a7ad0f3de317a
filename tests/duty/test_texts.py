"""The duty SMS: what stands in it, and how it is fitted to its parts."""

from hypothesis import given
from hypothesis import strategies as st

from relay import city, messages
from relay.channels import sms_text
from relay.duty import texts
from relay.settings import DEFAULT_CONFIG
from relay.vocabulary import Level, Sign

WORDS = messages.load(DEFAULT_CONFIG)
CITY = city.load(DEFAULT_CONFIG)
LINK = "https://mimamori.city.example.jp/c/abcdefghijklmnop"
BRIEF = {"town": "八幡", "number": "3-4-11", "signs": ["newspapers", "no_answer"], "days": 4}


def alert(brief: dict[str, object], *, level: Level = Level.URGENT, link: str | None = LINK) -> str:
    return texts.alert("alert", level=level, brief=brief, code="12", link=link, city=CITY, messages=WORDS)


def test_it_says_level_place_signs_days_code_and_link() -> None:
    assert alert(BRIEF) == f"【至急】八幡3-4-11 新聞たまり・応答なし 4日 返信12で受付\n{LINK}"


def test_an_emergency_says_whether_119_was_called() -> None:
    assert "119未確認" in alert(BRIEF, level=Level.EMERGENCY)
    assert "119通報済" in alert({**BRIEF, "called_119": True}, level=Level.EMERGENCY)


def test_a_usual_alert_is_one_part_before_its_link_and_two_with_it() -> None:
    text = alert(BRIEF)
    assert sms_text.segments(text.split("\n")[0]) == 1
    assert sms_text.segments(text) <= 2


def test_the_signs_are_shortened_before_the_place() -> None:
    text = alert({**BRIEF, "signs": [sign.value for sign in Sign]})
    assert "八幡3-4-11" in text
    assert "…" in text


def test_without_a_place_it_says_so() -> None:
    assert "場所不明" in alert({"signs": ["newspapers"]})


briefs = st.fixed_dictionaries(
    {
        "town": st.none() | st.text(min_size=1, max_size=40),
        "number": st.none() | st.text(max_size=40),
        "building": st.none() | st.text(max_size=80),
        "room": st.none() | st.text(max_size=40),
        "signs": st.lists(st.sampled_from(Sign).map(str), max_size=23),
        "days": st.none() | st.integers(1, 999),
        "called_119": st.booleans(),
    }
)


@given(briefs, st.sampled_from(Level))
def test_whatever_is_known_it_fits_two_parts_and_keeps_code_and_link(
    brief: dict[str, object], level: Level
) -> None:
    text = alert(brief, level=level)
    assert sms_text.units(text) <= texts.MOST_UNITS
    assert "返信12で受付" in text
    assert text.endswith("\n" + LINK)
