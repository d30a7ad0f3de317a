"""The wipe: what tells of the person, of helpers and of sightings goes; counts and the log of codes stay."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox import blanking
from relay.outbox.models import Message, State
from relay.search import log, progress
from relay.search.models import Audience, Opening, Photo, Search, SearchEvent, Sighting, Subject, Transmission
from relay.search.states import Kind


def ready(session: Session, search: Search) -> bool:
    """Whether everybody has been told of the end, by mail too."""
    unspread = select(Transmission.id).where(
        Transmission.search_id == search.id,
        Transmission.kind == Kind.CLOSING,
        Transmission.spread_at.is_(None),
    )
    leaving = select(Message.id).where(
        Message.search_id == search.id, Message.state.in_((State.QUEUED, State.SENDING))
    )
    return session.scalar(unspread.limit(1)) is None and session.scalar(leaving.limit(1)) is None


def wipe(session: Session, search: Search) -> None:
    """Leave a tombstone of ``search`` in the caller's transaction."""
    search.counts = progress.figures(session, search.id).stored()
    blanking.remember(session, search.id)
    session.execute(delete(Message).where(Message.search_id == search.id))
    session.execute(delete(Photo).where(Photo.search_id == search.id))
    session.execute(delete(Sighting).where(Sighting.search_id == search.id))
    mine = select(Audience.id).where(Audience.search_id == search.id)
    session.execute(delete(Opening).where(Opening.audience_id.in_(mine)))
    session.execute(delete(Audience).where(Audience.search_id == search.id))
    session.execute(delete(Subject).where(Subject.search_id == search.id))
    session.execute(
        update(Transmission).where(Transmission.search_id == search.id).values(texts={}, cap=None)
    )
    # What one person wrote to another about the draft may tell of anybody.
    session.execute(
        update(SearchEvent)
        .where(SearchEvent.search_id == search.id, SearchEvent.data.has_key("note"))
        .values(data=SearchEvent.data.op("-")("note"))
    )
    search.urgent_reason = search.quiet_reason = None
    search.person_id = None
    search.wiped_at = clock.now()
    log.record(session, search.id, "wiped")
