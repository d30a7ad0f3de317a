"""What a search must tell before it may go out."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from relay import clock
from relay.search import audience
from relay.search.models import Search, Subject


def faults(session: Session, search_id: int) -> tuple[str, ...]:
    """Codes of what is missing, in the order of the form: police, consent, range, who, features, seen_at, seen_later,
    place, nobody. Empty: it may be handed in."""
    search = session.get(Search, search_id)
    subject = session.get(Subject, search_id)
    if search is None or subject is None:
        return ("missing",)
    found = list(_of(subject))
    if audience.preview(session, search_id).next_ring is None:
        found.append("nobody")
    return tuple(found)


def _of(subject: Subject) -> Iterator[str]:
    if not (subject.police_station or subject.police_not_why):
        yield "police"
    if not (subject.consent_by or subject.danger_reason):
        yield "consent"
    if not subject.danger_reason and "staff" not in subject.consent_ranges:
        yield "range"
    if not (subject.age_band or subject.sex):
        yield "who"
    if not (subject.visible or subject.clothes or subject.build or subject.hair):
        yield "features"
    if subject.seen_at is None:
        yield "seen_at"
    elif subject.seen_at > clock.now():
        yield "seen_later"
    if not (subject.seen_town or subject.seen_place):
        yield "place"
