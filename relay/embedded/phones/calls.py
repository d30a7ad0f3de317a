"""Voice calls: ring, answer, say, wait for keys, hang up, with a signed request at each step."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from relay import clock
from relay.embedded.phones import errors, twiml
from relay.embedded.phones.config import Config
from relay.embedded.phones.delivery import API_VERSION
from relay.embedded.phones.state import Call, State
from relay.embedded.phones.webhooks import Webhooks

#: Japanese speech, characters a second: words show at once here, but a real listener would still be
#: listening.
SPEECH_RATE = 7.0
#: A call that only redirects would never end.
MOST_DOCUMENTS = 50
#: Which events of ``StatusCallbackEvent`` tell each status.
EVENTS = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"}


class CallFailed(Exception):
    """The call's instructions can't be fetched or read. The message says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where the call's instructions come from: an address and the steps that it gave."""

    url: str
    steps: list[twiml.Step]


@dataclass
class Calls:
    """Runs one task for each call."""

    config: Config
    state: State
    webhooks: Webhooks

    def place(self, call: Call) -> None:
        """Start ringing."""
        self.state.add_call(call)
        call.task = asyncio.get_running_loop().create_task(self._run(call))

    def press(self, call: Call, digits: str) -> bool:
        """Press keys; they count for the key question at hand or the next. False when the call is over."""
        if call.ended:
            return False
        call.pressed += digits
        call.unread += digits
        call.keys.set()
        self._touch(call)
        return True

    async def hang_up(self, call: Call, status: str = "completed") -> bool:
        """End the call from outside. False when it was over already."""
        if call.ended:
            return False
        if call.task is not None:
            call.task.cancel()
            await asyncio.gather(call.task, return_exceptions=True)
        if not call.ended:
            self._end(call, status)
        return True

    async def stop_all(self) -> None:
        """End every task without telling anybody, before everything is forgotten or closed."""
        tasks = [call.task for call in self.state.calls.values() if call.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, call: Call) -> None:
        self._change(call, "queued")
        self._change(call, "ringing")
        if self.state.phone(call.to).off:
            await asyncio.sleep(min(call.timeout, self.config.no_answer_seconds))
            self._end(call, "no-answer")
            return
        await asyncio.sleep(self.config.ring_seconds)
        call.started_at = clock.now()
        self._change(call, "in-progress")
        try:
            await self._talk(call)
        except CallFailed as error:
            call.problem = str(error)
        self._end(call, "completed")

    async def _talk(self, call: Call) -> None:
        page: Page | None = await self._first(call)
        for _ in range(MOST_DOCUMENTS):
            if page is None:
                return
            page = await self._play(call, page)
        raise CallFailed(f"{MOST_DOCUMENTS} documents without an end")

    async def _first(self, call: Call) -> Page:
        if call.twiml is not None:
            return Page(call.url or "", _read(call.twiml))
        return await self._fetch(call, call.url or "", call.method, {})

    async def _play(self, call: Call, page: Page) -> Page | None:
        """Play one document; returns the one to go on with, or None to hang up."""
        for step in page.steps:
            match step:
                case twiml.Say(text):
                    self._say(call, text)
                case twiml.Pause():
                    pass
                case twiml.Hangup():
                    return None
                case twiml.Redirect(url, method):
                    return await self._fetch(call, urljoin(page.url, url), method, {})
                case twiml.Gather():
                    for prompt in step.prompts:
                        if isinstance(prompt, twiml.Say):
                            self._say(call, prompt.text)
                    answered = await self._gather(call, step)
                    if answered is not None:
                        action = urljoin(page.url, step.action)
                        return await self._fetch(call, action, step.method, answered)
                case twiml.Unknown(verb):
                    call.problem = f"<{verb}> is not played here"
                    self._touch(call)
        return None

    async def _gather(self, call: Call, gather: twiml.Gather) -> Mapping[str, str] | None:
        """Wait for keys. Returns what the action is told, or None when nobody pressed any."""
        spoken = sum(
            len(p.text) / SPEECH_RATE if isinstance(p, twiml.Say) else p.seconds for p in gather.prompts
        )
        wait = max(self.config.key_wait, gather.timeout + spoken)
        call.waiting = True
        self._touch(call)
        try:
            return await self._keys(call, gather, wait)
        finally:
            call.waiting = False
            self._touch(call)

    async def _keys(self, call: Call, gather: twiml.Gather, wait: float) -> Mapping[str, str] | None:
        until = time.monotonic() + wait
        while True:
            call.keys.clear()
            done = _complete(call.unread, gather)
            if done is not None:
                digits, finish, call.unread = done
                if not digits and not gather.action_on_empty:
                    return None
                return {"Digits": digits, "FinishedOnKey": finish, "msg": "Gather End"}
            if call.unread:
                until = min(until, time.monotonic() + gather.timeout)
            try:
                await asyncio.wait_for(call.keys.wait(), max(0, until - time.monotonic()))
            except TimeoutError:
                digits, call.unread = call.unread, ""
                if digits or gather.action_on_empty:
                    return {"Digits": digits, "FinishedOnKey": "", "msg": "Gather End"}
                return None

    async def _fetch(self, call: Call, url: str, method: str, extra: Mapping[str, str]) -> Page:
        params = self._params(call)
        if call.detect_machine:
            params["AnsweredBy"] = "human"
        params.update(extra)
        answer = await self.webhooks.request("voice", call.sid, url, params, method=method)
        if answer is None:
            raise CallFailed(f"{errors.WEBHOOK_FAILED}: no answer from {url}")
        if not answer.good:
            raise CallFailed(f"{errors.WEBHOOK_FAILED}: HTTP {answer.status} from {url}")
        return Page(url, _read(answer.text))

    def _say(self, call: Call, text: str) -> None:
        if text:
            call.said.append(text)
            self._touch(call)

    def _end(self, call: Call, status: str) -> None:
        call.ended_at = clock.now()
        self._change(call, status)

    def _change(self, call: Call, status: str) -> None:
        call.status = status
        self._touch(call)
        event = EVENTS.get(status, "completed")
        if call.callback and event in call.callback_events:
            params = self._params(call)
            if status == "queued":
                params["CallStatus"] = event
            params["Timestamp"] = clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
            params["CallbackSource"] = "call-progress-events"
            params["SequenceNumber"] = str(call.sequence)
            if call.ended:
                params["CallDuration"] = str(duration(call) or 0)
            call.sequence += 1
            self.webhooks.post_in_order(call.receipts, call.callback, params)

    def _params(self, call: Call) -> dict[str, str]:
        return {
            "CallSid": call.sid,
            "AccountSid": self.config.account_sid,
            "From": call.sender,
            "To": call.to,
            "Caller": call.sender,
            "Called": call.to,
            "CallStatus": call.status,
            "Direction": "outbound-api",
            "ApiVersion": API_VERSION,
        }

    def _touch(self, call: Call) -> None:
        self.state.touch(self.state.phone(call.to))


def duration(call: Call) -> int | None:
    """Whole seconds between answer and end; None for a call that was never answered or still goes on."""
    if call.started_at is None or call.ended_at is None:
        return None
    return max(0, round((call.ended_at - call.started_at).total_seconds()))


def _read(document: str) -> list[twiml.Step]:
    try:
        return twiml.call_steps(document)
    except twiml.TwimlError as error:
        raise CallFailed(f"{errors.BAD_TWIML}: {error}") from error


def _complete(keys: str, gather: twiml.Gather) -> tuple[str, str, str] | None:
    """Digits, finishing key and the keys left over, once enough are pressed; None until then."""
    for index, key in enumerate(keys):
        if key in gather.finish_on_key:
            return keys[:index], key, keys[index + 1 :]
        if gather.num_digits is not None and index + 1 == gather.num_digits:
            return keys[: index + 1], "", keys[index + 1 :]
    return None
