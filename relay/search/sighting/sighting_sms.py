"""An SMS about a search: which search it means, whether it is a sighting at all, and what its writer is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Integer, cast, select
from sqlalchemy.orm import Session

from relay import city, clock, messages
from relay.partners import service as partners
from relay.places import service as places
from relay.search.models import Audience, Search, SearchEvent, Sighting
from relay.search.sighting import replies, sighting_rules, sighting_texts, sightings
from relay.search.sighting.replies import Told
from relay.search.sighting.sightings import Seen
from relay.search.states import OVER, State
from relay.triage.results import Reading

#: How long after our question 「どの方のことですか」 a bare code answers it.
ANSWERS_FOR = timedelta(hours=1)
#: Codes named in that question, the newest first: more fit into no SMS.
MOST_CODES = 4


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What an SMS is, as far as searches go."""

    told: Told
    search_id: int
    over: bool
    """The search has ended."""
    audience_id: int | None
    """Who wrote, where that person was alerted by this search."""
    registered: bool
    """The number belongs to a registered person, alerted or not."""
    language: str
    codes: tuple[str, ...]
    """Named none of these, or one that is not there: we ask back."""
    danger: bool
    unread: bool
    """Nobody could tell whether the words speak of danger: the answer says 119 first."""
    also_report: bool
    """An emergency that names no search: it goes the way of a report as well, where somebody has to answer for it."""


@dataclass(frozen=True)
class _Alerted:
    """Somebody as one live search has them, and whether that is an exercise."""

    person: Audience
    drill: bool


def meant(
    session: Session, sender: str, body: str, reading: Reading | None, *, awaited: bool, received_at: datetime
) -> Meant | None:
    """What an SMS means for searches; None when it goes the way of every report.

    ``reading`` None: the words could not be read, so only a search's code tells what this is.
    ``awaited``: we asked this sender where a home is, so bare words of a place answer that. 「10分前」 counts from
    ``received_at``, for an SMS may have waited in the spool.
    """
    told = replies.parse(body, now=received_at)
    alerted = _alerted(session, sender)
    named = session.get(Search, told.code) if told.code is not None else None
    known = bool(alerted) or partners.sender(session, sender).verified
    if named is not None and named.state == State.LIVE:
        own = alerted[named.id].person if named.id in alerted else None
        return _meant(told, reading, named.id, own, known=known)
    if named is not None and named.state in OVER and named.ring is not None:
        # Wiped, nothing of it may be kept with the search: then a person reads it as a report.
        if named.wiped_at is not None:
            return None
        own = _audience(session, named.id, sender)
        return _meant(told, reading, named.id, own, known=known or own is not None, over=True)
    if not alerted or reading is None or sighting_rules.of_a_home(reading, told, body):
        return None
    if told.code is None and awaited and not (told.with_now or told.heading or told.minutes is not None):
        return None
    # A real search before an exercise: its sighting must not be taken for a part of the drill.
    newest = max(alerted.values(), key=lambda one: (not one.drill, one.person.id)).person
    unclear = len(alerted) > 1 or told.code is not None
    codes = tuple(f"K{number}" for number in sorted(alerted, reverse=True)[:MOST_CODES]) if unclear else ()
    return _meant(told, reading, newest.search_id, newest, known=True, codes=codes)


def take_sms(
    session: Session, meant: Meant, *, external_id: str, sender: str, received_at: datetime
) -> str | None:
    """Keep what ``meant`` found and tell the city, in the caller's transaction. Returns the answer.

    None when the search was wiped this very moment: then it is a report like any other.
    """
    if not meant.told.text:
        if meant.codes or meant.over:
            return _answer(session, meant)  # a bare code that says nothing
        if (asked := _asked_about(session, sender)) is not None:
            return _answer_to_question(session, meant, asked)
    seen = _seen(session, meant, external_id=external_id, sender=sender, received_at=received_at)
    kept = sightings.keep(session, meant.search_id, seen)
    if kept is None:
        return None
    return _answer(session, meant, held=kept.sighting.held, located=bool(seen.words))


def _alerted(session: Session, sender: str) -> dict[int, _Alerted]:
    """The live searches that alerted this number, each with the person as it has them."""
    rows = session.execute(
        select(Audience, Search.drill)
        .join(Search, Search.id == Audience.search_id)
        .where(Audience.phone == sender, Search.state == State.LIVE)
    )
    return {person.search_id: _Alerted(person, drill) for person, drill in rows}


def _audience(session: Session, search_id: int, sender: str) -> Audience | None:
    return session.scalar(select(Audience).where(Audience.search_id == search_id, Audience.phone == sender))


def _meant(
    told: Told,
    reading: Reading | None,
    search_id: int,
    person: Audience | None,
    *,
    known: bool,
    over: bool = False,
    codes: tuple[str, ...] = (),
) -> Meant:
    danger = reading is not None and sighting_rules.is_emergency(reading)
    return Meant(
        told=told,
        search_id=search_id,
        over=over,
        audience_id=person.id if person else None,
        registered=known,
        language="en" if told.language == "en" or (person and person.language != "ja") else "ja",
        codes=codes,
        danger=danger,
        unread=reading is None,
        also_report=danger and told.code is None,
    )


def _seen(session: Session, meant: Meant, *, external_id: str, sender: str, received_at: datetime) -> Seen:
    told = meant.told
    return Seen(
        external_id=external_id,
        channel="sms",
        who="staff" if meant.registered else "other",
        text=told.text,
        words=told.rest,
        audience_id=meant.audience_id,
        phone=sender,
        received_at=received_at,
        seen_at=None if told.minutes is None else received_at - timedelta(minutes=told.minutes),
        town=sighting_rules.town_of(told.text, places.town_table(session)),
        heading=told.heading,
        sure=told.sure,
        with_now=told.with_now,
        danger=meant.danger,
        idle=told.idle,
        codes=meant.codes,
    )


def _asked_about(session: Session, sender: str) -> Sighting | None:
    """The sighting about which we asked this sender which search it belongs to."""
    asked = select(cast(SearchEvent.data["sighting"].astext, Integer)).where(
        SearchEvent.kind == "sighting", cast(SearchEvent.data["asked"].astext, Boolean)
    )
    return session.scalar(
        select(Sighting)
        .where(
            Sighting.phone == sender,
            Sighting.received_at > clock.now() - ANSWERS_FOR,
            Sighting.id.in_(asked),
        )
        .order_by(Sighting.id.desc())
        .limit(1)
        .with_for_update()
    )


def _answer_to_question(session: Session, meant: Meant, asked: Sighting) -> str:
    """A bare code after our question: the sighting goes to the search that was meant."""
    if asked.search_id != meant.search_id:
        seen = Seen(
            external_id=asked.external_id,
            channel=asked.channel,
            who="staff" if meant.registered else "other",
            text=asked.text,
            words=replies.parse(asked.text, now=asked.received_at).rest,
            received_at=asked.received_at,
            audience_id=meant.audience_id,
        )
        sightings.move(session, asked, seen, search_id=meant.search_id)
    return _answer(session, meant, with_now=asked.with_now)


def _answer(
    session: Session, meant: Meant, *, held: bool = False, located: bool = True, with_now: bool = False
) -> str:
    return sighting_texts.answer(
        _answer_key(meant, held=held, located=located, with_now=with_now),
        code=f"K{meant.search_id}",
        drill=session.get_one(Search, meant.search_id).drill,
        language=meant.language,
        phone=city.current().desk_phone,
        messages=messages.current(),
        codes=meant.codes,
    )


def _answer_key(meant: Meant, *, held: bool, located: bool, with_now: bool) -> str:
    """Which answer: what saves a life first, then what the writer has to do next."""
    if meant.danger:
        return "emergency"
    if meant.unread:
        return "unread"
    if meant.over:
        return "over"
    if meant.told.idle:
        return "noted"
    if meant.codes:
        return "which"
    if meant.told.with_now or with_now:
        return "with_now"
    if held:
        return "held"
    return "thanks" if located else "where"
