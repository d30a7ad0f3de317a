"""The words of duty messages, fitted to SMS parts. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from relay.channels import sms_text
from relay.city import City
from relay.messages import Messages
from relay.vocabulary import Level, Sign

#: Two UCS-2 parts, less one for an emoji that must not be torn in two. Longer texts cost more and come in pieces.
MOST_UNITS = 2 * sms_text.UCS2_PART - 1
_MOBILE = re.compile(r"\+81([6-9]0)(\d{4})(\d{4})")
#: What is left of the free field when a text has to be cut hard.
LEAST_UNITS = 4


def place(brief: Mapping[str, Any], city: City, messages: Messages) -> str:
    """Where, as far as the city lets it stand in an SMS: 八幡3-4-11 コーポ桜 203."""
    town = brief.get("town")
    if not town and brief.get("district"):
        return messages.text("duty.place_by_position", district=district(str(brief["district"])))
    if not town:
        return messages.text("duty.place_unknown")
    if city.sms_detail == "town":
        return str(town)
    rest = " ".join(str(brief[key]) for key in ("building", "room") if brief.get(key))
    return f"{town}{brief.get('number') or ''}" + (f" {rest}" if rest else "")


def district(name: str) -> str:
    """「木曽川地区」; a name that says itself what it is (第一地区, 神山小学校区) stays."""
    return name if name.endswith("区") else f"{name}地区"


def phone(number: str | None, city: City, messages: Messages) -> str:
    """A number to call as people here write it, or that it stands behind the link."""
    if number is None or city.sms_detail == "town":
        return messages.text("duty.phone_behind_link")
    mobile = _MOBILE.fullmatch(number)
    if mobile:
        return "0" + "-".join(mobile.groups())
    parsed = phonenumbers.parse(number, "JP")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def what(brief: Mapping[str, Any], level: Level, messages: Messages) -> str:
    """The signs in words with the days, and for an emergency whether 119 has been called."""
    known = {sign.value for sign in Sign}
    signs = [messages.text(f"sign.{sign}") for sign in brief.get("signs", ()) if sign in known]
    text = "・".join(signs) or messages.text("duty.signs_unknown")
    if brief.get("days"):
        text += " " + messages.text("duty.days", days=brief["days"])
    if level == Level.EMERGENCY:
        text += " " + messages.text("duty.called_119" if brief.get("called_119") else "duty.not_called_119")
    return text


def alert(
    key: str,
    *,
    level: Level,
    brief: Mapping[str, Any],
    code: str,
    link: str | None,
    city: City,
    messages: Messages,
    more: Mapping[str, str] | None = None,
) -> str:
    """A duty text: one part without its link line where that can be, at most two parts with it.

    The signs are shortened first and the place last: an officer who knows where can go and see what.
    """
    where, signs = place(brief, city, messages), what(brief, level, messages)
    tail = f"\n{link}" if link else ""

    def fill(signs: str, where: str) -> str:
        return messages.text(
            f"duty.{key}",
            level=messages.text(f"level.{level}"),
            place=where,
            what=signs,
            code=code,
            **(more or {}),
        )

    room = min(sms_text.UCS2_ALONE, MOST_UNITS - sms_text.units(tail))
    text = fill(signs, where)
    if sms_text.units(text) > room:
        over = sms_text.units(text) - room
        signs = sms_text.shorten(signs, max(LEAST_UNITS, sms_text.units(signs) - over))
        text = fill(signs, where)
    hard = MOST_UNITS - sms_text.units(tail)
    if sms_text.units(text) > hard:
        over = sms_text.units(text) - hard
        text = fill(signs, sms_text.shorten(where, max(LEAST_UNITS, sms_text.units(where) - over)))
    return text + tail
