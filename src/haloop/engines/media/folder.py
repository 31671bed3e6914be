"""Media in a local folder, served by the app under /media."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from haloop.core.errors import Unavailable


class MediaFolder:
    """Files lie in subfolders by the first two letters of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def url(self, name: str) -> str:
        return f"/media/{name[:2]}/{name}"

    async def save(self, files: Mapping[str, bytes]) -> None:
        await asyncio.to_thread(self._save, files)

    async def read(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, name)

    async def delete(self, names: list[str]) -> None:
        await asyncio.to_thread(self._delete, names)

    async def stored_before(self, instant: datetime) -> AsyncIterator[list[str]]:
        for folder in await asyncio.to_thread(lambda: sorted(self.folder.glob("??"))):
            yield await asyncio.to_thread(self._older, folder, instant.timestamp())

    def _read(self, name: str) -> bytes | None:
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable from error

    @staticmethod
    def _older(folder: Path, than: float) -> list[str]:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.stat().st_mtime < than]

    def _save(self, files: Mapping[str, bytes]) -> None:
        written: list[str] = []
        try:
            for name, data in files.items():
                written.append(name)
                self._write(self.path(name), data)
        except OSError as error:  # such as a full disk
            self._delete(written)
            raise Unavailable from error

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _delete(self, names: list[str]) -> None:
        for name in names:
            self.path(name).unlink(missing_ok=True)
