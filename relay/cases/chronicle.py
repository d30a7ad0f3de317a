"""Everything that happened to a case in one list: its events, and the messages that went out for it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from relay.outbox.models import Message
from relay.timeline import Event, Kind

#: A step and its messages are written in one transaction, each with its own look at the clock.
SAME_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One outbound message and how far it got."""

    id: int
    at: datetime
    purpose: str
    channel: str
    name: str | None
    """The officer's name; None for a reporter."""
    report: str | None
    """Number of the report whose sender it went to."""
    body: str
    state: str
    reason: str | None
    moved_at: datetime | None
    """When it was delivered or, before that, sent."""
    not_before: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the list: an event with the messages that it caused, or messages that stand alone."""

    at: datetime
    kind: Kind | None
    actor: str | None
    data: dict[str, Any]
    sent: Sequence[Sent]


def sent_of(message: Message, *, officers: dict[int, str], reports: dict[int, str]) -> Sent:
    """A message with the names that belong to its numbers."""
    return Sent(
        id=message.id,
        at=message.created_at,
        purpose=message.purpose,
        channel=message.channel,
        name=officers.get(message.officer_id) if message.officer_id else None,
        report=reports.get(message.report_id) if message.report_id else None,
        body=message.body,
        state=message.state.value,
        reason=message.reason,
        moved_at=message.delivered_at or message.sent_at,
        not_before=message.not_before,
    )


def merge(events: Iterable[Event], messages: Sequence[tuple[str | None, Sent]]) -> list[Entry]:
    """Events and messages by time, newest first. ``messages`` come with their climb (``round.step``).

    The messages of a ladder step stand under that step; all others stand by themselves.
    """
    left = list(messages)
    entries = []
    for event in events:
        mine = [
            (climb, sent)
            for climb, sent in left
            if event.kind == Kind.STEP
            and climb == f"{event.data.get('round')}.{event.data.get('step')}"
            and abs(event.at - sent.at) < SAME_MOMENT
        ]
        left = [pair for pair in left if pair not in mine]
        entries.append(
            Entry(
                at=event.at,
                kind=Kind(event.kind),
                actor=event.actor,
                data=event.data,
                sent=[sent for _, sent in mine],
            )
        )
    entries.extend(Entry(at=sent.at, kind=None, actor=None, data={}, sent=[sent]) for _, sent in left)
    # Of one moment, what was written last comes first too.
    in_order = sorted(enumerate(entries), key=lambda numbered: (numbered[1].at, numbered[0]), reverse=True)
    return [entry for _, entry in in_order]
