"""A backup taken while the platform runs, and restored into an empty place, is the same platform."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import pytest

from haloop import backup
from haloop.backup import BackupError, Done, back_up, restore
from haloop.config import Settings
from haloop.engines.media.folder import MediaFolder
from haloop.engines.media.photo import file_names
from tests.overload.test_database_away import full_disk
from tests.world import Person, World

pytestmark = pytest.mark.anyio

NewWorld = Callable[..., AbstractAsyncContextManager[World]]


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


def keys(database: Path, which: str = "true") -> list[str]:
    """Of photos."""
    with closing(sqlite3.connect(database)) as connection:
        return [key for (key,) in connection.execute(f"SELECT key FROM photos WHERE {which} ORDER BY key")]  # noqa: S608


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
        files = files_below(target / "media")
        assert {Path(name).name for name in files} == {
            name for key in keys(target / "haloop.db") for name in file_names(key)
        }
        await asyncio.sleep(0.05)
    await writing
    assert backups > 1


async def test_an_unused_photo_that_went_meanwhile_is_forgotten(world: World, tmp_path: Path) -> None:
    await world.photo(await a_lively_world(world))
    unused, *_ = keys(tmp_path / "haloop.db", "uses = 0")
    await world.haloop.engines.media.delete(file_names(unused)[1:])
    done = back_up(settings_of(world), tmp_path / "backup")
    assert (done.forgotten, done.lost) == (1, ())
    assert unused not in keys(tmp_path / "backup" / "haloop.db")
    assert not [name for name in files_below(tmp_path / "backup" / "media") if unused in name]


async def test_a_backup_is_complete_but_for_lost_files_which_its_restore_misses_again(
    world: World, new_world: NewWorld, tmp_path: Path
) -> None:
    await a_lively_world(world)
    settings = settings_of(world)
    used = keys(tmp_path / "haloop.db", "uses > 0")
    lost = (*file_names(used[0]), file_names(used[1])[1])
    await world.haloop.engines.media.delete(list(lost))

    done = back_up(settings, tmp_path / "backup")

    assert sorted(done.lost) == sorted(lost)
    assert sorted(done.lost_photos) == sorted(used[:2])
    assert (done.photos, done.forgotten) == (len(keys(tmp_path / "haloop.db")) - 2, 0)
    assert files_below(tmp_path / "backup" / "media") == files_below(world.media)
    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")
    assert restore(new, tmp_path / "backup") == done
    assert everything(tmp_path / "new" / "haloop.db") == everything(tmp_path / "haloop.db")
    media = MediaFolder(tmp_path / "new" / "media")
    async with new_world(database_url=new.database_url, media_url=new.media_url) as restored:
        for key in used:
            for name in file_names(key):
                answer = await restored.client.get(media.url(name))
                assert answer.status_code == (404 if name in lost else 200)


async def test_a_backup_that_lacks_a_file_which_was_not_lost_is_not_restored(world: World, tmp_path: Path) -> None:
    await a_lively_world(world)
    one, other, *_ = keys(tmp_path / "haloop.db", "uses > 0")
    await world.haloop.engines.media.delete(file_names(one))
    back_up(settings_of(world), tmp_path / "backup")
    MediaFolder(tmp_path / "backup" / "media").path(file_names(other)[0]).unlink()
    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")
    with pytest.raises(BackupError, match=f"not whole: {other}"):
        restore(new, tmp_path / "backup")
    assert not (tmp_path / "new" / "haloop.db").exists()


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


MOST = 20_000  # writes of a writer whom a backup waits for


def write_on(database: Path, enough: threading.Event) -> int:
    """Writes without a pause until it is enough, at most so often; how often."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as writer:
        writer.execute("PRAGMA synchronous = OFF")
        for number in range(MOST):
            if enough.is_set():
                return number
            writer.execute("UPDATE ballast SET weight = ? WHERE rowid = 1", (number,))
    return MOST


async def test_a_backup_comes_to_its_end_however_busy_the_writers_are(world: World, tmp_path: Path) -> None:
    await a_lively_world(world)
    database = tmp_path / "haloop.db"
    with closing(sqlite3.connect(database)) as filling:
        filling.execute("CREATE TABLE ballast (weight)")
        filling.executemany("INSERT INTO ballast VALUES (zeroblob(1000000))", [()] * 20)
        filling.commit()
    enough = threading.Event()
    writing = asyncio.create_task(asyncio.to_thread(write_on, database, enough))

    await asyncio.to_thread(back_up, settings_of(world), tmp_path / "backup")

    enough.set()
    assert await writing < MOST
    with closing(sqlite3.connect(tmp_path / "backup" / "haloop.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM ballast").fetchone() == (20,)


async def test_what_was_interrupted_is_taken_for_no_backup(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_lively_world(world)

    def die(*_: object) -> Done:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(backup, "_copy_photos", die)
        with pytest.raises(KeyboardInterrupt):
            back_up(settings_of(world), tmp_path / "backup")

    with pytest.raises(BackupError, match="holds no backup"):
        restore(settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media"), tmp_path / "backup")


async def test_a_restore_that_was_interrupted_can_be_made_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_lively_world(world)
    done = back_up(settings_of(world), tmp_path / "backup")
    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")

    def die(copy: sqlite3.Connection, *_: object) -> Done:
        copy.execute("DELETE FROM notifications")
        (tmp_path / "new" / "haloop.restoring-journal").write_bytes(b"of a process that was killed")
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(backup, "_copy_photos", die)
        with pytest.raises(KeyboardInterrupt):
            restore(new, tmp_path / "backup")

    assert not (tmp_path / "new" / "haloop.db").exists()
    assert restore(new, tmp_path / "backup") == done
    assert everything(tmp_path / "new" / "haloop.db") == everything(tmp_path / "backup" / "haloop.db")


async def test_a_log_that_a_lost_database_left_is_not_replayed_over_the_restored_one(
    world: World, tmp_path: Path
) -> None:
    await a_lively_world(world)
    back_up(settings_of(world), tmp_path / "backup")
    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "haloop.db-wal").write_bytes(b"older pages")
    with pytest.raises(BackupError, match=r"haloop\.db-wal"):
        restore(new, tmp_path / "backup")


async def test_what_sqlite_cannot_do_is_said_and_leaves_no_database(world: World, tmp_path: Path) -> None:
    await a_lively_world(world)
    with full_disk(), pytest.raises(BackupError, match="cannot be copied"):
        back_up(settings_of(world), tmp_path / "full")
    assert not (tmp_path / "full" / "haloop.db").exists()

    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "haloop.db").write_bytes(b"no database" * 1000)
    new = settings_at(tmp_path / "new" / "haloop.db", tmp_path / "new" / "media")
    with pytest.raises(BackupError, match="not a database"):
        restore(new, tmp_path / "damaged")
    assert not (tmp_path / "new" / "haloop.db").exists()
