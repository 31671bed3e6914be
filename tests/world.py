"""A running platform for a test, and small builders of what is in it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from haloop.app import Haloop, build
from haloop.config import Settings
from haloop.core.clock import Clock

Json = dict[str, Any]  # Any: an API's answer

START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # noon in Taipei
TODAY = date(2026, 11, 24)
SECRET = "a secret of the tests, 32 bytes long at least"  # signs nothing but tests' sessions
PASSWORD = "correct horse battery"


class TravellingClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = START
        super().__init__("Asia/Taipei", lambda: self.instant)

    def travel(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass
class Person:
    """A signed-in account with its own client."""

    client: httpx2.AsyncClient
    token: str
    account: Json

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **params: Any) -> httpx2.Response:  # Any: query values
        return await self.client.get(path, params=params, headers=self.headers)

    async def post(self, path: str, json: object = None, **headers: str) -> httpx2.Response:
        return await self.client.post(path, json=json, headers={**self.headers, **headers})

    async def patch(self, path: str, json: object, **headers: str) -> httpx2.Response:
        return await self.client.patch(path, json=json, headers={**self.headers, **headers})

    async def put(self, path: str, json: object) -> httpx2.Response:
        return await self.client.put(path, json=json, headers=self.headers)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.client.delete(path, headers=self.headers)


@dataclass
class World:
    haloop: Haloop
    clock: TravellingClock
    client: httpx2.AsyncClient
    media: Path
    _people: int = 0

    async def run_jobs(self) -> None:
        """Handles all outbox rows that are due, as the runner would."""
        await self.haloop.jobs.run_until_empty()

    async def register(self, *, helper: bool = False, host: bool = False, **fields: object) -> Person:
        self._people += 1
        body: Json = {"email": f"person{self._people}@example.org", "password": PASSWORD, "name": f"P{self._people}"}
        if helper:
            body["helper"] = {"bio": "I like early mornings."}
        if host:
            body["host"] = a_host()
        response = await self.client.post("/api/auth/register", json={**body, **fields})
        assert response.status_code == 201, response.text
        token = response.cookies["haloop_session"]
        self.client.cookies.clear()
        return Person(self.client, token, response.json())

    async def helper(self, **fields: Any) -> Person:  # Any: fields of the body
        return await self.register(helper=True, **fields)

    async def host(self, **fields: Any) -> Person:  # Any: as above
        return await self.register(host=True, **fields)

    async def photos(self, host: Person, count: int = 3) -> list[str]:
        return [await self.photo(host) for _ in range(count)]

    async def photo(self, owner: Person, data: bytes | None = None, purpose: str = "public") -> str:
        files = {"file": ("photo.jpg", data or a_picture(), "image/jpeg")}
        fields = {"purpose": purpose}
        response = await self.client.post("/api/photos", files=files, data=fields, headers=owner.headers)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def publish(self, host: Person, **fields: object) -> Json:
        """A published post of the host; photos are shared between a host's posts."""
        if not hasattr(host, "shared_photos"):
            host.shared_photos = await self.photos(host)  # type: ignore[attr-defined]  # kept for the next post
        body = a_post(**{"photos": host.shared_photos, "status": "published", **fields})  # type: ignore[attr-defined]
        response = await host.post("/api/posts", body)
        assert response.status_code == 201, response.text
        post: Json = response.json()
        return post

    async def subscribe(self, helper: Person, name: str = "Anything by the sea", **wanted: object) -> Json:
        response = await helper.post("/api/subscriptions", {"name": name, "filter": wanted or {"group_size": 1}})
        assert response.status_code == 201, response.text
        subscription: Json = response.json()
        return subscription

    async def notifications(self, helper: Person) -> list[Json]:
        response = await helper.get("/api/notifications", limit=50)
        assert response.status_code == 200, response.text
        items: list[Json] = response.json()["items"]
        return items


@asynccontextmanager
async def open_world(folder: Path, database: Path, settings: dict[str, object]) -> AsyncIterator[World]:
    media = folder / "media"
    chosen = Settings.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{database}",
            "media_url": str(media),
            "secret_key": SECRET,
            "rate_limit_factor": 0,
            "sqlite_synchronous": "NORMAL",
            **settings,
        }
    )
    clock = TravellingClock()
    haloop = build(chosen, clock)
    transport = httpx2.ASGITransport(haloop.asgi, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://haloop.test") as client:
        yield World(haloop, clock, client, media)
    await haloop.jobs.stop()
    haloop.engines.passwords.close()
    await haloop.engines.database.close()


def a_host(**fields: object) -> Json:
    return {
        "name": "Tide House",
        "description": "A small hostel by the sea.",
        "address": "12 Lane 7, Harbour Road",
        "locality": "Dulan",
        "region": "TW-TTT",
        "point": {"latitude": 22.8765, "longitude": 121.2345},
        **fields,
    }


def a_post(**fields: object) -> Json:
    return {
        "title": "Mornings at the surf hostel",
        "description": "Change the linen, wipe the long table, then the day is yours.",
        "benefits": "Surf lessons twice a week.",
        "starts_on": "2026-12-01",
        "ends_on": "2027-02-28",
        "places": 2,
        "hours_per_day": 4,
        "days_per_week": 5,
        "min_stay_days": 14,
        "job_types": ["housekeeping", "reception"],
        "accommodations": ["bunk-bed"],
        "amenities": ["wifi"],
        "meals": ["breakfast"],
        "experiences": ["surfing"],
        "environments": ["first-timers-welcome"],
        "requirements": [],
        "photos": [],
        **fields,
    }


def a_picture(size: tuple[int, int] = (64, 48), kind: str = "JPEG", color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()
