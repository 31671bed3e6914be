"""The embedded runner: takes outbox rows by lease and calls their handlers inside this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
import structlog

from haloop.core.clock import Clock
from haloop.core.database import Database
from haloop.core.errors import Unavailable
from haloop.core.ids import new_id
from haloop.engines.jobs.outbox import OutboxRow

LEASE = timedelta(seconds=30)
ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=1)  # doubled with each failure, at most LONGEST_PAUSE
LONGEST_PAUSE = timedelta(minutes=10)
AT_ONCE = 4
LOOK_EVERY = 1.0  # seconds; rows that became due or whose lease ran out are found then

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler gets. `attempt` counts from 1; above 1 an earlier run may have done a part."""

    id: UUID
    topic: str
    payload: Mapping[str, str]
    attempt: int


Handler = Callable[[Job], Awaitable[None]]


class JobRunner:
    """Runs every row at least once; a row whose runner died is taken again when its lease has run out."""

    def __init__(self, database: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._clock = clock
        self._handlers = dict(handlers)
        self.id = new_id()
        self._wake = asyncio.Event()
        self._something_is_due = True  # a row was committed since the last look
        self._running: set[asyncio.Task[None]] = set()
        self._held: set[UUID] = set()  # rows that this runner leased and has not let go
        self._loop: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Tells the runner that a row was committed."""
        self._something_is_due = True
        self._wake.set()

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="job-runner")

    async def stop(self) -> None:
        """Stops taking rows and gives up those under way; they are taken again at the next start."""
        tasks = [*self._running, *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Unavailable):
            await self._free_leases(OutboxRow.leased_by == self.id)

    async def run_until_empty(self) -> None:
        """Handles what is due now, and what that adds, in order; for commands and tests without a running loop."""
        while jobs := await self._take(AT_ONCE):
            for job in jobs:
                await self._handle(job)

    async def take_over(self) -> None:
        """At the start of the only process: whoever held a lease is dead, so nothing waits for it to run out."""
        await self._free_leases(OutboxRow.leased_until.is_not(None))

    async def _free_leases(self, whose: sa.ColumnElement[bool]) -> None:
        async with self._database.writing() as session:
            await session.execute(sa.update(OutboxRow).where(whose).values(leased_by=None, leased_until=None))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            free = AT_ONCE - len(self._running)
            try:
                jobs = await self._take(free) if free else []
            except Unavailable:
                log.warning("jobs_database_unavailable")
                jobs = []
            for job in jobs:
                task = asyncio.create_task(self._handle(job), name=f"job {job.topic}")
                self._running.add(task)
                task.add_done_callback(self._done)
            if len(jobs) < free or len(self._running) >= AT_ONCE:  # nothing more is due, or can be taken
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("job_bookkeeping_failed", exc_info=error)  # its lease runs out, and it is taken again

    async def _take(self, most: int) -> list[Job]:
        """Leases up to `most` due rows, oldest first."""
        now = self._clock.now()
        due = sa.and_(OutboxRow.parked_at.is_(None), _has_come(now), self._is_free(now))
        if not self._something_is_due:
            async with self._database.reading() as session:
                if await session.scalar(sa.select(OutboxRow.id).where(due).limit(1)) is None:
                    return []  # most looks find nothing and need no write lock
        self._something_is_due = False
        async with self._database.writing() as session:
            rows = (
                await session.scalars(
                    sa.select(OutboxRow).where(due).order_by(OutboxRow.id).limit(most).with_for_update(skip_locked=True)
                )
            ).all()
            for row in rows:
                row.leased_by, row.leased_until = self.id, now + LEASE
                row.attempts += 1
            jobs = [Job(row.id, row.topic, row.payload, row.attempts) for row in rows]
        self._held.update(job.id for job in jobs)  # now that the leases are committed
        return jobs

    def _is_free(self, now: datetime) -> sa.ColumnElement[bool]:
        """Nobody has leased the row, or whoever did is dead. Our own that we no longer hold could not be noted as done
        or failed. A lease longer than any is from before the clock was put back."""
        return sa.or_(
            OutboxRow.leased_until.is_(None),
            OutboxRow.leased_until < now,
            OutboxRow.leased_until > now + LEASE,
            sa.and_(OutboxRow.leased_by == self.id, OutboxRow.id.not_in(self._held)),
        )

    async def _handle(self, job: Job) -> None:
        keeping = asyncio.create_task(self._keep_lease(job.id))
        try:
            await self._handlers[job.topic](job)
        except Exception as error:  # the row's border: whatever a handler raises is logged and tried again
            log.warning("job_failed", topic=job.topic, job=str(job.id), attempt=job.attempt, exc_info=error)
            await self._failed(job, error)
        else:
            async with self._database.writing() as session:
                await session.execute(sa.delete(OutboxRow).where(OutboxRow.id == job.id))
        finally:
            keeping.cancel()
            self._held.discard(job.id)

    async def _keep_lease(self, job_id: UUID) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            with contextlib.suppress(Unavailable):
                async with self._database.writing() as session:
                    await session.execute(
                        sa.update(OutboxRow)
                        .where(OutboxRow.id == job_id, OutboxRow.leased_by == self.id)
                        .values(leased_until=self._clock.now() + LEASE)
                    )

    async def _failed(self, job: Job, error: Exception) -> None:
        now = self._clock.now()
        parked = job.attempt >= ATTEMPTS
        pause = min(FIRST_PAUSE * 2 ** (job.attempt - 1), LONGEST_PAUSE)
        if parked:
            log.error("job_parked", topic=job.topic, job=str(job.id))
        async with self._database.writing() as session:
            await session.execute(
                sa.update(OutboxRow)
                .where(OutboxRow.id == job.id)
                .values(
                    leased_by=None,
                    leased_until=None,
                    due_at=now + pause,
                    parked_at=now if parked else None,
                    error=f"{type(error).__name__}: {error}"[:1000],
                )
            )


def _has_come(now: datetime) -> sa.ColumnElement[bool]:
    """The row's time has come, or is later than it can be: then the clock was put back since it was written."""
    return sa.or_(
        OutboxRow.due_at <= now,
        sa.and_(OutboxRow.attempts == 0, OutboxRow.created_at > now),
        sa.and_(OutboxRow.attempts > 0, OutboxRow.due_at > now + LONGEST_PAUSE),
    )


async def retry_parked(database: Database, clock: Clock) -> int:
    """Gives parked rows another ten attempts, from now; says how many there were."""
    async with database.writing() as session:
        retried = sa.update(OutboxRow).where(OutboxRow.parked_at.is_not(None))
        result = await session.execute(retried.values(parked_at=None, attempts=0, due_at=clock.now()))
        return cast("sa.CursorResult[Any]", result).rowcount
