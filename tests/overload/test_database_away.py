"""A database that is locked, busy or full: 503 with Retry-After, a cause in the log, nothing half done."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path

import pytest
import structlog

from haloop.core import database
from haloop.core.errors import Unavailable
from haloop.core.overload import WORKING_MOST
from haloop.recommendations import visits
from tests.expectations import problem
from tests.world import World, a_picture

pytestmark = pytest.mark.anyio


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Another process holds the write lock."""
    path = str(world.haloop.engines.database.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond 4 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_write_to_a_locked_database_is_refused_with_its_cause_in_the_log(world: World) -> None:
    helper = await world.helper()
    with locked(world), structlog.testing.capture_logs() as log:
        answer = await helper.post("/api/subscriptions", {"name": "Sea", "filter": {"group_size": 1}})
        reading = await helper.get("/api/subscriptions")

    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    assert reading.status_code == 200  # readers wait for nobody
    (entry,) = [entry for entry in log if entry["event"] == "unavailable"]
    assert "database is locked" in str(entry["exc_info"].__cause__)
    assert (await helper.get("/api/subscriptions")).json()["items"] == []
    assert await world.subscribe(helper)


async def test_writers_do_not_wait_for_one_another_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = await world.helper()
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    async with world.haloop.engines.units.begin():
        answer = await helper.post("/api/subscriptions", {"name": "Sea", "filter": {"group_size": 1}})
    problem(answer, 503, "unavailable")
    assert await world.subscribe(helper)


async def test_helpers_whose_lists_are_made_do_not_wait_for_one_another_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = [await world.helper(), await world.helper()]
    await world.publish(await world.host())
    monkeypatch.setattr(visits, "PATIENCE", 0.05)
    async with world.haloop.engines.units.begin():
        coming = [asyncio.create_task(helper.get("/api/recommendations")) for helper in helpers]
        (refused,), (waiting,) = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
    problem(refused.result(), 503, "unavailable")
    assert len((await waiting).json()["items"]) == 1


async def test_readers_who_find_no_connection_free_are_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    small = database.Database(f"sqlite+aiosqlite:///{tmp_path / 'small.db'}")
    with pytest.raises(Unavailable):
        await read_at_once(small, 100)
    await small.close()


async def read_at_once(from_: database.Database, count: int) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            session = await stack.enter_async_context(from_.reading())
            await session.connection()


async def test_a_full_disk_loses_nothing_that_was_answered_and_takes_nothing_half(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    kept = await world.subscribe(helper)
    photos = await world.photos(host)
    files = sorted(path for path in world.media.rglob("*") if path.is_file())
    noise = a_picture((1200, 900), "PNG")
    with full_disk(), structlog.testing.capture_logs() as log:
        wish = await helper.post("/api/subscriptions", {"name": "Sea", "filter": {"group_size": 2}})
        photo = await world.client.post("/api/photos", files={"file": ("a.png", noise)}, headers=host.headers)

    problem(wish, 503, "unavailable")
    problem(photo, 503, "unavailable")
    assert {entry["event"] for entry in log if entry["log_level"] == "warning"} == {"unavailable"}
    assert [item["id"] for item in (await helper.get("/api/subscriptions")).json()["items"]] == [kept["id"]]
    assert sorted(path for path in world.media.rglob("*") if path.is_file()) == files
    assert await world.publish(host, photos=photos)
    await world.run_jobs()
    assert len(await world.notifications(helper)) == 1


async def test_more_than_can_be_worked_on_are_served_or_told_to_come_again(world: World) -> None:
    helper = await world.helper()
    answers = await asyncio.gather(*(helper.get("/api/subscriptions") for _ in range(WORKING_MOST + 50)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 50
    for answer in refused:
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "2"
