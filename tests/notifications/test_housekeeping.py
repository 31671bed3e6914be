"""What the house forgets by the hour, and what it keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.app import keep_house_once
from haloop.core.ids import new_id
from haloop.notifications.models import NotificationRow, ToldRow
from tests.world import START, Person, World

pytestmark = pytest.mark.anyio


async def add(world: World, helper: Person, instants: list[datetime]) -> None:
    """Notifications of these instants, as a telling would write them, in this order."""
    async with world.haloop.engines.units.begin() as work:
        work.session.add_all(
            NotificationRow(
                id=new_id(),
                account_id=UUID(helper.account["id"]),
                kind="post_match",
                post_id=new_id(),
                post_title=f"Post {number}",
                subscription_names=["Wish"],
                why={"region": "TW-TTT", "hours_per_day": 4, "options": []},
                read_at=None,
                created_at=instant,
            )
            for number, instant in enumerate(instants)
        )


async def titles(world: World, helper: Person) -> list[str]:
    async with world.haloop.engines.database.reading() as session:
        found = await session.scalars(
            sa.select(NotificationRow.post_title)
            .where(NotificationRow.account_id == UUID(helper.account["id"]))
            .order_by(NotificationRow.id)
        )
        return list(found)


async def test_notifications_go_after_180_days(world: World) -> None:
    helper = await world.helper()
    ages = [timedelta(days=181), timedelta(days=180, seconds=1), timedelta(days=180), timedelta(0)]
    await add(world, helper, [START - age for age in ages])
    await keep_house_once(world.haloop.engines)
    assert await titles(world, helper) == ["Post 2", "Post 3"]


async def test_a_helper_keeps_the_newest_500(world: World) -> None:
    many, few = await world.helper(), await world.helper()
    await add(world, many, [START + timedelta(seconds=number) for number in range(505)])
    await add(world, few, [START] * 3)
    await keep_house_once(world.haloop.engines)
    assert await titles(world, many) == [f"Post {number}" for number in range(5, 505)]
    assert len(await titles(world, few)) == 3
    assert (await many.get("/api/notifications/unread")).json() == {"unread": 500}


async def test_one_round_forgets_all_that_is_old_however_much_it_is(world: World) -> None:
    helpers = [await world.helper() for _ in range(2)]
    for helper in helpers:
        await add(world, helper, [START - timedelta(days=200)] * 1200)
    await keep_house_once(world.haloop.engines)
    assert [await titles(world, helper) for helper in helpers] == [[], []]


async def test_a_helper_is_not_told_again_of_what_was_forgotten(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host, ends_on="2027-11-30")
    await world.run_jobs()
    world.clock.travel(days=181)
    await keep_house_once(world.haloop.engines)
    async with world.haloop.engines.database.reading() as session:
        assert (await session.scalars(sa.select(NotificationRow.id))).all() == []
        assert (await session.scalars(sa.select(ToldRow.post_id))).all() == [UUID(post["id"])]
    for person in (helper, host):  # their sessions have ended meanwhile
        answer = await world.client.post(
            "/api/auth/login", json={"email": person.account["email"], "password": "correct horse battery"}
        )
        person.token = answer.json()["token"]
        world.client.cookies.clear()
    await host.post(f"/api/posts/{post['id']}/close")
    await host.post(f"/api/posts/{post['id']}/publish")
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_a_quiet_house_changes_nothing(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    made = await world.subscribe(helper)
    post = await world.publish(host)
    await world.run_jobs()
    before = await world.notifications(helper)
    for _ in range(2):
        await keep_house_once(world.haloop.engines)
    assert await world.notifications(helper) == before
    assert (await helper.get(f"/api/subscriptions/{made['id']}")).status_code == 200
    assert (await world.client.get(f"/api/posts/{post['id']}")).json()["photos"] == post["photos"]


async def test_photos_that_nobody_used_for_a_day_go_and_used_ones_stay(world: World) -> None:
    host = await world.host()
    used = await world.publish(host)
    unused = await world.photo(host)
    files = {path.name for path in world.media.rglob("*.webp")}
    world.clock.travel(hours=24)
    await keep_house_once(world.haloop.engines)
    assert {path.name for path in world.media.rglob("*.webp")} == files
    world.clock.travel(seconds=1)
    await keep_house_once(world.haloop.engines)
    assert len(list(world.media.rglob("*.webp"))) == len(files) - 3
    for photo in used["photos"]:
        assert (await world.client.get(photo["url"])).status_code == 200
    answer = await host.post("/api/posts", {"title": "Draft", "photos": [unused]})
    assert answer.status_code == 422


async def test_ended_sessions_are_forgotten_and_living_ones_go_on(world: World) -> None:
    helper = await world.helper()
    world.clock.travel(days=6)
    assert (await helper.get("/api/auth/me")).status_code == 200
    world.clock.travel(days=2)
    await keep_house_once(world.haloop.engines)
    assert (await helper.get("/api/auth/me")).status_code == 200
    world.clock.travel(days=8)
    await keep_house_once(world.haloop.engines)
    assert (await helper.get("/api/auth/me")).status_code == 401
