"""The texts of one stored search: its rows brought to what ``search.texts`` needs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, messages, settings
from relay.places.models import Town
from relay.places.romaji import romaji
from relay.search.models import Search, Subject
from relay.search.texts import Outline, Writer


def writer() -> Writer:
    """The writer of this city's texts."""
    own = city.current()
    return Writer(messages.current(), city=own.name, city_en=own.name_en, base=settings.current().public_url)


def outline(session: Session, search: Search, subject: Subject) -> Outline:
    """What everybody alerted may read about the person. Only for a search whose last-seen time is known."""
    if subject.seen_at is None:
        raise ValueError("a search without a last-seen time has no text")
    kana = session.scalar(select(Town.kana).where(Town.name == subject.seen_town).limit(1))
    return Outline(
        number=search.id,
        drill=search.drill,
        age_band=subject.age_band,
        sex=subject.sex,
        height=subject.height,
        build=subject.build,
        hair=subject.hair,
        visible=subject.visible,
        clothes=subject.clothes,
        shoes=subject.shoes,
        belongings=subject.belongings,
        speak=subject.speak,
        seen_at=subject.seen_at,
        town=subject.seen_town,
        town_en=romaji(kana) if kana else None,
        place=subject.seen_place,
        heading=subject.heading,
        travel=subject.travel,
    )


def page(search_id: int) -> str:
    """The address of the city's own page of this search."""
    return f"{settings.current().public_url}/search/{search_id}"


def for_desk(search: Search, text: str, **values: str) -> str:
    """A text to the city's own phones about this search: ``desk_`` and its name in the messages' ``[search]``."""
    words = messages.current()
    mark = words.text("search.drill") if search.drill else ""
    return mark + words.text(
        f"search.desk_{text}",
        city=city.current().name,
        code=f"K{search.id}",
        link=page(search.id),
        **values,
    )
