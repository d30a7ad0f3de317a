"""Who acts on a case: an officer by phone, a user at the board, or the relay itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Actor:
    """``name`` goes on the timeline. ``officer_id`` is set when it is somebody who can own cases."""

    name: str
    officer_id: int | None = None


RELAY = Actor(name="")
