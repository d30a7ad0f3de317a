"""One relay and one simulator for each test, on free ports."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from relay.embedded.phones import Config, SimulatedPhones
from tests.embedded.phones.harness import ACCOUNT, NUMBER, TOKEN, Control, Detour, Relay


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay().running() as running:
        yield running


@pytest.fixture
def phones(relay: Relay) -> Iterator[SimulatedPhones]:
    config = Config(
        relay=relay.url,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=NUMBER,
        labels={"+819000001001": "見本北センター 当番（見本）"},
        sent_after=0.01,
        delivered_after=0.02,
        ring_seconds=0.01,
        no_answer_seconds=0.05,
        key_wait=0.0,
    )
    with SimulatedPhones(config) as running:
        yield running


@pytest.fixture
def control(phones: SimulatedPhones) -> Iterator[Control]:
    with Control(phones.url) as control:
        yield control


@pytest.fixture
def client(phones: SimulatedPhones) -> Iterator[Client]:
    with Detour(phones.url, timeout=10) as http:
        yield Client(ACCOUNT, TOKEN, http_client=http)
