"""What people do to a search, one transaction each. Refusals are ``SearchError`` codes.

Nothing is sent from here: a transmission is written down with the list of people it goes to, and the workers spread
it into the outbox (``search.spread``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, db
from relay.outbox import blanking
from relay.outbox import service as outbox
from relay.search import audience, desk, log, requirements, states, transmit, wording
from relay.search.actors import Actor
from relay.search.errors import SearchError
from relay.search.models import Search, Sighting, Subject
from relay.search.sighting import sighting_marks
from relay.search.states import Closing, Kind, State
from relay.search.texts import MOST_PARTS

faults = requirements.faults


def submit(search_id: int, actor: Actor) -> None:
    """Hand a draft in: a second person of the city reads it before it goes out."""
    with _changing(search_id, State.DRAFT, "not_draft") as (session, search):
        _complete(session, search)
        search.submitted_at, search.submitted_by = clock.now(), actor.user_id
        _become(session, search, State.AWAITING, actor)
        desk.ask_approval(session, search, wording.for_desk(search, "approval"))


def send_back(search_id: int, actor: Actor, *, note: str) -> None:
    """The second person wants something changed. ``note`` says what, and stays in the log."""
    with _changing(search_id, State.AWAITING, "not_awaiting") as (session, search):
        search.submitted_at = search.submitted_by = None
        _become(session, search, State.DRAFT, actor, note=note.strip())


def approve(search_id: int, actor: Actor, *, quiet_reason: str | None = None) -> None:
    """The second person lets it go out to the nearest ring."""
    with _changing(search_id, State.AWAITING, "not_awaiting") as (session, search):
        if actor.user_id is None or actor.user_id == search.submitted_by:
            raise SearchError("same_person")
        _complete(session, search)
        search.approved_at, search.approved_by = clock.now(), actor.user_id
        _go_live(session, search, actor, quiet_reason)


def send_urgent(search_id: int, actor: Actor, *, reason: str, quiet_reason: str | None = None) -> None:
    """One person alone lets it go out, because waiting for a second one would cost a life. ``reason`` is logged."""
    with db.transaction() as session:
        search = _locked(session, search_id)
        if search.state not in (State.DRAFT, State.AWAITING):
            raise SearchError("not_draft")
        if not reason.strip():
            raise SearchError("no_reason")
        _complete(session, search)
        search.urgent_reason = reason.strip()
        log.record(session, search.id, "sent_urgently", actor=actor.name)
        _go_live(session, search, actor, quiet_reason)


def discard(search_id: int, actor: Actor) -> None:
    """Drop a search that has not gone out."""
    with db.transaction() as session:
        search = _locked(session, search_id)
        if search.state not in (State.DRAFT, State.AWAITING):
            raise SearchError("not_draft")
        _end(session, search, State.WITHDRAWN, actor, Closing.WITHDRAWN)


def update(search_id: int, actor: Actor, *, words: str) -> None:
    """News to everybody alerted so far."""
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        _update(session, search, actor, words)


def widen(search_id: int, actor: Actor) -> None:
    """Alert the nearest ring that holds somebody new; those alerted already get nothing twice."""
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        ring = audience.preview(session, search.id).next_ring
        if ring is None:
            raise SearchError("nothing_to_widen")
        texts = wording.writer().alert(wording.outline(session, search, _subject(session, search)))
        transmit.write(session, search, Kind.WIDENING, actor, texts, ring=ring, wait=_waits(search))
        search.widen_proposed_at = None
        search.widen_at = clock.now() + clock.delay(minutes=city.current().search.widen_minutes)


def keep_ring(search_id: int, actor: Actor) -> None:
    """Not wider for now: the question comes again after the same time."""
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        search.widen_proposed_at = None
        search.widen_at = clock.now() + clock.delay(minutes=city.current().search.widen_minutes)
        log.record(session, search.id, "ring_kept", actor=actor.name)


def extend(search_id: int, actor: Actor) -> None:
    """Go on searching: the end by itself moves away again."""
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        search.expires_at = clock.now() + clock.delay(hours=city.current().search.expires_hours)
        search.warned_at = None
        log.record(session, search.id, "extended", actor=actor.name)


def move_last_seen(
    search_id: int,
    actor: Actor,
    *,
    town: str | None,
    place: str | None,
    lat: float | None,
    lng: float | None,
    district_id: int | None,
    seen_at: datetime,
    words: str | None,
    sighting_id: int | None = None,
) -> None:
    """The person was last seen somewhere else. With ``words``, everybody alerted hears of it at once.

    The mark follows the place: ``sighting_id`` is the sighting that it comes from, None for another source. Later
    rings lie around the new place; what has been transmitted stays as it was.
    """
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        subject = _subject(session, search)
        subject.seen_town, subject.seen_place = town, place
        subject.lat, subject.lng, subject.district_id = lat, lng, district_id
        subject.seen_at = seen_at
        subject.heading = None
        log.record(session, search.id, "last_seen_moved", actor=actor.name)
        if words is not None:
            _update(session, search, actor, words)
        sighting_marks.place_moved(session, search.id, sighting_id, actor=actor.name)


def close(search_id: int, actor: Actor, *, closing: Closing, wait_for_morning: bool = False) -> None:
    """End a live search: links die now, and exactly those who were sent it hear of the end."""
    with _changing(search_id, State.LIVE, "not_live") as (session, search):
        outbox.withdraw_search(session, search.id, ("search", "search_update"))
        texts = wording.writer().closing(search.id, drill=search.drill, closing=closing)
        transmit.write(session, search, Kind.CLOSING, actor, texts, wait=wait_for_morning)
        state = State.WITHDRAWN if closing == Closing.WITHDRAWN else State.CLOSED
        _end(session, search, state, actor, closing)
        if closing != Closing.EXPIRED:  # then the clock tells the city, with what it means
            desk.tell_again(session, search, wording.for_desk(search, "over"), key="over")
        blanking.request_blanking(session, search.id, received=_received(session, search))


def _go_live(session: Session, search: Search, actor: Actor, quiet_reason: str | None) -> None:
    own = city.current().search
    subject = _subject(session, search)
    ring = audience.preview(session, search.id).next_ring
    if ring is None:
        raise SearchError("nobody")
    search.quiet_reason = (quiet_reason or "").strip() or None
    search.expires_at = clock.now() + clock.delay(hours=own.expires_hours)
    search.widen_at = clock.now() + clock.delay(minutes=own.widen_minutes)
    _become(session, search, State.LIVE, actor)
    texts = wording.writer().alert(wording.outline(session, search, subject))
    transmit.write(session, search, Kind.ALERT, actor, texts, ring=ring, wait=_waits(search))


def _update(session: Session, search: Search, actor: Actor, words: str) -> None:
    if not words.strip():
        raise SearchError("no_words")
    writer = wording.writer()
    texts = writer.update(wording.outline(session, search, _subject(session, search)), words)
    if writer.parts(texts["ja"]["sms"]) > MOST_PARTS:
        raise SearchError("words_too_long")
    transmit.write(session, search, Kind.UPDATE, actor, texts, wait=_waits(search))


def _end(session: Session, search: Search, state: State, actor: Actor, closing: Closing) -> None:
    search.closed_at, search.closed_by, search.closing = clock.now(), actor.name or None, closing
    search.wipe_at = clock.now() + clock.delay(days=city.current().search.wipe_days)
    search.widen_at = search.widen_proposed_at = search.expires_at = None
    _become(session, search, state, actor, closing=closing.value)
    db.wake(session, "tick_search")


def _waits(search: Search) -> bool:
    """Whether texts wait for the morning: unless somebody gave a reason why this search must not."""
    return search.quiet_reason is None


def _received(session: Session, search: Search) -> list[str]:
    """The provider's ids of the texts that told of sightings: it keeps those too."""
    wanted = select(Sighting.external_id).where(
        Sighting.search_id == search.id, Sighting.external_id.startswith("sms:")
    )
    return [external_id.removeprefix("sms:") for external_id in session.scalars(wanted)]


def _become(session: Session, search: Search, state: State, actor: Actor, **data: str) -> None:
    if not states.may_follow(search.state, state):
        raise SearchError(f"not_{search.state}")
    search.state = state
    log.record(session, search.id, state.value, actor=actor.name, **data)


def _complete(session: Session, search: Search) -> None:
    if requirements.faults(session, search.id):
        raise SearchError("incomplete")


def _subject(session: Session, search: Search) -> Subject:
    return session.get_one(Subject, search.id)


def _locked(session: Session, search_id: int) -> Search:
    search = session.get(Search, search_id, with_for_update=True)
    if search is None:
        raise SearchError("missing")
    return search


@contextmanager
def _changing(search_id: int, state: State, refusal: str) -> Iterator[tuple[Session, Search]]:
    """One transaction on a search that must be in ``state``; a second click finds it elsewhere and is refused."""
    with db.transaction() as session:
        search = _locked(session, search_id)
        if search.state != state:
            raise SearchError(refusal)
        yield session, search
