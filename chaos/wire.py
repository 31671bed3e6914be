"""A client of Socket.IO 5 over a WebSocket (Engine.IO 4): what is needed to hear events, and no more."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import websockets

PATIENCE = 10.0  # seconds


class Refused(Exception):  # noqa: N818  # an answer, not a failure
    """The server did not accept the connection."""


class Wire:
    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection

    @classmethod
    async def connect(cls, port: int, token: str) -> Wire:
        """Connects and signs in; raises Refused with the server's reason, or what `websockets` raises."""
        connection = await websockets.connect(
            f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket",
            open_timeout=PATIENCE, ping_interval=None, compression=None, close_timeout=1,
        )  # fmt: skip
        await connection.recv()
        await connection.send("40" + json.dumps({"token": token}))
        answer = str(await connection.recv())
        if not answer.startswith("40"):
            await connection.close()
            raise Refused(answer)
        return cls(connection)

    async def events(self) -> AsyncIterator[tuple[str, Any]]:  # Any: an event's payload
        """What is heard until the connection ends, however it ends; answers pings."""
        try:
            async for packet in self.connection:
                text = str(packet)
                if text == "2":
                    await self.connection.send("3")
                elif text.startswith("42"):
                    name, payload = json.loads(text[2:])
                    yield name, payload
                elif text.startswith("41"):
                    return
        except websockets.ConnectionClosed:
            return

    async def close(self) -> None:
        await self.connection.close()
