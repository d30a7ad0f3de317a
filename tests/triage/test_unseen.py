"""Texts that were written and labelled for measuring only: they are read as well as the product promises."""

import json
from pathlib import Path

import pytest

from relay.triage.figures import answer, figures
from relay.triage.reading import Reader
from relay.triage.training import texts

RECORDS = [
    json.loads(line) for line in (Path(__file__).parent / "unseen.jsonl").read_text("utf-8").splitlines()
]
LEAST = {
    "emergency_recall": 0.99,
    "exact_level": 0.90,
    "signs_f1": 0.90,
    "days_exact": 0.95,
    "sealed_exact": 0.99,
    "place_exact": 0.95,
}
MOST = {"emergencies_lost": 0, "under_triage": 0.03, "over_by_two": 0.02, "wrong_town": 0.01}


@pytest.fixture(scope="module")
def found(reader: Reader) -> dict[str, float]:
    return figures(
        [(r, answer(reader.read(r["text"], heat_alert=r.get("heat_alert", False)))) for r in RECORDS]
    )


@pytest.mark.parametrize("name", LEAST)
def test_texts_that_nobody_trained_on_are_read_at_least_so_well(found: dict[str, float], name: str) -> None:
    assert found[name] >= LEAST[name]


@pytest.mark.parametrize("name", MOST)
def test_texts_that_nobody_trained_on_are_misread_at_most_so_often(
    found: dict[str, float], name: str
) -> None:
    assert found[name] <= MOST[name]


def test_none_of_them_is_among_the_texts_for_training() -> None:
    trained = {"".join(r["text"].split()) for records in texts.all_files().values() for r in records}
    assert [r["id"] for r in RECORDS if "".join(r["text"].split()) in trained] == []
