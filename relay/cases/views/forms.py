"""Reading what a form sent. Everything is checked here, so that the service gets clean values."""

import unicodedata

from flask import request

from relay.cases.errors import CaseError
from relay.vocabulary import Level, Outcome, Sign

#: Longer than any note that somebody writes by hand.
MOST_CHARACTERS = 2000
MOST_DIGITS = 9


def text(name: str, *, most: int = MOST_CHARACTERS) -> str:
    """A text field without blanks around it. Raises ``CaseError`` when it is too long."""
    value = request.form.get(name, "").strip()
    if len(value) > most:
        raise CaseError("文が長すぎます。%(most)s字までにしてください。", most=str(most))
    return value


def number(name: str) -> int | None:
    """A whole number, None when there is none."""
    value = request.form.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS else None


def numbers(name: str) -> list[int]:
    """All whole numbers of a group of check boxes."""
    return [
        int(v) for v in request.form.getlist(name) if v.isascii() and v.isdigit() and len(v) <= MOST_DIGITS
    ]


def level(name: str) -> Level:
    """A level. Raises ``CaseError`` when none was chosen."""
    try:
        return Level(request.form.get(name, ""))
    except ValueError as error:
        raise CaseError("緊急度を選んでください。") from error


def outcome(name: str) -> Outcome:
    """An outcome. Raises ``CaseError`` when none was chosen."""
    try:
        return Outcome(request.form.get(name, ""))
    except ValueError as error:
        raise CaseError("結果を選んでください。") from error


def signs(name: str) -> frozenset[Sign]:
    """Signs of a group of check boxes or of a list, empty choices left out. Raises ``CaseError`` for what is none."""
    try:
        return frozenset(Sign(code) for code in request.form.getlist(name) if code)
    except ValueError as error:
        raise CaseError("様子を一覧から選んでください。") from error


def days(name: str) -> int | None:
    """A number of days in any width, None when the field is empty. Raises ``CaseError`` for what is none."""
    value = unicodedata.normalize("NFKC", request.form.get(name, "")).strip().removesuffix("日")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS):
        raise CaseError("日数は1から365までの数字で書いてください。")
    return int(value)
