"""The process may die between any two steps of telling and of publishing: nothing is lost, nothing is told twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID

import anyio
import pytest
import sqlalchemy as sa

from haloop.notifications.models import NotificationRow, ToldRow
from haloop.posts.models import PostRow
from tests.crowd import a_crowd
from tests.subscriptions.dying_process import DIED
from tests.world import World, a_post, open_world

pytestmark = pytest.mark.anyio

NewWorld = Callable[..., AbstractAsyncContextManager[World]]
CROWD = 120  # pages of 50 and 200: the second is the last
STEPS_MOST = 60


class Killer:
    """Runs the jobs in other processes that die at a given step."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    async def run(self, folder: Path, step: int, *action: str) -> bool:
        """Answers whether the process died at the step (False: it came to its end)."""
        return await anyio.to_thread.run_sync(self._run, json.dumps([str(folder), step, *action]))

    def _run(self, order: str) -> bool:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline().strip()
        assert status in ("0", str(DIED)), f"{order} ended with {status}"
        return status == str(DIED)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    command = [sys.executable, "-m", "tests.subscriptions.dying_process"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        yield Killer(process)
        process.kill()


def copy_of(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


async def told(world: World) -> tuple[Counter[UUID], set[UUID], set[str]]:
    """Notifications by account, accounts told, ids of notifications."""
    async with world.haloop.engines.database.reading() as session:
        rows = (await session.execute(sa.select(NotificationRow.account_id, NotificationRow.id))).all()
        marks = set(await session.scalars(sa.select(ToldRow.account_id)))
    return Counter(row.account_id for row in rows), marks, {str(row.id) for row in rows}


async def test_telling_goes_on_where_a_killed_process_left_it(
    new_world: NewWorld, killer: Killer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with new_world() as world:
        crowd = await a_crowd(world, CROWD)
        await world.publish(await world.host())
    copies = tmp_path_factory.mktemp("killed")
    kills = 0
    for step in range(1, STEPS_MOST):
        folder = copy_of(tmp_path, copies / str(step))
        died = await killer.run(folder, step)
        kills += died
        # A second process takes over and comes to the end.
        assert not await killer.run(folder, 0)
        async with open_world(folder, folder / "haloop.db", {}) as world:
            notifications, marks, ids = await told(world)
            assert notifications == Counter(crowd), f"killed at step {step}"
            assert marks == set(crowd)
            sent = set((folder / "sent").read_text().split())
            assert sent == ids, f"killed at step {step}: every notification was emitted by one of the two"
            async with world.haloop.engines.database.reading() as session:
                assert await session.scalar(sa.select(PostRow.told)) == CROWD
        if not died:
            break
    assert kills >= 8  # take, page, emits, page, emits, done: before and after each


async def test_a_publish_that_was_answered_is_told_whatever_dies_after_it(
    new_world: NewWorld, killer: Killer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with new_world() as world:
        helper, host = await world.helper(), await world.host()
        await world.subscribe(helper)
        body = json.dumps(a_post(photos=await world.photos(host), status="published"))
        token = host.token
    copies = tmp_path_factory.mktemp("published")
    for step in range(1, STEPS_MOST):
        folder = copy_of(tmp_path, copies / str(step))
        died = await killer.run(folder, step, "publish", body, token)
        answered = (folder / "answered").exists()
        # The host tries again with the same key, as a client does that got no answer.
        assert not await killer.run(folder, 0, "publish", body, token)
        async with open_world(folder, folder / "haloop.db", {}) as world:
            async with world.haloop.engines.database.reading() as session:
                posts = (await session.scalars(sa.select(PostRow))).all()
            assert len(posts) == 1, f"killed at step {step}, answered: {answered}"
            notifications, _, _ = await told(world)
            assert list(notifications.values()) == [1]
        if not died:
            break
    else:
        pytest.fail("the process never came to its end")


async def test_a_change_of_facts_in_the_middle_starts_the_telling_afresh(
    new_world: NewWorld, killer: Killer, tmp_path: Path
) -> None:
    async with new_world() as world:
        crowd = await a_crowd(world, CROWD, max_hours_per_day=4)
        host = await world.host()
        post = await world.publish(host)
    await killer.run(tmp_path, 7)
    async with new_world_on(tmp_path) as world:
        begun, _, _ = await told(world)
        assert 0 < len(begun) < CROWD
        host.client = world.client
        await host.patch(f"/api/posts/{post['id']}", {"hours_per_day": 6})
        world.clock.travel(minutes=5)
        await world.run_jobs()
        ended, _, _ = await told(world)
        assert ended == begun  # six hours fit nobody any more
        await host.patch(f"/api/posts/{post['id']}", {"hours_per_day": 4})
        await world.run_jobs()
        ended, _, _ = await told(world)
        assert ended == Counter(crowd)


async def test_closing_in_the_middle_stops_the_telling(new_world: NewWorld, killer: Killer, tmp_path: Path) -> None:
    async with new_world() as world:
        await a_crowd(world, CROWD)
        host = await world.host()
        post = await world.publish(host)
    await killer.run(tmp_path, 7)
    async with new_world_on(tmp_path) as world:
        begun, _, _ = await told(world)
        assert 0 < len(begun) < CROWD
        host.client = world.client
        await host.post(f"/api/posts/{post['id']}/close")
        world.clock.travel(minutes=5)
        await world.run_jobs()
        assert (await told(world))[0] == begun


def new_world_on(folder: Path) -> AbstractAsyncContextManager[World]:
    return open_world(folder, folder / "haloop.db", {})
