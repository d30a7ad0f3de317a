"""What happened and what was sent, as one list."""

from datetime import UTC, datetime, timedelta
from typing import Any

from relay.cases import chronicle
from relay.cases.chronicle import Sent
from relay.outbox.models import Message, State
from relay.timeline import Event, Kind

AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def event(kind: Kind, *, after: float = 0, **data: Any) -> Event:
    return Event(id=1, case_id=1, at=AT + timedelta(seconds=after), kind=kind, actor=None, data=data)


def sent(number: int, *, after: float = 0, purpose: str = "duty") -> Sent:
    message = Message(
        id=number,
        created_at=AT + timedelta(seconds=after),
        purpose=purpose,
        channel="sms",
        officer_id=7 if purpose == "duty" else None,
        report_id=None if purpose == "duty" else 3,
        body="",
        state=State.QUEUED,
        not_before=AT,
    )
    return chronicle.sent_of(message, officers={7: "見本"}, reports={3: "M0003"})


def test_the_newest_comes_first_and_of_one_moment_what_was_written_last() -> None:
    events = [event(Kind.OPENED), event(Kind.REPORTED), event(Kind.NOTE, after=60)]
    assert [entry.kind for entry in chronicle.merge(events, [])] == [Kind.NOTE, Kind.REPORTED, Kind.OPENED]


def test_the_messages_of_a_step_stand_under_that_step() -> None:
    first = event(Kind.STEP, round=0, step=0)
    second = event(Kind.STEP, after=300, round=0, step=1)
    entries = chronicle.merge(
        [first, second], [("0.0", sent(1)), ("0.1", sent(2, after=300)), ("0.1", sent(3, after=300))]
    )
    assert [[s.id for s in entry.sent] for entry in entries] == [[2, 3], [1]]


def test_a_repeated_step_keeps_its_own_messages() -> None:
    steps = [event(Kind.STEP, round=0, step=3), event(Kind.STEP, after=600, round=0, step=3)]
    entries = chronicle.merge(steps, [("0.3", sent(1)), ("0.3", sent(2, after=600))])
    assert [[s.id for s in entry.sent] for entry in entries] == [[2], [1]]


def test_other_messages_stand_by_themselves() -> None:
    entries = chronicle.merge([event(Kind.OPENED)], [(None, sent(1, after=5, purpose="feedback"))])
    assert [(entry.kind, len(entry.sent)) for entry in entries] == [(None, 1), (Kind.OPENED, 0)]
    assert (entries[0].sent[0].name, entries[0].sent[0].report) == (None, "M0003")


def test_no_message_is_lost_on_the_way() -> None:
    messages = [("0.0", sent(1)), ("9.9", sent(2)), (None, sent(3, purpose="feedback"))]
    entries = chronicle.merge([event(Kind.STEP, round=0, step=0)], messages)
    assert sorted(s.id for entry in entries for s in entry.sent) == [1, 2, 3]
