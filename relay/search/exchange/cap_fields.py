"""What a CAP message tells of a search: our outline as parameters, and a neighbour's parameters as a form. Pure.

Only what everybody alerted may read: never a name, a picture or a word about health.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from relay import clock
from relay.places.writing import hiragana
from relay.search.composing.drafting import (
    AHEAD,
    HEIGHTS,
    JAPAN_LAT,
    JAPAN_LNG,
    LONGEST_AGO,
    RANGES,
    SEXES,
    TEXTS,
    TRAVELS,
    Fields,
    subset,
)
from relay.search.exchange.cap import CapMessage, Circle
from relay.search.texts import AGE_BANDS, Outline

#: On what grounds it is sent.
CONSENT, DANGER, DRILL = "consent", "danger", "drill"
#: Parameters whose words go into the form as they are.
WORDS = ("build", "hair", "visible", "clothes", "shoes", "belongings", "speak", "heading")
_CODES: Mapping[str, Collection[str]] = {"age_band": AGE_BANDS, "sex": SEXES, "travel": TRAVELS}
#: Where and when the person was last seen: these belong together.
LAST_SEEN = ("seen_at", "seen_town", "seen_place", "district_id", "lat", "lng", "heading", "travel")
#: Of a neighbour's name, in the fields that name it.
_NAME_SHOWN = 24


def nameless(outline: Outline, *names: str | None) -> Outline:
    """The outline without those free texts in which one of ``names`` stands, however it is written."""
    blank: dict[str, Any] = {
        text: None for text in (*WORDS, "town", "place") if holds(getattr(outline, text) or "", *names)
    }
    return replace(outline, **blank)


def holds(text: str, *names: str | None) -> bool:
    """Whether one of ``names`` stands in the text: blanks and the kind of kana make no difference."""
    wanted = [part for part in (_close(name or "") for name in names) if len(part) > 1]
    return any(name in _close(text) for name in wanted)


def facts_of(
    outline: Outline, *, words: str, grounds: str, ranges: Collection[str], police: bool
) -> dict[str, str]:
    """The parameters of a document. ``words`` are the news that it brings; ``police``: they have a report."""
    facts = {
        "number": f"K{outline.number}",
        "news": words,
        "grounds": grounds,
        "ranges": " ".join(ranges),
        "police": "reported" if police else "not_reported",
        "age_band": outline.age_band,
        "sex": outline.sex,
        "height": str(outline.height) if outline.height else None,
        "seen_at": clock.local(outline.seen_at).isoformat(timespec="seconds"),
        "town": outline.town,
        "place": outline.place,
        "travel": outline.travel,
        **{name: getattr(outline, name) for name in WORDS},
    }
    return {name: value for name, value in facts.items() if value}


def fields_of(message: CapMessage, *, neighbour: str, now: datetime) -> Fields:
    """The form of a draft, as far as the message tells. What does not fit the form is left out or shortened.

    Towns are the neighbour's: they are told in words, and whoever sends the draft chooses the district. A message
    of another system tells its facts in a text only: it stands with the clothes until somebody sorts it.
    """
    facts, name = message.facts, " ".join(neighbour.split())[:_NAME_SHOWN]
    values: dict[str, Any] = {word: _fitting(word, facts.get(word)) for word in WORDS}
    values |= {code: facts[code] for code, known in _CODES.items() if facts.get(code) in known}
    values |= _grounds(message, name) | _point(message.circle)
    place = " ".join(part for part in (name, facts.get("town"), facts.get("place")) if part)
    values |= {
        "height": _height(facts.get("height")),
        "seen_at": _seen_at(facts.get("seen_at"), now),
        "seen_place": _fitting("seen_place", place),
    }
    if not facts:
        values["clothes"] = _fitting("clothes", message.description or message.headline)
    return Fields(**values)


def _grounds(message: CapMessage, name: str) -> dict[str, Any]:
    facts, values = message.facts, dict[str, Any]()
    if facts.get("police") == "reported":
        values["police_station"] = f"{name}からの依頼（届け出は{name}が確認）"
    else:
        values["police_not_why"] = f"{name}からの依頼です。警察への届け出は{name}に確かめてください"
    if facts.get("grounds") == DANGER:
        values["danger_reason"] = f"{name}からの依頼（生命の危険があるとの判断）"
    elif facts.get("grounds") in (CONSENT, DRILL):
        what = "訓練" if message.drill else f"同意は{name}が確認"
        values["consent_by"] = f"{name}からの依頼（{what}）"
    values["consent_ranges"] = subset(facts.get("ranges", "").split(), RANGES)
    return values


def _fitting(field: str, text: str | None) -> str | None:
    most, line = TEXTS[field], " ".join((text or "").split())
    return (line if len(line) <= most else line[: most - 1] + "…") or None


def _height(text: str | None) -> int | None:
    known = {str(height): height for height in HEIGHTS}
    return known.get(text or "")


def _seen_at(text: str | None, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    ago = now - moment
    return moment if -AHEAD <= ago <= LONGEST_AGO + timedelta(days=1) else None


def _point(circle: Circle | None) -> dict[str, float]:
    if circle is None:
        return {}
    if not (JAPAN_LAT[0] <= circle.lat <= JAPAN_LAT[1] and JAPAN_LNG[0] <= circle.lng <= JAPAN_LNG[1]):
        return {}
    return {"lat": circle.lat, "lng": circle.lng}


def _close(text: str) -> str:
    return hiragana("".join(text.split()))
