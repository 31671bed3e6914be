"""The faults: each is brought on while the load goes on, and is over when its function returns."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from random import Random

from chaos.history import History
from chaos.process import Platform

HOUR = 3600.0
LOCKED_FOR = 7.0  # seconds; the platform waits 5
FULL_FOR = 3.0
STOPPED_FOR = 5.0
LOOKED_AT_FOR = 2.0  # a photo that is spoiled, and posts that show it
LIMIT = 4096  # bytes that a file may have on the full disk


class Faults:
    """What can be done to a platform."""

    def __init__(self, platform: Platform, history: History, rng: Random) -> None:
        self._platform, self._history, self._rng = platform, history, rng

    async def kill(self) -> None:
        """`kill -9` at a random moment, and a start."""
        await asyncio.sleep(self._rng.expovariate(1 / 0.5))
        await self._platform.kill()
        await self._platform.start()

    async def stop(self) -> None:
        """SIGSTOP for 5 s: the machine sleeps, its sockets stay."""
        self._platform.stand_still()
        await asyncio.sleep(STOPPED_FOR)
        self._platform.go_on()

    async def lock(self) -> None:
        """Another connection holds the database's write lock for 7 s."""
        other = sqlite3.connect(self._platform.database, isolation_level=None, timeout=30, check_same_thread=False)
        with closing(other):
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(LOCKED_FOR)
            other.execute("ROLLBACK")

    async def fill_disk(self) -> None:
        """No file can grow (RLIMIT_FSIZE): database, write-ahead log and photos."""
        self._platform.limit_files(LIMIT)
        await asyncio.sleep(FULL_FOR)
        self._platform.limit_files(None)

    async def kill_on_full_disk(self) -> None:
        self._platform.limit_files(LIMIT)
        await asyncio.sleep(FULL_FOR / 2)
        await self._platform.kill()
        await self._platform.start()

    async def jump(self) -> None:
        """The clock jumps an hour forwards, then two backwards, and back again, some seconds apart."""
        for offset in (HOUR, -HOUR, 0.0):
            self._history.days.jump(offset)
            self._platform.offset.write_text(str(offset))
            await asyncio.sleep(2)

    async def spoil_photos(self) -> None:
        """A photo's file becomes garbage and another is gone: pages and posts that show them must not mind."""
        files = sorted(self._platform.media.rglob("*.webp"))
        corrupt, missing = self._rng.sample(files, 2)
        corrupt.write_bytes(b"not a picture")
        missing.unlink()
        self._history.missing_files.add(missing.name)
        self._history.spoiled += [f"/media/{file.parent.name}/{file.name}" for file in (corrupt, missing)]
        await asyncio.sleep(LOOKED_AT_FOR)

    def all(self) -> list[Callable[[], Awaitable[None]]]:
        """Those besides `kill`, in the order in which a run meets them."""
        return [self.stop, self.lock, self.fill_disk, self.jump, self.kill_on_full_disk, self.spoil_photos]
