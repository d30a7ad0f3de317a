"""The neighbouring cities that we know: who reads our feed with which key, and whose feed we read. In the caller's
transaction; of the keys that we give out only the hash is kept."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, tokens
from relay.search.models import Neighbour


class NeighbourError(Exception):
    """``code``: known (there is one of that name), unknown (there is none, or it has ended)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def add(session: Session, name: str) -> str:
    """Let a city read our feed. Returns the key that it shows there: it can't be read again afterwards.

    A city that had ended begins anew. Raises ``NeighbourError``: known.
    """
    neighbour = _find(session, name)
    if neighbour is None:
        neighbour = Neighbour(name=name)
        session.add(neighbour)
    elif neighbour.ended_at is None:
        raise NeighbourError("known")
    neighbour.ended_at = None
    return _new_key(neighbour)


def read_from(session: Session, name: str, *, feed: str, key: str) -> None:
    """Read the feed of a city from now on; ``key`` is the one that it gave us. Raises ``NeighbourError``: unknown."""
    neighbour = _active(session, name)
    neighbour.feed_url, neighbour.feed_key = feed, key
    neighbour.fault = None


def rotate(session: Session, name: str) -> str:
    """Give a city a new key for our feed; the old one ends now. Raises ``NeighbourError``: unknown."""
    return _new_key(_active(session, name))


def end(session: Session, name: str) -> None:
    """Neither give to nor take from a city any more. Raises ``NeighbourError``: unknown."""
    neighbour = _active(session, name)
    neighbour.ended_at = clock.now()
    neighbour.key_digest = neighbour.feed_key = neighbour.fault = None


def all_of_them(session: Session) -> list[Neighbour]:
    """All neighbours, those that have ended last."""
    order = (Neighbour.ended_at.is_not(None), Neighbour.id)
    return list(session.scalars(select(Neighbour).order_by(*order)))


def with_key(session: Session, key: str) -> Neighbour | None:
    """Who shows this key."""
    digest = tokens.digest(key)
    return session.scalar(
        select(Neighbour).where(Neighbour.key_digest == digest, Neighbour.ended_at.is_(None))
    )


def _new_key(neighbour: Neighbour) -> str:
    key = tokens.new()
    neighbour.key_digest = tokens.digest(key)
    return key


def _find(session: Session, name: str) -> Neighbour | None:
    return session.scalar(select(Neighbour).where(Neighbour.name == name).with_for_update())


def _active(session: Session, name: str) -> Neighbour:
    neighbour = _find(session, name)
    if neighbour is None or neighbour.ended_at is not None:
        raise NeighbourError("unknown")
    return neighbour
