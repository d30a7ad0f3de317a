"""Who does something to a search."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person as logs name them, and their account, by which the second person is told from the first."""

    name: str
    user_id: int | None = None


#: The relay itself: clocks and expiry.
RELAY = Actor("")
