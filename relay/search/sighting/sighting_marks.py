"""What the city made of a sighting: checked, somebody else, the new last-seen place; and pictures that follow."""

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from relay import clock
from relay.search import log
from relay.search.models import Photo, SearchEvent, Sighting

#: What the city can say of a sighting.
MARKS = ("new", "checked", "false")
#: The mark of the sighting that the last-seen place was moved to.
LAST_SEEN = "last_seen"


class MarkChanged(Exception):
    """Somebody else's page made it something else meanwhile; nothing was done."""

    def __init__(self, *, number: int, mark: str, change: SearchEvent) -> None:
        super().__init__()
        self.number = number
        """As the list counts the sightings."""
        self.mark = mark
        """What it is now."""
        self.change = change
        """Who made it that, as a line of the log."""


def mark(
    session: Session, search_id: int, sighting_id: int, wanted: str, *, shown: str, actor: str
) -> Sighting:
    """Note what the city made of a sighting; ``new`` takes a mark back. Raises ``LookupError`` for an unknown one.

    ``shown`` is the mark that the page showed when somebody decided. Raises ``MarkChanged`` when it has another one
    by now, so that nobody undoes unseen what somebody else found out.

    Those that tell of the same moment and place follow their first one, unless they were marked by themselves.
    """
    if wanted not in MARKS:
        raise LookupError(f"no mark {wanted!r}")
    sighting = _locked(session, search_id, sighting_id)
    if sighting.mark == wanted:
        return sighting
    if sighting.mark != shown:
        raise _changed(session, sighting)
    _become(session, sighting, wanted, actor)
    return sighting


def check(session: Session, search_id: int, sighting_id: int, *, shown: str) -> None:
    """Raises ``MarkChanged`` for another mark than a page showed, ``LookupError`` for an unknown sighting."""
    sighting = _locked(session, search_id, sighting_id)
    if sighting.mark != shown:
        raise _changed(session, sighting)


def place_moved(session: Session, search_id: int, sighting_id: int | None, *, actor: str) -> None:
    """The last-seen place was moved to where this sighting was; None: to another place.

    Only one sighting is the last-seen place: the one that was it before counts as checked then.
    """
    earlier = select(Sighting).where(
        Sighting.search_id == search_id, Sighting.mark == LAST_SEEN, Sighting.id.is_distinct_from(sighting_id)
    )
    for other in session.scalars(earlier.with_for_update()):
        _set_mark(other, "checked", actor)
    if sighting_id is not None:
        sighting = _locked(session, search_id, sighting_id)
        if sighting.mark != LAST_SEEN:
            _become(session, sighting, LAST_SEEN, actor)


def _locked(session: Session, search_id: int, sighting_id: int) -> Sighting:
    sighting = session.scalar(
        select(Sighting).where(Sighting.id == sighting_id, Sighting.search_id == search_id).with_for_update()
    )
    if sighting is None:
        raise LookupError(f"no sighting {sighting_id} of search {search_id}")
    return sighting


def _become(session: Session, sighting: Sighting, wanted: str, actor: str) -> None:
    followers = select(Sighting).where(Sighting.same_as_id == sighting.id, Sighting.mark == sighting.mark)
    for follower in session.scalars(followers.with_for_update()):
        _set_mark(follower, "checked" if wanted == LAST_SEEN else wanted, actor)
    _set_mark(sighting, wanted, actor)
    log.record(session, sighting.search_id, f"sighting_{wanted}", actor=actor, sighting=sighting.id)


def _changed(session: Session, sighting: Sighting) -> MarkChanged:
    number = select(func.count()).where(Sighting.search_id == sighting.search_id, Sighting.id <= sighting.id)
    change = SearchEvent(
        at=sighting.marked_at, actor=sighting.marked_by, kind=f"sighting_{sighting.mark}", data={}
    )
    if sighting.marked_at is None:  # taken back: only the log knows by whom
        line = session.scalars(
            select(SearchEvent)
            .where(
                SearchEvent.search_id == sighting.search_id,
                SearchEvent.kind == "sighting_new",
                cast(SearchEvent.data["sighting"].astext, Integer).in_((sighting.id, sighting.same_as_id)),
            )
            .order_by(SearchEvent.id.desc())
        ).first()
        change.at, change.actor = (line.at, line.actor) if line else (clock.now(), None)
    return MarkChanged(number=session.scalar(number) or 0, mark=sighting.mark, change=change)


def _set_mark(sighting: Sighting, wanted: str, actor: str) -> None:
    sighting.mark = wanted
    sighting.marked_by = actor if wanted != "new" else None
    sighting.marked_at = clock.now() if wanted != "new" else None


def add_photo(session: Session, audience_id: int, sighting_id: int, jpeg: bytes) -> bool:
    """Add a picture to one's own sighting that has none yet. False when there is no such sighting."""
    sighting = session.scalar(
        select(Sighting)
        .where(Sighting.id == sighting_id, Sighting.audience_id == audience_id)
        .with_for_update()
    )
    if sighting is None:
        return False
    if not has_photo(session, sighting_id):
        session.add(Photo(search_id=sighting.search_id, sighting_id=sighting_id, jpeg=jpeg))
        log.record(session, sighting.search_id, "sighting_photo", sighting=sighting_id)
    return True


def has_photo(session: Session, sighting_id: int) -> bool:
    """Whether a picture came with a sighting, or followed it."""
    return session.scalar(select(Photo.id).where(Photo.sighting_id == sighting_id).limit(1)) is not None


def photo(session: Session, search_id: int, sighting_id: int) -> bytes | None:
    """The picture that came with a sighting."""
    return session.scalar(
        select(Photo.jpeg).where(Photo.search_id == search_id, Photo.sighting_id == sighting_id)
    )
