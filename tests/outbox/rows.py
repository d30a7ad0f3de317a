"""Writing messages as a search does, and reading how they stand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

import relay.tables  # noqa: F401 - messages point to tables of rooms that these tests never enter
from relay import clock, db
from relay.outbox import service
from relay.outbox.models import Message
from relay.outbox.service import Draft

TEXT = "【見本】K1"


def number(n: int) -> str:
    """The phone of the n-th person."""
    return f"+8190{n:08}"


def draft(n: int, **more: Any) -> Draft:
    """A search text to the n-th person; ``search:n`` is its key."""
    wish = {
        "key": f"search:{n}",
        "lane": "bulk",
        "purpose": "search",
        "body": TEXT,
        "recipient": number(n),
    }
    return Draft(**{**wish, **more})


def mail(n: int, **more: Any) -> Draft:
    """The same as a mail; ``mail:n`` is its key."""
    wish = {"key": f"mail:{n}", "channel": "mail", "recipient": f"p{n}@mail.example", "subject": TEXT}
    return draft(n, **{**wish, **more})


def write(drafts: Sequence[Draft]) -> int:
    with db.transaction() as session:
        return service.enqueue_many(session, drafts)


def stored() -> dict[str, Message]:
    """Every message as it stands now, by its key."""
    with db.transaction() as session:
        return {message.key: message for message in session.scalars(select(Message).order_by(Message.id))}


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(seconds=seconds))
