"""Neighbouring cities: alerts out and in as CAP 1.2, over feeds."""
