"""The way of an outbound message: queued, sent, then delivered or not, with a receipt at each step."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

from relay import clock
from relay.embedded.phones import errors
from relay.embedded.phones.config import Config
from relay.embedded.phones.faults import Faults
from relay.embedded.phones.state import REPLY, Message, State
from relay.embedded.phones.webhooks import Webhooks

API_VERSION = "2010-04-01"
#: Seconds that shuffled receipts are late. The two spans don't meet, so that the last state always comes
#: first.
LATE_LAST = (0.1, 0.6)
LATE_FIRST = (0.8, 1.6)


@dataclass
class Delivery:
    """Moves messages on by timers of the running loop."""

    config: Config
    state: State
    webhooks: Webhooks
    faults: Faults = field(default_factory=Faults)
    chance: random.Random = field(default_factory=random.Random)
    _waiting: list[Message] = field(default_factory=list)

    def set_faults(self, faults: Faults) -> None:
        """From now on these; messages held while everything was down go on when it is up again."""
        self.faults = faults
        self.webhooks.hold_receipts(faults.down)
        if not faults.down:
            held, self._waiting = self._waiting, []
            for message in held:
                self._send(message)
        self.state.touch()

    def forget(self) -> None:
        self._waiting.clear()

    def accept(self, message: Message) -> None:
        """Take a new message into the queue; it leaves after the configured time, or expires in it."""
        loop = asyncio.get_running_loop()
        message.accepted = loop.time()
        wait = self.config.sent_after + self.faults.queue_ms / 1000
        loop.call_later(wait, self._send, message)
        if message.validity is not None and message.validity <= wait:
            loop.call_later(message.validity, self._expire, message)

    def reply(self, *, to: str, sender: str, body: str) -> Message:
        """Send the answer that a webhook gave as TwiML. It has no receipts: nobody asked for them."""
        message = self.state.new_message(to=to, sender=sender, body=body, direction=REPLY)
        refusal = self.state.phone(to).refusal()
        if refusal is None:
            self.accept(message)
        else:
            self._move(message, "failed", refusal)
        return message

    def _open(self, message: Message) -> bool:
        return self.state.holds(message) and not message.ended

    def _send(self, message: Message) -> None:
        if not self._open(message):
            return
        loop = asyncio.get_running_loop()
        if self.faults.down:
            self._waiting.append(message)
            if message.validity is not None:
                loop.call_at(message.accepted + message.validity, self._expire, message)
            return
        code = self.state.phone(message.to).loss()
        if code in errors.NEVER_SENT:
            self._move(message, "failed", code)
            return
        message.sent_at = clock.now()
        self._move(message, "sent")
        loop.call_later(self.config.delivered_after, self._arrive, message)

    def _arrive(self, message: Message) -> None:
        if not self._open(message):
            return
        code = self.state.phone(message.to).loss()
        if code is None and self.chance.random() < self.faults.undelivered_rate:
            code = errors.UNKNOWN_ERROR
        self._move(message, "undelivered" if code else "delivered", code)

    def _expire(self, message: Message) -> None:
        if self._open(message) and message.status == "queued":
            self._move(message, "undelivered", errors.EXPIRED)

    def _move(self, message: Message, status: str, code: int | None = None) -> None:
        message.status, message.error_code, message.updated_at = status, code, clock.now()
        self.state.touch(self.state.phone(message.phone))
        if message.callback:
            self._tell(message, message.callback)

    def _tell(self, message: Message, url: str) -> None:
        params = self._receipt(message)
        twice = self.chance.random() < self.faults.duplicate_receipts
        shuffled = self.chance.random() < self.faults.shuffle_receipts
        for _ in range(2 if twice else 1):
            if shuffled:
                late = self.chance.uniform(*(LATE_LAST if message.ended else LATE_FIRST))
                if not message.ended:
                    late += self.config.delivered_after
                asyncio.get_running_loop().call_later(late, self._tell_late, message, url, params)
            else:
                if message.receipts is None:
                    message.receipts = deque()
                self.webhooks.post_in_order(message.receipts, url, params)

    def _tell_late(self, message: Message, url: str, params: dict[str, str]) -> None:
        if self.state.holds(message):
            self.webhooks.post_alone(url, params)

    def _receipt(self, message: Message) -> dict[str, str]:
        params = {
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
            "From": message.sender,
            "AccountSid": self.config.account_sid,
            "ApiVersion": API_VERSION,
        }
        if message.error_code is not None:
            params["ErrorCode"] = str(message.error_code)
        if message.service_sid:
            params["MessagingServiceSid"] = message.service_sid
        if message.ended:
            params["RawDlrDoneDate"] = clock.now().strftime("%y%m%d%H%M")
        return params
