"""``relay check``: everything in order is said in one line each, and everything missing with what to do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from relay import clock, db, settings
from relay.channels import twilio_sms
from relay.check import check
from relay.duty.models import Officer, Shift
from relay.embedded.phones.config import Config
from relay.embedded.phones.server import SimulatedPhones
from relay.outbox.models import OptOut
from relay.places.models import Town

SAMPLE = settings.DEFAULT_CONFIG / "sample"


def run(*arguments: str) -> Result:
    settings.current.cache_clear()
    twilio_sms.client.cache_clear()
    return CliRunner().invoke(check, arguments)


def troubles(*arguments: str) -> list[str]:
    done = run(*arguments)
    found = [line[2:] for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.exit_code == bool(found)
    return found


@pytest.fixture(scope="module")
def phones() -> Iterator[str]:
    """Simulated phones that know the tests' account."""
    config = Config(
        relay="http://127.0.0.1:9",
        account_sid="AC" + "0" * 32,
        auth_token="test-token",
        number="+815000000000",
    )
    with SimulatedPhones(config) as running:
        yield running.url


@pytest.fixture(autouse=True)
def complete(database: str, phones: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay to which nothing is missing."""
    del database
    monkeypatch.setenv("TWILIO_API_BASE", phones)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The city's own config folder: files that it has not are the default ones."""
    own = tmp_path / "config"
    own.mkdir()
    (own / "relay.toml").write_text((SAMPLE / "relay.toml").read_text())
    monkeypatch.setenv("RELAY_CONFIG", str(own))
    return own


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Twilio itself, with an account whose ``status`` a test may change, instead of the simulated phones."""
    account = SimpleNamespace(status="active")
    accounts = lambda _sid: SimpleNamespace(fetch=lambda: account)  # noqa: E731
    fake: Any = SimpleNamespace(api=SimpleNamespace(v2010=SimpleNamespace(accounts=accounts)))
    cached = lambda: fake  # noqa: E731
    cached.cache_clear = lambda: None
    monkeypatch.setattr(twilio_sms, "client", cached)
    monkeypatch.delenv("TWILIO_API_BASE")
    monkeypatch.setenv("RELAY_PUBLIC_URL", "https://mimamori.example.jp")
    return account


def test_a_complete_relay_has_only_ticks() -> None:
    done = run()

    assert done.exit_code == 0
    assert all(line.startswith("✓ ") for line in done.stdout.splitlines())
    assert "✓ 町の表：224町" in done.stdout
    assert "✓ 北部地域包括支援センター（見本）：当番とセンター長がいます" in done.stdout
    assert "✓ 最後の連絡先：080-0000-0009" in done.stdout
    assert "✓ 見本の電話：つながります" in done.stdout


def test_the_same_is_said_in_english() -> None:
    done = run("--lang", "en")

    assert done.exit_code == 0
    assert "✓ town table: 224 towns" in done.stdout
    assert len(done.stdout.splitlines()) == len(run().stdout.splitlines())


def test_without_a_setting_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL")

    done = run()

    assert done.exit_code == 1
    assert done.stdout.startswith("✗ 設定：REDIS_URL is not set: give redis://")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "1件直してください\n"


@pytest.mark.parametrize("name", ["relay.toml", "messages.ja.toml", "triage.toml", "city.toml"])
def test_a_config_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text("[")

    assert any(line.startswith("設定ファイル：") and name in line for line in troubles())


def test_every_fault_of_a_config_file_has_a_line_of_its_own(folder: Path) -> None:
    text = (folder / "relay.toml").read_text()
    (folder / "relay.toml").write_text(
        text.replace('"+818000000009"', '"09012345678"').replace("2, who", "-2, who")
    )

    found = troubles()

    assert len(found) > 1
    assert all(line.startswith("設定ファイル：relay.toml: ") for line in found)


def test_a_database_that_is_away_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://relay:geheim@127.0.0.1:1/relay")
    db.forget()

    (line,) = troubles()

    assert line.startswith("データベース：つながりません（")
    assert "DATABASE_URL" in line
    assert "geheim" not in line


def test_an_old_schema_is_said(session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    session.commit()

    (line,) = troubles()

    assert line.startswith("データベース：形が古いままです（old → ")


def test_a_broker_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    assert [line.split("（")[0] for line in troubles()] == ["Redis：つながりません"]


@pytest.mark.parametrize(
    ("name", "value"), [("TWILIO_AUTH_TOKEN", "wrong"), ("TWILIO_API_BASE", "http://127.0.0.1:9")]
)
def test_a_provider_that_refuses_or_is_away_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    (line,) = troubles()

    assert line.startswith("見本の電話：答えがありません（")
    assert name in line


def test_a_suspended_account_is_said(twilio: SimpleNamespace) -> None:
    twilio.status = "suspended"

    assert "Twilio：アカウントが suspended です。Twilioの画面で確かめてください" in troubles()


@pytest.mark.usefixtures("twilio")
def test_numbers_of_the_sample_are_trouble_with_real_phones() -> None:
    found = troubles()

    assert [line.split("：")[0] for line in found] == ["最後の連絡先", "見本の番号"]
    assert "…（13）" in found[1]


@pytest.mark.usefixtures("twilio")
def test_an_address_that_phones_cannot_open_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_PUBLIC_URL", "http://127.0.0.1:8000")

    assert troubles()[0].startswith("公開アドレス：http://127.0.0.1:8000 はTwilioと電話から開けません。")


def test_a_last_phone_that_gets_no_sms_is_trouble(folder: Path) -> None:
    text = (folder / "relay.toml").read_text()
    (folder / "relay.toml").write_text(text.replace('"+818000000009"', '"+81586000000"'))

    assert any(line.startswith("最後の連絡先：+81586000000 ではSMSを受け取れません。") for line in troubles())


def test_all_missing_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_FROM"):
        monkeypatch.delenv(name)
    found = troubles()
    assert len(found) == 3
    for name, line in zip(("REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_FROM"), found, strict=True):
        assert line.startswith(f"設定：{name} is not set")


def test_boundaries_that_are_wrong_are_named_with_the_other_files(folder: Path) -> None:
    (folder / "districts.geojson").write_text("{", encoding="utf-8")
    assert any("districts.geojson: is no GeoJSON" in line for line in troubles())


def test_an_empty_town_table_and_missing_centres_say_where_they_come_from(session: Session) -> None:
    for table in ("shifts", "users", "towns", "staff_districts", "districts", "officers", "centres"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    session.commit()

    found = troubles()

    assert found[0].startswith("町の表：空です。relay towns 県名 市名 > towns.csv")
    assert found[1].startswith("センター：ありません。city.toml に [[centre]]")


def test_towns_without_a_district_are_named(session: Session) -> None:
    session.execute(update(Town).where(Town.name == "大宮").values(district_id=None))
    session.commit()

    (line,) = troubles()

    assert line.startswith("地区：大宮に地区がなく")


def test_a_centre_without_head_and_duty_is_named_with_both(session: Session) -> None:
    session.execute(delete(Shift).where(Shift.centre_id == 2, Shift.rank == 1))
    session.execute(update(Officer).where(Officer.centre_id == 2).values(is_head=False))
    session.commit()

    found = troubles()

    assert found[0].startswith("北部地域包括支援センター（見本）：いま当番とセンター長がいません。")
    assert found[1].startswith("当番表：北部地域包括支援センター（見本）の当番が ")


def test_gaps_of_the_rota_are_listed_and_the_rest_counted(session: Session) -> None:
    session.execute(delete(Shift))
    start = clock.now() - timedelta(days=1)
    for day in range(30):
        begin = start + timedelta(days=day)
        session.add(
            Shift(centre_id=2, rank=1, officer_id=4, starts_at=begin, ends_at=begin + timedelta(hours=20))
        )
    session.commit()

    found = [line for line in troubles("--lang", "en") if line.startswith("rota: ")]

    assert len(found) == 11
    assert found[-1] == "rota: 11 more gaps"


def test_an_officer_who_stopped_our_messages_is_named(session: Session) -> None:
    session.add(OptOut(phone="+818000002001", at=clock.now()))
    session.commit()

    (line,) = troubles()

    assert line.startswith("SMS停止：北部 当番A（見本）さん")
