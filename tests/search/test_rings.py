"""Rings of districts around the place where somebody was last seen."""

from hypothesis import given
from hypothesis import strategies as st

from relay.search.rings import around, ring_of

EVERY = ("北", "南", "東", "西", "中央")
NEIGHBOURS = {"中央": {"東", "西"}, "東": {"中央"}, "西": {"中央"}}


def test_the_district_comes_first_then_those_beside_it_then_the_city() -> None:
    assert around("中央", neighbours=NEIGHBOURS, same_centre=(), every=EVERY) == (
        {"中央"},
        {"東", "西"},
        {"北", "南"},
    )


def test_a_district_without_neighbours_widens_to_its_centre() -> None:
    assert around("北", neighbours=NEIGHBOURS, same_centre=("北", "南"), every=EVERY)[1] == {"南"}


def test_without_a_district_the_whole_city_is_the_only_ring() -> None:
    assert around(None, neighbours=NEIGHBOURS, same_centre=(), every=EVERY) == (set(EVERY),)


def test_a_neighbour_that_is_no_district_of_the_city_is_left_out() -> None:
    rings = around("中央", neighbours={"中央": {"東", "隣の市"}}, same_centre=(), every=EVERY)
    assert rings[1] == {"東"}


def test_somebody_belongs_to_the_nearest_ring_that_they_work_in() -> None:
    rings = around("中央", neighbours=NEIGHBOURS, same_centre=(), every=EVERY)
    assert [ring_of(one, rings) for one in (["北", "中央"], ["西", "北"], ["南"], [])] == [0, 1, 2, 2]


@given(st.sampled_from(EVERY), st.sets(st.sampled_from(EVERY)), st.sets(st.sampled_from(EVERY)))
def test_every_district_is_in_exactly_one_ring(start: str, beside: set[str], same: set[str]) -> None:
    rings = around(start, neighbours={start: beside}, same_centre=same, every=EVERY)
    assert sorted(district for ring in rings for district in ring) == sorted(EVERY)
