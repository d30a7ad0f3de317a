"""The sample city: complete, marked as a sample, the same after every start, and never with real phones."""

import csv
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import phonenumbers
import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from relay import city, clock, settings
from relay.accounts.models import User
from relay.duty import rota
from relay.duty.models import Officer, Shift
from relay.embedded import sample
from relay.partners.models import Partner, Staff
from relay.places import service as places
from relay.places.models import Centre, District, Town
from relay.settings import SettingsError
from relay.tables import metadata

WEB, PHONES = "http://127.0.0.1:8000", "http://127.0.0.1:9"
NUMBER = re.compile(r"\+8180000\d{5}")


def load() -> dict[str, Any]:
    return sample.load(settings.current(), web_url=WEB, phones_url=PHONES)


def census(session: Session) -> list[str]:
    session.rollback()
    return [
        str(row)
        for table in metadata.sorted_tables
        for row in sorted(map(str, session.execute(select(table))))
    ]


def test_the_facts_have_the_shape_that_tools_rely_on(city_sample: dict[str, Any]) -> None:
    shape = {
        key: sorted(value) if isinstance(value, dict) else type(value) for key, value in city_sample.items()
    }

    people = ["backup", "duty", "head", "name", "town"]
    assert shape == {
        "web": str,
        "phones": str,
        "relay_number": str,
        "form_url": str,
        "other_form_url": str,
        "worker": str,
        "other_worker": str,
        "centre": people,
        "other_centre": people,
        "city": ["email", "number", "password"],
        "approver": ["email", "password"],
        "officer": ["email", "password"],
    }
    assert (city_sample["web"], city_sample["phones"]) == (WEB, PHONES)


def test_loading_again_changes_nothing(session: Session, city_sample: dict[str, Any]) -> None:
    before = census(session)

    again = load()

    assert again == city_sample
    assert census(session) == before


def test_every_number_of_the_facts_is_one_person(session: Session, city_sample: dict[str, Any]) -> None:
    sides = [city_sample["centre"], city_sample["other_centre"]]
    numbers = [side[who] for side in sides for who in ("duty", "backup", "head")]
    numbers += [city_sample["worker"], city_sample["other_worker"], city_sample["city"]["number"]]

    assert len(set(numbers)) == len(numbers) == 9
    for number in numbers:
        assert NUMBER.fullmatch(number)
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
    companies = {
        session.scalars(
            select(Partner.name).join(Staff).where(Staff.phone == city_sample[key])
        ).one(): city_sample[form]
        for key, form in (("worker", "form_url"), ("other_worker", "other_form_url"))
    }
    for company, form in companies.items():
        token = session.scalars(select(Partner.form_token).where(Partner.name == company)).one()
        assert form == f"{WEB}/r/{token}"


@pytest.mark.parametrize("side", ["centre", "other_centre"])
def test_the_town_of_the_facts_is_that_centres_and_no_other_towns_name_holds_it(
    session: Session, city_sample: dict[str, Any], side: str
) -> None:
    town = city_sample[side]["town"]
    centre = places.centre_for(session, town)

    assert centre is not None
    assert centre.name == city_sample[side]["name"]
    assert places.town_table(session).holding(town) == (town,)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=13), timedelta(days=6), timedelta(weeks=8)])
def test_duty_backup_and_head_are_there_at_any_hour(session: Session, later: timedelta) -> None:
    at = clock.now() + later

    for centre in session.scalars(select(Centre)):
        people = [rota.who(session, step, centre.id, at) for step in ("duty", "backup", "head")]
        assert [len(found) for found in people] == [1, 1, 1]
        assert len({found[0].phone for found in people}) == 3
    assert [officer.phone for officer in rota.who(session, "city", None, at)] == [
        city.current().fallback_phone
    ]


def test_the_rota_grows_with_every_start_and_keeps_what_was_entered_by_hand(session: Session) -> None:
    centre = session.scalars(select(Centre).where(Centre.code == "hokubu")).one()
    head = session.scalars(select(Officer).where(Officer.centre_id == centre.id, Officer.is_head)).one()
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    session.execute(delete(Shift).where(Shift.centre_id == centre.id, Shift.rank == 1))
    session.add(
        Shift(
            centre_id=centre.id,
            rank=1,
            officer_id=head.id,
            starts_at=start,
            ends_at=start + timedelta(hours=5),
        )
    )
    session.commit()

    with time_machine.travel(clock.now() + timedelta(weeks=2), tick=False):
        load()

        assert rota.gaps(session, days=55) == []
    load()
    assert [o.id for o in rota.who(session, "duty", centre.id, start + timedelta(hours=1))] == [head.id]
    assert [o.id for o in rota.who(session, "duty", centre.id, start + timedelta(hours=6))] != [head.id]
    assert rota.gaps(session, days=69) == []


def test_the_passwords_that_the_demo_prints_are_made_to_work_again(
    session: Session, city_sample: dict[str, Any]
) -> None:
    from relay.accounts import service

    email, password = city_sample["city"]["email"], city_sample["city"]["password"]
    service.set_password(email, "something else entirely")
    load()

    stored = session.scalars(select(User.password).where(User.email == email)).one()
    assert sample._opens(stored, password)
    assert not sample._opens(stored, "something else entirely")


def test_every_centre_has_an_account_that_is_its_duty_officer(
    session: Session, city_sample: dict[str, Any]
) -> None:
    users = session.execute(
        select(Centre.name, Officer.phone, User.email)
        .join(Centre, Centre.id == User.centre_id)
        .join(Officer, Officer.id == User.officer_id)
    ).all()

    assert len(users) == 4
    side = city_sample["centre"]
    assert (side["name"], side["duty"], city_sample["officer"]["email"]) in [tuple(user) for user in users]


def test_every_district_has_towns_and_a_centre(session: Session) -> None:
    named = set(session.scalars(select(Town.name).where(Town.district_id.is_(None))))
    empty = set(
        session.scalars(
            select(District.name).where(~select(Town.id).where(Town.district_id == District.id).exists())
        )
    )

    assert (named, empty) == (set(), set())
    assert len(session.scalars(select(Centre)).all()) >= 4


def test_everything_invented_is_marked_as_a_sample() -> None:
    blocks = tomllib.loads((sample.FOLDER / "city.toml").read_text())

    assert blocks["city"]["sample"] is True
    names = [centre["name"] for centre in blocks["centre"]]
    for file, column in (
        ("officers.csv", "氏名"),
        ("staff.csv", "氏名"),
        ("staff.csv", "会社名"),
        ("partners.csv", "会社名"),
        ("users.csv", "name"),
    ):
        with (sample.FOLDER / file).open() as rows:
            names += [row[column] for row in csv.DictReader(rows)]
    assert [name for name in names if "（見本）" not in name] == []


def test_the_sample_has_every_setting_of_the_default_city_but_no_quiet_hours() -> None:
    own = tomllib.loads((sample.FOLDER / "relay.toml").read_text())
    default = tomllib.loads((settings.DEFAULT_CONFIG / "relay.toml").read_text())

    towns_own = {"neighbours"}  # its keys are the city's districts
    assert own.keys() == default.keys()
    assert {section: sorted(keys) for section, keys in own.items() if section not in towns_own} == {
        section: sorted(keys) for section, keys in default.items() if section not in towns_own
    }
    assert own["feedback"]["quiet"] == ""
    assert own["duty"]["fallback_phone"] != default["duty"]["fallback_phone"]


def test_labels_name_every_phone_of_the_city(session: Session) -> None:
    labels = sample.labels(settings.current())

    known = {*session.scalars(select(Officer.phone)), *session.scalars(select(Staff.phone))}
    assert set(labels) == known | {settings.current().twilio_from}
    assert labels["+818000002001"] == "北部 当番A（見本）"
    assert labels["+818000005001"] == "新聞販売店 配達員A（見本）"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "base", [None, "https://api.twilio.com", "https://API.Twilio.com:443/x", "https://twilio.com"]
)
def test_real_phones_are_refused_before_anything_is_written(session: Session, base: str | None) -> None:
    real = replace(settings.current(), twilio_api_base=base)
    session.execute(delete(Shift))
    session.commit()

    with pytest.raises(SettingsError, match="TWILIO_API_BASE"):
        sample.load(real, web_url=WEB, phones_url=PHONES)

    assert session.scalars(select(Shift)).all() == []


def test_simulated_phones_are_not_refused() -> None:
    simulated = replace(settings.current(), twilio_api_base="http://127.0.0.1:8001")

    sample.refuse_real(simulated)

    assert simulated.simulated
