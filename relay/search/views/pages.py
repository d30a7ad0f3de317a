"""All pages of searches behind the login. Importing this adds their routes to the blueprint."""

from relay.search.views import actions, composer, figures, people, preview, show
from relay.search.views.blueprints import bp

ROUTES = (actions, composer, figures, people, preview, show)

__all__ = ["ROUTES", "bp"]
