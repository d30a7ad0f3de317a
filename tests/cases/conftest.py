"""Fixtures for the tests of cases."""

from tests.quiet import quiet_city

__all__ = ["quiet_city"]
