"""Registered persons: due after a year, changed by two people, and gone without a trace when they end."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session, undefer
from structlog.testing import capture_logs

from relay import clock, db
from relay.search.actors import Actor
from relay.search.composing import drafts, people, registering
from relay.search.composing.people import PersonChanged
from relay.search.composing.registering import Contact, PersonFields
from relay.search.errors import SearchError
from relay.search.models import RegisteredPerson, Search
from tests.search import page_scenes

TODAY = date(2026, 11, 23)
TYPED = {
    "name": "見本 太郎",
    "kana": "みほん たろう",
    "consent_by": "長女",
    "contact_name_1": "見本 花子",
    "contact_phone_1": "０９０−１２３４−５６７８",
}
ACTOR = Actor("市の職員（見本）", None)


def read(**typed: str) -> registering.PersonEntry:
    return registering.read(TYPED | typed, items=["face"], ranges=["staff"], today=TODAY)


def test_what_a_family_tells_is_read() -> None:
    entry = read(birth="1944-05-03", height="162", contact_relation_1="長女")
    assert entry.faults == {}
    assert entry.fields.kana == "ミホン タロウ"
    assert entry.fields.birth == date(1944, 5, 3)
    assert entry.fields.contacts == (Contact(name="見本 花子", relation="長女", phone="+819012345678"),)


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"name": " "}, "name", "needed"),
        ({"consent_by": ""}, "consent_by", "needed"),
        ({"birth": "2026-12-01"}, "birth", "future_date"),
        ({"birth": "1890-12-01"}, "birth", "date"),
        ({"contact_phone_1": ""}, "contact_phone_1", "needed_phone"),
        ({"contact_phone_1": "12"}, "contact_phone_1", "phone"),
        ({"contact_name_1": ""}, "contact_name_1", "needed"),
        ({"contact_name_2": "見本 次郎"}, "contact_phone_2", "needed_phone"),
        ({"contact_name_1": "", "contact_phone_1": ""}, "contact_phone_1", "needed_phone"),
    ],
)
def test_what_is_missing_or_wrong_is_said_field_by_field(
    typed: dict[str, str], field: str, code: str
) -> None:
    assert read(**typed).faults[field].code == code


def test_a_landline_is_a_number_to_call() -> None:
    assert registering.phone_number("0586-28-9100") == "+81586289100"
    assert registering.phone_number("電話なし") is None


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2025, 11, 23), date(2026, 11, 23)), (date(2024, 2, 29), date(2025, 3, 1))],
)
def test_a_year_later_is_the_same_day_of_the_next_year(day: date, later: date) -> None:
    assert people.year_after(day) == later


# With the database ------------------------------------------------------------------------------------------


def row(person: int) -> RegisteredPerson:
    with db.transaction() as session:
        return session.get_one(RegisteredPerson, person, options=[undefer(RegisteredPerson.photo)])


def test_a_registration_is_due_a_year_after_it_was_confirmed(session: Session) -> None:
    person = page_scenes.person(session)
    confirmed = clock.local(row(person).renewed_at)
    with time_machine.travel(confirmed + timedelta(days=364), tick=False), db.transaction() as after:
        assert not people.load(after, person).due
    with time_machine.travel(confirmed + timedelta(days=366), tick=False):
        with db.transaction() as after:
            assert people.load(after, person).due
        people.renew(person, ACTOR)
        with db.transaction() as after:
            assert not people.load(after, person).due


def test_those_due_come_first_the_longest_waiting_before_all(session: Session) -> None:
    fresh = page_scenes.person(session, name="見本 あ", kana="ア")
    due = page_scenes.person(session, days_ago=400, name="見本 ん", kana="ン")
    longest = page_scenes.person(session, days_ago=800, name="見本 み", kana="ミ")
    assert [one.id for one in people.listed(session)] == [longest, due, fresh]


@pytest.mark.parametrize(
    ("taken", "old"),
    [(TODAY - timedelta(days=300), False), (TODAY - timedelta(days=400), True), (None, False)],
)
def test_a_photo_older_than_a_year_is_to_be_replaced(session: Session, taken: date | None, old: bool) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 3, tzinfo=UTC), tick=False):
        person = page_scenes.person(session, photo=page_scenes.jpeg(), photo_date=taken)
        known = people.load(session, person)
        assert (known.photo_old, known.photo_undated) == (old, taken is None)


def test_without_a_photo_there_is_no_age_of_it(session: Session) -> None:
    person = people.load(session, page_scenes.person(session, photo_date=date(2020, 1, 1)))
    assert (person.has_photo, person.photo_old, person.photo_undated) == (False, False, False)
    assert person.fields.photo_date is None


def test_the_same_content_twice_at_once_is_one_registration(database: str) -> None:
    del database
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(people.add(page_scenes.PERSON, ACTOR)[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    other, fresh = people.add(replace(page_scenes.PERSON, height=170), ACTOR)
    assert fresh
    assert other not in found


def test_the_second_of_two_writers_sees_what_stands_there(session: Session) -> None:
    person = page_scenes.person(session)
    seen = people.load(session, person)
    people.edit(person, replace(seen.fields, hair="黒髪"), ACTOR, mark=seen.mark)
    with pytest.raises(PersonChanged) as told:
        people.edit(person, replace(seen.fields, hair="銀髪"), ACTOR, mark=seen.mark)
    assert told.value.now.fields.hair == "黒髪"
    people.edit(person, replace(seen.fields, hair="黒髪"), ACTOR, mark=seen.mark)  # the same twice
    assert row(person).hair == "黒髪"


def test_a_photo_is_kept_replaced_or_removed(session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg("red"))

    def change(**how: Any) -> None:
        with db.transaction() as now:
            seen = people.load(now, person)
        people.edit(person, seen.fields, ACTOR, mark=seen.mark, **how)

    change()
    assert people.photo(session, person) == page_scenes.jpeg("red")
    change(jpeg=page_scenes.jpeg("blue"))
    session.commit()
    assert people.photo(session, person) == page_scenes.jpeg("blue")
    change(drop_photo=True)
    session.commit()
    assert people.photo(session, person) is None


def test_ending_leaves_nothing_personal(session: Session) -> None:
    person = page_scenes.person(session, photo=page_scenes.jpeg(), photo_date=TODAY)
    number, _ = drafts.create(session, drafts.from_person(session, person), ACTOR, person_id=person)
    session.commit()
    people.end(person, ACTOR)
    people.end(person, ACTOR)
    kept = row(person)
    personal = [
        getattr(kept, column.key)
        for column in RegisteredPerson.__table__.columns
        if column.key not in ("id", "registered_at", "renewed_at", "ended_at", "has_photo")
    ]
    assert not any(personal)
    assert kept.ended_at is not None
    with db.transaction() as now:
        assert people.listed(now) == []
        assert people.photo(now, person) is None
        assert now.get_one(Search, number).person_id is None
        with pytest.raises(SearchError, match="missing"):
            people.load(now, person)


def test_running_searches_for_the_same_person_are_named(session: Session) -> None:
    person = page_scenes.person(session)
    real, _ = drafts.create(session, drafts.from_person(session, person), ACTOR, person_id=person)
    drafts.create(session, drafts.from_person(session, person), ACTOR, person_id=person, drill=True)
    assert people.searching(session, person) == [real]


def test_nothing_of_a_person_goes_to_the_log_of_the_relay(
    database: str,
) -> None:
    del database
    with capture_logs() as entries:
        person, _ = people.add(page_scenes.PERSON, ACTOR)
        people.renew(person, ACTOR)
        people.end(person, ACTOR)
    written = str(entries)
    assert "person_registered" in written
    assert not [word for word in ("見本", "太郎", "9001") if word in written]


def test_every_column_is_in_the_form() -> None:
    kept = {"id", "photo", "has_photo", "registered_at", "renewed_at", "ended_at"}
    columns = {column.key for column in RegisteredPerson.__table__.columns} - kept
    assert columns == set(PersonFields.__dataclass_fields__)
