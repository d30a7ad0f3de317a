"""The labelled reports: what the reading reaches on them must not fall."""

import json
from pathlib import Path
from typing import Any

import pytest

from relay.triage.reading import Reader, Reading
from relay.vocabulary import Level

REPORTS = [
    json.loads(line) for line in (Path(__file__).parent / "reports.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def readings(reader: Reader) -> list[tuple[dict[str, Any], Reading]]:
    return [(r, reader.read(r["text"], heat_alert=r.get("heat_alert", False))) for r in REPORTS]


Readings = list[tuple[dict[str, Any], Reading]]


def test_every_emergency_is_read_as_one(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if r["level"] == "emergency" != reading.level] == []


def test_no_report_is_read_as_less_urgent_than_it_is(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if reading.level < Level(r["level"])] == []


def test_every_level_is_exact(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if reading.level != r["level"]] == []


def test_signs_reach_an_f1_of_99_percent(readings: Readings) -> None:
    expected = [(r["id"], sign) for r, _ in readings for sign in r["signs"]]
    found = [(r["id"], sign.value) for r, reading in readings for sign in reading.signs]
    both = len(set(expected) & set(found))
    assert 2 * both / (len(expected) + len(found)) >= 0.99


def test_days_are_exact(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if reading.days != r["days"]] == []


def test_places_are_exact_and_never_guessed(readings: Readings) -> None:
    wrong = [
        r["id"]
        for r, reading in readings
        if (reading.place.town, reading.place.number) != (r["town"], r["number"])
    ]
    assert wrong == []


def test_sealing_is_exact(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if reading.sealed != r["sealed"]] == []
