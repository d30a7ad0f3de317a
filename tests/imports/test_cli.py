"""``relay import`` as an operator meets it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relay.imports.cli import imports
from relay.imports.service import KINDS
from tests.imports.helpers import SAMPLE

pytestmark = pytest.mark.usefixtures("database")

STAFF = "会社名,氏名,電話\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(imports, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "名簿.csv"


def test_faults_come_first_with_lines_and_end_in_exit_1(file: Path) -> None:
    file.write_text(STAFF + "月面運送,誰か（見本）,0586-28-9021\n", encoding="cp932")

    done = run("staff", file)

    assert done.exit_code == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith("2行目：会社「月面運送」は登録されていません。")
    assert lines[1].startswith("2行目：「0586-28-9021」ではSMSを受け取れません。")
    assert lines[2] == "名簿.csv：2件の誤りがあります。何も変えていません。直してからもう一度実行してください"


def test_the_second_import_of_a_file_says_that_nothing_changes(file: Path) -> None:
    file.write_text(STAFF + "郵便（見本）,新人（見本）,080-0000-6009\n")

    first, second = run("staff", file), run("staff", file)

    assert "追加\t郵便（見本） 新人（見本）" in first.stdout
    assert "名簿.csv：追加 0、変更 0、削除 0、ファイルにない 3、変更なし 1" in second.stdout
    assert "--remove-missing" in second.stdout


def test_a_dry_run_says_what_would_change_and_changes_nothing(file: Path) -> None:
    file.write_text(STAFF + "郵便（見本）,配達員改（見本）,080-0000-6001\n")

    tried, again = run("staff", file, "--dry-run"), run("staff", file, "--dry-run")

    assert "（氏名：配達員A（見本） → 配達員改（見本））" in tried.stdout
    assert tried.stdout.splitlines()[-1] == "試しに読んだだけで、何も変えていません"
    assert again.stdout == tried.stdout


def test_everything_is_said_in_english_when_asked(file: Path) -> None:
    file.write_text(STAFF + "郵便（見本）,配達員改（見本）,080-0000-6001\n")
    changed = run("staff", file, "--lang", "en", "--dry-run")
    file.write_text("name,phone\nA,1\n")
    refused = run("staff", file, "--lang", "en")

    assert "（name：配達員A（見本） → 配達員改（見本））" in changed.stdout
    assert changed.stdout.splitlines()[-1] == "dry run: nothing was written"
    assert refused.stderr.startswith("line 1: the column “company” is missing")


def test_long_lists_are_cut_and_counted() -> None:
    done = run("towns", SAMPLE / "towns.csv", "--dry-run")
    bare = run("towns", SAMPLE / "towns.csv", "--dry-run", "--remove-missing")

    assert "変更なし 251" in done.stdout
    assert done.stdout == bare.stdout


def test_a_faulty_city_toml_ends_in_one_clear_error(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relay import settings

    (tmp_path / "city.toml").write_text("[[centre]\n")
    monkeypatch.setenv("RELAY_CONFIG", str(tmp_path))
    settings.current.cache_clear()
    file.write_text("町名,カナ,郵便番号\n大宮,オオミヤ,4910044\n")

    done = run("towns", file)

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: city.toml can't be read")


def test_with_the_database_away_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from relay import db, settings

    monkeypatch.setenv("DATABASE_URL", "postgresql://relay@127.0.0.1:1/relay")
    settings.current.cache_clear()
    db.forget()

    done = run("partners", SAMPLE / "partners.csv")

    assert done.exit_code == 1
    assert done.stderr == "Error: データベースにつながりません。relay check で確かめてください\n"


@pytest.mark.parametrize("kind", KINDS)
def test_help_names_every_heading_that_is_read(kind: str) -> None:
    text = run(kind, "--help").stdout

    for column in KINDS[kind].columns:
        assert f"{column.ja} / {column.en}" in text
