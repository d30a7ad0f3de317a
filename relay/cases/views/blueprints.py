"""The two doors: pages behind the login, and the duty link whose token is the key."""

from typing import Any

from flask import Blueprint, Response

from relay.cases.views import maps, sentences, words

bp = Blueprint(
    "cases",
    "relay.cases",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets/cases",
)
link_bp = Blueprint("duty_link", "relay.cases", url_prefix="/c")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    """What the templates of this room call: ``say`` for words, ``tell`` for sentences, ``map_links``."""
    return {"say": words, "tell": sentences, "map_links": maps.links}


@link_bp.after_request
def _keep_token_here(response: Response) -> Response:
    """The address is the key: no other site may learn it, no cache may keep what it opens."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
