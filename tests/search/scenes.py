"""Searches for tests: a woman in a red hat, last seen in Kisogawa."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.accounts.models import Role, User
from relay.partners.models import Partner, Staff
from relay.places.models import District
from relay.search.actors import Actor
from relay.search.models import Search, Subject

RED_HAT = "赤い毛糸の帽子"


def actors(session: Session) -> tuple[Actor, Actor]:
    """Two users of the city."""
    users = session.scalars(select(User).where(User.role == Role.CITY).order_by(User.id)).all()
    return tuple(Actor(user.name, user.id) for user in users[:2])  # type: ignore[return-value]


def district(session: Session, name: str) -> int:
    return session.scalars(select(District.id).where(District.name == name)).one()


def draft(session: Session, *, drill: bool = False, where: str = "木曽川", **changes: Any) -> int:
    """A complete draft, committed. Returns its number."""
    search = Search(created_at=clock.now(), created_by="市 高齢福祉課（見本）", drill=drill)
    session.add(search)
    session.flush()
    values: dict[str, Any] = {
        "police_station": "一宮警察署（見本）",
        "police_number": "第1号",
        "consent_by": "長女",
        "consent_items": ["name", "face"],
        "consent_ranges": ["staff"],
        "name": "見本 花子",
        "kana": "ミホン ハナコ",
        "age_band": "80-84",
        "sex": "female",
        "height": 150,
        "visible": RED_HAT,
        "clothes": "紺色の上着",
        "seen_at": clock.now() - timedelta(minutes=40),
        "seen_town": "木曽川町黒田",
        "seen_place": "駅の前",
        "district_id": district(session, where),
        "heading": "北",
        "travel": "foot",
    }
    session.add(Subject(search_id=search.id, **(values | changes)))
    session.commit()
    return search.id


def staff(
    session: Session, count: int, *, where: str | None = "木曽川", start: int = 0, **changes: Any
) -> list[str]:
    """So many more people of one company who agreed to get searches, committed. Returns their phones."""
    partner = session.scalars(select(Partner).order_by(Partner.id)).first()
    assert partner is not None
    places = [session.get_one(District, district(session, where))] if where else []
    phones = [f"+8180000{start + number:05d}" for number in range(20000, 20000 + count)]
    session.add_all(
        Staff(
            partner=partner,
            name=f"配達員{phone[-5:]}（見本）",
            phone=phone,
            search_since=clock.now(),
            districts=list(places),
            **({"language": "ja"} | changes),
        )
        for phone in phones
    )
    session.commit()
    return phones


def leave(session: Session, phone: str) -> None:
    """This person is no longer with the company, committed."""
    session.scalars(select(Staff).where(Staff.phone == phone)).one().left_at = clock.now()
    session.commit()
