"""One running relay and the phones around it, as a journey sees them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask

from relay.cases import asking
from relay.duty import engine
from relay.intake import work
from relay.outbox import blanking, bulk, reconcile, sender
from relay.search import spread, tick

PATIENCE = 5.0


@dataclass
class Relay:
    """One running relay and the phones around it."""

    web: str
    phones: str
    city: dict[str, Any]
    app: Flask

    def work(self) -> None:
        """Let every worker do what is due now, until nothing is left to do."""
        for _ in range(5):
            busy = work.work_pending() + engine.advance_due()
            busy += spread.spread_due() + tick.run() + asking.advance_due()
            busy += sum(sender.drain(lane) for lane in ("duty", "routine"))
            busy += bulk.drain() + sender.drain("bulk", "mail")
            busy += reconcile.run() + blanking.blank()
            if not busy:
                return

    def spread(self) -> None:
        """Let only the messages of searches be written, none be sent."""
        spread.spread_due()

    def city_phones(self) -> list[str]:
        """Every phone that was sent anything."""
        found = requests.get(f"{self.phones}/control/messages", timeout=5).json()
        return sorted({one["to"] for one in found})

    def text(self, sender: str, body: str, *, sid: str | None = None) -> str:
        """Type an SMS on one phone; returns the answer that comes back to it, empty for none."""
        before = len(self.inbox(sender))
        params = {"from": sender, "body": body} | ({"sid": sid} if sid else {})
        requests.post(f"{self.phones}/control/inbound", json=params, timeout=5).raise_for_status()
        self.wait(lambda: len(self.inbox(sender)) > before, missing_ok=True)
        return self.inbox(sender)[-1]["body"] if len(self.inbox(sender)) > before else ""

    def inbox(self, phone: str) -> list[dict[str, Any]]:
        """Everything that this phone was sent, oldest first."""
        answer = requests.get(f"{self.phones}/control/messages", params={"to": phone}, timeout=5)
        found: list[dict[str, Any]] = answer.json()
        return found

    def last(self, phone: str) -> str:
        """The newest text on this phone, empty when there is none."""
        texts = self.inbox(phone)
        return str(texts[-1]["body"]) if texts else ""

    def faults(self, **faults: Any) -> None:
        """Make the provider misbehave."""
        requests.put(f"{self.phones}/control/faults", json=faults, timeout=5).raise_for_status()

    def settle(self) -> None:
        """Wait until the phones have sent their receipts, then let the workers act on them."""
        time.sleep(0.3)
        self.work()

    @staticmethod
    def wait(condition: Callable[[], bool], *, missing_ok: bool = False, seconds: float = PATIENCE) -> None:
        """Wait for something that another thread does."""
        patience = time.monotonic() + (1.5 if missing_ok else seconds)
        while time.monotonic() < patience:
            if condition():
                return
            time.sleep(0.02)
        if not missing_ok:
            raise AssertionError("it did not happen in time")
