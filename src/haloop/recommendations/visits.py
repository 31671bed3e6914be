"""Makes the list of one helper at a visit: the first of a day, or after "not for me"."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from fastapi import Request

from haloop.core.turns import turn
from haloop.engines.box import Engines
from haloop.recommendations.choice import A_DAY
from haloop.recommendations.listed import shown
from haloop.recommendations.signals import Known, read_known_of

if TYPE_CHECKING:
    from haloop.recommendations.making import Maker

PATIENCE: Final = 5.0  # seconds for the lists of those who came before
KEPT_FOR: Final = 60.0  # seconds
FRUITLESS_MOST: Final = 10_000  # helpers


class Visits:
    """Keeps the columns of the open posts for a minute, unless one of them changes: many helpers come in a morning.
    Remembers as long for whom there was nothing more to find, so that it is not looked for at each of their visits."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._kept: tuple[object, Maker] | None = None
        self._fruitless: dict[UUID, int] = {}  # by helper, the print of what was known
        self._turn = asyncio.Lock()

    async def fill(self, known: Known) -> bool:
        """Begins the list of today, or fills it again; False when that cannot change anything. Raises Unavailable when
        it cannot be stored, or when its turn does not come."""
        async with turn(self._turn, PATIENCE):
            maker = await self._maker()
            if self._fruitless.get(known.account_id) == known.print():
                return False
            # Another visit of the same helper may have filled it while this one waited.
            known = await read_known_of(
                self.engines.database.rows, known.account_id, maker.day, self.engines.clock.zone
            )
            if len(shown(known.listed)) < A_DAY:
                made = await maker.fill([known])
                if not made and len(self._fruitless) < FRUITLESS_MOST:
                    self._fruitless[known.account_id] = known.print()
            return True

    async def _maker(self) -> Maker:
        from haloop.recommendations.making import Maker  # noqa: PLC0415  # NumPy is not for the start-up
        from haloop.recommendations.shelf import mark_of  # noqa: PLC0415  # as above

        today = self.engines.clock.today()
        mark = today, await mark_of(self.engines.database.rows)
        if self._kept is None or self._kept[0] != mark:
            self._fruitless.clear()
            self._kept = mark, await Maker.open(self.engines, today)
            asyncio.get_running_loop().call_later(KEPT_FOR, self._drop, mark)
        return self._kept[1]

    def _drop(self, mark: object) -> None:
        if self._kept is not None and self._kept[0] == mark:
            self._kept = None


def visits_of(request: Request) -> Visits:
    """Those of the application that answers the request."""
    return cast("Visits", request.app.state.visits)
