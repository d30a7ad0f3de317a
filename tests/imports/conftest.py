"""Bringing in a text as if it were a file."""

from pathlib import Path

import pytest

from relay.imports import service
from relay.imports.result import Result
from tests.imports.helpers import SAMPLE, Take


@pytest.fixture
def take(database: str) -> Take:
    """``take(kind, text, dry_run=…, remove_missing=…, folder=…)``: the result of bringing ``text`` in."""
    del database

    def bring_in(kind: str, text: str, *, folder: Path = SAMPLE, **options: bool) -> Result:
        return service.run(kind, text.encode(), folder=folder, **options)

    return bring_in
