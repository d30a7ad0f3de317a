"""A phone texts the relay: opt-out words, the signed webhook, and the relay's answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from relay.embedded.phones import errors, numbers, segments, twiml
from relay.embedded.phones.config import Config
from relay.embedded.phones.delivery import API_VERSION, Delivery
from relay.embedded.phones.state import INBOUND, Message, Phone, State
from relay.embedded.phones.webhooks import Answer, Webhooks

#: ``Message.problem`` of a text that the relay never answered.
NO_ANSWER = "no answer"
OPT_OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OPT_IN = frozenset({"START", "UNSTOP", "YES"})
OPTED_OUT_TEXT = "配信を停止しました。再開は START と返信。/ No more messages. Reply START to resume."
OPTED_IN_TEXT = "配信を再開しました。停止は STOP と返信。/ Messages resumed. Reply STOP to end."


@dataclass
class Inbound:
    """Carries texts from phones to ``{relay}/sms/inbound``."""

    config: Config
    state: State
    webhooks: Webhooks
    delivery: Delivery
    relay: str = ""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def text(
        self,
        *,
        sender: str,
        body: str,
        sid: str | None = None,
        extra: Mapping[str, str] | None = None,
        to: str | None = None,
    ) -> Message:
        """A phone sends ``body``; the webhook goes out in the background.

        An ``sid`` that is known already is the provider repeating itself: the phone did not text again, so
        neither its thread nor its opt-out changes. ``extra`` webhook parameters come on top and may replace
        the usual ones.
        """
        message = self.state.messages.get(sid) if sid else None
        kind = None
        if message is None:
            message = self.state.new_message(
                to=to or self.config.number,
                sender=sender,
                body=body,
                direction=INBOUND,
                sid=sid,
                status="received",
            )
            kind = self._opt(self.state.phone(sender), message)
        params = self._params(message, body)
        if kind:
            params["OptOutType"] = kind
        params.update(extra or {})
        task = asyncio.get_running_loop().create_task(self._carry(message, params))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return message

    def forget(self) -> None:
        """Give up the webhooks under way."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.forget()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _opt(self, phone: Phone, message: Message) -> str | None:
        word = message.body.strip().upper()
        if word in OPT_OUT:
            if not phone.opted_out:
                self.delivery.reply(to=phone.number, sender=message.to, body=OPTED_OUT_TEXT)
            phone.opted_out = True
            return "STOP"
        if word in OPT_IN and phone.opted_out:
            phone.opted_out = False
            self.delivery.reply(to=phone.number, sender=message.to, body=OPTED_IN_TEXT)
            return "START"
        return None

    def _params(self, message: Message, body: str) -> dict[str, str]:
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": self.config.account_sid,
            "From": message.sender,
            "To": message.to,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": str(segments.count(body)),
            "SmsStatus": "received",
            "ApiVersion": API_VERSION,
            "FromCountry": numbers.country(message.sender),
            "FromState": "",
            "FromCity": "",
            "FromZip": "",
            "ToCountry": numbers.country(message.to),
            "ToState": "",
            "ToCity": "",
            "ToZip": "",
        }

    async def _carry(self, message: Message, params: Mapping[str, str]) -> None:
        url = f"{self.relay or self.config.relay}/sms/inbound"
        answer = await self.webhooks.request("inbound", message.sid, url, params)
        if not self.state.holds(message):
            return
        try:
            answers = _replies(answer)
        except twiml.TwimlError as error:
            self._failed(message, errors.BAD_TWIML, str(error))
            return
        if answer is None:
            self._failed(message, errors.WEBHOOK_FAILED, NO_ANSWER)
        elif not answer.good:
            self._failed(message, errors.WEBHOOK_FAILED, f"HTTP {answer.status}")
        elif message.problem is not None:
            self._failed(message, None, None)
        for reply in answers:
            self.delivery.reply(to=reply.to or message.sender, sender=message.to, body=reply.body)

    def _failed(self, message: Message, code: int | None, problem: str | None) -> None:
        message.error_code, message.problem = code, problem
        self.state.touch(self.state.phone(message.phone))


def _replies(answer: Answer | None) -> list[twiml.Reply]:
    """What the relay wants said back. Plain text is a message too, as at Twilio."""
    if answer is None or not answer.good or not answer.text.strip():
        return []
    if answer.content_type == "text/plain":
        return [twiml.Reply(answer.text.strip())]
    return twiml.replies(answer.text)
