"""The door of the pages behind the login: what their templates may call, what they may load."""

from typing import Any

from flask import Blueprint

from relay import db
from relay.search import queries
from relay.search.views import words

bp = Blueprint(
    "search",
    "relay.search",
    url_prefix="/search",
    template_folder="templates",
)


@bp.app_context_processor
def _on_every_page() -> dict[str, Any]:
    """For the frame of all pages behind the login, which names searches that are running."""
    return {"live_searches": live_searches}


@bp.context_processor
def words_for_pages() -> dict[str, Any]:
    """What the templates of this room call: ``word`` for words, ``tell`` for what happened."""
    from relay.search.views import events

    return {"word": words, "tell": events}


def live_searches() -> int:
    """How many searches are running now."""
    with db.transaction() as session:
        return queries.live_count(session)
