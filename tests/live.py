"""A real server on a free port, and a client that speaks Socket.IO 5 over a WebSocket (Engine.IO 4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from starlette.types import ASGIApp

from haloop.engines.server import server

PATIENCE = 5.0  # seconds


@asynccontextmanager
async def serving(asgi: ASGIApp, trusted_proxies: str = "") -> AsyncIterator[int]:
    """Serves in this process; answers the port."""
    serving_ = server(asgi, "127.0.0.1", 0, trusted_proxies)
    serving_.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the test runner's stay
    task = asyncio.create_task(serving_.serve())
    while not serving_.started:  # uvicorn has a flag and no event
        await asyncio.sleep(0.01)
        if task.done():
            task.result()
    try:
        yield serving_.servers[0].sockets[0].getsockname()[1]
    finally:
        serving_.should_exit = True
        await task


class Refused(Exception):  # noqa: N818  # an answer, not a failure
    """The server did not accept the connection."""


class Socket:
    """One connected browser, as far as the wire shows it."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._connection = connection
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._asked = 0
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, port: int, token: str | None = None, **headers: str) -> Socket:
        """Connects and signs in; raises Refused with the server's reason."""
        connection = await websockets.connect(
            f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", additional_headers=headers
        )
        assert (await connection.recv())[:1] == "0"
        await connection.send("40" + (json.dumps({"token": token}) if token else ""))
        answer = str(await asyncio.wait_for(connection.recv(), PATIENCE))
        if not answer.startswith("40"):
            await connection.close()
            raise Refused(answer)
        return cls(connection)

    async def send_raw(self, packet: str | bytes) -> None:
        await self._connection.send(packet)

    async def ask(self, event: str, payload: object) -> Any:  # Any: the ack
        """Emits an event and waits for its ack."""
        self._asked += 1
        answer = self._acks[self._asked] = asyncio.get_running_loop().create_future()
        await self._connection.send(f"42{self._asked}" + json.dumps([event, payload]))
        return await asyncio.wait_for(answer, PATIENCE)

    async def hear(self, event: str) -> Any:  # Any: the event's payload
        """The payload of the next such event; others before it are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                name, payload = await self.events.get()
                if name == event:
                    return payload

    async def close(self) -> None:
        await self._connection.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for packet in self._connection:
                text = str(packet)
                if text == "2":
                    await self._connection.send("3")
                elif text.startswith("42"):
                    name, payload = json.loads(text[2:])
                    self.events.put_nowait((name, payload))
                elif text.startswith("43"):
                    number, answer = text[2:].split("[", 1)
                    if (asked := self._acks.pop(int(number), None)) is not None:
                        asked.set_result(json.loads(f"[{answer}")[0])
                elif text.startswith("41"):
                    break
        except websockets.ConnectionClosed:
            pass
        self.closed.set()
