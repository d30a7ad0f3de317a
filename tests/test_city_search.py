"""How a city searches is set in relay.toml too; a file from before there were searches still starts."""

from pathlib import Path

import pytest

from relay import city
from relay.config_files import ConfigError
from relay.settings import DEFAULT_CONFIG

RELAY_TOML = (DEFAULT_CONFIG / "relay.toml").read_text(encoding="utf-8")


def load(folder: Path, text: str) -> city.City:
    (folder / "relay.toml").write_text(text, encoding="utf-8")
    return city.load(folder)


def test_a_file_without_searches_gets_the_usual_settings(tmp_path: Path) -> None:
    old = RELAY_TOML[: RELAY_TOML.index("[search]")]
    assert load(tmp_path, old).search == city.load(DEFAULT_CONFIG).search


def test_neighbours_written_once_count_in_both_directions(tmp_path: Path) -> None:
    search = load(tmp_path, RELAY_TOML + '"東" = ["西", "中央", "東"]\n').search
    assert search.neighbours == {"東": {"西", "中央"}, "西": {"東"}, "中央": {"東"}}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('quiet = "21:00-07:00"\n# After', 'quiet = "夜"\n# After', "search.quiet must look like"),
        ("wipe_days = 3", "wipe_days = -1", "search.wipe_days must be a number above 0"),
        ("desk_phones = []", 'desk_phones = ["0586-00-0000"]', "search.desk_phones"),
        ("desk_phones = []", 'desk_phones = "x"', "must be a list of texts"),
        ("[neighbours]\n", '[neighbours]\n"東" = "西"\n', "neighbours.東 must be a list"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in RELAY_TOML
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, RELAY_TOML.replace(right, wrong, 1))
    assert said in str(caught.value)


def test_wiping_at_once_is_a_setting(tmp_path: Path) -> None:
    assert load(tmp_path, RELAY_TOML.replace("wipe_days = 3", "wipe_days = 0")).search.wipe_days == 0
