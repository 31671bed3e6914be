"""Where a host is: the exact point for itself, and the public point for everyone else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from haloop.core.vocabulary import vocabulary
from haloop.engines.geocoding.protocol import Geocoder, Point

CELL = 1000  # a cell of 0.01 degrees, in degrees x 100,000
DEGREE = 100_000
FARTHEST = 130.0  # km; a geocoder's answer farther from the region's centre is a mistake
EARTH_RADIUS = 6371.0088  # km, the mean radius (IUGG)


@dataclass(frozen=True, slots=True)
class Place:
    """`exact` is None where only the region is known; degrees x 100,000."""

    exact: tuple[int, int] | None
    public: tuple[int, int]


def public_point(latitude: int, longitude: int) -> tuple[int, int]:
    """The centre of the 0.01 degree cell that holds the point; degrees x 100,000."""
    return _cell_centre(latitude, 90 * DEGREE), _cell_centre(longitude, 180 * DEGREE)


def _cell_centre(value: int, end: int) -> int:
    return min(value // CELL, end // CELL - 1) * CELL + CELL // 2  # the last cell holds its far edge as well


def kilometres(a: Point, b: Point) -> float:
    """The great-circle distance (haversine formula)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half_phi, half_lambda = (phi_b - phi_a) / 2, math.radians(b.longitude - a.longitude) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


async def locate(geocoder: Geocoder, address: str, region: str, given: Point | None) -> Place:
    """The place of a host: the point it set, else the geocoder's if it is believable, else its region's centre.
    Slow (it may ask a service): call it before a transaction opens."""
    home = vocabulary().region(region)
    centre = Point(home.latitude, home.longitude)
    point = given or await geocoder.find(address, region)
    if point is not None and given is None and kilometres(point, centre) > FARTHEST:
        point = None
    exact = None if point is None else (round(point.latitude * DEGREE), round(point.longitude * DEGREE))
    shown = exact or (round(centre.latitude * DEGREE), round(centre.longitude * DEGREE))
    return Place(exact, public_point(*shown))
