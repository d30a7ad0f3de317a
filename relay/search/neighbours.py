"""Neighbouring cities: what they get of a search."""

from sqlalchemy.orm import Session

from relay.search.models import Search, Transmission


def document(session: Session, search: Search, transmission: Transmission) -> str | None:
    """The CAP document of a transmission; None where the neighbours may not have it."""
    del session, search, transmission
    return None
