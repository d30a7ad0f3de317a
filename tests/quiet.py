"""A city that does not disturb reporters at night (the sample city does, so that it can be tried at any hour)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relay import city, settings
from relay.settings import DEFAULT_CONFIG


@pytest.fixture
def quiet_city(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    del database
    folder = tmp_path / "config"
    folder.mkdir()
    text = (DEFAULT_CONFIG / "sample" / "relay.toml").read_text(encoding="utf-8")
    folder.joinpath("relay.toml").write_text(
        text.replace('quiet = ""', 'quiet = "21:00-07:00"'), encoding="utf-8"
    )
    monkeypatch.setenv("RELAY_CONFIG", str(folder))
    settings.current.cache_clear()
    assert city.current().feedback_quiet is not None
    yield
    settings.current.cache_clear()
