"""Writing a transmission down: what goes out, to whom, when, by whom. Written once, never changed."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import city, clock, db
from relay.search import audience, log, quiet, sent
from relay.search.actors import Actor
from relay.search.exchange import neighbours
from relay.search.models import Search, Transmission
from relay.search.states import Kind


def write(
    session: Session,
    search: Search,
    kind: Kind,
    actor: Actor,
    texts: dict[str, Any],
    *,
    ring: int | None = None,
    wait: bool,
) -> Transmission:
    """Write one transmission in the caller's transaction; a worker spreads it after the commit.

    ``ring``: how far an alert or widening reaches. ``wait``: leave it for the end of the quiet hours, if they are on.
    """
    reach = search.ring if ring is None else max(ring, search.ring or 0)
    around = audience.rings_of(session, search.id)
    transmission = Transmission(
        search_id=search.id,
        sequence=1 + (session.scalar(_last(search.id)) or 0),
        kind=kind,
        at=clock.now(),
        by=actor.name,
        ring=reach or 0,
        districts=sorted(set().union(*around[: (reach or 0) + 1])),
        people=0,
        texts=texts,
        not_before=quiet.ends_at(city.current().search.quiet, clock.now()) if wait else None,
    )
    session.add(transmission)
    session.flush()
    if ring is not None:
        transmission.people = audience.choose(session, search, ring=ring, transmission_id=transmission.id)
        search.ring = reach
    else:
        transmission.people = len(sent.to(session, search.id, waiting=kind == Kind.UPDATE))
    transmission.cap = neighbours.document(session, search, transmission)
    log.record(
        session,
        search.id,
        f"sent_{kind}",
        actor=actor.name,
        people=transmission.people,
        ring=transmission.ring,
    )
    db.wake(session, "spread_search")
    return transmission


def _last(search_id: int) -> Any:
    return select(func.max(Transmission.sequence)).where(Transmission.search_id == search_id)
