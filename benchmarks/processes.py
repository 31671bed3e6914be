"""A real `haloop serve` process, what it costs, and clients that ask it from this process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from uuid import UUID

import websockets

from benchmarks.haloops import SECRET, settings_of
from haloop.accounts.sessions import open_session
from haloop.core.clock import Clock
from haloop.core.database import Database
from haloop.core.security import Tokens
from haloop.core.unit_of_work import UnitOfWork

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int
    ready_after: float  # seconds

    def cpu(self) -> float:
        """Seconds of CPU so far, all threads (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Resident memory in MB (Linux)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Serves the folder's database until the block ends."""
    settings = settings_of(folder)
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HALOOP_DATABASE_URL": settings.database_url,
        "HALOOP_MEDIA_URL": settings.media_url,
        "HALOOP_SECRET_KEY": SECRET,
        "HALOOP_RATE_LIMIT_FACTOR": "100000",
    }
    command = [sys.executable, "-c", "from haloop.cli import main; main()", "serve", "--port", str(port)]
    begun = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
    try:
        _wait(port, process)
        yield Server(port, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until and process.poll() is None:
        with suppress(OSError), socket() as probe:
            probe.connect(("127.0.0.1", port))
            probe.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            if b" 200 " in probe.recv(100):
                return
        time.sleep(0.01)
    raise RuntimeError("the server did not become ready")


async def tokens_for(folder: Path, account_ids: list[UUID]) -> list[str]:
    """A session for each account, written straight into the database."""
    clock, tokens = Clock(), Tokens(SECRET)
    database = Database(settings_of(folder).database_url)
    async with database.writing() as session:
        work = UnitOfWork(session, clock.now(), clock.today())
        made = [open_session(work, tokens, account_id) for account_id in account_ids]
    await database.close()
    return made


async def get(server: Server, path: str, clients: int, seconds: float, headers: Mapping[str, str]) -> list[float]:
    """Asks one path as fast as it is answered, on kept-alive connections; the latencies in seconds."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    request += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_one_client(server.port, request.encode(), until) for _ in range(clients)))
    return [latency for latencies in found for latency in latencies]


async def _one_client(port: int, request: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies = []
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        latencies.append(time.perf_counter() - begun)
    writer.close()
    return latencies


async def get_once(server: Server, path: str) -> float:
    """One GET on a connection of its own; its latency in seconds."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    return time.perf_counter() - begun


async def post(server: Server, path: str, body: object, token: str = "") -> bytes:
    """One POST on a connection of its own; the answer's body. Raises for anything but a 2xx."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    data = json.dumps(body).encode()
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{signed}"
        f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode()
        + data
    )
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(answer.decode())
    return answer.split(b"\r\n\r\n", 1)[1]


@asynccontextmanager
async def connected(server: Server, tokens: list[str]) -> AsyncIterator[list[websockets.ClientConnection]]:
    """A Socket.IO connection for each token, each past its greeting."""
    sockets: list[websockets.ClientConnection] = []
    for start in range(0, len(tokens), 50):
        sockets += await asyncio.gather(*(_connect(server.port, token) for token in tokens[start : start + 50]))
    yield sockets
    await asyncio.gather(*(one.close() for one in sockets))


async def _connect(port: int, token: str) -> websockets.ClientConnection:
    one = await websockets.connect(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", compression=None)
    await one.recv()
    await one.send("40" + json.dumps({"token": token}))
    while not str(await one.recv()).startswith('42["notification:unread"'):
        pass
    return one


async def hear_new(one: websockets.ClientConnection) -> tuple[float, str]:
    """The moment at which the next notification arrives, and its packet: to be read when nothing is measured."""
    while True:
        packet = str(await one.recv())
        if packet == "2":
            await one.send("3")
        elif packet.startswith('42["notification:new"'):
            return time.perf_counter(), packet


def title_of(packet: str) -> str:
    """The title of the post that a notification's packet tells of."""
    title: str = json.loads(packet.removeprefix("42"))[1]["post"]["title"]
    return title
