"""Pages for officers: the board, the case page (``bp``), and the duty link that comes by SMS (``link_bp``)."""

from relay.cases.views import actions, board, case, find, heat, link, reading
from relay.cases.views.blueprints import bp, link_bp

#: Modules whose import adds the routes to the blueprints.
ROUTES = (board, case, find, actions, reading, heat, link)

__all__ = ["ROUTES", "bp", "link_bp"]
