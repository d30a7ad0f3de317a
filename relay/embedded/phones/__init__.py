"""Simulated phones: the part of Twilio that the relay uses, and a page that shows every phone.

Serves two purposes with one code: the test double over real HTTP, and the screen of the demo. Nothing that
goes in here leaves this machine. Everything lives in memory and in one asyncio loop.
"""

from relay.embedded.phones.config import Config, ConfigError, load_labels
from relay.embedded.phones.server import SimulatedPhones, build_app, serve

__all__ = ["Config", "ConfigError", "SimulatedPhones", "build_app", "load_labels", "serve"]
