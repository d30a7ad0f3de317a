"""The city's settings are checked as a whole, with one line for each fault."""

from pathlib import Path

import pytest

from relay import city, messages
from relay.config_files import ConfigError
from relay.settings import DEFAULT_CONFIG

RELAY_TOML = (DEFAULT_CONFIG / "relay.toml").read_text(encoding="utf-8")
MESSAGES = (DEFAULT_CONFIG / "messages.ja.toml").read_text(encoding="utf-8")


def load(folder: Path, text: str) -> city.City:
    (folder / "relay.toml").write_text(text, encoding="utf-8")
    return city.load(folder)


def test_a_folder_without_files_of_its_own_uses_the_default_ones(tmp_path: Path) -> None:
    assert city.load(tmp_path) == city.load(DEFAULT_CONFIG)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('fallback_phone = "+818000000000"', 'fallback_phone = ""', "duty.fallback_phone"),
        ('fallback_phone = "+818000000000"', 'fallback_phone = "080-0000-0000"', "+819012345678"),
        ('mon = "08:30-17:15"', 'mon = "8時半から"', "hours.mon must look like 08:30-17:15"),
        ('"12-29"', '"13-29"', "'13-29' is no month-day"),
        ("grace_minutes = 10", "grace_minutes = 0", "duty.grace_minutes must be a number above 0"),
        ('sms_detail = "full"', 'sms_detail = "all"', "must be one of full, town"),
        (
            'who = "backup", by = "sms" },\n    { after = 4',
            'who = "boss", by = "sms" },\n    { after = 4',
            "who must be one of",
        ),
        ("{ after = 2,", "{ after = 9,", "minutes must not go backwards"),
        ('{ after = 6, who = "city"', '{ after = 6, who = "head"', 'must end with who = "city"'),
        ("emergency = [\n", "emergency = []\nx = [\n", "ladder.emergency needs at least one step"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in RELAY_TOML
    with pytest.raises(ConfigError, match=r"relay\.toml: ") as caught:
        load(tmp_path, RELAY_TOML.replace(right, wrong, 1))
    assert said in str(caught.value)


def test_all_faults_are_listed_in_one_run(tmp_path: Path) -> None:
    text = RELAY_TOML.replace('mon = "08:30-17:15"', 'mon = "x"').replace(
        "grace_minutes = 10", "grace_minutes = -1"
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"relay\.toml can't be read: .*line 1"):
        load(tmp_path, "[city\n")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('返信{code}で受付"\nupdate =', '受付"\nupdate =', "duty.alert must hold {code}"),
        ('返信{code}で受付"\nupdate =', '返信は{code}"\nupdate =', "letter by letter"),
        ("先に119番へ電話してください。受付番号{number}", "受付番号{number} 119番へ", "must say 119 first"),
        (
            'accepted = "見守りリレーです。受付番号{number}',
            'accepted = "受付番号{numbr}',
            "can't hold {numbr}",
        ),
        ('spooled = "命の', 'spoold = "命の', "receipt.spooled is missing"),
        ('release = ["交代"', 'release = ["了解"', "stands for both"),
    ],
)
def test_a_text_that_lost_what_it_must_say_stops_the_start(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in MESSAGES
    (tmp_path / "messages.ja.toml").write_text(MESSAGES.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        messages.load(tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("key", ["emergency", "urgent", "prompt", "routine", "spooled"])
def test_every_receipt_is_one_sms_part(language: str, key: str) -> None:
    from relay.channels import sms_text

    words = messages.load(DEFAULT_CONFIG / "sample")
    phone = city.load(DEFAULT_CONFIG / "sample").desk_phone
    text = words.text(f"receipt.{key}", language, number="1234-5678", phone=phone)
    assert sms_text.segments(text) == 1
