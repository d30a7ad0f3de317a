"""The one place that knows what time it is.

All code asks here, so that tests can travel in time and the demo can run its delays faster.
"""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """``moment`` on the wall clock of the city: every Japanese city lives in one time zone."""
    return moment.astimezone(JAPAN)


def delay(**parts: float) -> timedelta:
    """A waiting time (``minutes=5``), shortened by ``RELAY_TIME_SCALE``.

    Only waits of the duty ladder and its leases use this: opening hours, quiet hours and link expiry are times on
    a calendar and stay as they are.
    """
    return timedelta(**parts) / float(os.environ.get("RELAY_TIME_SCALE") or 1)
