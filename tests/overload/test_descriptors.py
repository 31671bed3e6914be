"""`haloop serve` under a usual shell's limit of open files: connections that do nothing leave files for the others."""

from __future__ import annotations

import asyncio
import resource
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from haloop.engines.descriptors import share_out
from tests import processes
from tests.processes import SECRET, Haloop, started

pytestmark = pytest.mark.anyio

USUAL = 1024
MANY = 1200
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PLAIN = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(autouse=True)
def _own_files() -> Iterator[None]:
    """This process has as many connections as the one that it tries; where it may not, that is an error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MANY + 200, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path) -> Path:
    shutil.copy(migrated_database, tmp_path / "haloop.db")
    return tmp_path


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch, which: str) -> Iterator[Haloop]:
    """`which` as the shell has it: S, the soft limit alone, or nothing, both."""
    limited = ["sh", "-c", f'ulimit -{which}n {USUAL}; exec "$@"', "sh"]
    monkeypatch.setattr(processes, "COMMAND", [*limited, *processes.COMMAND])
    with started(folder, "serve", secret_key=SECRET, rate_limit_factor="0") as haloop:
        haloop.wait_until_it_serves()
        yield haloop


async def statuses_of(haloop: Haloop, request: bytes, kept: AsyncExitStack) -> list[int]:
    """Of so many connections that ask once and stay."""
    statuses = []
    for _ in range(MANY):
        reader, writer = await asyncio.open_connection("127.0.0.1", haloop.port)
        kept.callback(writer.close)
        writer.write(request)
        async with asyncio.timeout(5):
            statuses.append(int((await reader.readuntil(b"\r\n"))[9:12]))
    return statuses


async def assert_others_are_served(haloop: Haloop) -> None:
    async with httpx2.AsyncClient(base_url=haloop.address) as client:
        for _ in range(20):
            assert (await client.get("/api/posts")).status_code == 200


async def test_it_takes_as_many_as_it_may_have(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(folder, monkeypatch, "S") as haloop:
        async with AsyncExitStack() as kept:
            assert await statuses_of(haloop, UPGRADE, kept) == [101] * MANY
            await assert_others_are_served(haloop)


async def test_where_it_may_not_have_more_it_refuses_what_is_beyond(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = share_out(USUAL).sockets
    with served(folder, monkeypatch, "") as haloop:
        async with AsyncExitStack() as kept:
            assert await statuses_of(haloop, UPGRADE, kept) == [101] * sockets + [503] * (MANY - sockets)
            assert await statuses_of(haloop, PLAIN, kept) == [200] * MANY
            await assert_others_are_served(haloop)
    assert '"limit": 1024' in haloop.output
