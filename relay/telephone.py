"""Telephone numbers as people here read them. Pure."""

import re

import phonenumbers

_MOBILE = re.compile(r"\+81([5-9]0)(\d{4})(\d{4})")


def shown(number: str) -> str:
    """A stored number as people here write it: 090-1234-5678, 0586-28-9100. Whatever else was typed, as it is."""
    mobile = _MOBILE.fullmatch(number)
    if mobile:
        return "0" + "-".join(mobile.groups())
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
