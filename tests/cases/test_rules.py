"""Which reports are of one home, and what a second one changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.cases import rules
from relay.cases.rules import COARSE, Home
from relay.vocabulary import Level, Outcome, Sign


def home(
    number: str | None = "1-2-3",
    building: str | None = None,
    room: str | None = None,
    town: str | None = "八幡",
) -> Home:
    return Home(town=town, number=number, building=building, room=room)


def test_the_same_town_and_number_are_one_home() -> None:
    assert rules.same_home(home(), home())


@pytest.mark.parametrize("room", ["203", "203号室", "２０３", "203 号室"])
def test_a_room_is_one_however_it_is_written(room: str) -> None:
    assert rules.same_home(home(room="203"), home(room=room))


def test_a_building_left_out_is_still_the_same_home() -> None:
    assert rules.same_home(home(building="コーポ桜", room="203"), home(room="203"))


def test_a_building_in_hiragana_or_with_spaces_is_the_same_home() -> None:
    assert rules.same_home(home(building="コーポ サクラ", room="1"), home(building="こーぽさくら", room="1"))


@pytest.mark.parametrize(
    "other",
    [
        home(number="1-2-4"),
        home(town="浅野"),
        home(room="203"),
        home(building="桜荘"),
    ],
)
def test_another_number_town_room_or_building_is_another_home(other: Home) -> None:
    assert not rules.same_home(home(building="コーポ桜"), other)


def test_without_a_number_no_two_reports_are_joined() -> None:
    assert not rules.same_home(home(number=None), home(number=None))
    assert rules.home_key(home(number=None)) is None


LEVELS = st.sampled_from(Level)


@given(LEVELS, LEVELS, st.frozensets(st.sampled_from(Sign)))
def test_a_second_report_never_lowers_a_case(case: Level, report: Level, signs: frozenset[Sign]) -> None:
    assert rules.joined_level(case, report, signs) >= case


@pytest.mark.parametrize(
    ("case", "report", "joined"),
    [
        (Level.PROMPT, Level.PROMPT, Level.URGENT),
        (Level.ROUTINE, Level.ROUTINE, Level.PROMPT),
        (Level.URGENT, Level.URGENT, Level.URGENT),
        (Level.PROMPT, Level.EMERGENCY, Level.EMERGENCY),
    ],
)
def test_a_second_report_raises_by_one_to_at_most_urgent(case: Level, report: Level, joined: Level) -> None:
    assert rules.joined_level(case, report, frozenset({Sign.NEWSPAPERS})) == joined


def test_good_news_alone_raises_nothing() -> None:
    assert rules.joined_level(Level.ROUTINE, Level.ROUTINE, frozenset({Sign.ALL_CLEAR})) == Level.ROUTINE


def test_every_outcome_has_a_coarse_word_and_a_death_is_not_told_from_an_absence() -> None:
    assert set(COARSE) == set(Outcome)
    assert COARSE[Outcome.DIED] == COARSE[Outcome.AWAY]
