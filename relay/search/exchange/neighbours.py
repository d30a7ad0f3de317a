"""Neighbouring cities: what they get of a search, and which documents lie in the feed for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from relay import city, clock, messages, settings
from relay.search import geo, wording
from relay.search.exchange import cap, cap_fields
from relay.search.exchange.cap import CapError, CapEvent, Circle, Info, MsgType, Reference
from relay.search.models import Search, Subject, Transmission
from relay.search.states import OVER, Kind, State
from relay.search.texts import Outline

LOCALES: Mapping[str, str] = {"ja": "ja-JP", "en": "en-US"}
#: Four of five people found dead in 2024 lay within so many kilometres of where they were last seen (National
#: Police Agency).
AROUND_KM = 5.0
#: So long after its end a search still tells neighbours that it has ended.
KEEP = timedelta(days=7)

log = structlog.get_logger(__name__)


def document(session: Session, search: Search, transmission: Transmission) -> str | None:
    """The CAP document of a transmission; None where the neighbours may not have it.

    They may with consent for that range, or in a danger to life; exercises always. What came from a neighbour is
    not passed on: its city has a feed of its own. The end is told to whoever may have read an earlier document,
    whatever the consent is now. A document that can't be written is logged: our own people are told all the same.
    """
    try:
        return _document(session, search, transmission)
    except (CapError, LookupError, ValueError):
        log.exception("cap_document_failed", search=search.id)
        return None


def _document(session: Session, search: Search, transmission: Transmission) -> str | None:
    if search.neighbour is not None:
        return None
    earlier = _earlier(session, transmission)
    subject = session.get(Subject, search.id)
    if transmission.kind == Kind.CLOSING:
        return cap.build(_cancel(search, transmission, earlier)) if earlier else None
    if subject is None or not _may_have(search, subject):
        return None
    return cap.build(_alert(session, search, subject, transmission, earlier))


def identifier(transmission: Transmission) -> str:
    """CAP's name for our document: unique for this city, and part of its address."""
    return f"K{transmission.search_id}-{transmission.sequence}-{clock.local(transmission.at):%Y%m%dT%H%M%S}"


def published(session: Session) -> list[Transmission]:
    """The documents that lie in the feed, newest first: all of the searches that run, and the last word of those
    that ended lately. What told of the person is not given out any more once the search is over."""
    recently = clock.now() - KEEP
    ended = and_(Search.state.in_(OVER), Search.closed_at >= recently, Transmission.kind == Kind.CLOSING)
    return list(
        session.scalars(
            select(Transmission)
            .join(Search, Search.id == Transmission.search_id)
            .where(Transmission.cap.is_not(None), or_(Search.state == State.LIVE, ended))
            .order_by(Transmission.at.desc(), Transmission.id.desc())
        )
    )


def gone(session: Session, name: str) -> bool:
    """Whether a document of that name once lay in the feed."""
    number = name.partition("-")[0].removeprefix("K")
    if not (number.isascii() and number.isdigit()) or len(number) > 9:  # noqa: PLR2004 - what the column holds
        return False
    of_it = select(Transmission).where(Transmission.search_id == int(number))
    return any(identifier(one) == name for one in session.scalars(of_it))


def newest(documents: list[Transmission], now: datetime) -> datetime:
    """When the list last changed; an empty one stands as of the beginning of the day."""
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return documents[0].at if documents else midnight


def sender() -> str:
    """This city in CAP's names: the host that its pages lie on."""
    return urlsplit(settings.current().public_url).netloc


def _may_have(search: Search, subject: Subject) -> bool:
    return search.drill or bool(subject.danger_reason) or "neighbours" in subject.consent_ranges


def _earlier(session: Session, transmission: Transmission) -> tuple[Reference, ...]:
    """The earlier documents of the search, as they name themselves."""
    documents = session.scalars(
        select(Transmission.cap)
        .where(
            Transmission.search_id == transmission.search_id,
            Transmission.sequence < transmission.sequence,
            Transmission.cap.is_not(None),
        )
        .order_by(Transmission.sequence)
    )
    return tuple(cap.parse(text.encode()).reference for text in documents if text)


def _alert(
    session: Session,
    search: Search,
    subject: Subject,
    transmission: Transmission,
    earlier: tuple[Reference, ...],
) -> CapEvent:
    names = (subject.name, subject.kana)
    outline = cap_fields.nameless(wording.outline(session, search, subject), *names)
    news = {language: _news(transmission, language) for language in LOCALES}
    news = {language: "" if cap_fields.holds(words, *names) else words for language, words in news.items()}
    grounds = cap_fields.DRILL if search.drill and not subject.consent_by else cap_fields.CONSENT
    facts = cap_fields.facts_of(
        outline,
        words=news["ja"],
        grounds=cap_fields.DANGER if subject.danger_reason else grounds,
        ranges=subject.consent_ranges,
        police=subject.police_station is not None,
    )
    where = geo.point(subject.lat, subject.lng)
    return CapEvent(
        kind=MsgType.UPDATE if earlier else MsgType.ALERT,
        references=earlier,
        infos=tuple(
            _info(search, transmission, language, _described(outline, news[language], language))
            for language in LOCALES
        ),
        onset=outline.seen_at,
        expires=search.expires_at or transmission.at + timedelta(hours=city.current().search.expires_hours),
        facts=facts,
        circle=Circle(where.lat, where.lng, AROUND_KM) if where else None,
        **_frame(search, transmission),
    )


def _cancel(search: Search, transmission: Transmission, earlier: tuple[Reference, ...]) -> CapEvent:
    return CapEvent(
        kind=MsgType.CANCEL,
        references=earlier,
        infos=tuple(
            _info(search, transmission, language, transmission.texts[language]["sms"], over=True)
            for language in LOCALES
        ),
        expires=transmission.at + KEEP,
        facts={"number": f"K{search.id}"},
        **_frame(search, transmission),
    )


def _frame(search: Search, transmission: Transmission) -> dict[str, Any]:
    """What every document of ours says about itself."""
    words = messages.current()
    return {
        "identifier": identifier(transmission),
        "sender": sender(),
        "sent": transmission.at,
        "drill": search.drill,
        "restriction": " / ".join(words.text("neighbour.restriction", language) for language in LOCALES),
        "note": f"Exercise K{search.id}" if search.drill else None,
        "contact": f"{city.current().desk_name} {city.current().desk_phone}",
    }


def _info(
    search: Search, transmission: Transmission, language: str, description: str, *, over: bool = False
) -> Info:
    words, own = messages.current(), city.current()
    name, desk = (own.name, own.desk_name) if language == "ja" else (own.name_en, own.desk_name_en)
    key = "instruction_over" if over else "instruction_drill" if search.drill else "instruction"
    if search.drill and not over:  # the closing words have their mark already
        description = f"{words.text('search.drill', language).strip()}\n{description}"
    return Info(
        language=LOCALES[language],
        event=words.text("neighbour.event", language),
        sender_name=desk,
        headline=transmission.texts[language]["mail_subject"],
        description=description,
        instruction=words.text(f"neighbour.{key}", language, phone=own.desk_phone),
        area=f"{name} {'、'.join(transmission.districts)}",
    )


def _described(outline: Outline, news: str, language: str) -> str:
    writer, words = wording.writer(), messages.current()
    about = words.text(
        "neighbour.description",
        language,
        facts="\n".join(f"・{fact}" for fact in writer.facts(outline, language)),
        seen=writer.seen(outline, language),
        speak=outline.speak or words.text("search.speak", language),
    )
    return f"{news}\n{about}" if news else about


def _news(transmission: Transmission, language: str) -> str:
    """The city's own words in an update."""
    return str(transmission.texts[language].get("words", ""))
