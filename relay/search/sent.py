"""Who was sent a search, and on which channel: what an update and the closing notice go by."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay.outbox.models import Message, State

#: The alert itself, whichever ring it went to.
ALERT = "search"
#: Handed over to the provider, whatever became of it there. "Undelivered" is no proof that nobody read it, and a
#: neutral word too many harms nobody: it counts as sent.
HANDED_OVER = (State.ACCEPTED, State.DELIVERED, State.UNDELIVERED)


@dataclass(frozen=True)
class Sent:
    """One person who was sent the alert. ``channel`` is the one that reached them, as far as is known."""

    audience_id: int
    channel: str


def to(session: Session, search_id: int, *, waiting: bool = False) -> list[Sent]:
    """Everybody to whom the alert was handed over, on the channel that reached them: by SMS unless that failed and
    an e-mail did not. ``waiting``: those too whose alert is about to leave."""
    states = HANDED_OVER + ((State.QUEUED, State.SENDING) if waiting else ())
    rows = session.execute(
        select(Message.audience_id, Message.channel, Message.state)
        .where(
            Message.search_id == search_id,
            Message.purpose == ALERT,
            Message.state.in_(states),
        )
        .order_by(Message.audience_id)
    )
    best: dict[int, tuple[int, str]] = {}
    for audience_id, channel, state in rows:
        if audience_id is None:
            continue
        rank = _rank(channel, state)
        if audience_id not in best or rank < best[audience_id][0]:
            best[audience_id] = (rank, channel)
    return [Sent(audience_id, channel) for audience_id, (_, channel) in best.items()]


def _rank(channel: str, state: State) -> int:
    if state == State.UNDELIVERED:
        return 2
    return 0 if channel == "sms" else 1


def unsettled(session: Session, search_id: int) -> int:
    """How many alerts are with the provider right now, so that nobody knows yet whether they were sent."""
    waiting = select(func.count()).where(
        Message.search_id == search_id, Message.purpose == ALERT, Message.state == State.SENDING
    )
    return session.scalar(waiting) or 0
