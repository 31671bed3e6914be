"""The outbox and its runner: at least once, by lease, with back-off, parked after ten failures."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from haloop.core.errors import Unavailable
from haloop.engines.jobs.outbox import OutboxRow, add_job
from haloop.engines.jobs.runner import ATTEMPTS, LEASE, Job, JobRunner, retry_parked
from tests.world import World

pytestmark = pytest.mark.anyio

NewWorld = Callable[..., AbstractAsyncContextManager[World]]


class Recorder:
    """A handler that notes what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.attempts: list[int] = []
        self.keys: list[str] = []
        self.failures = failures

    async def __call__(self, job: Job) -> None:
        self.attempts.append(job.attempt)
        self.keys.append(job.payload["key"])
        if len(self.attempts) <= self.failures:
            raise RuntimeError("not today")


def runner_of(world: World, handler: Recorder) -> JobRunner:
    return JobRunner(world.haloop.engines.database, world.clock, {"test": handler})


async def add(world: World, key: str = "a") -> None:
    async with world.haloop.engines.units.begin() as work:
        add_job(work, "test", key=key)


async def rows(world: World) -> list[OutboxRow]:
    async with world.haloop.engines.database.reading() as session:
        return list(await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)))


async def test_a_row_is_handled_and_gone(world: World) -> None:
    handler = Recorder()
    await add(world)
    await runner_of(world, handler).run_until_empty()
    assert handler.attempts == [1]
    assert await rows(world) == []


async def test_a_row_of_a_rolled_back_transaction_is_never_handled(world: World) -> None:
    handler = Recorder()

    async def add_and_fail() -> None:
        async with world.haloop.engines.units.begin() as work:
            add_job(work, "test", key="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await add_and_fail()
    await runner_of(world, handler).run_until_empty()
    assert handler.attempts == []


async def test_rows_are_taken_in_the_order_of_their_making(world: World) -> None:
    handler = Recorder()
    for key in "abcdef":
        await add(world, key)
    await runner_of(world, handler).run_until_empty()
    assert handler.keys == list("abcdef")


async def test_a_failure_is_tried_again_later_each_time_after_a_longer_pause(world: World) -> None:
    handler = Recorder(failures=3)
    await add(world)
    runner = runner_of(world, handler)
    pauses = []
    for _ in range(4):
        await runner.run_until_empty()
        left = await rows(world)
        if left:
            pauses.append((left[0].due_at - world.clock.now()).total_seconds())
            world.clock.instant = left[0].due_at
    assert handler.attempts == [1, 2, 3, 4]
    assert pauses == [1, 2, 4]
    assert await rows(world) == []


async def test_ten_failures_park_a_row_and_a_retry_gives_it_ten_more(world: World) -> None:
    handler = Recorder(failures=ATTEMPTS)
    await add(world)
    runner = runner_of(world, handler)
    for _ in range(ATTEMPTS + 3):
        await runner.run_until_empty()
        world.clock.travel(hours=1)
    assert len(handler.attempts) == ATTEMPTS
    (parked,) = await rows(world)
    assert parked.parked_at is not None
    assert parked.error == "RuntimeError: not today"

    assert await retry_parked(world.haloop.engines.database, world.clock) == 1
    await runner.run_until_empty()
    assert await rows(world) == []


async def test_a_dead_runners_row_is_taken_by_another_when_its_lease_has_run_out(world: World) -> None:
    started = asyncio.Event()

    class Dying(Recorder):
        async def __call__(self, job: Job) -> None:
            await super().__call__(job)
            started.set()
            await asyncio.sleep(3600)

    await add(world)
    dying = Dying()
    task = asyncio.create_task(runner_of(world, dying).run_until_empty())
    await started.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    other = Recorder()
    await runner_of(world, other).run_until_empty()
    assert other.attempts == []  # the lease still holds
    world.clock.travel(seconds=LEASE.total_seconds() + 1)
    await runner_of(world, other).run_until_empty()
    assert other.attempts == [2]


async def test_two_runners_share_the_rows_and_handle_each_once(new_world: NewWorld) -> None:
    async with new_world() as one, new_world() as two:
        for key in range(20):
            await add(one, str(key))
        handler = Recorder()
        await asyncio.gather(runner_of(one, handler).run_until_empty(), runner_of(two, handler).run_until_empty())
        assert sorted(handler.keys, key=int) == [str(key) for key in range(20)]


async def test_a_running_runner_is_woken_by_a_commit_and_stops_cleanly(world: World) -> None:
    handled = asyncio.Event()

    class Telling(Recorder):
        async def __call__(self, job: Job) -> None:
            await super().__call__(job)
            handled.set()

    runner = runner_of(world, Telling())
    runner.start()
    await add(world)
    runner.wake()
    await asyncio.wait_for(handled.wait(), 5)
    await runner.stop()


async def test_a_clock_that_is_put_back_makes_no_row_wait(world: World) -> None:
    handler = Recorder(failures=1)
    await add(world)
    world.clock.travel(hours=-3)
    await runner_of(world, handler).run_until_empty()
    assert handler.attempts == [1]
    world.clock.travel(hours=-3)
    await runner_of(world, handler).run_until_empty()
    assert handler.attempts == [1, 2]


async def test_a_lease_from_before_the_clock_was_put_back_holds_nothing_up(world: World) -> None:
    await add(world)
    async with world.haloop.engines.database.writing() as session:
        (row,) = await session.scalars(sa.select(OutboxRow))
        row.leased_by, row.leased_until = row.id, world.clock.now() + LEASE
    world.clock.travel(hours=-1)
    handler = Recorder()
    await runner_of(world, handler).run_until_empty()
    assert handler.attempts == [1]


async def test_a_row_whose_end_could_not_be_noted_is_taken_again_at_once(world: World) -> None:
    class Locking(Recorder):
        """Leaves the database locked behind it, the first time."""

        async def __call__(self, job: Job) -> None:
            await super().__call__(job)
            if len(self.attempts) == 1:
                other.execute("BEGIN IMMEDIATE")

    handler = Locking()
    runner = runner_of(world, handler)
    path = str(world.haloop.engines.database.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        await add(world)
        with pytest.raises(Unavailable):
            await runner.run_until_empty()
        other.execute("ROLLBACK")
    await runner.run_until_empty()
    assert handler.attempts == [1, 2]
    assert await rows(world) == []


async def test_a_row_whose_lease_could_not_be_committed_is_not_held(world: World) -> None:
    """The lease of an earlier attempt, whose end could not be noted, must not then have to run out."""
    handler = Recorder()
    runner = runner_of(world, handler)
    await add(world)
    database = str(world.haloop.engines.database.url.database)
    with closing(sqlite3.connect(database)) as other:
        other.execute("CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(IntegrityError):
            await runner.run_until_empty()
        other.execute("DROP TRIGGER full")
        lease = "UPDATE outbox SET leased_by = ?, leased_until = '2026-11-24 04:00:20.000000'"
        other.execute(lease, (runner.id.bytes,))
        other.commit()
    await runner.run_until_empty()
    assert handler.attempts == [1]
