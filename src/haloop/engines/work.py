"""Opens units of work: a transaction, its commit, and only then what it has to say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from haloop.core.clock import Clock
from haloop.core.database import Database
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.realtime.protocol import Realtime

log = structlog.get_logger()


class Units:
    """The way of every write: `async with units.begin() as work: …`."""

    def __init__(self, database: Database, clock: Clock, realtime: Realtime, wake_jobs: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._realtime = realtime
        self._wake_jobs = wake_jobs

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Commits when the block ends well, then sends its signals; an error rolls everything back."""
        async with self._database.writing() as session:
            work = UnitOfWork(session, self._clock.now(), self._clock.today())
            yield work
        if work.wakes_jobs:
            self._wake_jobs()
        if work.signals:
            try:
                await self._realtime.send(work.signals)
            except Exception:
                # The change is stored and answered with success; browsers catch up at their next connection.
                log.exception("signals_not_sent", count=len(work.signals))
