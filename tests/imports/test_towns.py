"""The town table from a file: towns, districts, and the centres of city.toml."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay.config_files import ConfigError
from relay.places import service as places
from relay.places.models import Centre, District, Town
from tests.imports.helpers import SAMPLE, Take, codes, said

TABLE = (SAMPLE / "towns.csv").read_text()
HEADINGS = "町名,カナ,郵便番号,地区\n"


def test_the_same_file_again_changes_nothing(take: Take) -> None:
    result = take("towns", TABLE)

    assert (result.added, result.changed, result.missing) == ([], [], [])
    assert result.unchanged == 227 + 20 + 4  # towns, districts, centres


def test_a_moved_town_is_reported_with_both_districts(take: Take, session: Session) -> None:
    result = take("towns", HEADINGS + "大宮,おおみや,491-0044,丹陽\n")

    assert [(c.label, c.fields[0][1:]) for c in result.changed] == [("大宮 491-0044", ("一宮中央", "丹陽"))]
    assert len(result.missing) == 226
    centre = places.centre_for(session, "大宮")
    assert centre is not None
    assert centre.code == "nanbu"


def test_a_dry_run_says_the_same_and_writes_nothing(take: Take, session: Session) -> None:
    text = HEADINGS + "新しい町,アタラシイマチ,4919999,丹陽\n"

    tried = take("towns", text, dry_run=True)
    before = session.scalar(select(func.count(Town.id)))
    done = take("towns", text)

    assert tried == done
    assert (before, session.scalar(select(func.count(Town.id)))) == (227, 228)


def test_all_faults_are_listed_in_order_and_nothing_is_written(take: Take, session: Session) -> None:
    text = HEADINGS + (
        "新町,アラマチ,4919999,丹陽\n"
        ",カナ,4910044,丹陽\n"
        "南町,南町,49100,月面\n"
        "新町,アラマチ,491-9999,丹陽\n"
        "島村,シマムラ,4910121,丹陽\n"
        "島村,シマムラ,4910122,葉栗\n"
    )

    result = take("towns", text)

    assert codes(result.faults) == [
        (3, "cell_empty"),
        (4, "kana"),
        (4, "postcode"),
        (4, "district_unknown"),
        (5, "twice"),
        (7, "town_two_districts"),
    ]
    assert "6行目では地区「丹陽」" in said(result.faults)[-1]
    assert session.scalar(select(Town.id).where(Town.name == "新町")) is None


def test_a_file_without_districts_leaves_the_stored_ones(take: Take, session: Session) -> None:
    bare = "\n".join(line.rsplit(",", 1)[0] for line in TABLE.splitlines())

    result = take("towns", bare)

    assert (result.changed, result.warnings) == ([], [])
    assert session.scalar(select(func.count(Town.id)).where(Town.district_id.is_(None))) == 0


def test_towns_without_a_district_are_warned_of_together(take: Take) -> None:
    result = take("towns", HEADINGS + "大宮,オオミヤ,4910044,\n")

    assert said(result.warnings) == [
        "None: 地区のない町が1あります（大宮）。担当センターが決まらないので、通報は市の窓口に届きます"
    ]


def test_missing_towns_go_only_when_that_is_asked_for(take: Take, session: Session) -> None:
    one = HEADINGS + "大宮,オオミヤ,4910044,一宮中央\n"

    kept = take("towns", one)
    gone = take("towns", one, remove_missing=True)

    assert (len(kept.missing), kept.removed) == (226, [])
    assert (gone.missing, len(gone.removed)) == ([], 226)
    assert session.scalars(select(Town.name)).all() == ["大宮"]


def test_the_town_table_in_use_is_read_anew_after_an_import(take: Take, session: Session) -> None:
    assert "新町" not in places.town_table(session)

    take("towns", HEADINGS + "新町,アラマチ,4919999,丹陽\n")

    assert "新町" in places.town_table(session)


def city(folder: Path, text: str) -> Path:
    (folder / "city.toml").write_text(text)
    return folder


def test_centres_and_their_districts_come_from_city_toml(
    take: Take, session: Session, tmp_path: Path
) -> None:
    blocks = """
        [[centre]]
        code = "nanbu"
        name = "南センター（見本）"
        phone = "0586-00-0014"
        districts = ["丹陽"]

        [[centre]]
        code = "shin"
        name = "新センター（見本）"
        phone = "0586-00-0015"
        districts = ["千秋", "新地区"]
    """

    result = take("towns", HEADINGS + "大宮,オオミヤ,4910044,新地区\n", folder=city(tmp_path, blocks))

    assert result.added == ["新センター（見本）", "新センター（見本） 新地区"]
    assert [change.label for change in result.changed] == ["南センター（見本）", "千秋", "大宮 491-0044"]
    owners = dict(iter(session.execute(select(District.name, Centre.code).join(Centre))))
    assert (owners["丹陽"], owners["千秋"], owners["新地区"], owners["大和"]) == (
        "nanbu",
        "shin",
        "shin",
        "nanbu",
    )


def test_a_faulty_city_toml_is_refused_with_all_its_faults(take: Take, tmp_path: Path) -> None:
    blocks = """
        [[centre]]
        code = "a"
        name = "A"
        phone = "0586-00-0001"
        districts = ["東"]

        [[centre]]
        code = "a"
        phone = "0586-00-0002"
        districts = "東"
    """

    with pytest.raises(ConfigError) as caught:
        take("towns", TABLE, folder=city(tmp_path, blocks))

    assert str(caught.value).splitlines() == [
        "city.toml: [[centre]] number 2 needs name, a text in quotes",
        'city.toml: [[centre]] number 2 needs districts, such as ["東", "西"]',
        "city.toml: the code 'a' stands twice: give it to one centre",
    ]


def test_a_faulty_town_table_leaves_the_centres_as_they_were(
    take: Take, session: Session, tmp_path: Path
) -> None:
    blocks = """
        [[centre]]
        code = "nanbu"
        name = "南センター（見本）"
        phone = "0586-00-0014"
        districts = ["丹陽"]
    """

    result = take("towns", HEADINGS + "大宮,オオミヤ,49100,丹陽\n", folder=city(tmp_path, blocks))

    assert codes(result.faults) == [(2, "postcode")]
    assert (
        session.scalar(select(Centre.name).where(Centre.code == "nanbu"))
        == "南部地域包括支援センター（見本）"
    )
