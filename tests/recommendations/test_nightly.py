"""The daily run: who gets a list, when, and that it may run, die and run again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import anyio
import pytest
import sqlalchemy as sa

from haloop.core.clock import Clock
from haloop.recommendations.models import RecommendationRow
from haloop.recommendations.nightly import next_run, recommend
from tests.processes import run
from tests.recommendations.test_api import many_posts, picked, sign_in_again
from tests.world import World, open_world

pytestmark = pytest.mark.anyio

NewWorld = Callable[..., AbstractAsyncContextManager[World]]
Rows = list[tuple[object, ...]]


async def stored(world: World) -> Rows:
    row = RecommendationRow
    async with world.haloop.engines.database.reading() as session:
        found = await session.execute(
            sa.select(row.account_id, row.day, row.rank, row.post_id).order_by(row.account_id, row.day, row.rank)
        )
        return [tuple(one) for one in found]


async def test_all_who_were_here_in_the_last_14_days_get_what_a_visit_would_give(
    new_world: NewWorld, tmp_path: Path
) -> None:
    async with new_world() as world:
        gone = await world.helper()
        world.clock.travel(days=15)
        helpers = [await world.helper() for _ in range(4)]
        await world.subscribe(helpers[0], "Sea", experiences=["surfing"])
        await world.subscribe(helpers[1], "Words", text="linen")
        await many_posts(world)
        await world.register(host=True)
        engines, today = world.haloop.engines, world.clock.today()
        seen: list[tuple[int, int]] = []

        made = await recommend(engines, today, lambda done, of: seen.append((done, of)), at_once=3)

        assert made == 4
        assert seen == [(3, 4), (4, 4)]
        night = await stored(world)
        assert {str(row[0]) for row in night} == {helper.account["id"] for helper in helpers}
        for helper in helpers:
            await picked(world, helper)
        assert await stored(world) == night
        assert await recommend(engines, today) == 0
        assert await stored(world) == night

        async with engines.units.begin() as work:
            await work.session.execute(sa.delete(RecommendationRow))
        for helper in helpers:
            await picked(world, helper)
        assert await stored(world) == night
        await sign_in_again(gone)
        assert len(await picked(world, gone)) == 5


async def test_who_signed_out_was_here_all_the_same(world: World) -> None:
    helper = await world.helper()
    await many_posts(world, hosts=1)
    world.clock.travel(days=13)
    await sign_in_again(helper)
    await helper.post("/api/auth/logout")
    world.clock.travel(days=13)
    assert await recommend(world.haloop.engines, world.clock.today()) == 1


async def test_a_post_that_closes_while_lists_are_made_is_not_stored(world: World) -> None:
    from haloop.recommendations.making import Maker

    helper, host = await world.helper(), await world.host()
    closed, kept = await world.publish(host), await world.publish(host)
    maker = await Maker.open(world.haloop.engines, world.clock.today())  # the posts of this moment
    await host.post(f"/api/posts/{closed['id']}/close")
    assert await maker.fill(await maker.read([UUID(helper.account["id"])])) == 1
    assert [str(row[3]) for row in await stored(world)] == [kept["id"]]


async def test_many_helpers_cost_as_many_queries_as_one(world: World) -> None:
    await many_posts(world, hosts=2)
    engines, today = world.haloop.engines, world.clock.today()

    async def queries() -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(engines.database.engine.sync_engine, "before_cursor_execute", note)
        await recommend(engines, today)
        sa.event.remove(engines.database.engine.sync_engine, "before_cursor_execute", note)
        return count

    helper = await world.helper()
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    of_one = await queries()
    for _ in range(10):
        await world.subscribe(await world.helper(), "Sea", experiences=["surfing"])
    assert await queries() == of_one


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-24 05:59", "2026-11-24 06:00"),
        ("2026-11-24 06:00", "2026-11-25 06:00"),
        ("2026-11-24 23:00", "2026-11-25 06:00"),
    ],
)
def test_it_is_due_at_six_where_the_platform_lives(now: str, due: str) -> None:
    taipei = timedelta(hours=8)
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC) - taipei
    assert next_run(Clock("Asia/Taipei", lambda: instant)) == datetime.fromisoformat(due).replace(tzinfo=UTC) - taipei


def test_nothing_of_the_start_up_loads_numpy() -> None:
    code = "import sys, haloop.cli, haloop.demo.run; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own command


async def world_of_many(new_world: NewWorld, helpers: int) -> None:
    """Helpers and posts as of the present, for commands whose clock cannot be moved."""
    async with new_world() as world:
        world.clock.instant = datetime.now(UTC)
        start = (world.clock.today() + timedelta(days=20)).isoformat()
        end = (world.clock.today() + timedelta(days=90)).isoformat()
        await many_posts(world, starts_on=start, ends_on=end)
        for _ in range(helpers):
            await world.helper()


def test_the_command_shows_progress_and_a_second_one_changes_nothing(tmp_path: Path, new_world: NewWorld) -> None:
    anyio.run(world_of_many, new_world, 3)
    settings = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'haloop.db'}"}
    first = run(tmp_path, "recommend", **settings)
    assert (first.returncode, "Recommending for" in first.stdout, ": 3/3\n" in first.stdout) == (0, True, True), first
    assert "3 helpers have new recommendations for" in first.stdout
    second = run(tmp_path, "recommend", **settings)
    assert "Nothing to add for" in second.stdout
    tomorrow = (Clock().today() + timedelta(days=1)).isoformat()
    assert f"3 helpers have new recommendations for {tomorrow}" in run(
        tmp_path, "recommend", "--day", tomorrow, **settings
    ).stdout.replace("\n", " ")
    refused = run(tmp_path, "recommend", "--day", "2020-01-01", **settings)
    assert (refused.returncode, "the day must lie between" in refused.stdout) == (2, True)


def test_the_command_counts_one_helper_and_refuses_a_database_that_is_not_there(
    tmp_path: Path, new_world: NewWorld
) -> None:
    settings = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}"}
    refused = run(tmp_path, "recommend", **settings)
    assert (refused.returncode, "there is no database at" in refused.stdout) == (2, True), refused.stdout
    assert not (tmp_path / "elsewhere.db").exists()
    anyio.run(world_of_many, new_world, 1)
    settings = {"database_url": f"sqlite+aiosqlite:///{tmp_path / 'haloop.db'}"}
    assert "1 helper has new recommendations for" in run(tmp_path, "recommend", **settings).stdout


DYING = """
import asyncio, os, signal, sys
from sqlalchemy import event
from sqlalchemy.orm import Session
from haloop.app import build
from haloop.config import Settings
from haloop.recommendations.nightly import recommend
left = [int(sys.argv[1])]
def die(_session):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
async def main():
    engines = build(Settings(secret_key="x" * 32)).engines
    event.listen(Session, sys.argv[2], die)
    await recommend(engines, engines.clock.today(), at_once=2)
    await engines.database.close()
asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_a_run_that_was_killed_is_gone_on_with(tmp_path: Path, new_world: NewWorld, moment: str) -> None:
    anyio.run(world_of_many, new_world, 7)
    database = tmp_path / "haloop.db"
    environment = {"HALOOP_DATABASE_URL": f"sqlite+aiosqlite:///{database}", "PATH": ""}

    def die(at: int) -> int:
        command = [sys.executable, "-c", DYING, str(at), moment]
        return subprocess.run(command, env=environment, cwd=tmp_path, check=False).returncode  # noqa: S603  # our own

    async def rows() -> Rows:
        async with open_world(tmp_path, database, {}) as world:
            return await stored(world)

    assert die(2) == -9
    begun = anyio.run(rows)
    assert len({row[0] for row in begun}) == (2 if moment == "before_commit" else 4)
    assert die(2) == -9
    assert die(100) == 0
    ended = anyio.run(rows)
    assert set(begun) < set(ended)
    lists = {row[0]: [other for other in ended if other[0] == row[0]] for row in ended}
    assert len(lists) == 7
    assert all([row[2] for row in one] == [1, 2, 3, 4, 5] for one in lists.values())
