"""Telling the city itself: what needs a decision, every sighting, and that it is over."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, settings
from relay.accounts.models import Role, User
from relay.duty import rota
from relay.outbox import service as outbox
from relay.outbox.models import Message
from relay.search.models import Search

_PURPOSE = "search_desk"


def tell(session: Session, search: Search, body: str, *, key: str, centre_id: int | None = None) -> None:
    """Send ``body`` to the city on duty, the phones that the city named, and the duty officer of ``centre_id``.

    ``key`` names the occasion: the same one is told once.
    """
    phones: dict[str, int | None] = {}
    now = clock.now()
    if centre_id is not None:
        officers = rota.who(session, "duty", centre_id, now) or rota.who(session, "head", centre_id, now)
        phones.update({officer.phone: officer.id for officer in officers})
    for officer in rota.who(session, "city", None, now):
        phones.setdefault(officer.phone, officer.id)
    for phone in city.current().search.desk_phones:
        phones.setdefault(phone, None)
    _write(session, search, body, key, phones)


def tell_again(session: Session, search: Search, body: str, *, key: str) -> None:
    """Send ``body`` to every phone that was told of this search before: whoever was woken hears how it ended."""
    told = select(Message.recipient, Message.officer_id).where(
        Message.search_id == search.id, Message.purpose == _PURPOSE, Message.channel == "sms"
    )
    _write(session, search, body, key, dict(session.execute(told).all()))


def ask_approval(session: Session, search: Search, body: str) -> None:
    """Tell the city on duty by SMS, and everybody else of the city by e-mail, that a search waits for a second person.

    ``body``: the text of both. Handed in again, it is told again.
    """
    key = f"approval:{search.submitted_at:%s}"
    tell(session, search, body, key=key)
    if not settings.current().smtp_url:
        return
    others = select(User.id, User.email).where(
        User.role == Role.CITY, User.active, User.id != search.submitted_by
    )
    for user_id, email in session.execute(others):
        outbox.enqueue(
            session,
            key=f"search_desk:{search.id}:{key}:mail:{user_id}",
            lane="duty",
            purpose=_PURPOSE,
            channel="mail",
            recipient=email,
            subject=body.partition("\n")[0],
            body=body,
            search_id=search.id,
        )


def _write(session: Session, search: Search, body: str, key: str, phones: Mapping[str, int | None]) -> None:
    for phone, officer_id in phones.items():
        outbox.enqueue(
            session,
            key=f"search_desk:{search.id}:{key}:{phone}",
            lane="duty",
            purpose=_PURPOSE,
            recipient=phone,
            body=body,
            search_id=search.id,
            officer_id=officer_id,
        )
