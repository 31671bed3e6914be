"""Browsers that stay open: they hear, come back after a restart, and then fetch what they lack."""

from __future__ import annotations

import asyncio
from uuid import UUID

import websockets

from chaos.client import Client
from chaos.people import Person
from chaos.wire import Refused, Wire

COMES_BACK_AFTER = 0.3  # seconds; the page's own client waits longer


class Browser:
    """One open page of a helper. `known` is what its bell shows."""

    def __init__(self, client: Client, port: int, helper: Person) -> None:
        self._client, self._port, self.helper = client, port, helper
        self.known: set[UUID] = set()
        self.heard = 0
        self.again = 0  # events of what it knew already
        self.connections = 0
        self.refusals: list[str] = []

    async def live(self) -> None:
        while True:
            try:
                wire = await Wire.connect(self._port, self.helper.token)
            except Refused as refused:
                self.refusals.append(str(refused))
            except (OSError, websockets.WebSocketException, TimeoutError):
                pass
            else:
                self.connections += 1
                catching_up = asyncio.create_task(self._catch_up())
                async for event, payload in wire.events():
                    if event == "notification:new":
                        self._hear(UUID(payload["id"]))
                await catching_up
            await asyncio.sleep(COMES_BACK_AFTER)

    def _hear(self, notification: UUID) -> None:
        self.heard += 1
        self.again += notification in self.known
        self.known.add(notification)

    async def _catch_up(self) -> None:
        """Pages back until it meets what it knew before it connected."""
        before, cursor = frozenset(self.known), ""
        while True:
            answer = await self._client.ask("GET", f"/api/notifications?limit=50{cursor}", self.helper.headers)
            ids = [UUID(item["id"]) for item in answer.body["items"]]
            self.known.update(ids)
            if answer.body["next_cursor"] is None or before.intersection(ids):
                return
            cursor = f"&cursor={answer.body['next_cursor']}"
