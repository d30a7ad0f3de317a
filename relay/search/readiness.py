"""Is everything there that a search needs? For ``relay check``: one line each, Japanese and English."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import city
from relay.partners.models import Partner, Staff
from relay.places.models import District
from relay.search.exchange import neighbour_keys

#: An alert usually has two parts.
PARTS = 2

#: Whether it is fine, and the line in Japanese and English.
Said = tuple[bool, str, str]


def lines(session: Session) -> Iterator[Said]:
    """Who would get a search, in how many minutes, and whether the districts of the settings exist."""
    agreed = select(func.count()).select_from(Staff).join(Partner)
    people = (
        session.scalar(
            agreed.where(Staff.search_since.is_not(None), Staff.left_at.is_(None), Partner.ended_at.is_(None))
        )
        or 0
    )
    if people:
        minutes = max(1, round(people * PARTS / city.current().segments_per_second["bulk"] / 60))
        yield (
            True,
            f"捜索：同意した協力者{people}人、全員へのSMSは約{minutes}分",
            f"searches: {people} people agreed; a text to all takes about {minutes} min",
        )
    else:
        yield (
            True,
            "捜索：同意した協力者はまだいません（捜索を使うときは、名簿に「捜索協力」の列を加えて relay import staff）",
            "searches: nobody agreed yet (to use them, add the column “search” to the list and relay import staff)",
        )
    known = set(session.scalars(select(District.name)))
    strange = sorted(set(city.current().search.neighbours) - known)
    if strange and known:
        yield (
            False,
            f"捜索：relay.toml の [neighbours] に、ない地区があります（{'、'.join(strange)}）。"
            "city.toml の地区名に直してください",
            f"searches: [neighbours] in relay.toml names unknown districts ({', '.join(strange)}): "
            "write them as in city.toml",
        )
    for neighbour in neighbour_keys.all_of_them(session):
        if neighbour.fault:
            yield (
                False,
                f"捜索：{neighbour.name}のお知らせを読めません（{neighbour.fault}）。"
                "relay neighbours list で理由を確かめてください",
                f"searches: those of {neighbour.name} can't be read ({neighbour.fault}): see relay neighbours list",
            )
