"""The folder of a demo: how it is known as one, held by one process, and emptied of what a demo made."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from haloop.config import Settings

try:
    import fcntl
except ImportError:  # Windows: there two demos in one folder are not noticed
    fcntl = None  # type: ignore[assignment]  # its absence

DATABASE, MEDIA, SECRET, MARK = "haloop.db", "media", "secret.txt", "demo.json"
DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
PHOTO = re.compile(r"[0-9a-f]{32}-[0-9]+\.(webp|part)")


class NotOurs(Exception):  # noqa: N818  # a state of the folder, said to whoever named it
    """The folder cannot be a demo's; the text says why."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A folder that bears a mark from before the first file until the last: what lies in one without it is not ours."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder if need be and keeps it for this process; raises NotOurs."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise NotOurs(f"{self.path} cannot be used: {error.strerror}") from error
        try:
            self._lock(handle)
            self._check()
            yield
        finally:
            os.close(handle)

    def seeded(self) -> list[UUID] | None:
        """The ids of the seeded posts; None where nothing was seeded yet, or not to the end."""
        mark = self.path / MARK
        ids = json.loads(mark.read_text())["posts"] if mark.exists() else None
        return None if ids is None else [UUID(text) for text in ids]

    def begin(self) -> None:
        """Marks the folder as a demo's that is not seeded, then empties it of what a demo made, and of nothing else."""
        self._mark(None)
        for name in (*DATABASE_FILES, SECRET):
            (self.path / name).unlink(missing_ok=True)
        media = self.path / MEDIA
        for photo in media.glob("??/*"):
            if PHOTO.fullmatch(photo.name):
                photo.unlink()
        for folder in (*media.glob("??"), media):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def end(self, posts: list[UUID]) -> None:
        """Marks the folder as seeded; whatever dies before this is seeded anew."""
        self._mark([str(post_id) for post_id in posts])

    def settings(self, port: int, host: str) -> Settings:
        """The embedded defaults, in this folder."""
        secret = self.path / SECRET
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(48))
        return Settings.model_validate(
            {
                "database_url": f"sqlite+aiosqlite:///{(self.path / DATABASE).resolve()}",
                "media_url": str((self.path / MEDIA).resolve()),
                "secret_key": secret.read_text(),
                "public_url": f"http://{host}:{port}",
                "sqlite_synchronous": "NORMAL",
            }
        )

    def _lock(self, handle: int) -> None:
        """Until the handle is closed or the process dies."""
        if fcntl is None:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotOurs(f"another demo runs in {self.path}: stop it, or choose another folder with --data") from error

    def _check(self) -> None:
        if (self.path / MARK).exists():
            return
        for name in (*DATABASE_FILES, MEDIA, SECRET):
            if (self.path / name).exists():
                raise NotOurs(f"{self.path} holds {name}, which no demo made: choose another folder with --data")

    def _mark(self, posts: list[str] | None) -> None:
        unfinished = self.path / f"{MARK}.part"
        unfinished.write_text(json.dumps({"posts": posts}))
        unfinished.replace(self.path / MARK)
