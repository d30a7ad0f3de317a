"""Why something was not done, and what had been typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from relay.search.models import SearchEvent


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """``sentence`` stands on top of the page; ``values`` fill its form ``action`` again, so that nothing is typed
    twice; ``news`` is what happened since the page was opened."""

    sentence: str
    action: str
    values: MultiDict[str, str] = field(default_factory=MultiDict)
    errors: dict[str, str] = field(default_factory=dict)
    news: Sequence[SearchEvent] = ()
