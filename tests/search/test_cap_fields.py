"""What a document tells of a person, and what of it becomes a form."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.clock import JAPAN
from relay.search.composing.drafting import HEIGHTS, TEXTS, Fields
from relay.search.exchange import cap, cap_fields
from relay.search.exchange.cap import CapMessage, Circle
from relay.search.exchange.cap_fields import fields_of
from relay.search.texts import Outline
from tests.search import cap_scenes

NOW = cap_scenes.SENT
SEEN = (NOW - timedelta(hours=2)).astimezone(JAPAN)
OUTLINE = Outline(
    number=3,
    drill=False,
    age_band="80-84",
    sex="female",
    height=150,
    build="やせ型",
    hair="白髪",
    visible="赤い帽子",
    clothes="紺色の上着",
    shoes="白い運動靴",
    belongings="手提げ袋",
    speak="ゆっくり話しかける",
    seen_at=SEEN,
    town="木曽川町黒田",
    town_en="Kisogawachokuroda",
    place="駅の前",
    heading="北",
    travel="foot",
)
FREE = (*cap_fields.WORDS, "town", "place")


def facts(outline: Outline = OUTLINE, **changes: Any) -> dict[str, str]:
    values: dict[str, Any] = {"words": "", "grounds": "consent", "ranges": ["staff"], "police": True}
    return cap_fields.facts_of(outline, **(values | changes))


def message(**changes: Any) -> CapMessage:
    return cap.parse(cap.build(cap_scenes.event(**changes)).encode())


def form(**told: str) -> Fields:
    """The form made of an alert with these facts."""
    return fields_of(message(facts=facts() | told), neighbour="一宮市", now=NOW)


def test_what_one_city_tells_stands_in_the_other_citys_form() -> None:
    found = form()
    assert (found.age_band, found.sex, found.height, found.travel) == ("80-84", "female", 150, "foot")
    assert (found.visible, found.clothes, found.speak) == ("赤い帽子", "紺色の上着", "ゆっくり話しかける")
    assert found.seen_at == SEEN
    assert (found.lat, found.lng) == (35.33333, 136.87)


def test_the_neighbours_town_is_told_in_words_and_no_district_of_ours_is_guessed() -> None:
    found = form()
    assert found.seen_place == "一宮市 木曽川町黒田 駅の前"
    assert found.seen_town is None
    assert found.district_id is None


def test_the_neighbour_stands_for_consent_and_police_report() -> None:
    found = form()
    assert found.consent_by == "一宮市からの依頼（同意は一宮市が確認）"
    assert found.consent_ranges == ("staff",)
    assert found.police_station == "一宮市からの依頼（届け出は一宮市が確認）"
    assert found.police_not_why is None
    assert found.danger_reason is None


def test_a_danger_to_life_is_passed_on_as_such() -> None:
    found = form(grounds="danger", police="not_reported")
    assert found.danger_reason == "一宮市からの依頼（生命の危険があるとの判断）"
    assert found.consent_by is None
    assert found.police_station is None
    assert "一宮市に確かめてください" in (found.police_not_why or "")


def test_nothing_of_the_second_tier_can_come_in() -> None:
    found = form(name="見本 花子", kana="ミホン", condition="糖尿病", consent_items="name face")
    assert (found.name, found.kana, found.condition, found.consent_items) == (None, None, None, ())


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("age_band", "81"),
        ("sex", "x"),
        ("height", "15"),
        ("height", "１５０"),
        ("travel", "rocket"),
        ("seen_at", "yesterday"),
        ("seen_at", "2026-11-23T09:00:00"),
        ("seen_at", "2027-11-23T09:00:00+09:00"),
        ("seen_at", "2020-11-23T09:00:00+09:00"),
        ("seen_at", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_a_fact_that_the_form_does_not_know_is_left_out(fact: str, value: str) -> None:
    assert getattr(form(**{fact: value}), fact) is None


def test_a_point_outside_japan_is_left_out() -> None:
    found = fields_of(message(circle=Circle(0, 0, 5)), neighbour="一宮市", now=NOW)
    assert (found.lat, found.lng) == (None, None)


def test_another_systems_words_stand_with_the_clothes() -> None:
    found = fields_of(message(facts={}), neighbour="となり市", now=NOW)
    assert found.clothes == "・80代前半男性 ・黄色い帽子"
    assert found.seen_place == "となり市"
    assert found.consent_by is None


@given(
    st.dictionaries(st.sampled_from([*facts(), "x"]), st.text(max_size=300)),
    st.text(min_size=1, max_size=100),
)
def test_whatever_is_told_fits_the_form(told: dict[str, str], name: str) -> None:
    read = replace(message(), facts=told)
    found = fields_of(read, neighbour=name, now=NOW)
    for field, most in TEXTS.items():
        assert len(getattr(found, field) or "") <= most
        assert "\n" not in (getattr(found, field) or "")
    assert found.height is None or found.height in HEIGHTS
    assert found.seen_at is None or found.seen_at.utcoffset() is not None


@pytest.mark.parametrize("field", FREE)
@pytest.mark.parametrize("written", ["見本花子", "見本　花子", "みほん はなこ", "名札は見本 花子さん"])
def test_words_that_name_the_person_are_left_out(field: str, written: str) -> None:
    kept = cap_fields.nameless(replace(OUTLINE, **{field: written}), "見本 花子", "ミホン ハナコ")
    assert getattr(kept, field) is None
    assert replace(kept, **{field: getattr(OUTLINE, field)}) == OUTLINE


def test_a_name_of_one_character_does_not_empty_the_outline() -> None:
    assert cap_fields.nameless(OUTLINE, "北", "", None) == OUTLINE
