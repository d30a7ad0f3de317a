"""Fixtures for the tests of intake."""

from tests.quiet import quiet_city

__all__ = ["quiet_city"]
