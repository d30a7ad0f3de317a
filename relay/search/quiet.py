"""Quiet hours of searches. Pure: settings and a moment in, a moment out."""

from datetime import datetime, timedelta

from relay import clock
from relay.config_check import Span


def ends_at(quiet: Span | None, now: datetime) -> datetime | None:
    """When the quiet hours that ``now`` lies in are over; None outside them, and in a city without any."""
    local = clock.local(now)
    if quiet is None or not quiet.holds(local.time()):
        return None
    end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)
