"""Before a search goes out: who gets it, what they read, how long it takes, what is missing, and who lets it go."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import city, clock, db
from relay.accounts.scope import signed_in_user
from relay.search import audience, consent, queries, quiet, requirements, wording
from relay.search.audience import Preview
from relay.search.composing import drafts
from relay.search.errors import SearchError
from relay.search.models import Subject
from relay.search.queries import Page
from relay.search.states import State
from relay.search.views import refusals, words
from relay.search.views.access import city_only
from relay.search.views.blueprints import bp
from relay.search.views.notices import Refusal

SECONDS_A_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Sms:
    """One SMS as it goes, with how many parts it costs."""

    language: str
    text: str
    parts: int
    mail_subject: str
    mail: str


@bp.get("/<int:search_id>/preview")
@city_only
def preview(search_id: int) -> ResponseReturnValue:
    """The page. A search that has gone out has another one."""
    with db.transaction() as session:
        found = _page(session, search_id)
        if found.row.state not in (State.DRAFT, State.AWAITING):
            return redirect(url_for("search.show", search_id=search_id))
        return render(session, found)


def render(session: Session, found: Page, refusal: Refusal | None = None) -> str:
    """The page's HTML, with the reason on top when an action was refused."""
    reach = audience.preview(session, found.row.id)
    texts = sms_of(session, found)
    photo = has_photo(session, found.row.id)
    return render_template(
        "search/preview.html",
        page=found,
        reach=reach,
        texts=texts,
        minutes=minutes(session, found.row.id, reach, texts),
        quiet_until=quiet_until(),
        missing=[
            (str(refusals.MISSING[code][0]), refusals.MISSING[code][1])
            for code in requirements.faults(session, found.row.id)
        ],
        facts=facts(session, found),
        items=consent.shown_to_staff(found.subject),
        hidden_items=hidden_items(found.subject, photo=photo),
        has_photo=photo,
        may_approve=found.search.submitted_by not in (None, signed_in_user().id),
        refusal=refusal,
    )


def sms_of(session: Session, found: Page) -> tuple[Sms, ...]:
    """The alert in every language, as it would go now; empty while the last-seen time is missing."""
    if found.subject is None or found.subject.seen_at is None:
        return ()
    writer = wording.writer()
    texts: dict[str, Any] = writer.alert(wording.outline(session, found.search, found.subject))
    return tuple(
        Sms(
            language=language,
            text=text["sms"],
            parts=writer.parts(text["sms"]),
            mail_subject=text["mail_subject"],
            mail=text["mail"],
        )
        for language, text in texts.items()
    )


def facts(session: Session, found: Page) -> list[str]:
    """What everybody alerted may read, as the page behind the link lists it."""
    if found.subject is None or found.subject.seen_at is None:
        return []
    return wording.writer().facts(wording.outline(session, found.search, found.subject))


def hidden_items(subject: Subject | None, *, photo: bool) -> list[str]:
    """What the city knows and the page behind the link keeps back, in words."""
    if subject is None:
        return []
    known = {"name": subject.name, "face": photo, "condition": subject.condition}
    shown = consent.shown_to_staff(subject)
    return [words.of(words.ITEMS, item) for item, there in known.items() if there and item not in shown]


def has_photo(session: Session, search_id: int) -> bool:
    """Whether there is a picture of the person."""
    return drafts.load(session, search_id).photo_id is not None


def minutes(session: Session, search_id: int, reach: Preview, texts: tuple[Sms, ...]) -> int:
    """How long sending to the first ring takes at the city's rate of SMS parts a second, rounded up."""
    if reach.next_ring is None or not texts:
        return 0
    around = audience.rings_of(session, search_id)
    people = Counter(
        one.language
        for one in audience.candidates(session, search_id, around)
        if one.new and one.ring <= reach.next_ring
    )
    parts = {one.language: one.parts for one in texts}
    total = sum(count * parts.get(language, max(parts.values())) for language, count in people.items())
    return ceil(total / city.current().segments_per_second["bulk"] / SECONDS_A_MINUTE)


def quiet_until() -> datetime | None:
    """When texts would leave, if these are quiet hours."""
    return quiet.ends_at(city.current().search.quiet, clock.now())


def _page(session: Session, search_id: int) -> Page:
    try:
        return queries.page(session, search_id)
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)
