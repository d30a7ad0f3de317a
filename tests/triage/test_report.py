"""``make triage-report``: figures for any labelled file, read as the city reads."""

import json
import sys
from pathlib import Path

import pytest

from relay.triage import report

GOOD = {
    "id": "1", "text": "緑町1-2 新聞が3日分たまっています", "level": "prompt", "signs": ["newspapers"],
    "days": 3, "town": "緑町", "number": "1-2", "sealed": False,
}  # fmt: skip


def run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["triage-report", str(file)])
    report.main()


def write(file: Path, *records: object) -> Path:
    file.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return file


def test_a_city_s_own_towns_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "towns.csv").write_text("town,kana,postcode\n緑町,ミドリチョウ,1000001\n", encoding="utf-8")
    monkeypatch.setenv("RELAY_CONFIG", str(tmp_path))
    run(write(tmp_path / "reports.jsonl", GOOD, GOOD | {"id": "2", "level": "routine"}), monkeypatch)
    said = capsys.readouterr().out
    assert "place_exact 100.0" in said
    assert "exact_level 50.0" in said
    assert "2: level 'routine' read as 'prompt'" in said


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        (GOOD | {"signs": ["smel"]}, "line 2: 'smel' is not a valid Sign; known are .*smell"),
        (GOOD | {"level": "high"}, "line 2: 'high' is not a valid Level; known are .*urgent"),
        ({"text": "新聞"}, "line 2: town is missing"),
        ([1], "line 2: "),
    ],
)
def test_a_wrong_label_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: object, names: str
) -> None:
    with pytest.raises(SystemExit, match=names):
        run(write(tmp_path / "reports.jsonl", GOOD, wrong), monkeypatch)


def test_a_missing_or_empty_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="is missing; give FILE="):
        run(tmp_path / "nothing.jsonl", monkeypatch)
    with pytest.raises(SystemExit, match="holds no report"):
        run(write(tmp_path / "empty.jsonl"), monkeypatch)
