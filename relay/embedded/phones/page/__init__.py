"""The page that shows every phone, for people: reading, texting, pressing keys, switching faults."""

from relay.embedded.phones.page.views import routes

__all__ = ["routes"]
