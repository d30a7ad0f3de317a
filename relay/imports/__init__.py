"""Bringing the city's lists in from CSV files: one module per kind of list, nothing half-written."""
