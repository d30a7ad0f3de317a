"""What can be made to go wrong on purpose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

LONGEST_MS = 600_000
MILLISECONDS = frozenset({"latency_ms", "queue_ms"})
SWITCHES = frozenset({"down"})


class FaultError(ValueError):
    """A fault was set wrongly. The message names it."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Everything is off by default. Rates are chances from 0 to 1; a switch may be a rate, true being 1.

    ``latency_ms`` delays every REST answer; ``queue_ms`` keeps each message queued that much longer, which
    lets short validity periods expire. ``drop_answer_rate`` closes the connection after the message or call
    was created. ``duplicate_receipts`` posts receipts twice, ``shuffle_receipts`` late and the last state
    first. ``down`` closes the connection of every REST call, keeps messages queued and receipts back until
    it is up again.
    """

    latency_ms: float = 0
    queue_ms: float = 0
    rate_429: float = 0
    rate_500: float = 0
    drop_answer_rate: float = 0
    undelivered_rate: float = 0
    duplicate_receipts: float | bool = False
    shuffle_receipts: float | bool = False
    down: bool = False

    def changed(self, wanted: Mapping[str, object]) -> "Faults":
        """These faults with the given ones set. Raises ``FaultError`` naming the first wrong one."""
        known = asdict(self)
        for name, value in wanted.items():
            if name not in known:
                raise FaultError(f"{name} is no fault: use one of {', '.join(known)}")
            _check(name, value)
        return replace(self, **wanted)  # type: ignore[arg-type]  # checked just above

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def _check(name: str, value: object) -> None:
    if name in SWITCHES:
        if not isinstance(value, bool):
            raise FaultError(f"{name} must be true or false")
    elif isinstance(value, bool):
        if not isinstance(getattr(Faults, name), bool):
            raise FaultError(f"{name} must be a number")
    elif not isinstance(value, int | float):
        raise FaultError(f"{name} must be a number")
    elif name in MILLISECONDS:
        if not 0 <= value <= LONGEST_MS:
            raise FaultError(f"{name} must be milliseconds from 0 to {LONGEST_MS}")
    elif not 0 <= value <= 1:
        raise FaultError(f"{name} must be from 0 to 1")
