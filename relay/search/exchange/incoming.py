"""What a neighbour's message does here: a draft is made, kept up to date, or taken back; a search that is already out
is the city's own, and the city is told.

Every message is noted once under its identifier, so that nothing happens twice, however often it is read.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from relay import city, clock, db, messages
from relay.search import desk, log, service, wording
from relay.search.actors import RELAY, Actor
from relay.search.composing import drafts
from relay.search.composing.drafting import Fields
from relay.search.errors import SearchError
from relay.search.exchange import neighbours
from relay.search.exchange.cap import CapMessage, MsgType, Status
from relay.search.exchange.cap_fields import LAST_SEEN, fields_of
from relay.search.models import NeighbourAlert, Search, SearchEvent
from relay.search.states import OVER, State

#: Of a neighbour's news, in a text to the city's phones.
NEWS_SHOWN = 120
_TAKEN = (MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL)
_UNSENT = (State.DRAFT, State.AWAITING)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Source:
    """The neighbour that a message was read from."""

    id: int
    name: str

    @property
    def actor(self) -> Actor:
        return Actor(self.name)


def noted(session: Session, source: Source) -> frozenset[str]:
    """The identifiers of all messages of this neighbour that have been dealt with."""
    mine = select(NeighbourAlert.identifier).where(NeighbourAlert.neighbour_id == source.id)
    return frozenset(session.scalars(mine))


def take(source: Source, message: CapMessage, earlier: Sequence[CapMessage] = ()) -> bool:
    """Act on one message. ``earlier`` are new ones that it replaces: they are noted, and only their news is told.

    Returns False when it had been dealt with before.
    """
    if reason := _not_for_us(message):
        logger.info("neighbour_message_ignored", neighbour=source.id, why=reason)
        with db.transaction() as session:
            return _note(session, source, message, earlier, None)
    _bring_back(source, message)
    with db.transaction() as session:
        search = _search_of(session, source, message)
        if not _note(session, source, message, earlier, search.id if search else None):
            return False
        if search is None:
            _begin(session, source, message, earlier)
        elif search.drill != message.drill:
            # An exercise must not touch a search for a real person, nor the other way round.
            logger.warning("neighbour_message_ignored", neighbour=source.id, why="drill", search=search.id)
        elif message.kind == MsgType.CANCEL:
            _ended(session, source, message, search)
        else:
            _news(session, source, message, earlier, search)
    return True


def drop_unused() -> int:
    """Withdraw what came from neighbours and nobody has sent within a week, so that it is wiped. Returns how many."""
    unused = select(Search.id).where(
        Search.neighbour.is_not(None),
        Search.state.in_(_UNSENT),
        Search.created_at <= clock.now() - neighbours.KEEP,
    )
    with db.transaction() as session:
        numbers = session.scalars(unused).all()
    return sum(_drop(number, RELAY) for number in numbers)


def _drop(number: int, actor: Actor) -> bool:
    try:
        service.discard(number, actor)
    except SearchError:  # sent or dropped meanwhile: the state found afterwards decides
        return False
    return True


def _not_for_us(message: CapMessage) -> str | None:
    if message.status not in (Status.ACTUAL, Status.EXERCISE):
        return str(message.status)
    if message.kind not in _TAKEN:
        return str(message.kind)
    return "our_own" if message.sender == neighbours.sender() else None


def _note(
    session: Session,
    source: Source,
    message: CapMessage,
    earlier: Sequence[CapMessage],
    search_id: int | None,
) -> bool:
    """Whether this message is new. Whoever notes the same one at the same time waits here for the first."""
    rows = [
        {
            "neighbour_id": source.id,
            "identifier": one.identifier,
            "kind": one.kind.value,
            "received_at": clock.now(),
            "search_id": search_id,
        }
        for one in (message, *earlier)
    ]
    new = insert(NeighbourAlert).on_conflict_do_nothing().returning(NeighbourAlert.identifier)
    return message.identifier in set(session.scalars(new, rows))


def _search_of(session: Session, source: Source, message: CapMessage) -> Search | None:
    """Our search that came of the earlier messages which this one names, its row locked."""
    number = session.scalar(_earlier_search(source, message))
    return session.get(Search, number, with_for_update=True) if number is not None else None


def _earlier_search(source: Source, message: CapMessage) -> Any:
    names = [reference.identifier for reference in message.references]
    return (
        select(NeighbourAlert.search_id)
        .where(
            NeighbourAlert.neighbour_id == source.id,
            NeighbourAlert.identifier.in_(names),
            NeighbourAlert.search_id.is_not(None),
        )
        .order_by(NeighbourAlert.id.desc())
        .limit(1)
    )


def _bring_back(source: Source, message: CapMessage) -> None:
    """What is not sent yet goes back to where it can be changed, or is dropped when the neighbour's search is over.

    In transactions of their own and before the message is noted: done twice, the second time finds nothing to do.
    """
    with db.transaction() as session:
        number = session.scalar(_earlier_search(source, message))
        search = session.get(Search, number) if number is not None else None
    if search is None or search.drill != message.drill or search.state not in _UNSENT:
        return
    if message.kind == MsgType.CANCEL:
        _drop(search.id, source.actor)
    elif search.state == State.AWAITING:
        # Whoever approves must have read what goes out, and this changes it.
        with suppress(SearchError):  # sent or dropped meanwhile: the state found afterwards decides
            service.send_back(search.id, source.actor, note=f"{source.name}から続報")


def _begin(session: Session, source: Source, message: CapMessage, earlier: Sequence[CapMessage]) -> None:
    now = clock.now()
    if message.kind == MsgType.CANCEL or (message.expires is not None and message.expires <= now):
        logger.info("neighbour_message_ignored", neighbour=source.id, why="over")
        return
    number, _ = drafts.create(
        session,
        fields_of(message, neighbour=source.name, now=now),
        source.actor,
        drill=message.drill,
        neighbour=source.name,
        neighbour_reference=str(message.reference),
    )
    noted = [one.identifier for one in (message, *earlier)]
    for row in session.scalars(
        select(NeighbourAlert).where(
            NeighbourAlert.neighbour_id == source.id, NeighbourAlert.identifier.in_(noted)
        )
    ):
        row.search_id = number
    _tell(session, source, message, session.get_one(Search, number), "desk_new")


def _news(
    session: Session, source: Source, message: CapMessage, earlier: Sequence[CapMessage], search: Search
) -> None:
    news = [one.facts["news"] for one in (*earlier, message) if one.facts.get("news")]
    words = " ／ ".join(news)[:NEWS_SHOWN]
    if search.state == State.DRAFT:
        before = search.version
        _follow(session, source, message, search)
        if not words and search.version == before:
            return
    elif search.state not in OVER:
        log.record(session, search.id, "neighbour_update", actor=source.name)
    else:
        return
    _tell(
        session,
        source,
        message,
        search,
        "desk_update",
        words=words or messages.current().text("neighbour.news"),
    )


def _follow(session: Session, source: Source, message: CapMessage, search: Search) -> None:
    """Bring a draft up to date. What people wrote into it stays, but for a newer place where the person was seen."""
    now = drafts.load(session, search.id).fields
    new = fields_of(message, neighbour=source.name, now=clock.now())
    written = _written_by_people(session, source, search.id)
    # A relay's message is complete: what it leaves out is not known any more. Others tell what they can.
    told = {
        field.name: getattr(new, field.name)
        for field in fields(Fields)
        if field.name not in (*written, *LAST_SEEN) and (message.facts or getattr(new, field.name))
    }
    newer = new.seen_at and (now.seen_at is None or new.seen_at > now.seen_at)
    if newer or (new.seen_at and not written.intersection(LAST_SEEN)):
        told |= {name: getattr(new, name) for name in LAST_SEEN}
    drafts.save(session, search.id, replace(now, **told), source.actor, version=search.version)


def _written_by_people(session: Session, source: Source, search_id: int) -> set[str]:
    saves = session.scalars(
        select(SearchEvent.data).where(
            SearchEvent.search_id == search_id,
            SearchEvent.kind == "saved",
            SearchEvent.actor.is_distinct_from(source.name),
        )
    )
    return {name for data in saves for name in data.get("fields", ())}


def _ended(session: Session, source: Source, message: CapMessage, search: Search) -> None:
    log.record(session, search.id, "neighbour_closed", actor=source.name)
    if search.state == State.LIVE:
        _tell(session, source, message, search, "desk_closed")
    elif search.state == State.WITHDRAWN and search.closed_by == source.name:
        _tell(session, source, message, search, "desk_over")


def _tell(
    session: Session, source: Source, message: CapMessage, search: Search, text: str, **values: str
) -> None:
    words = messages.current()
    mark = words.text("search.drill") if search.drill else ""
    body = words.text(
        f"neighbour.{text}",
        city=city.current().name,
        name=source.name,
        code=f"K{search.id}",
        link=wording.page(search.id),
        **values,
    )
    desk.tell(session, search, mark + body, key=f"neighbour:{source.id}:{message.identifier}")
