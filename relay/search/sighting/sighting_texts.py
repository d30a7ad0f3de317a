"""The words of sightings: what the city's phones are told, and what whoever saw the person is answered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from relay import clock, telephone
from relay.channels import sms_text
from relay.messages import Messages
from relay.search import geo
from relay.search.geo import Point

#: Two UCS-2 parts, less one for an emoji that must not be torn in two.
MOST_UNITS = 2 * sms_text.UCS2_PART - 1
#: What is left of the words before the name of who saw it goes, and then before the times are told more shortly.
ENOUGH_UNITS = 40
LEAST_UNITS = 14
#: What somebody typed as a number may be longer than any number is.
NUMBER_UNITS = 16
#: In a drill nobody is sent to ring 110.
_IN_A_DRILL = {
    "thanks": "drill",
    "with_now": "drill",
    "held": "drill",
    "where": "noted_drill",
    "noted": "noted_drill",
    "which": "which_drill",
}
MINUTES_AN_HOUR = 60
HOURS_A_DAY = 24
#: Up to so many hours a short text still counts in minutes.
HOURS_TOLD = 2


class Tight(IntEnum):
    """How much room there is for facts."""

    NOT = 0
    COMPANY = 1  # who saw it without the company
    NAME = 2  # nor the name
    TIMES = 3  # lengths of time without what they count from
    HEADING = 4  # no heading either
    MOST = 5  # how long after and how far off has to be looked up


@dataclass(frozen=True, kw_only=True)
class News:
    """One sighting as the city's phones hear of it. Nothing in it tells who is looked for beyond the number."""

    code: str
    drill: bool
    words: str
    """Where, and whatever else was said."""
    seen_at: datetime | None
    received_at: datetime
    last_seen_at: datetime | None
    point: Point | None
    last_point: Point | None
    heading: str | None
    sure: bool | None
    with_now: bool
    danger: bool
    """The words speak of somebody in danger."""
    who: str
    """staff, other or phone."""
    name: str | None = None
    company: str | None = None
    """Of the registered person who saw it."""
    phone: str | None = None
    """The number of who saw it, told where the city has to ring at once."""
    codes: Sequence[str] = ()
    """The searches that it may belong to, when the writer named none of several."""


def desk(news: News, *, city: str, link: str, messages: Messages) -> str:
    """The text to the city's phones, in at most two parts: long words are shortened first, then who saw it and the
    times are told more shortly, then the heading goes. A number to ring always stays."""
    for tight in Tight:
        over = sms_text.units(_fill(news, "", tight, city, link, messages)) - MOST_UNITS
        wanted = ENOUGH_UNITS if tight < Tight.NAME else LEAST_UNITS
        if -over >= min(wanted, sms_text.units(news.words)):
            break
    words = sms_text.shorten(news.words, max(-over, 0))
    return _fill(news, words, tight, city, link, messages)


def _fill(news: News, words: str, tight: Tight, city: str, link: str, messages: Messages) -> str:
    heading = news.heading if tight < Tight.HEADING else None
    text = messages.text(
        "sighting.desk",
        city=city,
        code=news.code,
        kind=_kind(news, messages),
        place=words or messages.text("sighting.no_place"),
        time=_time(news, messages),
        since=_since(news, tight >= Tight.TIMES, messages) if tight < Tight.MOST else "",
        heading=messages.text("sighting.heading", heading=heading) if heading else "",
        who=_who(news, tight, messages),
        link=link,
    )
    return messages.text("search.drill") + text if news.drill else text


def _who(news: News, tight: Tight, messages: Messages) -> str:
    """Who saw it; with the number to ring, where somebody is with the person or in danger."""
    if news.who == "staff" and news.name and tight < Tight.NAME:
        known = {"name": news.name} | ({"company": news.company} if news.company else {})
        whole = news.company and tight < Tight.COMPANY
        who = messages.text("sighting.by_staff_of" if whole else "sighting.by_staff_named", **known)
    else:
        who = messages.text(f"sighting.by_{news.who}")
    if news.phone and (news.with_now or news.danger):
        number = sms_text.shorten(telephone.shown(news.phone), NUMBER_UNITS)
        who += messages.text("sighting.ring", phone=number)
    return who


def _kind(news: News, messages: Messages) -> str:
    if news.codes:
        return messages.text("sighting.kind_which", codes="・".join(news.codes))
    if news.danger:
        return messages.text("sighting.kind_danger")
    if news.with_now:
        return messages.text("sighting.kind_with_now")
    return messages.text("sighting.kind_unsure" if news.sure is False else "sighting.kind_seen")


def _time(news: News, messages: Messages) -> str:
    at = clock.local(news.seen_at or news.received_at)
    told = (
        f"{at:%H:%M}"
        if at.date() == clock.local(news.received_at).date()
        else f"{at.month}/{at.day} {at:%H:%M}"
    )
    return told if news.seen_at else messages.text("sighting.received", time=told)


def _since(news: News, brief: bool, messages: Messages) -> str:
    """How far from the last-seen time and place: 「（最後に見た時刻から35分後・約1.2km）」."""
    parts = []
    if news.last_seen_at:
        minutes = round(((news.seen_at or news.received_at) - news.last_seen_at).total_seconds() / 60)
        key = ("after" if minutes >= 0 else "before") + ("_brief" if brief else "")
        parts.append(messages.text(f"sighting.{key}", span=_span(abs(minutes), brief, messages)))
    if news.point and news.last_point:
        distance = geo.rounded(geo.metres(news.last_point, news.point))
        parts.append(messages.text("sighting.distance", distance=distance))
    return messages.text("sighting.since", parts="・".join(parts)) if parts else ""


def _span(minutes: int, brief: bool, messages: Messages) -> str:
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if not hours or (brief and hours < HOURS_TOLD):
        return messages.text("sighting.minutes", count=minutes)
    if brief or hours >= HOURS_A_DAY:
        return messages.text("sighting.hours", count=round(minutes / MINUTES_AN_HOUR))
    if not rest:
        return messages.text("sighting.whole_hours", count=hours)
    return messages.text("sighting.hours_minutes", hours=hours, minutes=rest)


def answer(
    key: str,
    *,
    code: str,
    drill: bool,
    language: str,
    phone: str,
    messages: Messages,
    codes: Sequence[str] = (),
) -> str:
    """What whoever sent the SMS is answered. In a drill nobody is asked to ring 110."""
    if drill:
        key = _IN_A_DRILL.get(key, key)
    values = (
        {"codes": ("、" if language == "ja" else ", ").join(codes)}
        if key.startswith("which")
        else {"code": code}
    )
    if key == "held":
        values["phone"] = phone
    text = messages.text(f"sighting.{key}", language, **values)
    return messages.text("search.drill", language) + text if drill else text
