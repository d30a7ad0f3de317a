"""The clock of searches: proposals to widen, warnings before a search ends by itself, its end, and the wipe.

Run every few seconds, by any number of workers: each search is taken under its row's lock, and all that is due
stands in its row.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock, db
from relay.search import audience, desk, log, service, wipe, wording
from relay.search.actors import RELAY
from relay.search.errors import SearchError
from relay.search.models import Search
from relay.search.states import OVER, Closing, State

#: The last warning comes when so small a part of the first one's time is left.
LAST_WARNING = 0.25


def run() -> int:
    """Do what is due. Returns how much was done."""
    now = clock.now()
    done = _each(_propose, Search.state == State.LIVE, Search.widen_at <= now)
    done += _each(_warn, Search.state == State.LIVE, Search.expires_at <= now + _warning_time())
    done += _expire()
    done += _each(_wipe, Search.state.in_(OVER), Search.wipe_at <= now, Search.wiped_at.is_(None))
    return done


def _each(act: Callable[[Session, Search], bool], *due: object) -> int:
    """``act`` on every search that is due, each in a transaction of its own."""
    with db.transaction() as session:
        ids = session.scalars(select(Search.id).where(*due)).all()  # type: ignore[arg-type]
    done = 0
    for search_id in ids:
        with db.transaction() as session:
            search = session.scalar(
                select(Search).where(Search.id == search_id, *due).with_for_update(skip_locked=True)  # type: ignore[arg-type]
            )
            done += bool(search is not None and act(session, search))
    return done


def _propose(session: Session, search: Search) -> bool:
    search.widen_at = None
    if audience.preview(session, search.id).next_ring is None:
        return False
    search.widen_proposed_at = clock.now()
    log.record(session, search.id, "widen_proposed")
    _tell(session, search, "widen", key=f"widen:{search.widen_proposed_at:%s}")
    return True


def _warn(session: Session, search: Search) -> bool:
    assert search.expires_at is not None  # noqa: S101 - the query asked for it
    last = search.expires_at - _warning_time() * LAST_WARNING
    due = search.warned_at is None or (search.warned_at < last <= clock.now())
    if not due:
        return False
    search.warned_at = clock.now()
    end = clock.local(search.expires_at)
    log.record(session, search.id, "expiry_warned")
    _tell(session, search, "warning", key=f"warning:{search.warned_at:%s}", time=f"{end:%H:%M}")
    return True


def _expire() -> int:
    """End what nobody closed; the same way as if a person had."""
    with db.transaction() as session:
        due = select(Search.id).where(Search.state == State.LIVE, Search.expires_at <= clock.now())
        ids = session.scalars(due).all()
    done = 0
    for search_id in ids:
        try:
            service.close(search_id, RELAY, closing=Closing.EXPIRED)
        except SearchError:
            continue  # somebody closed it this very moment
        with db.transaction() as session:
            search = session.get_one(Search, search_id)
            _tell(session, search, "expired", key="expired")
            desk.tell_again(session, search, wording.for_desk(search, "expired"), key="expired")
        done += 1
    return done


def _wipe(session: Session, search: Search) -> bool:
    if not wipe.ready(session, search):
        return False
    wipe.wipe(session, search)
    return True


def _tell(session: Session, search: Search, text: str, *, key: str, **values: str) -> None:
    desk.tell(session, search, wording.for_desk(search, text, **values), key=key)


def _warning_time() -> timedelta:
    return clock.delay(hours=city.current().search.warn_hours)
