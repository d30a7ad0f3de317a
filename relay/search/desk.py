"""Telling the city itself, by SMS: what needs a decision, and every sighting."""

from sqlalchemy.orm import Session

from relay import city, clock
from relay.duty import rota
from relay.outbox import service as outbox
from relay.search.models import Search


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
    for phone, officer_id in phones.items():
        outbox.enqueue(
            session,
            key=f"search_desk:{search.id}:{key}:{phone}",
            lane="duty",
            purpose="search_desk",
            recipient=phone,
            body=body,
            search_id=search.id,
            officer_id=officer_id,
        )
