"""The log of a search: who did what, when. Lines are only ever added."""

from typing import Any

from sqlalchemy.orm import Session

from relay import clock
from relay.search.models import SearchEvent


def record(session: Session, search_id: int, kind: str, *, actor: str | None = None, **data: Any) -> None:
    """Write one line in the caller's transaction. ``data`` holds codes and counts, nothing about the person:
    the log outlives the wipe."""
    session.add(SearchEvent(search_id=search_id, at=clock.now(), kind=kind, actor=actor or None, data=data))
