"""`haloop migrate` and `haloop outbox`; how SQLite is opened by which command."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from haloop.app import build
from haloop.config import Settings
from haloop.core.database import Database
from haloop.demo.folder import DemoFolder
from haloop.engines.jobs.outbox import OutboxRow, add_job
from haloop.engines.jobs.runner import ATTEMPTS
from tests.processes import SECRET, run
from tests.world import World, a_post

NewWorld = Callable[..., AbstractAsyncContextManager[World]]


def test_migrate_makes_a_database_from_nothing_and_does_nothing_when_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "new.db"
    path.parent.mkdir()
    for _ in range(2):
        done = run(tmp_path, "migrate", database_url=f"sqlite+aiosqlite:///{path}")
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"accounts", "posts", "subscriptions", "notifications", "outbox", "alembic_version"} <= tables
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_outbox_shows_what_waits_and_what_was_given_up_and_retries_it(tmp_path: Path, new_world: NewWorld) -> None:
    async def park_one() -> None:
        async with new_world() as world:
            async with world.haloop.engines.units.begin() as work:
                add_job(work, "post.opened", post_id="of no use as an id")
                add_job(work, "host.changed", host_id="0", due_at=world.clock.now().replace(year=2090))
            for _ in range(ATTEMPTS):
                await world.run_jobs()
                world.clock.travel(minutes=15)

    anyio.run(park_one)
    settings = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'haloop.db'}"}

    shown = run(tmp_path, "outbox", **settings)
    assert shown.returncode == 0, shown.stdout
    lines = [line for line in shown.stdout.splitlines() if "post.opened" in line or "host.changed" in line]
    assert [("parked" in line, "waiting" in line) for line in lines] == [(True, False), (False, True)]
    assert "ValueError" in lines[0]

    retried = run(tmp_path, "outbox", "--retry", **settings)
    assert "1 parked rows will be tried again." in retried.stdout
    assert "parked │" not in retried.stdout

    async def attempts() -> list[tuple[int, bool]]:
        database = Database(settings["database_url"])
        async with database.reading() as session:
            rows = (await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id))).all()
        await database.close()
        return [(row.attempts, row.parked_at is None) for row in rows]

    assert anyio.run(attempts) == [(0, True), (0, True)]


def test_backup_and_restore_name_the_photos_that_are_lost_and_end_with_3(tmp_path: Path, new_world: NewWorld) -> None:
    many = 24
    settings = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'haloop.db'}", "media_url": str(tmp_path / "media")}

    async def publish() -> None:
        async with new_world() as world:
            host = await world.host()
            for _ in range(3):
                await host.post("/api/posts", a_post(photos=await world.photos(host, many // 3)))

    anyio.run(publish)
    assert run(tmp_path, "backup", "whole", **settings).returncode == 0
    files = sorted((tmp_path / "media").rglob("*-480.webp"))
    files[0].unlink()
    one = run(tmp_path, "backup", "one", **settings)
    assert one.returncode == 3, one.stdout
    assert one.stdout.splitlines() == [
        f"backed up to one: the database and {many - 1} photos.",
        "haloop: files of 1 photo are lost, as one/lost-files.txt says:",
        f"  {files[0].name.removesuffix('-480.webp')}",
    ]
    for file in files[1:]:
        file.unlink()
    backed_up = run(tmp_path, "backup", "all", **settings)
    new = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'new' / 'haloop.db'}", "media_url": "new/media"}
    restored = run(tmp_path, "restore", "all", **new)

    for done in (backed_up, restored):
        assert done.returncode == 3, done.stdout
        lines = done.stdout.splitlines()
        assert lines[1] == f"haloop: files of {many} photos are lost, as all/lost-files.txt says:"
        assert (len(lines), lines[-1]) == (2 + 20 + 1, "  and 4 more")
    assert (tmp_path / "new" / "haloop.db").exists()


async def synchronous(settings: Settings) -> object:
    database = build(settings).engines.database
    async with database.reading() as session:
        found = await session.scalar(sa.text("PRAGMA synchronous"))
    async with database.writing() as session:
        assert await session.scalar(sa.text("PRAGMA synchronous")) == found
    await database.close()
    return found


@pytest.mark.anyio
async def test_sqlite_waits_for_the_disk_under_serve_and_not_in_the_demo(tmp_path: Path) -> None:
    full, normal = 2, 1  # https://www.sqlite.org/pragma.html#pragma_synchronous
    served = Settings.model_validate(
        {"secret_key": SECRET, "database_url": f"sqlite+aiosqlite:///{tmp_path / 'haloop.db'}"}
    )
    assert await synchronous(served) == full
    assert await synchronous(DemoFolder(tmp_path).settings(8000, "127.0.0.1")) == normal
