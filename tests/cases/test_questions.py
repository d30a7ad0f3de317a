"""What is missing of a place, and what an answer says: read more boldly than a report."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.cases import questions
from relay.cases.questions import Missing, Whereabouts
from relay.places.table import TownTable
from relay.triage.place import read_place
from relay.vocabulary import Level

TOWNS = TownTable.from_folder(Path(__file__).parents[2] / "config" / "sample")
NOWHERE = Whereabouts(
    town=None, number=None, building=None, room=None, surname=None, candidates=(), position=False
)


def known(**parts: object) -> Whereabouts:
    return Whereabouts(**{**vars(NOWHERE), **parts})  # type: ignore[arg-type]


def answer(before: Whereabouts, text: str, **more: str) -> Whereabouts:
    return questions.answered(before, text, read_place(text, TOWNS), TOWNS, **more)


@pytest.mark.parametrize(
    ("where", "missing"),
    [
        (known(), Missing.TOWN),
        (known(number="2-5-6"), Missing.TOWN),
        (known(position=True), Missing.TOWN),
        (known(candidates=("本町", "栄")), Missing.WHICH),
        (known(town="本町"), Missing.HOUSE),
        (known(town="本町", room="203"), Missing.HOUSE),
        (known(town="本町", number="2-5-6"), None),
        (known(town="本町", building="コーポ桜"), None),
        (known(town="本町", surname="加藤"), None),
        (known(town="本町", position=True), None),
    ],
)
def test_a_home_is_found_by_its_town_and_one_thing_more(where: Whereabouts, missing: Missing | None) -> None:
    assert where.missing is missing


@pytest.mark.parametrize(
    ("level", "signs", "asked"),
    [
        (Level.ROUTINE, [], None),  # thanks, questions, tests
        (Level.ROUTINE, ["newspapers"], Missing.TOWN),
        (Level.PROMPT, [], Missing.TOWN),
    ],
)
def test_what_tells_of_no_home_is_not_asked_about(
    level: Level, signs: list[str], asked: Missing | None
) -> None:
    assert questions.to_ask(known(), level=level, signs=signs) is asked


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2-5-6", "2-5-6"),
        ("２丁目５番６号です", "2-5-6"),
        ("12", "12"),
        ("12番地です", "12"),
        ("番地は33だと思います", "33"),
        ("No. 12", "12"),
        ("2の5", "2-5"),
    ],
)
def test_a_bare_number_is_the_house(text: str, number: str) -> None:
    assert answer(known(town="本町"), text) == known(town="本町", number=number)


@pytest.mark.parametrize("text", ["加藤です", "加藤さん宅", "表札は加藤", "加藤"])
def test_a_bare_name_is_the_family(text: str) -> None:
    assert answer(known(town="本町"), text).surname == "加藤"


def test_a_name_that_is_a_town_as_well_is_the_family_where_the_house_was_asked_for() -> None:
    assert answer(known(town="本町"), "森本です") == known(town="本町", surname="森本")
    assert answer(known(), "森本").surname is None


def test_a_building_is_enough() -> None:
    after = answer(known(town="本町"), "コーポ桜の203号室です")
    assert (after.building, after.room, after.missing) == ("コーポ桜", "203", None)


@pytest.mark.parametrize(
    ("text", "town", "number"),
    [
        ("2", "栄", None),
        ("②です", "栄", None),
        ("２番", "栄", None),
        ("1 2-5-6", "本町", "2-5-6"),
        ("栄", "栄", None),
        ("栄2-5", "栄", "2-5"),
        ("4", None, "4"),  # there is no fourth: a house number
    ],
)
def test_of_several_towns_one_is_chosen_by_its_number_or_its_name(
    text: str, town: str | None, number: str | None
) -> None:
    after = answer(known(candidates=("本町", "栄")), text)
    assert (after.town, after.number) == (town, number)


def test_candidates_are_narrowed_by_what_the_answer_can_mean() -> None:
    asked = known(candidates=("大和町馬引", "木曽川町黒田"))
    assert answer(asked, "馬引のほう").town == "大和町馬引"


@pytest.mark.parametrize(
    ("text", "town", "number"),
    [
        ("Honmachi 4-12", "本町", "4-12"),
        ("Kisogawa-cho Kuroda", "木曽川町黒田", None),
        ("It is in Izumi", "泉", None),
    ],
)
def test_a_town_in_latin_letters_is_understood(text: str, town: str, number: str | None) -> None:
    after = answer(known(), text)
    assert (after.town, after.number) == (town, number)


def test_a_number_that_was_told_before_the_town_is_kept() -> None:
    assert answer(known(number="2-5-6"), "木曽川町黒田です").number == "2-5-6"


def test_another_town_does_not_keep_the_first_ones_number() -> None:
    after = answer(known(town="本町", number="2-5-6"), "すみません、木曽川町黒田でした")
    assert (after.town, after.number) == ("木曽川町黒田", None)


@pytest.mark.parametrize("text", ["わかりません", "ありがとうございます", "はい", "不明です", "", "？"])
def test_what_answers_nothing_changes_nothing(text: str) -> None:
    for before in (known(), known(town="本町"), known(candidates=("本町", "栄"))):
        assert answer(before, text) == before


def test_a_name_from_the_forms_own_field_counts() -> None:
    assert answer(known(town="本町"), "", surname="加藤").missing is None


def test_towns_to_choose_from_are_numbered_and_not_too_many() -> None:
    assert questions.shown(("甲", "乙", "丙", "丁"), "ja", TOWNS) == "1 甲 2 乙 3 丙"
    assert questions.shown(("本町", "栄"), "en", TOWNS) == "1 Honmachi 2 Sakae"


@given(st.text(), st.sampled_from([known(), known(town="本町"), known(candidates=("本町", "栄"))]))
def test_no_answer_takes_a_known_town_away(text: str, before: Whereabouts) -> None:
    after = answer(before, text)
    assert after.town is not None or before.town is None
    assert after.town is None or after.town in TOWNS


def test_an_answer_that_names_no_town_is_no_family_name() -> None:
    where = answer(known(), "東京")
    assert (where.town, where.surname) == (None, None)
