"""How tests look at an import's result, and bring in a text as if it were a file."""

from collections.abc import Callable

from relay.imports import words
from relay.imports.result import Note, Result
from relay.settings import DEFAULT_CONFIG

SAMPLE = DEFAULT_CONFIG / "sample"

#: ``take(kind, text, dry_run=…, remove_missing=…, folder=…)``: see the fixture.
Take = Callable[..., Result]


def said(notes: list[Note]) -> list[str]:
    """「2行目 文」 for each note, as the Japanese reader sees them."""
    return [f"{note.line}: {words.sentence(note, 'ja')}" for note in notes]


def codes(notes: list[Note]) -> list[tuple[int | None, str]]:
    return [(note.line, note.code) for note in notes]
