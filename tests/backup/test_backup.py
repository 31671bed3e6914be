"""A backup taken while the platform runs, and restored into an empty place, is the same platform."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from haloop.backup import BackupError, back_up, restore
from haloop.config import Settings
from haloop.engines.media.photo import file_names
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def settings_at(database: Path, media: Path) -> Settings:
    return Settings.model_validate({"database_url": f"sqlite+aiosqlite:///{database}", "media_url": str(media)})


def settings_of(world: World) -> Settings:
    return settings_at(world.media.parent / "haloop.db", world.media)


def everything(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}  # noqa: S608


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def a_lively_world(world: World) -> Person:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    for number in range(3):
        await world.publish(host, title=f"Post {number}", photos=await world.photos(host))
    await world.run_jobs()
    return host


async def test_what_is_restored_equals_what_was_backed_up(world: World, tmp_path: Path) -> None:
    await a_lively_world(world)
    settings = settings_of(world)
    done = back_up(settings, tmp_path / "backup")
    assert (done.photos, done.forgotten) == (len(files_below(world.media)) // 3, 0)

    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")
    assert restore(new, tmp_path / "backup") == done

    assert everything(tmp_path / "new" / "haloop.db") == everything(
        Path(str(world.haloop.engines.database.url.database))
    )
    assert files_below(tmp_path / "new" / "media") == files_below(world.media)


async def test_every_photo_of_a_backup_taken_among_writes_is_whole(world: World, tmp_path: Path) -> None:
    host = await a_lively_world(world)
    settings = settings_of(world)

    async def write() -> None:
        for number in range(15):
            await world.publish(host, title=f"Meanwhile {number}", photos=await world.photos(host), status="draft")

    writing = asyncio.create_task(write())
    backups = 0
    while not writing.done():
        target = tmp_path / f"backup{backups}"
        await asyncio.to_thread(back_up, settings, target)
        backups += 1
        with closing(sqlite3.connect(target / "haloop.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
            keys = [key for (key,) in copy.execute("SELECT key FROM photos")]
        files = files_below(target / "media")
        assert {Path(name).name for name in files} == {name for key in keys for name in file_names(key)}
        await asyncio.sleep(0.05)
    await writing
    assert backups > 1


async def test_an_unused_photo_that_went_meanwhile_is_forgotten_and_a_used_one_is_missed(
    world: World, tmp_path: Path
) -> None:
    await world.photo(await a_lively_world(world))
    with closing(sqlite3.connect(tmp_path / "haloop.db")) as database:
        ((unused,), *_) = database.execute("SELECT key FROM photos WHERE uses = 0").fetchall()
        ((used,), *_) = database.execute("SELECT key FROM photos WHERE uses > 0").fetchall()
    await world.haloop.engines.media.delete(file_names(unused))
    assert back_up(settings_of(world), tmp_path / "one").forgotten == 1
    await world.haloop.engines.media.delete(file_names(used)[:1])
    with pytest.raises(BackupError, match=used):
        back_up(settings_of(world), tmp_path / "two")


async def test_nothing_is_overwritten(world: World, tmp_path: Path) -> None:
    await a_lively_world(world)
    settings = settings_of(world)
    back_up(settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="not empty"):
        back_up(settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="there is a database"):
        restore(settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="holds no backup"):
        restore(settings_at(tmp_path / "x.db", tmp_path / "x"), tmp_path / "nowhere")
