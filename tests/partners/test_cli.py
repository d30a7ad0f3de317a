"""``relay partners``: addresses and QR cards."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete
from sqlalchemy.orm import Session

from relay import clock
from relay.partners import card
from relay.partners.cli import partners
from relay.partners.models import Partner, Staff

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.usefixtures("database")


def run(*arguments: str | Path, answer: str = "") -> Result:
    return CliRunner().invoke(partners, [str(argument) for argument in arguments], input=answer)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own card, not a stranger's


def test_each_company_is_listed_with_its_form(city_sample: dict[str, Any]) -> None:
    lines = run("list").stdout.splitlines()

    assert len(lines) == 4
    assert lines[0] == f"新聞販売店（見本）\t{city_sample['form_url']}"


def test_an_ended_agreement_is_marked(session: Session) -> None:
    session.get_one(Partner, 1).ended_at = clock.now()
    session.commit()

    assert "協定終了" in run("list").stdout.splitlines()[0]


def test_without_companies_the_next_step_is_named(session: Session) -> None:
    session.execute(delete(Staff))
    session.execute(delete(Partner))
    session.commit()

    assert "relay import partners" in run("list").stdout


def test_the_qr_card_is_an_svg_that_names_the_company(tmp_path: Path) -> None:
    out = tmp_path / "card.svg"

    done = run("qr", "新聞販売店(見本)", "--out", out)

    root = parsed(out.read_text())
    words = [node.text for node in root.iter(f"{SVG}text")]
    assert done.exit_code == 0
    assert root.get("width") == "91mm"
    assert "新聞販売店（見本）" in words
    assert words.index("先に119番へ電話") < words.index("気になることは右のQRから")
    assert "電話は 0586-00-0000" in words
    assert root.find(f"{SVG}svg/{SVG}path") is not None


def test_a_companys_name_cannot_break_its_card() -> None:
    svg = card.svg(company='<A & "B">' * 9, url="https://mimamori.example.jp/r/x", city="市", phone="0586")

    words = [node.text for node in parsed(svg).iter(f"{SVG}text")]
    assert '<A & "B">' * 9 in words


def test_an_unknown_company_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    done = run("qr", "月面運送", "--out", tmp_path / "card.svg")

    assert done.exit_code == 1
    assert "新聞販売店（見本）、郵便（見本）" in done.stderr


@pytest.mark.parametrize(("name", "hint"), [("card.png", ".svg"), ("missing/card.svg", "別の場所")])
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    done = run("qr", "郵便（見本）", "--out", tmp_path / name)

    assert done.exit_code == 1
    assert hint in done.stderr


def test_a_new_address_is_given_only_after_a_yes(city_sample: dict[str, Any]) -> None:
    refused = run("new-address", "新聞販売店（見本）", answer="n\n")
    still = run("list").stdout
    changed = run("new-address", "新聞販売店（見本）", answer="y\n")

    assert refused.exit_code == 1
    assert city_sample["form_url"] in still
    assert changed.stdout.splitlines()[-1] in run("list").stdout
    assert city_sample["form_url"] not in run("list").stdout
