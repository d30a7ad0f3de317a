"""The provider's side of the simulated phones: what it took, and what it does wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from relay import settings
from relay.channels import twilio_sms
from relay.embedded.phones.config import Config
from relay.embedded.phones.server import SimulatedPhones


@dataclass
class Provider:
    """Simulated phones at ``url``."""

    url: str

    def texts(self, to: str | None = None) -> list[dict[str, Any]]:
        """Every text taken (to one phone), oldest first."""
        answer = requests.get(f"{self.url}/control/messages", params={"to": to} if to else {}, timeout=5)
        found: list[dict[str, Any]] = answer.json()
        return found

    def bodies(self, to: str | None = None) -> list[str]:
        return [str(text["body"]) for text in self.texts(to)]

    def faults(self, **wanted: Any) -> None:
        requests.put(f"{self.url}/control/faults", json=wanted, timeout=5).raise_for_status()

    def phone(self, number: str, **wanted: Any) -> None:
        answer = requests.put(f"{self.url}/control/phones/{number}", json=wanted, timeout=5)
        answer.raise_for_status()


@contextmanager
def simulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Phones that the relay of this test sends to; nobody takes their receipts."""
    own = settings.current()
    config = Config(
        relay="http://127.0.0.1:9",
        account_sid=own.twilio_account_sid,
        auth_token=own.twilio_auth_token,
        number=own.twilio_from or "",
    )
    with SimulatedPhones(config) as running:
        monkeypatch.setenv("TWILIO_API_BASE", running.url)
        settings.current.cache_clear()
        twilio_sms.client.cache_clear()
        yield Provider(running.url)
