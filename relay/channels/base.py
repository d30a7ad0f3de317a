"""What the outbox needs from a way to reach somebody, whatever it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message as a channel gets it. ``validity`` is in seconds; None: as long as the network likes."""

    recipient: str
    body: str
    ref: str
    validity: int | None
    subject: str | None = None
    """Of a mail; other channels have none."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """A message of which nobody knows whether the provider has it; if it has, it was created after ``since``."""

    outgoing: Outgoing
    since: datetime


class ChannelError(Exception):
    """The provider did not take the message. ``code`` is the provider's own error code, if it gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Refused(ChannelError):
    """The provider says no for good: the same message would be refused again."""


class NotNow(ChannelError):
    """The provider has not taken it, and may later: too many at once, or our account is being mended."""


class Unclear(ChannelError):
    """No answer, or one that does not say whether the message exists: ask with ``find`` before trying again."""


class Unknowable(ChannelError):
    """Nobody can be asked whether the message exists, now or ever."""


Found = tuple[str, ...] | ChannelError


class Channel(Protocol):
    """A way to send. Network calls only; knows nothing of cases or the database."""

    name: str
    receipts: bool
    """Whether the provider tells later what became of a message. Where not, a message that it took is done with."""

    def missing(self) -> str | None:
        """Why this deployment can't send this way at all, as a reason code; None when it can."""
        ...

    def segments(self, body: str) -> int:
        """How many parts the provider will count for ``body``."""
        ...

    def send(self, message: Outgoing) -> str:
        """Hand the message over; returns the provider's id. Raises ``ChannelError``."""
        ...

    def find(self, sought: Sequence[Sought]) -> list[Found]:
        """For each, the provider's ids of messages with these words to this recipient; ``NotNow`` where the provider
        can't be asked now, ``Unknowable`` where it never can."""
        ...

    def reused(self) -> AbstractContextManager[None]:
        """While the block runs, this thread keeps open what each message would otherwise open anew."""
        ...
