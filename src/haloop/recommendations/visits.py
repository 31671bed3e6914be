"""Makes the list of one helper at a visit: the first of a day, or after "not for me"."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from fastapi import Request

from haloop.engines.box import Engines

if TYPE_CHECKING:
    from haloop.recommendations.making import Maker

KEPT_FOR: Final = 60.0  # seconds


class Visits:
    """Keeps the columns of the open posts for a minute, unless one of them changes: many helpers come in a morning."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._kept: tuple[object, Maker] | None = None
        self._turn = asyncio.Lock()

    async def make(self, account_id: UUID) -> None:
        """Begins the list of today, or fills it again."""
        async with self._turn:
            maker = await self._maker()
            await maker.make([account_id])

    async def _maker(self) -> Maker:
        from haloop.recommendations.making import Maker  # noqa: PLC0415  # NumPy is not for the start-up
        from haloop.recommendations.shelf import mark_of  # noqa: PLC0415  # as above

        today = self.engines.clock.today()
        mark = today, await mark_of(self.engines.database.rows)
        if self._kept is None or self._kept[0] != mark:
            self._kept = mark, await Maker.open(self.engines, today)
            asyncio.get_running_loop().call_later(KEPT_FOR, self._drop, mark)
        return self._kept[1]

    def _drop(self, mark: object) -> None:
        if self._kept is not None and self._kept[0] == mark:
            self._kept = None


def visits_of(request: Request) -> Visits:
    """Those of the application that answers the request."""
    return cast("Visits", request.app.state.visits)
