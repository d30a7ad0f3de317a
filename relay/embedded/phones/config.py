"""What the simulated phones must know before they start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relay.embedded.phones.numbers import InvalidNumber, normalise


class ConfigError(Exception):
    """A start option is wrong. The message is one line: which one, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Start options. All durations are real seconds.

    ``relay`` is the base address that inbound messages are posted to, ``number`` the relay's own number in
    E.164. ``labels`` names phones for the page. A message is sent ``sent_after`` its creation and reaches
    the phone ``delivered_after`` that. ``ring_seconds`` is how long an answered call rings,
    ``no_answer_seconds`` the longest that an unanswered one rings (a shorter ``Timeout`` of the call
    counts). ``key_wait`` is the shortest time that a call waits for a key: a reader on the page is slower
    than a listener.
    """

    relay: str
    account_sid: str
    auth_token: str
    number: str
    labels: Mapping[str, str] = field(default_factory=dict)
    sent_after: float = 0.05
    delivered_after: float = 0.15
    ring_seconds: float = 0.1
    no_answer_seconds: float = 2.0
    key_wait: float = 45.0
    webhook_connections: int = 16


def load_labels(path: Path) -> dict[str, str]:
    """Read ``{"+81…": "見本北センター 当番（見本）", …}``.

    Raises ``ConfigError`` when the file can't be read or holds anything but numbers and names.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"--labels: {path} can't be read ({error.strerror}): give an existing file"
        ) from error
    except ValueError as error:
        raise ConfigError(f"--labels: {path} is not JSON: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content.values()):
        raise ConfigError(f'--labels: {path} must look like {{"+819012345678": "name", …}}')
    try:
        return {normalise(number): name for number, name in content.items()}
    except InvalidNumber as error:
        raise ConfigError(f"--labels: {path}: {error}") from error
