"""Reading the feeds of neighbouring cities. One neighbour's trouble is noted with that neighbour and stops no other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from relay import clock, db
from relay.search.exchange import atom, cap, fetching, incoming
from relay.search.exchange.cap import CapError, CapMessage
from relay.search.exchange.fetching import FetchError
from relay.search.exchange.incoming import Source
from relay.search.exchange.markup import MarkupError
from relay.search.models import Neighbour

#: Documents read from one neighbour at a time, and for how many seconds; the rest comes the next time.
AT_ONCE, PATIENCE = 50, 40
#: It went away between the list and now.
GONE = "http_410"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reading:
    """How one reading went: how many new messages, and what was wrong, as a code (``fault``)."""

    name: str
    new: int
    fault: str | None


@dataclass(frozen=True)
class _Feed:
    source: Source
    address: str
    key: str


def poll() -> int:
    """Read all feeds, and drop what nobody used. Returns how many new messages there were."""
    incoming.drop_unused()
    return sum(reading.new for reading in read_all())


def read_all() -> list[Reading]:
    """Read all feeds, and store with each neighbour when that was, or what was wrong."""
    with db.transaction() as session:
        feeds = [
            _Feed(Source(one.id, one.name), one.feed_url, one.feed_key)
            for one in session.scalars(select(Neighbour).order_by(Neighbour.id))
            if one.ended_at is None and one.feed_url and one.feed_key
        ]
    return [_read(feed) for feed in feeds]


def _read(feed: _Feed) -> Reading:
    new, faults = 0, list[str]()
    try:
        messages, faults = _fetch(feed)
    except (FetchError, MarkupError) as error:
        messages, faults = [], [error.code]
    for message, earlier in _last_words(messages):
        try:
            new += incoming.take(feed.source, message, earlier)
        except (OperationalError, InterfaceError):
            raise  # the database is away: no neighbour's fault, and there is nowhere to note it
        except Exception as error:  # the next message and the next neighbour have their turn
            log.error("neighbour_message_failed", neighbour=feed.source.id, why=type(error).__name__)
            faults.append("failed")
    fault = faults[0] if faults else None
    _store(feed.source, fault)
    return Reading(feed.source.name, new, fault)


def _fetch(feed: _Feed) -> tuple[list[CapMessage], list[str]]:
    """The documents that we have not dealt with yet, oldest first, and what was wrong with others."""
    until = time.monotonic() + PATIENCE
    listed = fetching.get(feed.address, feed.key, largest=atom.LARGEST)
    with db.transaction() as session:
        known = incoming.noted(session, feed.source)
    messages, faults = dict[str, CapMessage](), list[str]()
    unread = [one for one in atom.addresses(listed, base=feed.address) if _last_part(one) not in known]
    for address in reversed(unread):  # lists begin with the newest
        if len(messages) == AT_ONCE or time.monotonic() > until:
            break
        try:
            message = _document(feed, address)
        except CapError as error:
            faults.append(f"document_{error.code}")
        except FetchError as error:
            if error.code != GONE:
                faults.append(error.code)
        else:
            if message.identifier not in known:
                messages[message.identifier] = message
    return sorted(messages.values(), key=lambda message: message.sent), faults


def _document(feed: _Feed, address: str) -> CapMessage:
    if not fetching.same_host(feed.address, address):
        raise FetchError("foreign_address")
    return cap.parse(fetching.get(address, feed.key, largest=cap.LARGEST))


def _last_part(address: str) -> str:
    """Relays name a document's file after its identifier: those that are known need not be fetched again."""
    return address.rpartition("/")[2].removesuffix(".xml")


def _last_words(messages: list[CapMessage]) -> Iterator[tuple[CapMessage, list[CapMessage]]]:
    """The messages that no later one replaces, each with those that it replaces: the last one tells everything."""
    for position, message in enumerate(messages):
        if not any(message.identifier in _named(later) for later in messages[position + 1 :]):
            yield message, [other for other in messages[:position] if other.identifier in _named(message)]


def _named(message: CapMessage) -> set[str]:
    return {reference.identifier for reference in message.references}


def _store(source: Source, fault: str | None) -> None:
    with db.transaction() as session:
        neighbour = session.get_one(Neighbour, source.id)
        if fault is None:
            neighbour.read_at = clock.now()
        if fault != neighbour.fault:
            log.info("neighbour_feed", neighbour=source.id, fault=fault)
        neighbour.fault = fault
