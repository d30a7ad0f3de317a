"""Everything that the simulator remembers: phones, messages, calls. For one event loop only."""

import asyncio
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from relay import clock
from relay.embedded.phones import errors, numbers, segments

INBOUND, OUTBOUND, REPLY = "inbound", "outbound-api", "outbound-reply"
MESSAGE_ENDS = frozenset({"delivered", "undelivered", "failed", "received"})
CALL_ENDS = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
#: Receipts still to be posted, each an address and its parameters.
Mail = deque[tuple[str, Mapping[str, str]]]
#: Webhook attempts kept for people who look for a wrong signature or address.
WEBHOOKS_KEPT = 500


def new_sid(prefix: str) -> str:
    """A fresh id as the provider makes them: two letters and 32 hex digits."""
    return prefix + uuid.uuid4().hex


@dataclass(slots=True, eq=False)
class Message:
    """One SMS, either way. ``body`` is what the phone shows; ``blanked`` hides it in the REST API only."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created_at: datetime
    segments: int
    service_sid: str | None = None
    callback: str | None = None
    validity: float | None = None
    accepted: float = 0.0
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None
    blanked: bool = False
    problem: str | None = None
    receipts: Mail | None = None

    @property
    def phone(self) -> str:
        """The number of the simulated phone, whichever way the message went."""
        return self.sender if self.direction == INBOUND else self.to

    @property
    def ended(self) -> bool:
        return self.status in MESSAGE_ENDS


@dataclass(slots=True, eq=False)
class Call:
    """One voice call to a phone. ``said`` is what was heard so far, ``pressed`` every key so far."""

    sid: str
    to: str
    sender: str
    status: str
    created_at: datetime
    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    callback: str | None = None
    callback_events: frozenset[str] = frozenset({"completed"})
    timeout: float = 60.0
    detect_machine: bool = False
    said: list[str] = field(default_factory=list)
    pressed: str = ""
    unread: str = ""
    waiting: bool = False
    sequence: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    problem: str | None = None
    receipts: Mail = field(default_factory=deque)
    keys: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    @property
    def ended(self) -> bool:
        return self.status in CALL_ENDS


@dataclass(slots=True, eq=False)
class Phone:
    """One simulated phone. ``error_code`` makes every SMS to it fail, ``off`` calls as well."""

    number: str
    label: str | None = None
    error_code: int | None = None
    off: bool = False
    opted_out: bool = False
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    version: int = 0
    active: int = 0

    def loss(self) -> int | None:
        """The code with which a message on its way to this phone is lost; None when it arrives."""
        if self.off:
            return errors.UNREACHABLE
        return self.error_code if self.error_code in errors.LOSSES else None

    def refusal(self) -> int | None:
        """The code with which the provider refuses a new message to this phone; None when it takes it."""
        if self.opted_out:
            return errors.OPTED_OUT
        if self.error_code in errors.REFUSALS:
            return self.error_code
        return None if numbers.takes_sms(self.number) else errors.NOT_MOBILE


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One request to the relay and what came of it: an HTTP status, or the reason why there was none."""

    at: datetime
    kind: str
    url: str
    sid: str
    status: int | None
    problem: str | None


class State:
    """The memory. Every change of what the page shows goes through ``touch``, which wakes the watchers."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = dict(labels)
        self._watchers: set[asyncio.Event] = set()
        self.version = 0
        self._empty()

    def _empty(self) -> None:
        self.phones: dict[str, Phone] = {}
        self.messages: dict[str, Message] = {}
        self._messages_to: dict[str, list[Message]] = {}
        self.calls: dict[str, Call] = {}
        self.webhooks: deque[WebhookAttempt] = deque(maxlen=WEBHOOKS_KEPT)
        for number, label in self._labels.items():
            self.touch(self.phone(number))
            self.phones[number].label = label

    def forget(self) -> None:
        """Everything but the labels given at the start."""
        self._empty()
        self.touch()

    def phone(self, number: str) -> Phone:
        """The phone with this number, made on first use."""
        found = self.phones.get(number)
        if found is None:
            found = self.phones[number] = Phone(number)
        return found

    def touch(self, phone: Phone | None = None, *, activity: bool = False) -> None:
        """Note a change; ``activity`` moves the phone to the front of the page."""
        self.version += 1
        if phone is not None:
            phone.version = self.version
            if activity:
                phone.active = self.version
        for watcher in self._watchers:
            watcher.set()

    def watch(self) -> asyncio.Event:
        """An event that is set at every change. Give it back with ``unwatch``."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: asyncio.Event) -> None:
        self._watchers.discard(watcher)

    def wake(self) -> None:
        """Wake all watchers without a change."""
        for watcher in self._watchers:
            watcher.set()

    def new_message(
        self,
        *,
        to: str,
        sender: str,
        body: str,
        direction: str,
        sid: str | None = None,
        status: str = "queued",
    ) -> Message:
        """Remember a new message and show it on its phone."""
        now = clock.now()
        message = Message(
            sid=sid or new_sid("SM"),
            to=to,
            sender=sender,
            body=body,
            direction=direction,
            status=status,
            created_at=now,
            segments=segments.count(body),
            updated_at=now,
        )
        self.messages[message.sid] = message
        self._messages_to.setdefault(to, []).append(message)
        phone = self.phone(message.phone)
        phone.messages.append(message)
        self.touch(phone, activity=True)
        return message

    def add_call(self, call: Call) -> None:
        """Remember a new call and show it on its phone."""
        self.calls[call.sid] = call
        phone = self.phone(call.to)
        phone.calls.append(call)
        self.touch(phone, activity=True)

    def holds(self, message: Message) -> bool:
        """Whether the message is still known: a timer may fire after everything was forgotten."""
        return self.messages.get(message.sid) is message

    def select_messages(
        self, *, to: str | None = None, sender: str | None = None, since: datetime | None = None
    ) -> Iterator[Message]:
        """Messages that fit, oldest first."""
        for message in self._messages_to.get(to, ()) if to else self.messages.values():
            if (not sender or message.sender == sender) and (not since or message.created_at >= since):
                yield message
