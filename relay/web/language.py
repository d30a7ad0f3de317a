"""Translating in Python code, typed."""

from flask_babel import gettext


def _(sentence: str, **values: object) -> str:
    """The Japanese ``sentence`` in the page's language, with its %(name)s placeholders filled in."""
    return str(gettext(sentence, **values))
