"""Courtesies around a report change nothing of how it is read."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.triage import courtesy
from relay.triage.reading import Reader

REPORTS = [
    json.loads(line)
    for name in ("reports.jsonl", "unseen.jsonl")
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()
    if any(character.isalnum() for character in json.loads(line)["text"])
]
OPENINGS = [
    "",
    "お世話になっております。",
    "いつもお世話になっております\n",
    "お疲れ様です。",
    "おはようございます、",
]
CLOSINGS = [
    "", "\nよろしくお願いいたします。", " 宜しくお願いします", "\n何卒よろしくお願い申し上げます。", "\n以上です。",
    "\n取り急ぎご報告まで", " 失礼します", "\nご報告まで。よろしくお願いします！",
]  # fmt: skip


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(report=st.sampled_from(REPORTS), before=st.sampled_from(OPENINGS), after=st.sampled_from(CLOSINGS))
def test_courtesies_around_a_report_change_nothing(
    reader: Reader, report: dict[str, str], before: str, after: str
) -> None:
    plain, polite = reader.read(report["text"]), reader.read(before + report["text"] + after)
    assert (polite.level, polite.signs, polite.days) == (plain.level, plain.signs, plain.days)


@pytest.mark.parametrize(
    "text", ["お疲れ様です。", "よろしくお願いします", "以上", "先日はありがとうございました", "新聞が3日分"]
)
def test_what_is_nothing_but_courtesy_or_none_stays_as_it_is(text: str) -> None:
    assert courtesy.without(text) == text


@given(st.text(max_size=60))
def test_nothing_is_left_to_take_away(text: str) -> None:
    once = courtesy.without(text)
    assert courtesy.without(once) == once
    assert once in text
