"""The life of a search alert: every state and every allowed change, in one place. Pure.

What has been transmitted is never changed: an update, a widening and a closing are new transmissions.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a search stands."""

    DRAFT = "draft"  # being written; nobody outside the city office knows of it
    AWAITING = "awaiting"  # handed in; a second person of the city reads it and lets it go out
    LIVE = "live"  # sent, and people are looking; sightings come in
    CLOSED = "closed"  # over: everybody alerted has been told, links are dead, the data waits to be wiped
    WITHDRAWN = "withdrawn"  # taken back: a draft that never went out, or a search that should not have


class Closing(StrEnum):
    """How a search ended, as far as partners are told: neutral words, never a death."""

    FOUND = "found"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Kind(StrEnum):
    """What a transmission was."""

    ALERT = "alert"
    UPDATE = "update"
    WIDENING = "widening"
    CLOSING = "closing"


#: From each state, the states that may follow.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.AWAITING, State.LIVE, State.WITHDRAWN}),
    State.AWAITING: frozenset({State.DRAFT, State.LIVE, State.WITHDRAWN}),
    State.LIVE: frozenset({State.CLOSED, State.WITHDRAWN}),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

#: States in which a personal link opens and sightings are asked for.
OPEN = frozenset({State.LIVE})
#: States that nothing leaves any more.
OVER = frozenset({State.CLOSED, State.WITHDRAWN})


def may_follow(now: State, wanted: State) -> bool:
    """Whether a search in ``now`` may become ``wanted``."""
    return wanted in TRANSITIONS[now]
