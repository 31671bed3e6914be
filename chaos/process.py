"""The served process: started, killed, stopped for a while, and its log."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

import httpx2

SECRET = "a secret of the chaos, 32 bytes long at least"  # noqa: S105  # signs nothing but this run's sessions
STARTS_WITHIN = 60.0  # seconds
PROBE_PAUSE = 0.02


class Platform:
    """One platform in a folder of its own: the same files and the same port through all restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "haloop.db"
        self.media = folder / "media"
        self.offset = folder / "offset"
        self.offset.write_text("0")
        self.log = folder / "haloop.log"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.starts: list[float] = []  # seconds until it answered
        self._process: asyncio.subprocess.Process | None = None
        self._logging: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the platform does not run")
        return self._process.pid

    def settings(self) -> dict[str, str]:
        return {
            "HALOOP_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "HALOOP_MEDIA_URL": str(self.media),
            "HALOOP_SECRET_KEY": SECRET,
            "HALOOP_RATE_LIMIT_FACTOR": "0",
        }

    async def start(self) -> None:
        """Starts it; returns when it answers."""
        begun = time.monotonic()
        own = {name: value for name, value in os.environ.items() if not name.startswith("HALOOP_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chaos.served", str(self.port), str(self.offset),
            env={**own, **self.settings(), "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self._logging = asyncio.create_task(self._keep_log(self._process))
        async with asyncio.timeout(STARTS_WITHIN):
            while not await self.answers():
                if self._process.returncode is not None:
                    raise RuntimeError(f"it ended by itself: {self.log.read_text()[-2000:]}")
                await asyncio.sleep(PROBE_PAUSE)
        self.starts.append(time.monotonic() - begun)

    async def kill(self) -> None:
        """`kill -9`: nothing more is written, said or tidied up."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._logging is not None:
            await self._logging

    def stand_still(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def limit_files(self, size: int | None) -> None:
        """From now on no file can grow beyond `size` bytes: writes fail as on a full disk. None: as before."""
        hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    def memory(self) -> int:
        """Resident bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    async def answers(self) -> bool:
        try:
            async with httpx2.AsyncClient(timeout=1) as client:
                return (await client.get(f"{self.address}/healthz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def _keep_log(self, process: asyncio.subprocess.Process) -> None:
        """Its output goes through a pipe, so that a limit on its files does not silence it."""
        if process.stdout is None:
            return
        with self.log.open("ab") as log, contextlib.suppress(ValueError):
            while line := await process.stdout.readline():
                log.write(line)
                log.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
