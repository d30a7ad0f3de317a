"""Reading the Environment Ministry's heat alerts over HTTP, where the city has set its address."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import requests
import structlog

from relay import city, clock, db
from relay.places import heat, heat_feed
from relay.places.heat_feed import FeedError
from relay.places.models import HeatKind

log = structlog.get_logger(__name__)

#: Hours of the day at which a file comes out.
ISSUES = (5, 10, 14, 17)
#: Seconds to connect, between two pieces, and for one file in all.
CONNECT, PIECE, WHOLE = 4, 6, 20
#: The whole country is about 100 KB.
LARGEST = 2_000_000
_PIECE_BYTES = 16 * 1024
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the ministry's files say. ``fault``: a code of ``FeedError``, or ``unreachable``, ``slow``, ``too_large``,
    ``http_<status>``, or ``nothing_there`` when there is no file at all, as outside the season."""

    days: Mapping[date, HeatKind]
    fault: str | None


def run() -> int:
    """Read what was issued since yesterday evening and take it over. Returns the number of new alert days.

    Nothing is read where no address is set. What goes wrong is remembered for the page and the log; the days that are
    known stay.
    """
    if not city.current().heat.url:
        return 0
    published = read(clock.now())
    if published.fault:
        log.warning("heat_not_read", why=published.fault)
    with db.transaction() as session:
        taken = heat.take_published(session, published.days)
        heat.note_feed(session, fault=published.fault)
    return taken


def read(now: datetime) -> Published:
    """The alert days of all files since yesterday evening; a file that can't be used does not spoil the others."""
    settings = city.current().heat
    days: dict[date, HeatKind] = {}
    fault: str | None = "nothing_there"
    for url in addresses(settings.url, now):
        try:
            data = _get(url)
            if data is None:
                continue  # outside the season, or not out yet
            found = heat_feed.parse(data, settings.area)
        except FeedError as error:
            fault = error.code
            if fault == "unreachable":
                break  # the others lie on the same host
            continue
        fault = None if fault == "nothing_there" else fault
        days.update({day: kind for day, kind in found.items() if days.get(day) is not HeatKind.SPECIAL})
    return Published(days=days, fault=fault)


def addresses(url: str, now: datetime) -> Iterator[str]:
    """The files that can be out by ``now``, oldest first: yesterday evening's and today's."""
    wall = clock.local(now)
    issues = [(wall - timedelta(days=1)).replace(hour=ISSUES[-1], minute=0)]
    issues += [wall.replace(hour=hour, minute=0) for hour in ISSUES if hour <= wall.hour]
    yield from dict.fromkeys(
        url.format(year=f"{at:%Y}", date=f"{at:%Y%m%d}", hour=f"{at:%H}") for at in issues
    )


def _get(url: str) -> bytes | None:
    """What lies at ``url``; None when there is no such file."""
    until = time.monotonic() + WHOLE
    try:
        with requests.get(url, timeout=(CONNECT, PIECE), stream=True) as answer:
            if answer.status_code == _NOT_FOUND:
                return None
            if not answer.ok:
                raise FeedError(f"http_{answer.status_code}")
            body = bytearray()
            for piece in answer.iter_content(_PIECE_BYTES):
                body += piece
                if len(body) > LARGEST:
                    raise FeedError("too_large")
                if time.monotonic() > until:
                    raise FeedError("slow")
            return bytes(body)
    except requests.RequestException as error:
        raise FeedError("unreachable") from error
