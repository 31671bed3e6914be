"""The port of geocoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the earth, in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Geocoder(Protocol):
    async def find(self, address: str, region: str) -> Point | None:
        """The point of an address, or None when it is not found or the service does not answer in time."""
