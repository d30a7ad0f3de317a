"""From a position to the district and its centre, by the boundaries that the city has drawn."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from relay import settings
from relay.app import check_config
from relay.places import areas, readiness
from relay.places.polygons import FILE, PolygonError
from relay.settings import DEFAULT_CONFIG

#: In the sample's 木曽川, and nowhere near the sample city.
KISOGAWA, FAR = (35.3489, 136.7638), (35.0, 137.3)
SAMPLE = DEFAULT_CONFIG / "sample"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Path:
    """A city's own folder with the sample's centres."""
    del database
    own = tmp_path / "config"
    own.mkdir()
    for name in ("relay.toml", "city.toml", "towns.csv"):
        own.joinpath(name).write_text((SAMPLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RELAY_CONFIG", str(own))
    settings.current.cache_clear()
    return own


def draw(folder: Path, district: str = "木曽川") -> None:
    ring = [[136.7, 35.3], [136.8, 35.3], [136.8, 35.4], [136.7, 35.4], [136.7, 35.3]]
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"district": district},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    folder.joinpath(FILE).write_text(json.dumps(document), encoding="utf-8")


def test_a_position_gives_the_district_and_its_centre(session: Session) -> None:
    found = areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1])
    assert found
    assert found.district == "木曽川"
    assert found.centre
    assert found.centre.code == "hokubu"


@pytest.mark.parametrize("spot", [FAR, (None, None), (35.3, None)])
def test_a_position_outside_or_none_gives_nothing(
    session: Session, spot: tuple[float | None, float | None]
) -> None:
    assert areas.locate(session, lat=spot[0], lng=spot[1]) is None


def test_the_town_goes_before_the_position(session: Session) -> None:
    lat, lng = KISOGAWA
    of_town = areas.centre_of(session, "萩原町串作", lat=lat, lng=lng)
    of_spot = areas.centre_of(session, None, lat=lat, lng=lng)
    assert of_town
    assert of_spot
    assert (of_town.code, of_spot.code) == ("seibu", "hokubu")
    assert areas.contradiction(session, "萩原町串作", lat=lat, lng=lng) == ("木曽川", "萩原")
    assert areas.contradiction(session, "木曽川町黒田", lat=lat, lng=lng) is None
    assert areas.contradiction(session, None, lat=lat, lng=lng) is None


def test_a_city_without_boundaries_knows_nothing_of_positions(folder: Path, session: Session) -> None:
    assert areas.check(folder, ["木曽川"]) is None
    assert areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1]) is None
    ok, line = readiness_line(session)
    assert ok
    assert f"{FILE} はありません" in line


def readiness_line(session: Session) -> tuple[bool, str]:
    [line] = [line for line in readiness.lines(session) if "地区の境界" in line[1]]
    return line[0], line[1]


def test_a_changed_file_is_read_again(folder: Path, session: Session) -> None:
    draw(folder)
    assert areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1])
    draw(folder, "奥")
    found = areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1])
    assert found
    assert found.district == "奥"


def test_a_file_that_breaks_while_the_relay_runs_costs_nothing(folder: Path, session: Session) -> None:
    draw(folder)
    assert areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1])
    folder.joinpath(FILE).write_text("{", encoding="utf-8")
    found = areas.locate(session, lat=KISOGAWA[0], lng=KISOGAWA[1])
    assert found
    assert found.district == "木曽川"


def test_a_broken_file_stops_the_start_with_a_line_for_each_fault(folder: Path) -> None:
    draw(folder, "西の東")
    with pytest.raises(PolygonError, match="there is no district '西の東': write it as in city"):
        check_config()
    folder.joinpath(FILE).write_text("{", encoding="utf-8")
    with pytest.raises(PolygonError, match="is no GeoJSON"):
        check_config()
    draw(folder)
    check_config()


def test_the_check_names_faults_and_districts_without_a_boundary(folder: Path, session: Session) -> None:
    draw(folder, "西の東")
    assert readiness_line(session) == (
        False,
        "地区の境界：districts.geojson: there is no district '西の東': write it as in city.toml",
    )
    folder.joinpath(FILE).write_text("{", encoding="utf-8")
    assert not [line for line in readiness.lines(session) if "地区の境界" in line[1]]  # said with the files
    draw(folder)
    ok, line = readiness_line(session)
    assert ok
    assert "1地区、境界のない地区：" in line
    assert "奥" in line


def test_the_sample_is_complete(session: Session) -> None:
    assert readiness_line(session) == (True, "地区の境界：20地区")
