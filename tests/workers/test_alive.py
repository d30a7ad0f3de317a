"""Signs of life."""

import os
from pathlib import Path

import pytest

from relay import alive, settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RELAY_DATA", str(tmp_path))
    settings.current.cache_clear()
    yield tmp_path
    settings.current.cache_clear()


def test_one_that_never_ticked_is_infinitely_old(data: Path) -> None:
    assert alive.age(data, "duty") == float("inf")


def test_a_touch_is_young_and_grows_old(data: Path) -> None:
    alive.touch(data, "duty")
    assert 0 <= alive.age(data, "duty") < 5
    os.utime(alive.path(data, "duty"), (0, 0))
    assert alive.age(data, "duty") > 10**6


def test_a_folder_that_cannot_be_written_does_not_stop_the_work(data: Path) -> None:
    (data / "run").write_text("no folder")
    alive.touch(data, "duty")
    assert alive.age(data, "duty") == float("inf")


def test_the_health_check_names_each_that_is_silent(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("duty", "beat"):
        alive.touch(data, name)
    assert alive.main(["duty"]) == 0
    assert alive.main([]) == 1
    assert capsys.readouterr().out == "bulk: no sign of life for 30 s\nroutine: no sign of life for 30 s\n"
