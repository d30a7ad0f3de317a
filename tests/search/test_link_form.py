"""The sighting form of the personal link, read tolerantly."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.clock import JAPAN
from relay.places.table import TownTable
from relay.search.views import link_form
from relay.search.views.link_form import Entry
from relay.settings import DEFAULT_CONFIG

NOW = datetime(2026, 11, 24, 14, 50, tzinfo=JAPAN)
TOWNS = TownTable.from_folder(DEFAULT_CONFIG / "sample")


def parse(photo: bytes = b"", **fields: str) -> Entry:
    return link_form.parse(fields, now=NOW, towns=TOWNS, photo=photo)


def test_every_field_is_taken() -> None:
    entry = parse(
        submission="abcdefgh12345678",
        where="駅前のコンビニ",
        town="木曽川町黒田",
        lat="35.3425",
        lng="136.782",
        when="10",
        heading="北へ",
        sure="maybe",
        with_now="yes",
        call_back="yes",
        text="疲れた様子",
    )
    assert (entry.submission, entry.where, entry.text) == (
        "abcdefgh12345678",
        "駅前のコンビニ",
        "駅前のコンビニ\n疲れた様子",
    )
    assert (entry.town, entry.lat, entry.lng) == ("木曽川町黒田", 35.3425, 136.782)
    assert entry.seen_at == NOW - timedelta(minutes=10)
    assert (entry.heading, entry.sure, entry.with_now, entry.call_back) == ("北", False, True, True)
    assert not entry.empty


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({"when": "now"}, 0),
        ({"when": "60"}, 60),
        ({"time": "14:20"}, 30),
        ({"time": "14時半"}, 20),
        ({"when": "now", "time": "14:20"}, 30),
    ],
)
def test_a_typed_time_counts_more_than_a_choice(fields: dict[str, str], minutes: int) -> None:
    assert parse(**fields).seen_at == NOW - timedelta(minutes=minutes)


def test_a_time_that_can_not_be_read_goes_into_the_words() -> None:
    entry = parse(where="駅", time="お昼すぎ")
    assert (entry.seen_at, entry.text) == (None, "駅\nお昼すぎ")


def test_a_town_that_is_none_goes_into_the_words() -> None:
    entry = parse(town="どこか町")
    assert (entry.town, entry.text) == (None, "どこか町")


def test_a_town_in_the_words_is_found_unless_one_was_typed() -> None:
    assert parse(where="木曽川町黒田の駅").town == "木曽川町黒田"
    assert parse(where="木曽川町黒田の駅", town="萩原町串作").town == "萩原町串作"


@pytest.mark.parametrize(
    ("lat", "lng"), [("", ""), ("35.3", ""), ("x", "y"), ("nan", "136"), ("0", "0"), ("35.3", "1e309")]
)
def test_a_position_outside_of_japan_is_left_out(lat: str, lng: str) -> None:
    assert (parse(lat=lat, lng=lng).lat, parse(lat=lat, lng=lng).lng) == (None, None)


@pytest.mark.parametrize(
    "fields",
    [{}, {"when": "now"}, {"sure": "yes"}, {"heading": "北"}, {"call_back": "yes"}, {"where": " \n "}],
)
def test_neither_where_nor_what_is_empty(fields: dict[str, str]) -> None:
    assert parse(**fields).empty


@pytest.mark.parametrize(
    "fields",
    [{"where": "駅"}, {"town": "桜"}, {"text": "見た"}, {"with_now": "yes"}, {"lat": "35.3", "lng": "136.8"}],
)
def test_one_word_or_one_point_is_a_sighting(fields: dict[str, str]) -> None:
    assert not parse(**fields).empty


def test_the_same_page_with_the_same_content_is_one_and_a_change_makes_another() -> None:
    one = parse(submission="abcdefgh12345678", where="駅")
    assert parse(submission="abcdefgh12345678", where="駅").external_id(7) == one.external_id(7)
    others = {
        parse(submission="abcdefgh12345678", where="公園").external_id(7),
        parse(submission="abcdefgh87654321", where="駅").external_id(7),
        parse(submission="abcdefgh12345678", where="駅", photo=b"x").external_id(7),
        one.external_id(8),
    }
    assert len(others | {one.external_id(7)}) == 5


def test_a_page_number_that_is_none_of_ours_is_left_out() -> None:
    assert parse(submission="'; DROP", where="駅").submission is None


NAMES = [
    "submission",
    "where",
    "town",
    "lat",
    "lng",
    "when",
    "time",
    "heading",
    "sure",
    "with_now",
    "call_back",
    "text",
]


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60), max_size=12))
def test_any_form_is_read_without_a_fault_and_fits_the_database(fields: dict[str, str]) -> None:
    entry = link_form.parse(fields, now=NOW, towns=TOWNS)
    assert "\x00" not in entry.text + (entry.heading or "") + entry.where
    entry.text.encode()
    assert entry.seen_at is None or entry.seen_at <= NOW
