"""Searches in every state, made through the real services, for the tests of the city's pages."""

import io
import re
from datetime import date, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox.models import Message, State
from relay.search import service, spread
from relay.search.composing import people
from relay.search.composing.registering import Contact, PersonFields
from relay.search.models import Audience, Photo, RegisteredPerson
from relay.search.states import Closing
from tests.search import scenes

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"')
TOWN = "木曽川町黒田"
PERSON = PersonFields(
    name="見本 太郎",
    kana="ミホン タロウ",
    birth=date(1944, 5, 3),
    sex="male",
    height=162,
    build="中肉",
    hair="白髪で短い",
    usual_clothes="茶色の上着",
    usual_belongings="黒いかばん",
    condition="耳が遠い",
    speak="ゆっくり大きな声で",
    habits="前の職場（駅の北）",
    town=TOWN,
    number="2-5-6",
    contacts=(Contact(name="見本 花子", relation="長女", phone="+818000009001"),),
    consent_by="本人と長女",
    consent_items=("name", "face"),
    consent_ranges=("staff",),
)


def jpeg(colour: str = "navy") -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (120, 160), colour).save(file, "JPEG")
    return file.getvalue()


def live(session: Session, *, people_told: int = 4, drill: bool = False, **changes: Any) -> int:
    """A search that has gone out by one person's decision, its messages written."""
    scenes.staff(session, people_told)
    number = scenes.draft(session, drill=drill, **changes)
    service.send_urgent(number, scenes.actors(session)[0], reason="ほかの職員がいない（見本）")
    spread.spread_due()
    session.expire_all()
    return number


def receipts(session: Session, number: int, *wanted: State) -> None:
    """How far the first messages of a search got, committed."""
    ids = session.scalars(select(Message.id).where(Message.search_id == number).order_by(Message.id)).all()
    for message, state in zip(ids, wanted, strict=False):
        failed = state in (State.UNDELIVERED, State.FAILED)
        session.execute(
            update(Message)
            .where(Message.id == message)
            .values(state=state, sent_at=clock.now(), reason="handset_off" if failed else None)
        )
    session.commit()


def opened(session: Session, number: int, count: int) -> None:
    """So many people opened their link, committed."""
    for person in session.scalars(select(Audience).where(Audience.search_id == number).limit(count)):
        person.opened_at = clock.now()
    session.commit()


def portrait(session: Session, number: int) -> None:
    """A picture of the person, committed."""
    session.add(Photo(search_id=number, taken="今年の春", jpeg=jpeg()))
    session.commit()


def awaiting(session: Session, **changes: Any) -> int:
    """A search handed in by the first user of the city."""
    number = scenes.draft(session, **changes)
    service.submit(number, scenes.actors(session)[0])
    return number


def closed(session: Session, closing: Closing = Closing.FOUND) -> int:
    """A search that is over."""
    number = live(session)
    receipts(session, number, *[State.DELIVERED] * 5)
    service.close(number, scenes.actors(session)[0], closing=closing)
    return number


def person(session: Session, *, days_ago: int = 0, photo: bytes | None = None, **changes: Any) -> int:
    """A registration that was last confirmed so many days ago."""
    fields = PersonFields(**{**vars(PERSON), **changes})
    number, _ = people.add(fields, scenes.actors(session)[0], jpeg=photo)
    row = session.get_one(RegisteredPerson, number)
    row.renewed_at = clock.now() - timedelta(days=days_ago)
    session.commit()
    return number
