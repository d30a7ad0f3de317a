"""The sample city: a town table that is real, and centres, people and phone numbers that are invented.

It is for the demo and the tests. Its people do not exist, so it is refused where messages go to real phones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, config_files
from relay.accounts import service as accounts
from relay.accounts.models import Role, User
from relay.db import transaction
from relay.duty import rota as duty_rota
from relay.duty.models import Officer, Shift
from relay.imports import cells, officers, rota, sheet, staff, words
from relay.imports import service as imports
from relay.imports.result import Column, Result
from relay.partners.models import Partner, Staff
from relay.partners.service import form_url
from relay.places import service as places
from relay.places.models import Centre
from relay.settings import DEFAULT_CONFIG, Settings, SettingsError

FOLDER = DEFAULT_CONFIG / "sample"
#: Every name of the sample carries this mark; left out where a label would say it twice.
MARK = "（見本）"
#: The rota reaches from last week to so many weeks after this one: a demo may be left alone for long.
WEEKS_AHEAD = 8

_USER_COLUMNS = tuple(Column(name, name) for name in ("email", "password", "name", "role"))
_USER_CENTRE = Column("centre", "centre", needed=False)


def refuse_real(settings: Settings) -> None:
    """Raises ``SettingsError`` unless messages go to simulated phones: the sample's numbers are not anybody's."""
    base = settings.twilio_api_base
    if base is None:
        raise SettingsError(
            "the sample city needs TWILIO_API_BASE (the simulated phones): it is no real city"
        )
    host = urlsplit(base).hostname or ""
    if host == "twilio.com" or host.endswith(".twilio.com"):
        raise SettingsError(
            "the sample city is refused with real Twilio: let TWILIO_API_BASE be the simulated phones"
        )


def load(settings: Settings, *, web_url: str, phones_url: str) -> dict[str, Any]:
    """Put the sample city into the database, or bring it up to date, and return what ``demo.json`` holds.

    Loading again changes nothing that is right already. Raises ``SettingsError`` with real Twilio, and for a
    sample file that can't be used.
    """
    refuse_real(settings)
    with transaction() as session:
        for kind in ("towns", "partners", "officers", "staff"):
            _bring_in(session, kind)
        session.flush()
        duty_rota.ensure_fallback(session)
        _rota(session, settings)
    places.forget()
    _users()
    with transaction() as session:
        return _demo(session, settings, web_url=web_url, phones_url=phones_url)


def labels(settings: Settings) -> dict[str, str]:
    """Whose each simulated phone is. Read from the files alone, so that the phones can start before the rest."""
    found = {city.load(settings.config).fallback_phone: city.load(settings.config).fallback_name}
    if settings.twilio_from:
        found[settings.twilio_from] = "見守りリレー"
    for row in _rows("officers.csv", officers.COLUMNS):
        found[cells.phone(row[officers.PHONE])] = row[officers.NAME]
    for row in _rows("staff.csv", staff.COLUMNS):
        company = row[staff.COMPANY].removesuffix(MARK)
        found[cells.phone(row[staff.PHONE])] = f"{company} {row[staff.NAME]}"
    return found


def _bring_in(session: Session, kind: str) -> None:
    result = Result()
    imports.bring_in(session, kind, _bytes(f"{kind}.csv"), result, folder=FOLDER)
    _refuse(f"{kind}.csv", result)


def _bytes(name: str) -> bytes:
    try:
        return (FOLDER / name).read_bytes()
    except OSError as error:
        raise SettingsError(f"config/sample/{name} can't be read: {error.strerror}") from error


def _rows(name: str, columns: tuple[Column, ...]) -> list[sheet.Row]:
    result = Result()
    rows = sheet.read(_bytes(name), columns, result)
    _refuse(name, result)
    return rows


def _refuse(name: str, result: Result) -> None:
    if result.faults:
        first = result.faults[0]
        raise SettingsError(f"config/sample/{name} line {first.line or 1}: {words.sentence(first, 'en')}")


@dataclass(frozen=True)
class _Duty:
    centre_id: int | None
    rank: int
    officer_id: int


def _rota(session: Session, settings: Settings) -> None:
    """Give every centre a duty officer and a backup at any hour, and the city its night duty, week by week.

    Only hours in which nobody is on the rota yet are filled: what was entered by hand stays.
    """
    centres = {centre.code: centre.id for centre in session.scalars(select(Centre))}
    people = {officer.phone: officer.id for officer in session.scalars(select(Officer))}
    duties = [_Duty(None, 1, people[city.load(settings.config).fallback_phone])]
    for row in _rows("rota_week.csv", (rota.CENTRE, rota.PHONE, rota.RANK)):
        phone, rank = cells.phone(row[rota.PHONE]), cells.rank(row[rota.RANK])
        duties.append(_Duty(centres[row[rota.CENTRE]], rank, people[phone]))
    today = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + timedelta(weeks=week) for week in range(-1, WEEKS_AHEAD + 2)]
    stored = list(session.scalars(select(Shift).where(Shift.ends_at > weeks[0])))
    for duty in duties:
        taken = [shift for shift in stored if (shift.centre_id, shift.rank) == (duty.centre_id, duty.rank)]
        for week in pairwise(weeks):
            for start, end in _free(taken, *week):
                session.add(
                    Shift(
                        centre_id=duty.centre_id,
                        rank=duty.rank,
                        officer_id=duty.officer_id,
                        starts_at=start,
                        ends_at=end,
                    )
                )


def _free(taken: list[Shift], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of a week that no shift of ``taken`` covers."""
    for shift in sorted(taken, key=lambda shift: shift.starts_at):
        if shift.starts_at >= end:
            break
        if shift.starts_at > start:
            yield start, shift.starts_at
        start = max(start, shift.ends_at)
    if start < end:
        yield start, end


def _users() -> None:
    """Make the accounts of ``users.csv``, each with the password that the demo prints."""
    with transaction() as session:
        centres = {centre.code: centre.id for centre in session.scalars(select(Centre))}
        people = {
            (officer.centre_id, officer.name): officer.id for officer in session.scalars(select(Officer))
        }
        stored = {user.email: user.password for user in session.scalars(select(User))}
    email, password, name, role = _USER_COLUMNS
    for row in _rows("users.csv", (*_USER_COLUMNS, _USER_CENTRE)):
        if row[email] not in stored:
            centre_id = centres[row[_USER_CENTRE]] if row[role] == Role.CENTRE else None
            accounts.create_user(
                row[email],
                row[password],
                name=row[name],
                role=row[role],
                centre_id=centre_id,
                officer_id=people.get((centre_id, row[name])),
            )
        elif not _opens(stored[row[email]], row[password]):
            accounts.set_password(row[email], row[password])


def _opens(stored: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(stored, password)
    except VerifyMismatchError:
        return False


def _demo(session: Session, settings: Settings, *, web_url: str, phones_url: str) -> dict[str, Any]:
    """The content of ``demo.json``: a contract with tools outside, see the design's section on it."""
    wanted = config_files.read(FOLDER / "city.toml")["demo"]
    email, password, *_ = _USER_COLUMNS
    users = {row[email]: row for row in _rows("users.csv", (*_USER_COLUMNS, _USER_CENTRE))}
    city_user, approver = users[wanted["city_user"]], users[wanted["approver"]]
    officer = next(row for row in users.values() if row[_USER_CENTRE] == wanted["centre"])
    return {
        "web": web_url,
        "phones": phones_url,
        "relay_number": settings.twilio_from,
        "form_url": _form(session, wanted["partner"], web_url),
        "other_form_url": _form(session, wanted["other_partner"], web_url),
        "worker": _worker(session, wanted["partner"]),
        "other_worker": _worker(session, wanted["other_partner"]),
        "centre": _centre(session, wanted["centre"], wanted["town"]),
        "other_centre": _centre(session, wanted["other_centre"], wanted["other_town"]),
        "city": {
            "email": city_user[email],
            "password": city_user[password],
            "number": city.load(settings.config).fallback_phone,
        },
        "approver": {"email": approver[email], "password": approver[password]},
        "officer": {"email": officer[email], "password": officer[password]},
    }


def _form(session: Session, company: str, web_url: str) -> str:
    token = session.scalars(select(Partner.form_token).where(Partner.name == company)).one()
    return form_url(web_url, token)


def _worker(session: Session, company: str) -> str:
    numbers = select(Staff.phone).join(Partner).where(Partner.name == company, Staff.left_at.is_(None))
    return session.scalars(numbers.order_by(Staff.phone).limit(1)).one()


def _centre(session: Session, code: str, town: str) -> dict[str, str]:
    centre = session.scalars(select(Centre).where(Centre.code == code)).one()
    phones = {}
    for step in ("duty", "backup", "head"):
        on_duty = duty_rota.who(session, step, centre.id, clock.now())
        if not on_duty:
            raise SettingsError(f"{centre.name} has no {step} now: mend its rota, or use a fresh data folder")
        phones[step] = on_duty[0].phone
    return {"name": centre.name, "town": town, **phones}
