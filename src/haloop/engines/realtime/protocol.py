"""The port of real time: what features may ask of whatever carries events to browsers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from haloop.core.unit_of_work import Signal


class Realtime(Protocol):
    """Delivers at most once to who is connected now; whoever was not fetches what it lacks after connecting."""

    async def send(self, signals: Sequence[Signal]) -> None:
        """Emits in the given order, and closes the sockets of ended sessions. Absent accounts cost nothing."""

    async def connected(self, account_ids: Collection[UUID]) -> set[UUID]:
        """Those of the accounts that have a socket now."""
