"""The engines that a composition root has chosen, handed to everything that works with them."""

from __future__ import annotations

from dataclasses import dataclass

from haloop.core.clock import Clock
from haloop.core.database import Database
from haloop.core.lru import Lru
from haloop.core.security import Passwords, Tokens
from haloop.engines.geocoding.protocol import Geocoder
from haloop.engines.limits.protocol import Limits
from haloop.engines.media.protocol import Media
from haloop.engines.realtime.protocol import Realtime
from haloop.engines.work import Units


@dataclass(frozen=True, slots=True)
class Engines:
    clock: Clock
    database: Database
    units: Units
    rendered: Lru  # posts as JSON and as HTML, by version
    realtime: Realtime
    media: Media
    geocoder: Geocoder
    limits: Limits
    passwords: Passwords
    tokens: Tokens
    public_url: str  # such as https://haloop.example, or empty
