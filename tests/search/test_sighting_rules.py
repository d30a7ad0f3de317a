"""Decisions about one sighting, and distances on the ground."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.intake import reader
from relay.places.table import TownTable
from relay.search import geo
from relay.search.geo import Point
from relay.search.sighting import replies, sighting_rules
from relay.search.sighting.sighting_rules import Spot
from relay.settings import DEFAULT_CONFIG
from relay.triage.reading import Reader

NOW = datetime(2026, 11, 24, 5, 50, tzinfo=UTC)
STATION = Point(35.3425, 136.7820)
POINTS = st.builds(Point, st.floats(20, 46), st.floats(122, 154))


@pytest.fixture(scope="module")
def read() -> Reader:
    folder = DEFAULT_CONFIG / "sample"
    return Reader(reader.words_of(folder), TownTable.from_folder(folder))


def home(read: Reader, text: str) -> bool:
    return sighting_rules.of_a_home(read.read(text), replies.parse(text, now=NOW), text)


@pytest.mark.parametrize(
    "text",
    [
        "桜1-2-3 新聞が4日分たまっています",
        "本町3-4 郵便受けがいっぱい",
        "牛乳が3日分残ったままです",
        "雨戸が閉まったまま、昨日から洗濯物も出たまま",
        "萩原町串作2-5 呼んでも返事がありません",
        "田中さん宅、チャイムを鳴らしても出てこない",
        "家の中から異臭がします 本町2-5-6",
        "電気メーターが動いていない",
        "ごみ屋敷になっています",
        "怒鳴り声とあざが心配です",
        "山田さん（見本）を最近見かけません",
        "No answer at the door",
    ],
)
def test_a_watch_report_without_a_code_stays_one(read: Reader, text: str) -> None:
    assert home(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "駅前のコンビニ 10分前 北へ",
        "赤い帽子の方が道に迷っている様子です",
        "郵便局の前を歩いていました",
        "新聞を配っていて見ました 本町3-4",
        "声をかけたが返事がなく、駅の方へ歩いて行きました",
        "裸足で歩いています 国道沿い",
        "倒れています 木曽川駅の前",
        "一緒にいます。本町3-4の家の前です",
        "お年寄りがバス停で座っています",
        "Saw her near the station, heading north",
    ],
)
def test_what_is_seen_in_the_street_is_no_report_about_a_home(read: Reader, text: str) -> None:
    assert not home(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "駅前で倒れています",
        "公園で頭から血が出ています",
        "動けないようです",
        "collapsed near the station",
        "息をしていません",
    ],
)
def test_a_sign_of_danger_puts_119_first(read: Reader, text: str) -> None:
    assert sighting_rules.is_emergency(read.read(text, learned=False))


@pytest.mark.parametrize(
    "text",
    [
        "駅で一緒にいます",
        "目の前にいます",
        "木曽川町黒田の駅 10分前 北へ",
        "川の方へ歩いて行きました",
        "駅前のコンビニ さっき",
    ],
)
def test_a_plain_sighting_is_no_emergency_however_it_sounds(read: Reader, text: str) -> None:
    assert not sighting_rules.is_emergency(read.read(text, learned=False))


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("木曽川町黒田の駅で見た", "木曽川町黒田"),
        ("本町の喫茶店", "本町"),
        ("駅前のコンビニ", None),
        ("木曽川駅", None),
        ("公園で一緒にいます", None),
        ("公園通の公園", "公園通"),
    ],
)
def test_a_town_is_taken_from_the_words_where_they_name_one(text: str, town: str | None) -> None:
    assert sighting_rules.town_of(text, TownTable.from_folder(DEFAULT_CONFIG / "sample")) == town


def spot(minutes: float = 0, *, town: str | None = None, point: Point | None = None) -> Spot:
    return Spot(at=NOW - timedelta(minutes=minutes), town=town, point=point)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (spot(0, town="本町"), spot(15, town="本町"), True),
        (spot(0, town="本町"), spot(15.1, town="本町"), False),
        (spot(0, town="本町"), spot(0, town="桜"), False),
        (spot(0), spot(0), False),
        (spot(0, point=STATION), spot(5, point=Point(35.3441, 136.7820)), True),  # 178 m
        (spot(0, point=STATION), spot(5, point=Point(35.3445, 136.7820)), False),  # 222 m
        (spot(0, town="本町", point=STATION), spot(0, town="本町", point=Point(35.36, 136.78)), False),
        (spot(0, town="本町", point=STATION), spot(0, town="本町"), True),
    ],
)
def test_one_moment_at_one_place_is_a_quarter_of_an_hour_and_a_town_or_200_metres(
    one: Spot, other: Spot, same: bool
) -> None:
    assert sighting_rules.same(one, other) is same
    assert sighting_rules.same(other, one) is same


def test_the_sixth_in_ten_minutes_rings_nobody_unless_it_is_the_first_to_be_with_the_person() -> None:
    assert not sighting_rules.is_flood(4, with_now=False, with_now_before=False)
    assert sighting_rules.is_flood(5, with_now=False, with_now_before=False)
    assert not sighting_rules.is_flood(50, with_now=True, with_now_before=False)
    assert sighting_rules.is_flood(50, with_now=True, with_now_before=True)


def test_one_that_joins_others_is_news_when_nobody_was_with_the_person_or_sure_before() -> None:
    plain = [(False, None)]
    assert not sighting_rules.is_news(with_now=False, sure=None, known=plain)
    assert not sighting_rules.is_news(with_now=False, sure=False, known=plain)
    assert sighting_rules.is_news(with_now=True, sure=None, known=plain)
    assert sighting_rules.is_news(with_now=False, sure=True, known=plain)
    assert not sighting_rules.is_news(with_now=True, sure=True, known=[(True, True)])


def test_a_distance_is_that_of_the_map() -> None:
    # One minute of latitude is a nautical mile.
    assert geo.metres(Point(35, 136), Point(35 + 1 / 60, 136)) == pytest.approx(1852, abs=2)
    assert geo.metres(STATION, STATION) == 0


@given(POINTS, POINTS)
def test_there_and_back_is_the_same_way(a: Point, b: Point) -> None:
    assert geo.metres(a, b) == pytest.approx(geo.metres(b, a), abs=0.01)
    assert geo.direction(a, b) in geo.COMPASS


@pytest.mark.parametrize(
    ("north", "east", "direction"),
    [
        (1, 0, "北"),
        (1, 1.2, "北東"),
        (0, 1, "東"),
        (-1, 1.2, "南東"),
        (-1, 0, "南"),
        (-1, -1.2, "南西"),
        (0, -1, "西"),
        (1, -1.2, "北西"),
    ],
)
def test_a_direction_is_one_of_eight(north: float, east: float, direction: str) -> None:
    there = Point(STATION.lat + north / 100, STATION.lng + east / 100)
    assert geo.direction(STATION, there) == direction


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0, "10m"), (83, "80m"), (994, "990m"), (996, "1.0km"), (1234, "1.2km"), (12_400, "12km")],
)
def test_a_distance_is_said_as_people_say_it(metres: float, said: str) -> None:
    assert geo.rounded(metres) == said
