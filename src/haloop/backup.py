"""Backup and restore: the database and the photos it names, consistent with each other, while the platform runs.

The database is copied first, as of one moment. Photos never change under their names, and are deleted only after their
rows: so each photo of the copy is either still there, or was unused and is forgotten in the copy too, or was lost
before. Which files were lost the backup says itself, so that a restore can tell them from those that it lacks."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from haloop.config import Settings
from haloop.engines.media.folder import MediaFolder
from haloop.engines.media.photo import file_names, key_of

DATABASE, MEDIA = "haloop.db", "media"
LOST = "lost-files.txt"  # in a backup: the files that the platform itself had no more, one a line
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database


class BackupError(Exception):
    """Why a backup or a restore was not begun, or could not be made whole."""


@dataclass(frozen=True, slots=True)
class Done:
    photos: int  # all of whose files are there
    forgotten: int  # unused photos that went while the backup ran
    lost: tuple[str, ...] = ()  # files, of photos that are used

    @property
    def lost_photos(self) -> list[str]:
        """The keys of the photos whose files they are."""
        return list(dict.fromkeys(map(key_of, self.lost)))


def back_up(settings: Settings, target: Path) -> Done:
    """Writes an empty or new folder; raises BackupError, leaving a started folder behind as it is."""
    source = _database_file(settings)
    if not source.is_file():
        raise BackupError(f"there is no database at {source}")
    _make_empty(target)
    unfinished = target / f"{DATABASE}.part"
    with _refused(), closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
        live.backup(copy)  # in one read, which no writer waits for; in several, each write would begin it anew
        done = _copy_photos(copy, MediaFolder(settings.media_folder()), MediaFolder(target / MEDIA))
    if done.lost:
        (target / LOST).write_text("".join(f"{name}\n" for name in done.lost), "utf-8")
    os.sync()  # the photos as well
    unfinished.replace(target / DATABASE)  # last: a backup that was interrupted has no database
    return done


def restore(settings: Settings, source: Path) -> Done:
    """Brings a backup to where the settings say; raises BackupError where something stands there already, and where the
    backup lacks files that were not lost when it was made."""
    database, media = _database_file(settings), settings.media_folder()
    if not (source / DATABASE).is_file():
        raise BackupError(f"{source} holds no backup")
    # A log without its database would be replayed over the restored one.
    if left := [file for file in (database, *_beside(database)) if file.exists()]:
        raise BackupError(f"there is a database at {left[0]}: a restore needs an empty place")
    _make_empty(media)
    database.parent.mkdir(parents=True, exist_ok=True)
    unfinished = database.with_suffix(".restoring")
    for file in _beside(unfinished):  # of a restore that was interrupted
        file.unlink(missing_ok=True)
    shutil.copyfile(source / DATABASE, unfinished)
    with _refused(), closing(sqlite3.connect(unfinished)) as copy:
        done = _copy_photos(copy, MediaFolder(source / MEDIA), MediaFolder(media))
        if unexplained := sorted(set(done.lost) - _lost_before(source)):
            raise BackupError(f"the backup is not whole: {unexplained[0]} is missing from {source / MEDIA}")
    os.sync()  # the photos as well
    unfinished.replace(database)  # last: a restore that was interrupted has no database
    return done


@contextmanager
def _refused() -> Iterator[None]:
    """What SQLite cannot do (a full disk, a file that is no database) as the reason of a BackupError."""
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(f"the database cannot be copied: {error}") from error


def _beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + suffix) for suffix in BESIDE]


def _lost_before(backup: Path) -> set[str]:
    """The files that were lost before the backup was made."""
    file = backup / LOST
    return set(file.read_text("utf-8").split()) if file.exists() else set()


def _copy_photos(copy: sqlite3.Connection, live: MediaFolder, kept: MediaFolder) -> Done:
    photos = forgotten = 0
    lost: list[str] = []
    for photo_id, key, uses in copy.execute("SELECT id, key, uses FROM photos").fetchall():
        missing = [name for name in file_names(key) if not _copy_file(live, kept, name)]
        if not missing:
            photos += 1
        elif uses > 0:
            lost += missing
        else:
            for name in file_names(key):
                kept.path(name).unlink(missing_ok=True)
            copy.execute("DELETE FROM photos WHERE id = ?", (photo_id,))
            forgotten += 1
    copy.commit()
    return Done(photos, forgotten, tuple(lost))


def _copy_file(live: MediaFolder, kept: MediaFolder, name: str) -> bool:
    target = kept.path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(live.path(name), target)
    except FileNotFoundError:
        return False
    return True


def _database_file(settings: Settings) -> Path:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupError("this backs up SQLite; for another database use its own tools")
    return Path(url.database)


def _make_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
