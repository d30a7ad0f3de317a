"""Sightings: read, kept, told to the desk, judged."""
