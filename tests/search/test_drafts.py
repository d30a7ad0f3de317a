"""Drafts: what is typed is kept, what is wrong is said, and nobody writes over somebody else unseen."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import db
from relay.places.models import Town
from relay.search import requirements, service
from relay.search.composing import drafting, drafts, people
from relay.search.composing.drafting import Entry, Fields, Whereabouts
from relay.search.composing.drafts import Changed
from relay.search.errors import SearchError
from relay.search.models import Photo, Search, SearchEvent, Subject
from relay.search.texts import AGE_BANDS
from tests.search import page_scenes, scenes

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 15:00 in Japan
HERE = Whereabouts("木曽川町黒田", (7,))


def read(before: Fields | None = None, *, means: Whereabouts | None = None, **typed: str) -> Entry:
    return drafting.read(
        typed,
        items=["name"],
        ranges=["staff"],
        before=before or Fields(),
        town=means,
        districts={7, 8},
        now=NOW,
    )


def fault(entry: Entry, field: str) -> str:
    return entry.faults[field].code


def test_everything_that_is_right_is_read() -> None:
    entry = read(
        means=HERE,
        visible="  赤い\u3000帽子 ",
        height="１５０ｃｍ",
        age_band="80-84",
        sex="female",
        travel="foot",
        seen_date="2026-11-23",
        seen_time="14:20",
        lat="35.345",
        lng="136.78",
        town="木曽川町黒田",
    )
    assert entry.faults == {}
    assert entry.fields == Fields(
        consent_items=("name",),
        consent_ranges=("staff",),
        visible="赤い 帽子",
        height=150,
        age_band="80-84",
        sex="female",
        travel="foot",
        seen_at=datetime(2026, 11, 23, 5, 20, tzinfo=UTC),
        seen_town="木曽川町黒田",
        district_id=7,
        lat=35.345,
        lng=136.78,
    )


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"height": "15"}, "height", "height"),
        ({"height": "高い"}, "height", "height"),
        ({"visible": "あ" * 41}, "visible", "too_long"),
        ({"seen_date": "2026-11-24", "seen_time": "9:00"}, "seen_date", "future_date"),
        ({"seen_date": "2026-11-23", "seen_time": "15:30"}, "seen_time", "future"),
        ({"seen_date": "2025-11-23", "seen_time": "9:00"}, "seen_date", "long_ago"),
        ({"seen_date": "11月23日", "seen_time": "9:00"}, "seen_date", "date"),
        ({"seen_date": "2026-11-23"}, "seen_time", "no_time"),
        ({"seen_time": "9:00"}, "seen_date", "no_date"),
        ({"seen_date": "2026-11-23", "seen_time": "25:00"}, "seen_time", "time"),
        ({"lat": "35.3"}, "lat", "point"),
        ({"lat": "135.3", "lng": "36.8"}, "lat", "point"),
        ({"lat": "nan", "lng": "136.8"}, "lat", "point"),
    ],
)
def test_each_wrong_field_has_its_own_reason(typed: dict[str, str], field: str, code: str) -> None:
    assert fault(read(**typed), field) == code


@pytest.mark.parametrize("typed", ["9:05", "0905", "9時5分", "９：０５", "09:05:00", "午前9時05分"])
def test_a_time_may_be_typed_as_people_write_it(typed: str) -> None:
    entry = read(seen_date="2026-11-23", seen_time=typed)
    assert entry.fields.seen_at == datetime(2026, 11, 23, 0, 5, tzinfo=UTC)


def test_a_wrong_field_keeps_what_stood_there_before_and_the_others_are_taken() -> None:
    before = Fields(height=150, clothes="紺の上着", seen_town="本町", district_id=8)
    entry = read(before, means=Whereabouts(None), height="abc", clothes="赤い上着", town="どこか")
    assert entry.fields == replace(
        before, clothes="赤い上着", consent_items=("name",), consent_ranges=("staff",)
    )
    assert set(entry.faults) == {"height", "town"}


def test_what_the_form_rounds_stays_exact_while_nobody_touches_it() -> None:
    before = Fields(
        seen_at=datetime(2026, 11, 23, 5, 20, 43, tzinfo=UTC),
        lat=35.34512345678,
        lng=136.78,
        consent_items=("name",),
        consent_ranges=("staff",),
    )
    shown = {"seen_date": "2026-11-23", "seen_time": "14:20", "lat": "35.345123", "lng": "136.78"}
    assert read(before, **shown).fields == before
    moved = read(before, **(shown | {"seen_time": "14:21"}))
    assert moved.fields.seen_at == datetime(2026, 11, 23, 5, 21, tzinfo=UTC)


def test_the_name_may_not_stand_where_everybody_would_read_it() -> None:
    entry = read(
        name="見本 花子",
        kana="ミホン ハナコ",
        belongings="見本花子と書いたかばん",
        speak="みほんはなこさんと呼ぶ",
    )
    assert {field: fault(entry, field) for field in entry.faults} == {
        "belongings": "names_person",
        "speak": "names_person",
    }


@pytest.mark.parametrize(
    ("town", "code"),
    [
        (Whereabouts(None), "town_unknown"),
        (Whereabouts(None, candidates=("大和町苅安賀", "大和町戸塚")), "town_several"),
        (Whereabouts("本町", (7, 8)), "town_districts"),
        (Whereabouts("本町"), "town_districts"),
    ],
)
def test_a_town_without_one_district_asks_for_the_district(town: Whereabouts, code: str) -> None:
    asked = read(means=town, town="本町")
    assert fault(asked, "town") == code
    answered = read(means=town, district="8", town="本町")
    assert not answered.faults
    assert (answered.fields.seen_town, answered.fields.district_id) == ("本町", 8)


def test_a_district_that_does_not_exist_is_no_answer() -> None:
    assert fault(read(means=Whereabouts(None), district="99", town="本町"), "town") == "town_unknown"


@given(
    st.dictionaries(
        st.sampled_from([*drafting.TEXTS, "height", "seen_date", "seen_time", "lat", "lng"]), st.text()
    )
)
def test_no_text_at_all_breaks_the_reading(typed: dict[str, str]) -> None:
    entry = read(**typed)
    texts = {name: getattr(entry.fields, name) for name in drafting.TEXTS}
    assert not [name for name, text in texts.items() if text and len(text) > drafting.TEXTS[name]]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(1990, 1, 1), "-59"),
        (date(1966, 11, 24), "-59"),
        (date(1966, 11, 23), "60-64"),
        (date(1942, 1, 1), "80-84"),
        (date(1931, 11, 24), "90-94"),
        (date(1931, 11, 23), "95-"),
        (date(1915, 1, 1), "95-"),
    ],
)
def test_the_band_of_ages_follows_from_the_date_of_birth(born: date, band: str) -> None:
    assert drafting.age_band(born, date(2026, 11, 23)) == band
    assert band in AGE_BANDS


# With the database ------------------------------------------------------------------------------------------


def make(session: Session, **more: Any) -> int:
    number, fresh = drafts.create(session, Fields(clothes="紺の上着"), scenes.actors(session)[0], **more)
    session.commit()
    assert fresh
    return number


@pytest.mark.parametrize(
    ("typed", "town"),
    [
        ("木曽川町黒田", "木曽川町黒田"),
        ("一宮市木曽川町黒田", "木曽川町黒田"),
        ("愛知県一宮市 木曽川町黒田", "木曽川町黒田"),
        ("黒田", "木曽川町黒田"),
        ("串作", "萩原町串作"),
    ],
)
def test_a_town_is_known_by_its_name_or_a_part_that_only_it_has(
    session: Session, typed: str, town: str
) -> None:
    found = drafts.whereabouts(session, typed)
    assert found is not None
    assert found.name == town
    assert found.districts == (session.scalar(select(Town.district_id).where(Town.name == town)),)


def test_a_part_of_several_towns_names_them_and_guesses_none(session: Session) -> None:
    found = drafts.whereabouts(session, "大和町")
    assert found is not None
    assert found.name is None
    assert len(found.candidates) > 1
    assert drafts.whereabouts(session, "名古屋駅") == Whereabouts(None)
    assert drafts.whereabouts(session, "  ") is None


def test_an_incomplete_draft_is_kept_as_it_is(session: Session) -> None:
    number = make(session)
    kept = drafts.load(session, number)
    assert kept.fields == Fields(clothes="紺の上着")
    assert kept.version == 1
    assert "seen_at" in requirements.faults(session, number)


def test_one_page_makes_one_draft_even_when_its_button_is_pressed_twice_at_once(database: str) -> None:
    del database
    numbers = []

    def press() -> None:
        with db.transaction() as session:
            actor = scenes.actors(session)[0]
            numbers.append(drafts.create(session, Fields(clothes="紺の上着"), actor, once="page-1")[0])

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Search)) == 1
    assert len(numbers) == 4
    assert len(set(numbers)) == 1


def test_saving_counts_a_version_and_says_what_changed(session: Session) -> None:
    number = make(session)
    after = drafts.save(
        session, number, Fields(clothes="赤い上着", height=150), scenes.actors(session)[1], version=1
    )
    assert after.version == 2
    assert after.changed_by == scenes.actors(session)[1].name
    line = session.scalars(select(SearchEvent).where(SearchEvent.kind == "saved")).one()
    assert line.data == {"fields": ["height", "clothes"]}


def test_the_second_of_two_writers_is_told_and_nothing_is_lost(session: Session) -> None:
    number = make(session)
    first, second = scenes.actors(session)
    drafts.save(session, number, Fields(clothes="赤い上着"), first, version=1)
    with pytest.raises(Changed) as told:
        drafts.save(session, number, Fields(clothes="白い上着"), second, version=1)
    assert told.value.now.fields.clothes == "赤い上着"
    assert told.value.now.changed_by == first.name
    assert drafts.load(session, number).fields.clothes == "赤い上着"
    drafts.save(session, number, Fields(clothes="白い上着"), second, version=told.value.now.version)
    assert drafts.load(session, number).fields.clothes == "白い上着"


def test_saving_the_same_twice_is_saving_once(session: Session) -> None:
    number = make(session)
    first, second = scenes.actors(session)
    drafts.save(session, number, Fields(clothes="赤い上着"), first, version=1)
    again = drafts.save(session, number, Fields(clothes="赤い上着"), second, version=1)
    assert again.version == 2


def test_what_was_handed_in_is_not_changed_any_more(session: Session) -> None:
    number = scenes.draft(session)
    service.submit(number, scenes.actors(session)[0])
    with pytest.raises(SearchError, match="not_draft"):
        drafts.save(session, number, Fields(), scenes.actors(session)[0], version=1)


def test_a_new_photo_takes_the_place_of_the_old_one_and_can_be_removed(session: Session) -> None:
    actor = scenes.actors(session)[0]
    number = make(session, jpeg=page_scenes.jpeg("red"))
    kept = drafts.save(
        session, number, Fields(photo_taken="今年の春"), actor, version=1, jpeg=page_scenes.jpeg("blue")
    )
    assert kept.fields.photo_taken == "今年の春"
    assert drafts.photo(session, number) == page_scenes.jpeg("blue")
    assert session.scalar(select(func.count()).select_from(Photo)) == 1
    gone = drafts.save(session, number, kept.fields, actor, version=2, drop_photo=True)
    assert (gone.photo_id, gone.fields.photo_taken) == (None, None)


def test_a_registered_person_fills_the_form_and_brings_the_photo(session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg(), photo_date=date(2026, 4, 2))
    fields = drafts.from_person(session, person)
    assert (fields.name, fields.clothes, fields.belongings) == ("見本 太郎", "茶色の上着", "黒いかばん")
    assert (fields.consent_by, fields.consent_items) == ("本人と長女", ("name", "face"))
    assert fields.photo_taken == "2026年4月"
    assert fields.seen_town is None, "where they live is not where they were seen"
    number, _ = drafts.create(session, fields, scenes.actors(session)[0], person_id=person)
    assert drafts.photo(session, number) == page_scenes.jpeg()
    assert drafts.load(session, number).fields == fields


def test_nobody_starts_from_a_registration_that_has_ended(session: Session) -> None:
    person = page_scenes.person(session)
    people.end(person, scenes.actors(session)[0])
    session.expire_all()
    with pytest.raises(SearchError, match="missing"):
        drafts.from_person(session, person)


def test_every_column_of_the_subject_is_in_the_form() -> None:
    columns = {column.key for column in Subject.__table__.columns} - {"search_id"}
    assert columns | {"photo_taken"} == set(drafting.NAMES)
