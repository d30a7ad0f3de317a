"""Scenes for the tests of the officers' pages: reports filed through the real services, marked as samples."""

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from relay import clock
from relay.cases import filing, service
from relay.cases.actors import Actor
from relay.cases.filing import Filing
from relay.cases.models import Case, Report
from relay.db import transaction
from relay.duty import engine
from relay.duty.models import Officer
from relay.partners.models import Staff
from relay.triage.results import NOWHERE, Place, Reading, Reason
from relay.vocabulary import Level, Outcome, Sign

DUTY, BACKUP, HEAD = "+818000002001", "+818000002002", "+818000002003"
STAFF = "+818000005001"
TOWN = "木曽川町黒田"  # of the centre whose officer has the sample account
OTHER_TOWN = "萩原町串作"
_numbers = count(1)


def officer(phone: str = DUTY) -> Officer:
    """An officer of the sample city by phone."""
    with transaction() as session:
        return session.scalars(select(Officer).where(Officer.phone == phone)).one()


def report(
    level: Level = Level.URGENT,
    *,
    town: str | None = TOWN,
    number: str | None = "2-5-6",
    building: str | None = None,
    room: str | None = None,
    surname: str | None = None,
    text: str = "新聞が3日分たまっている。呼んでも返事がない（見本）",
    signs: tuple[Sign, ...] = (Sign.NEWSPAPERS, Sign.NO_ANSWER),
    days: int | None = 3,
    candidates: tuple[str, ...] = (),
    verified: bool = True,
    called_119: bool = False,
    sealed: bool = False,
    photo: bytes | None = None,
    spot: tuple[float, float] | None = None,
    at: datetime | None = None,
) -> int:
    """File one report and return the number of its case."""
    place = Place(town=town, number=number, building=building, room=room, candidates=candidates)
    reading = Reading(
        level=level,
        signs=signs,
        days=days,
        place=place if town or number or candidates else NOWHERE,
        sealed=sealed,
        called_119=called_119,
        repeat=False,
        reasons=(
            Reason(code="items_and_more", level=level, signs=signs, words=("新聞が3日分", "返事がない")),
        ),
        lexicon="sample",
        language="ja",
    )
    with transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.phone == STAFF)) if verified else None
        filed = filing.file(
            session,
            Filing(
                number=f"M{next(_numbers):04d}",
                channel="form" if photo or spot else "sms",
                received_at=at or clock.now(),
                partner_id=staff.partner_id if staff else None,
                staff_id=staff.id if staff else None,
                phone=STAFF if staff else "+819000000000",
                verified=verified,
                text=text,
                reading=reading,
                surname=surname,
                lat=spot[0] if spot else None,
                lng=spot[1] if spot else None,
                photo=photo,
            ),
        )
        return filed.case_id


def link_token(case_id: int, phone: str = DUTY) -> str:
    """The token of a fresh duty link to this case for the officer with this phone."""
    with transaction() as session:
        holder = session.scalars(select(Officer).where(Officer.phone == phone)).one()
        return engine.link_for(session, case_id, holder).rsplit("/", 1)[1]


def accept(case_id: int, phone: str = DUTY) -> None:
    """The officer with this phone takes the case."""
    taker = officer(phone)
    service.accept(case_id, Actor(name=taker.name, officer_id=taker.id), officer_id=taker.id, via="sms")


def close(case_id: int, outcome: Outcome = Outcome.SAFE, text: str = "") -> None:
    """Somebody ends the case."""
    service.close(case_id, Actor(name="見本 職員"), outcome=outcome, text=text)


def case_row(case_id: int) -> Case:
    """The case as it stands in the database."""
    with transaction() as session:
        return session.get_one(Case, case_id)


def reports_of(case_id: int) -> list[Report]:
    """The reports of a case."""
    with transaction() as session:
        return list(session.scalars(select(Report).where(Report.case_id == case_id).order_by(Report.id)))


def sign_in(client: Any, facts: dict[str, Any], who: str = "city") -> None:
    """Sign the test client in as the sample city's user, or as the sample centre's officer."""
    page = client.get("/login")
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        "/login", data={"email": facts[who]["email"], "password": facts[who]["password"], "csrf_token": token}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
