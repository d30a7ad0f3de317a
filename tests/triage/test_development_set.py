"""The labelled reports: what the reading reaches on them must not fall."""

import json
from pathlib import Path
from typing import Any

import pytest

from relay.places.writing import hiragana, katakana
from relay.triage.figures import answer, figures
from relay.triage.reading import Reader, Reading
from relay.vocabulary import Level

REPORTS = [
    json.loads(line) for line in (Path(__file__).parent / "reports.jsonl").read_text("utf-8").splitlines()
]


Readings = list[tuple[dict[str, Any], Reading]]


@pytest.fixture(scope="module")
def readings(reader: Reader) -> Readings:
    return [(r, reader.read(r["text"], heat_alert=r.get("heat_alert", False))) for r in REPORTS]


def found(readings: Readings) -> dict[str, float]:
    return figures([(record, answer(reading)) for record, reading in readings])


def test_every_emergency_is_read_as_one(readings: Readings) -> None:
    assert [r["id"] for r, reading in readings if r["level"] == "emergency" != reading.level] == []


def test_no_report_is_read_as_less_urgent_than_it_is(readings: Readings) -> None:
    assert found(readings)["under_triage"] == 0


def test_no_report_is_read_two_levels_too_high(readings: Readings) -> None:
    assert found(readings)["over_by_two"] == 0


def test_every_level_is_exact(readings: Readings) -> None:
    assert found(readings)["exact_level"] == 1


def test_signs_reach_an_f1_of_979_in_a_thousand(readings: Readings) -> None:
    assert found(readings)["signs_f1"] >= 0.979


def test_days_are_exact_in_99_percent(readings: Readings) -> None:
    assert found(readings)["days_exact"] >= 0.99


def test_places_are_exact_and_never_guessed(readings: Readings) -> None:
    wrong = [
        r["id"]
        for r, reading in readings
        if (reading.place.town, reading.place.number) != (r["town"], r["number"])
    ]
    assert wrong == []


def test_sealing_is_exact(readings: Readings) -> None:
    assert found(readings)["sealed_exact"] == 1


@pytest.mark.parametrize(
    "change", ["{}\nよろしくお願いいたします。", "お世話になっております。{}", "{}\n\n", "　{}"]
)
def test_polite_words_around_an_emergency_change_nothing(reader: Reader, change: str) -> None:
    emergencies = [r for r in REPORTS if r["level"] == "emergency"]
    assert [r["id"] for r in emergencies if reader.read(change.format(r["text"])).level < Level.URGENT] == []


def test_an_emergency_written_all_in_katakana_or_hiragana_is_at_least_urgent(reader: Reader) -> None:
    emergencies = [r for r in REPORTS if r["level"] == "emergency"]
    for change in (katakana, hiragana):
        assert [r["id"] for r in emergencies if reader.read(change(r["text"])).level < Level.URGENT] == []
