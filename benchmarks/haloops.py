"""A platform inside the benchmark's process, and a host that publishes through the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts import service as accounts
from haloop.accounts.schemas import HostIn, Register
from haloop.accounts.sessions import Reader
from haloop.accounts.views import get_account
from haloop.app import Haloop, build
from haloop.config import Settings
from haloop.core.ids import new_id
from haloop.engines.media.photo import Picture
from haloop.engines.server import settle
from haloop.matching.facts import day_number
from haloop.photos import service as photos
from haloop.photos.models import PhotoRow
from haloop.posts import service as posts
from haloop.posts.schemas import PostIn

SECRET = "the key of a benchmark, long enough for it"  # noqa: S105  # signs a benchmark's sessions alone


def settings_of(folder: Path, synchronous: str = "FULL") -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{folder / 'haloop.db'}",
            "media_url": str(folder / "media"),
            "secret_key": SECRET,
            "rate_limit_factor": 1000,
            "sqlite_synchronous": synchronous,
        }
    )


@asynccontextmanager
async def open_haloop(folder: Path) -> AsyncIterator[Haloop]:
    haloop = build(settings_of(folder))
    settle()  # as a server does when it is built
    yield haloop
    await haloop.jobs.stop()
    haloop.engines.passwords.close()
    await haloop.engines.database.close()


async def a_host(haloop: Haloop) -> Reader:
    """A host with three photos, as a reader for the services."""
    place = HostIn(name="Tide House", address="12 Harbour Road", region="TW-HUA")
    body = Register(email=f"{new_id()}@example.org", password="-" * 8, name="Host", host=place)
    prepared = accounts.PreparedAccount(body, "", await accounts.find_place(haloop.engines.geocoder, place))
    engines = haloop.engines
    async with engines.units.begin() as work:
        account_id = await accounts.register(work, prepared, "en")
        for _ in range(3):
            await photos.add(work, account_id, Picture(new_id(), new_id().hex, 1200, 800, ""))
    account = await get_account(engines.database.rows, engines.media, account_id, day_number(engines.clock.today()))
    now = engines.clock.now()
    return Reader(account_id, new_id(), "Host", "en", False, account.host.id if account.host else None, False, now)


async def photo_ids(haloop: Haloop, host: Reader) -> list[UUID]:
    async with haloop.engines.database.reading() as session:
        return list(await session.scalars(sa.select(PhotoRow.id).where(PhotoRow.account_id == host.account_id)))


async def publish(haloop: Haloop, host: Reader, *, job: str = "farming", title: str = "A post") -> UUID:
    engines = haloop.engines
    today = engines.clock.today()
    body = PostIn(
        title=title, description="A day by the sea.", starts_on=today, ends_on=today + timedelta(days=200), places=2,
        hours_per_day=4, min_stay_days=14, job_types=[job], accommodations=["single-room"], meals=["breakfast"],
        photos=await photo_ids(haloop, host), status="published",
    )  # fmt: skip
    async with engines.units.begin() as work:
        return await posts.create(work, engines.limits, host, body)
