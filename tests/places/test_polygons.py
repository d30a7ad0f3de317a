"""District boundaries: where a point lies, and what is wrong with a file."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.imports import centres
from relay.places import polygons
from relay.places.polygons import Area, Areas, Polygon, PolygonError

SAMPLE = polygons.read(Path(__file__).parents[2] / "config" / "sample" / polygons.FILE)
WEST, EAST, SOUTH, NORTH = 136.72, 136.87, 35.24, 35.37

lngs = st.floats(136.0, 137.5)
lats = st.floats(34.5, 36.0)


def box(west: float, south: float, east: float, north: float) -> tuple[polygons.Point, ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


SQUARE = box(136.0, 35.0, 137.0, 36.0)
RING = Polygon(SQUARE, (box(136.4, 35.4, 136.6, 35.6),))


@pytest.mark.parametrize(
    ("point", "held"),
    [
        ((136.2, 35.2), True),
        ((135.9, 35.2), False),
        ((136.0, 35.5), True),  # on the border
        ((136.0, 35.0), True),  # at a corner
        ((137.0, 36.0), True),
        ((136.5, 35.5), False),  # in the hole
        ((136.4, 35.5), True),  # on the hole's border
        ((136.3, 35.4), True),  # level with the hole's lower edge
        ((136.5, 36.0000001), False),
    ],
)
def test_a_point_is_inside_on_the_border_in_the_hole_or_outside(point: polygons.Point, held: bool) -> None:
    assert RING.holds(point) is held


def test_a_district_may_have_several_parts() -> None:
    islands = Area.of("島", (Polygon(box(136, 35, 136.1, 35.1)), Polygon(box(137, 35, 137.1, 35.1))))
    assert islands.holds((136.05, 35.05))
    assert islands.holds((137.05, 35.05))
    assert not islands.holds((136.5, 35.05))


def test_a_common_border_belongs_to_the_district_that_stands_first() -> None:
    west = Area.of("西", (Polygon(box(136, 35, 136.5, 36)),))
    east = Area.of("東", (Polygon(box(136.5, 35, 137, 36)),))
    assert Areas((west, east)).at(lng=136.5, lat=35.5) == "西"
    assert Areas((east, west)).at(lng=136.5, lat=35.5) == "東"


@given(lngs, lats)
def test_for_a_box_the_answer_is_that_of_comparing_coordinates(lng: float, lat: float) -> None:
    inside = 136.2 <= lng <= 136.8 and 35.2 <= lat <= 35.8
    near = min(abs(lng - 136.2), abs(lng - 136.8), abs(lat - 35.2), abs(lat - 35.8)) < 1e-8
    assert near or Polygon(box(136.2, 35.2, 136.8, 35.8)).holds((lng, lat)) is inside


@given(
    st.lists(st.floats(0.0, 2 * math.pi), min_size=3, max_size=12, unique=True),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
)
def test_a_mixture_of_corners_of_a_round_polygon_lies_inside(angles: list[float], parts: list[float]) -> None:
    corners = [(136.5 + 0.1 * math.cos(angle), 35.5 + 0.1 * math.sin(angle)) for angle in sorted(angles)]
    total = sum(parts)
    shares = [part / total for part in parts] if total > 1e-6 else [1.0, 0.0, 0.0]
    point = tuple(
        sum(share * corner[axis] for share, corner in zip(shares, corners, strict=False)) for axis in (0, 1)
    )
    assert Polygon((*corners, corners[0])).holds((point[0], point[1]))


@given(lngs, lats, st.integers(0, 6))
def test_where_a_ring_begins_and_which_way_it_runs_does_not_matter(
    lng: float, lat: float, first: int
) -> None:
    corners = list(SQUARE[:-1])
    turned = corners[first % 4 :] + corners[: first % 4]
    backwards = turned[::-1]
    answers = {Polygon((*ring, ring[0])).holds((lng, lat)) for ring in (corners, turned, backwards)}
    assert len(answers) == 1


def test_the_sample_has_every_district_of_the_sample_city_once() -> None:
    known = [d for c in centres.read(Path(__file__).parents[2] / "config" / "sample") for d in c.districts]
    assert sorted(SAMPLE.names) == sorted(known)
    assert len(SAMPLE.areas) == 20


@given(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
def test_the_samples_districts_cover_the_city_without_overlaps(lng: float, lat: float) -> None:
    holding = [area for area in SAMPLE.areas if area.holds((lng, lat))]
    inside = [area for area in holding if not any(_near_border(p, (lng, lat)) for p in area.polygons)]
    assert holding
    assert len(inside) <= 1
    assert not inside or len(holding) == 1


def _near_border(polygon: Polygon, point: polygons.Point) -> bool:
    return polygons._on_border(polygon.outer, point)


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(coordinates: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"district": "東"} | properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def faults_of(data: Any) -> list[str]:
    faults: list[str] = []
    read = list(polygons.parse(data, faults))
    assert read or faults
    return faults


RIGHT = [list(point) for point in SQUARE]


def test_polygons_multipolygons_and_heights_are_read() -> None:
    high = [[*point, 12.5] for point in RIGHT]
    assert faults_of(collection(feature([RIGHT]), feature([[high]], "MultiPolygon"))) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "must be a FeatureCollection"),
        ({"type": "Feature"}, "must be a FeatureCollection"),
        (collection({}), "feature 1 needs the property district"),
        (collection(feature([RIGHT], district=" ")), "feature 1 needs the property district"),
        (collection(feature([RIGHT], district=7)), "needs the property district, a text"),
        (collection(feature([RIGHT], "Point")), "feature 1 (東) must be a Polygon or MultiPolygon"),
        (collection(feature([])), "with coordinates"),
        (collection(feature([[]], "MultiPolygon")), "a polygon without any ring"),
        (collection(feature([RIGHT[:-1]])), "a ring is not closed"),
        (collection(feature([RIGHT[:3]])), "at least 4 positions"),
        (collection(feature([[[136, 35], [137, 35], [136, 35], [136, 35]]])), "without any area"),
        (collection(feature([[["136", 35], *RIGHT[1:-1], ["136", 35]]])), "two numbers"),
        (collection(feature([[[True, 35], *RIGHT[1:-1], [True, 35]]])), "two numbers"),
        (collection(feature([[[10**400, 35], *RIGHT[1:-1], [10**400, 35]]])), "two numbers"),
        (collection(feature([[p[::-1] for p in RIGHT]])), "outside Japan (longitude comes first)"),
        (collection(feature([[[0, 0], [1, 0], [1, 1], [0, 0]]])), "[0.0, 0.0] lies outside Japan"),
    ],
)
def test_a_fault_says_what_and_where(data: Any, says: str) -> None:
    [fault] = faults_of(data)
    assert says in fault


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / polygons.FILE
    path.write_text(json.dumps(collection(feature([RIGHT[:-1]]), feature([RIGHT], district=""))))
    with pytest.raises(PolygonError) as caught:
        polygons.read(path)
    assert len(str(caught.value).splitlines()) == 2
    assert all(line.startswith("districts.geojson: feature ") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "is no GeoJSON"), ("\xff", "is no GeoJSON"), (json.dumps(collection()), "no district")],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / polygons.FILE
    path.write_text(text, encoding="latin-1")
    with pytest.raises(PolygonError, match=says):
        polygons.read(path)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "features", "properties", "district", "geometry", "coordinates"]),
                inner,
            )
        ),
        max_leaves=25,
    )
)
def test_any_document_gives_areas_or_faults(data: Any) -> None:
    faults: list[str] = []
    areas = list(polygons.parse(data, faults))
    assert areas or faults or data["features"] == []
