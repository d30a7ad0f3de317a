"""What came in and what is answered: the shapes that pass between the doors of the relay and its intake."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from relay.cases.questions import Missing
from relay.triage.reading import Given
from relay.vocabulary import Level


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One report as it arrived by any door. ``sender`` is E.164, or None; ``photo`` is a re-encoded JPEG."""

    channel: str
    external_id: str
    content_hash: str
    sender: str | None
    partner_id: int | None
    text: str
    given: Given | None
    surname: str | None
    lat: float | None
    lng: float | None
    photo: bytes | None
    language: str
    received_at: datetime
    raw: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the sender is told. ``token`` opens the receipt page; ``spooled``: the database is away, the report is
    safe on disk and goes on by itself."""

    number: str
    token: str
    level: Level
    duplicate: bool
    spooled: bool
    ask_place: bool
    centre_name: str | None
    centre_phone: str | None


@dataclass(frozen=True, kw_only=True)
class ReceiptStatus:
    """What a reporter may see of the report later: coarse words only."""

    number: str
    level: Level
    state: str
    """received, accepted or closed."""
    outcome: str | None
    """``safe`` or ``closed`` once closed; None for a sealed case."""
    ask_place: bool
    missing: Missing
    """What is asked for, if ``ask_place``."""
    town: str | None
    """The town of which the house is asked; None for a sealed case."""
    candidates: tuple[str, ...]
    """The towns it could be; none for a sealed case."""
    centre_name: str | None
    centre_phone: str | None


def content_hash(*parts: str) -> str:
    """A fingerprint of what was said, the same however the characters were typed."""
    plain = "\x1f".join(unicodedata.normalize("NFKC", part).strip() for part in parts)
    return hashlib.sha256(plain.encode(errors="surrogatepass")).hexdigest()
