"""The port by which accounts use photos: photos stand on accounts, so that they are handed in from above."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.media.photo import Picture


class Portraits(Protocol):
    async def use(self, work: UnitOfWork, account_id: UUID, photo_id: UUID) -> Picture:
        """Counts one more use of the account's own photo; raises Invalid `unknown_photo` at photo_id otherwise."""

    async def release(self, work: UnitOfWork, photo_id: UUID) -> None:
        """Takes one use back."""
