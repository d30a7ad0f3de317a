"""All pages about sightings behind the login. Importing this adds their routes to the blueprint."""

from relay.search.views import sighting_move, sightings
from relay.search.views.sightings import bp

ROUTES = (sightings, sighting_move)

__all__ = ["ROUTES", "bp"]
