"""How a message moves: pure decisions on states, receipts and errors.

Sources: Twilio's message states and error codes (https://www.twilio.com/docs/messaging/api/message-resource).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from relay.outbox.models import State

#: From each state, the states that may follow. A receipt that asks for anything else is late or doubled.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    # What waits for another try may turn out to have left after all: then it is not sent again.
    State.QUEUED: frozenset(
        {State.SENDING, State.ACCEPTED, State.DELIVERED, State.UNDELIVERED, State.FAILED}
    ),
    State.SENDING: frozenset(
        {State.QUEUED, State.ACCEPTED, State.DELIVERED, State.UNDELIVERED, State.FAILED}
    ),
    State.ACCEPTED: frozenset({State.QUEUED, State.DELIVERED, State.UNDELIVERED, State.FAILED}),
    State.DELIVERED: frozenset(),
    State.UNDELIVERED: frozenset(),
    State.FAILED: frozenset(),
}

#: What the provider calls it → our state.
PROVIDER_STATES: Mapping[str, State] = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.ACCEPTED,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.UNDELIVERED,
    "canceled": State.UNDELIVERED,
}

HANDSET_OFF = 30003
QUEUE_OVERFLOW = 30001
OPTED_OUT = 21610
#: Worth one more try on the same phone; everything else is the ladder's turn.
TRY_AGAIN = frozenset({HANDSET_OFF, QUEUE_OVERFLOW})
MAX_TRIES = 2
TRY_AGAIN_AFTER = timedelta(seconds=20)

#: Why a message did not arrive, in codes that the pages put into words.
REASONS: Mapping[int, str] = {
    HANDSET_OFF: "handset_off",
    30004: "blocked",
    30005: "unknown_number",
    30006: "landline",
    30007: "filtered",
    30008: "unknown",
    30036: "expired",
    OPTED_OUT: "opted_out",
    21211: "bad_number",
    21408: "country_not_allowed",
    21614: "not_mobile",
    21617: "too_long",
    # Of mail servers. (RFC 5321, 4.2.2)
    550: "unknown_address",
    551: "unknown_address",
    552: "mailbox_full",
    553: "unknown_address",
    554: "filtered",
}
#: What our own channels refuse before anybody is asked.
OWN_REASONS = frozenset({"no_mail", "bad_address"})

SENDING_SECONDS = 20
"""How long a claim lasts: the provider call's time-out and the time to write its answer down."""
MAIL_SENDING_SECONDS = 120
"""The same for mail: its servers may take their time at every step."""
START_WITHIN_SECONDS = 8
"""A claim whose call has not begun by then (the machine slept, say) goes back: its call could outlast it."""
LONGEST_VALIDITY = 36_000
"""Seconds that the provider keeps a message at most."""
UNCLEAR_SECONDS = 3
"""After an answer that leaves it open: wait so long before asking the provider what it has."""


def reason_of(code: int | None) -> str:
    """The reason code for an error code, ``error_<code>`` for one that has no word yet."""
    if code is None:
        return "unknown"
    return REASONS.get(code, f"error_{code}")


def refusal(code: int | None, why: str) -> str:
    """The reason code of a refusal: by the provider's error code, or our own channel's word."""
    return why if code is None and why in OWN_REASONS else reason_of(code)


def sending_seconds(channel: str) -> int:
    """How long a claim of a message on ``channel`` lasts."""
    return MAIL_SENDING_SECONDS if channel == "mail" else SENDING_SECONDS


def task_of(lane: str, channel: str) -> str:
    """The worker task that sends a message: in the bulk lane mail and texts don't wait for each other."""
    return "send_bulk_mail" if (lane, channel) == ("bulk", "mail") else f"send_{lane}"


def may_follow(now: State, wanted: State) -> bool:
    """Whether ``wanted`` is a step forward from ``now``."""
    return wanted in TRANSITIONS[now]


def tries_again(code: int | None, attempts: int, expires_at: datetime | None, now: datetime) -> bool:
    """Whether an undelivered message is sent once more to the same phone."""
    if code not in TRY_AGAIN or attempts >= MAX_TRIES:
        return False
    return expires_at is None or now + TRY_AGAIN_AFTER < expires_at


def not_now_pause(attempts_refused: int) -> timedelta:
    """How long to wait after the provider said "not now": 1 s, 2 s, 4 s … up to 30 s."""
    return timedelta(seconds=min(30, 2 ** min(attempts_refused, 5)))
