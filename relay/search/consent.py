"""What may be shown of a person, and to whom. Pure."""

from relay.search.models import Subject


def shown_to_staff(subject: Subject | None) -> frozenset[str]:
    """Which of name, face and condition the page behind a personal link shows: as consented for partner staff, or as
    the city chose in a danger to life."""
    if subject is None or not (subject.danger_reason or "staff" in subject.consent_ranges):
        return frozenset()
    return frozenset(subject.consent_items)
