"""Reading what the pages' forms sent."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock, db
from relay.search import queries
from relay.search.composing import drafts
from relay.search.composing.drafting import Fields
from relay.search.composing.typed import SHORT, Reader
from relay.search.models import SearchEvent
from relay.search.views import refusals
from relay.web import uploads

MOST_DIGITS = 9
MOST_CHARACTERS = 2000
#: Log lines on which a decision about a live search rests: a page older than one of them is told so.
NEWS = (
    "draft",
    "awaiting",
    "live",
    "closed",
    "withdrawn",
    "sent_alert",
    "sent_update",
    "sent_widening",
    "sent_closing",
    "ring_kept",
    "extended",
    "last_seen_moved",
)


class Stale(Exception):
    """Something happened since the page was opened; nothing was done."""

    def __init__(self, news: Sequence[SearchEvent]) -> None:
        super().__init__()
        self.news = news


@dataclass(frozen=True)
class Upload:
    """A photo as it came: re-encoded, or the sentence why not. Both None: none was chosen."""

    jpeg: bytes | None = None
    fault: str | None = None


def text(name: str) -> str:
    """A text field without blanks around it, cut where no honest text would reach."""
    return request.form.get(name, "").strip()[:MOST_CHARACTERS]


def number(name: str) -> int | None:
    """A whole number, None when there is none."""
    value = request.form.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS else None


def argument(name: str) -> int | None:
    """A whole number of the address."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS else None


def ticked(name: str) -> bool:
    """Whether a box was ticked, or a question was answered with yes."""
    return request.form.get(name) == "yes"


def upload(name: str) -> Upload:
    """The photo of a file field."""
    jpeg, refused = uploads.jpeg(uploads.photo(name))
    return Upload(jpeg, str(refusals.PHOTOS[refused]) if refused else None)


def typed() -> dict[str, str]:
    """Everything typed, to be shown again as it is."""
    return {name: value for name, value in request.form.items() if name != "csrf_token"}


def shown(fields: Fields, session: Session) -> dict[str, str]:
    """A draft's fields as its form shows them."""
    local = clock.local(fields.seen_at) if fields.seen_at else None
    values = {
        name: str(value)
        for name in drafts.Fields.__dataclass_fields__
        if isinstance(value := getattr(fields, name), str | int | float)
    }
    values |= {
        "seen_date": f"{local:%Y-%m-%d}" if local else "",
        "seen_time": f"{local:%H:%M}" if local else "",
        "town": fields.seen_town or "",
    }
    return values | {"district": _by_hand(fields, session)}


def _by_hand(fields: Fields, session: Session) -> str:
    """The district, where it was chosen by hand because the town does not tell it."""
    if fields.district_id is None:
        return ""
    where = drafts.whereabouts(session, fields.seen_town or "")
    told = where is not None and where.districts == (fields.district_id,)
    return "" if told else str(fields.district_id)


@dataclass(frozen=True, kw_only=True)
class LastSeen:
    """Another last-seen place, as ``service.move_last_seen`` takes it."""

    town: str | None
    place: str | None
    lat: float | None
    lng: float | None
    district_id: int | None
    seen_at: datetime | None
    faults: dict[str, str]


def last_seen(session: Session) -> LastSeen:
    """The form of the last-seen place on the page of a live search."""
    reader = Reader(request.form)
    where = drafts.whereabouts(session, request.form.get("town", ""))
    town, district = reader.place(where, drafts.districts(session).keys())
    place = reader.text("seen_place", SHORT)
    seen_at = reader.moment("seen_date", "seen_time", clock.now())
    if seen_at is None and not {"seen_date", "seen_time"} & set(reader.faults):
        reader.fault("seen_date", "no_date")
    if not (town or place or "town" in reader.faults):
        reader.fault("town", "needed")
    lat, lng = reader.point()
    return LastSeen(
        town=town,
        place=place,
        lat=lat,
        lng=lng,
        district_id=district,
        seen_at=seen_at,
        faults=refusals.faults(reader.faults),
    )


@contextmanager
def on_what_was_seen(search_id: int) -> Iterator[None]:
    """Do something once: of two clicks on one page the second finds the first one's line in the log.

    Holds a lock of the search's own while the block runs. Raises ``Stale``.
    """
    with db.transaction() as session:
        key = zlib.crc32(f"search page {search_id}".encode())
        session.execute(select(func.pg_advisory_xact_lock(key)))
        if news := queries.news_since(session, search_id, number("seen") or 0, NEWS):
            session.expunge_all()  # they are read once more, after this transaction
            raise Stale(news)
        yield
