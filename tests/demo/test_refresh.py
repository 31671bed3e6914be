"""A demo that is started again weeks later: what had run out moves forward by whole weeks, and nobody is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.demo.refresh import move_expired
from haloop.demo.seed import HELPER_TRIAL, HOST_TRIAL
from haloop.notifications.models import NotificationRow, ToldRow
from haloop.posts.models import PostRow
from tests.demo.test_seed import open_posts, sign_in
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def demo(open_demo: Callable[[], AbstractAsyncContextManager[World]]) -> AsyncIterator[World]:
    async with open_demo() as world:
        yield world


@pytest.fixture
def seeded_posts(demo_folder: Path) -> list[UUID]:
    return [UUID(text) for text in json.loads((demo_folder / "demo.json").read_text())["posts"]]


async def dates(world: World) -> dict[UUID, tuple[date, date]]:
    async with world.haloop.engines.database.reading() as session:
        rows = await session.execute(sa.select(PostRow.id, PostRow.starts_on, PostRow.ends_on))
        return {post_id: (starts_on, ends_on) for post_id, starts_on, ends_on in rows if starts_on and ends_on}


async def told(world: World) -> tuple[int | None, int | None]:
    async with world.haloop.engines.database.reading() as session:
        notifications = await session.scalar(sa.select(sa.func.count()).select_from(NotificationRow))
        return notifications, await session.scalar(sa.select(sa.func.count()).select_from(ToldRow))


async def start_again(world: World, seeded_posts: list[UUID], **later: float) -> int:
    """As the demo does at its start, so much later; answers how many posts were moved."""
    world.clock.travel(**later)
    moved = await move_expired(world.haloop.engines, seeded_posts)
    await world.run_jobs()
    return moved


async def trial_post(host: Person) -> Json:
    post: Json = (await host.get("/api/me/posts", status="published")).json()["items"][0]
    return post


async def test_on_the_day_of_seeding_nothing_has_run_out(demo: World, seeded_posts: list[UUID]) -> None:
    before = await dates(demo)
    assert await start_again(demo, seeded_posts) == 0
    assert await dates(demo) == before


@pytest.mark.parametrize("weeks", [10, 30, 150])
async def test_expired_posts_move_by_whole_weeks_and_can_be_found_again(
    demo: World, seeded_posts: list[UUID], weeks: int
) -> None:
    before = await dates(demo)
    found_before = {post["id"] for post in await open_posts(demo)}
    demo.clock.travel(weeks=weeks)
    still_open = {post["id"] for post in await open_posts(demo)}
    assert still_open < found_before

    moved = await start_again(demo, seeded_posts)

    after = await dates(demo)
    assert moved == len(found_before) - len(still_open)
    assert {post["id"] for post in await open_posts(demo)} == found_before
    for post in await open_posts(demo):
        old, new = before[UUID(post["id"])], after[UUID(post["id"])]
        if post["id"] in still_open:
            assert new == old
        else:
            shift = new[0] - old[0]
            assert shift > timedelta(0)
            assert shift.days % 7 == 0
            assert new[1] - old[1] == shift
            latest = date.fromisoformat(post["latest_arrival"])
            assert timedelta(days=21) <= latest - demo.clock.today() < timedelta(days=28)


async def test_moving_tells_nobody(demo: World, seeded_posts: list[UUID]) -> None:
    before = await told(demo)
    assert await start_again(demo, seeded_posts, weeks=20) > 100
    assert await told(demo) == before
    assert await start_again(demo, seeded_posts) == 0


async def test_a_later_edit_that_changes_nothing_which_matters_tells_nobody(
    demo: World, seeded_posts: list[UUID]
) -> None:
    await start_again(demo, seeded_posts, weeks=30)
    host, late = await sign_in(demo, *HOST_TRIAL), await demo.helper()
    await demo.subscribe(late, "Anything at all")  # fits the moved posts, and would not have fitted them as they were
    await demo.subscribe(late, "From now on", available_from=demo.clock.today().isoformat())
    before = await told(demo)
    post = await trial_post(host)
    assert post["open"]

    path = f"/api/posts/{post['id']}"
    whole = (await host.get(path)).json()
    assert (await host.patch(path, {"description": whole["description"] + " Welcome."})).status_code == 200
    assert (await host.patch(path, {"days_per_week": 4})).status_code == 200
    await demo.run_jobs()

    assert await told(demo) == before
    assert await demo.notifications(late) == []


async def test_a_later_edit_tells_those_whom_the_post_fits_only_now(demo: World, seeded_posts: list[UUID]) -> None:
    await start_again(demo, seeded_posts, weeks=30)
    host, late = await sign_in(demo, *HOST_TRIAL), await demo.helper()
    await demo.subscribe(late, "By a word", text="kingfisher")
    post = await trial_post(host)
    await host.patch(f"/api/posts/{post['id']}", {"title": "The kingfisher's pond"})
    await demo.run_jobs()
    assert [item["post_id"] for item in await demo.notifications(late)] == [post["id"]]


async def test_what_people_made_or_ended_stays_as_it_is(demo: World, seeded_posts: list[UUID]) -> None:
    host = await sign_in(demo, *HOST_TRIAL)
    posts = (await host.get("/api/me/posts", status="published")).json()["items"]
    closed, deleted = posts[0], posts[1]
    await host.post(f"/api/posts/{closed['id']}/close")
    await host.delete(f"/api/posts/{deleted['id']}")
    today = demo.clock.today()
    own = await demo.publish(
        host, starts_on=today.isoformat(), ends_on=(today + timedelta(days=20)).isoformat(), min_stay_days=7
    )
    draft = await demo.publish(host, status="draft", photos=[])
    await demo.run_jobs()
    before = await dates(demo)

    await start_again(demo, seeded_posts, weeks=30)

    host = await sign_in(demo, *HOST_TRIAL)
    after = await dates(demo)
    for post in (closed, own, draft):
        assert after[UUID(post["id"])] == before[UUID(post["id"])]
    assert (await host.get(f"/api/posts/{closed['id']}")).json()["status"] == "closed"
    assert (await host.get(f"/api/posts/{own['id']}")).json()["open"] is False
    assert (await host.get(f"/api/posts/{deleted['id']}")).status_code == 404


async def test_the_visitor_still_finds_notifications_of_open_posts(demo: World, seeded_posts: list[UUID]) -> None:
    await start_again(demo, seeded_posts, weeks=10)
    visitor = await sign_in(demo, *HELPER_TRIAL)
    assert all(item["post"]["open"] for item in await demo.notifications(visitor))
