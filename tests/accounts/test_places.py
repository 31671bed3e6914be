"""Places: the public point hides where exactly a host is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haloop.accounts.places import DEGREE, FARTHEST, kilometres, locate, public_point
from haloop.core.vocabulary import vocabulary
from haloop.engines.geocoding.protocol import Point

pytestmark = pytest.mark.anyio

LATITUDES = st.integers(-90 * DEGREE, 90 * DEGREE)
LONGITUDES = st.integers(-180 * DEGREE, 180 * DEGREE)


class AtlasOf:
    """A geocoder that knows one point."""

    def __init__(self, point: Point | None) -> None:
        self.point = point

    async def find(self, address: str, region: str) -> Point | None:  # noqa: ARG002  # the port's shape
        return self.point


@given(LATITUDES, LONGITUDES)
def test_the_public_point_is_the_centre_of_the_cell_around_the_exact_one(latitude: int, longitude: int) -> None:
    public = public_point(latitude, longitude)

    for shown, exact, edge in zip(public, (latitude, longitude), (90 * DEGREE, 180 * DEGREE), strict=True):
        assert shown % 1000 == 500
        assert abs(shown - exact) <= 500
        assert -edge < shown < edge


@given(LATITUDES, LONGITUDES)
def test_all_points_of_a_cell_have_one_public_point(latitude: int, longitude: int) -> None:
    assert public_point(*public_point(latitude, longitude)) == public_point(latitude, longitude)


async def test_the_point_a_host_sets_wins_over_the_geocoder() -> None:
    place = await locate(AtlasOf(Point(22.9, 121.2)), "Harbour Road", "TW-TTT", Point(23.12345, 121.4))

    assert place.exact == (2312345, 12140000)
    assert place.public == (2312500, 12140500)


async def test_an_answer_of_the_geocoder_near_the_region_is_believed() -> None:
    assert (await locate(AtlasOf(Point(22.9, 121.2)), "Harbour Road", "TW-TTT", None)).exact == (2290000, 12120000)


@pytest.mark.parametrize("answer", [None, Point(35.68, 139.77), Point(25.3, 121.5)])
async def test_without_a_believable_answer_a_host_stands_at_its_regions_centre(answer: Point | None) -> None:
    region = vocabulary().region("TW-TTT")
    centre = Point(region.latitude, region.longitude)
    assert answer is None or kilometres(answer, centre) > FARTHEST

    place = await locate(AtlasOf(answer), "Harbour Road", "TW-TTT", None)

    assert place.exact is None
    assert place.public == public_point(round(centre.latitude * DEGREE), round(centre.longitude * DEGREE))


def test_distances_are_great_circles() -> None:
    taipei, kaohsiung = Point(25.0375, 121.5637), Point(22.6273, 120.3014)

    assert kilometres(taipei, kaohsiung) == pytest.approx(297, abs=2)
    assert kilometres(taipei, taipei) == 0
    assert kilometres(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(111, abs=1)
