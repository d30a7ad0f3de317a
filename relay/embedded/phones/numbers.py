"""Phone numbers as the provider judges them: the shape only, so that invented sample numbers pass."""

import re
from functools import lru_cache

E164 = re.compile(r"\+[1-9]\d{7,14}")
#: Nine digits for a landline, ten for 050, 060, 070, 080, 090 and 0800 numbers.
JAPANESE = re.compile(r"\+81(?:[1-9]\d{8}|[5-9]0\d{8})")
JAPANESE_MOBILE = re.compile(r"\+81[6-9]0\d{8}")
PUNCTUATION = str.maketrans("", "", " -().")


class InvalidNumber(ValueError):
    """A text is no phone number in international form. The message says what to write instead."""


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """The number in E.164, with spaces, hyphens, dots and brackets taken out.

    Raises ``InvalidNumber`` for anything else, national forms such as 090-… included.
    """
    number = text.translate(PUNCTUATION)
    if not E164.fullmatch(number) or (number.startswith("+81") and not JAPANESE.fullmatch(number)):
        raise InvalidNumber(
            f"{text!r} is no phone number: write it as +81 and the number without its first 0"
        )
    return number


def takes_sms(number: str) -> bool:
    """Whether a normalised number can get an SMS. Only Japanese numbers tell by their shape."""
    return not number.startswith("+81") or JAPANESE_MOBILE.fullmatch(number) is not None


def country(number: str) -> str:
    """The country code that webhooks carry; empty where the simulator does not know it."""
    if number.startswith("+81"):
        return "JP"
    return "US" if number.startswith("+1") else ""


def from_query(text: str) -> str:
    """A number from a query string, where an unescaped ``+`` arrives as a space. Not checked."""
    digits = text.strip()
    return f"+{digits}" if digits.isdigit() else digits
