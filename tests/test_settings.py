"""A missing or wrong setting stops the start with one clear line."""

import pytest

from relay import settings
from relay.settings import SettingsError

RIGHT = {
    "DATABASE_URL": "postgresql://relay@db/relay",
    "REDIS_URL": "redis://redis:6379/0",
    "RELAY_PUBLIC_URL": "https://mimamori.example.jp/",
    "RELAY_SECRET_KEY": "0123456789abcdef",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_FROM": "+15005550006",
}


def test_right_settings_are_read() -> None:
    found = settings.load(RIGHT)
    assert found.database_url == "postgresql+psycopg://relay@db/relay"
    assert found.public_url == "https://mimamori.example.jp"
    assert found.auth_tokens == ("secret",)


@pytest.mark.parametrize("name", RIGHT)
def test_each_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        settings.load({key: value for key, value in RIGHT.items() if key != name})
    assert "\n" not in str(caught.value)


def test_everything_that_is_missing_or_wrong_is_named_at_once_in_one_line() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(
            {"RELAY_SECRET_KEY": "short", "REDIS_URL": "http://x", "RELAY_CONFIG": "/no/such/folder"}
        )
    faults = caught.value.faults
    assert len(faults) == len(set(faults)) == 8
    for name in (*RIGHT, "RELAY_CONFIG"):
        assert any(fault.startswith(name) for fault in faults), name
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("RELAY_PUBLIC_URL", "mimamori.example.jp"),
        ("RELAY_PUBLIC_URL", "http://mimamori.example.jp"),
        ("RELAY_SECRET_KEY", "short"),
        ("TWILIO_ACCOUNT_SID", "XX123"),
        ("RELAY_CONFIG", "/no/such/folder"),
        ("RELAY_TIME_SCALE", "fast"),
    ],
)
def test_each_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load({**RIGHT, name: value})


def test_faster_time_is_refused_with_real_messages() -> None:
    with pytest.raises(SettingsError, match="demo only"):
        settings.load({**RIGHT, "RELAY_TIME_SCALE": "60"})
    simulated = settings.load({**RIGHT, "RELAY_TIME_SCALE": "60", "TWILIO_API_BASE": "http://127.0.0.1:8001"})
    assert simulated.time_scale == 60


def test_during_a_rotation_both_tokens_are_good() -> None:
    assert settings.load({**RIGHT, "TWILIO_AUTH_TOKEN_NEXT": "new"}).auth_tokens == ("secret", "new")
