"""What comparable systems got wrong, and cannot happen here; what is not below is in the tests of its room."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from haloop.app import build
from haloop.config import Settings
from tests.live import serving
from tests.world import PASSWORD, SECRET, World

pytestmark = pytest.mark.anyio


async def test_a_subscription_made_just_before_a_post_is_published_is_told_each_time(world: World) -> None:
    host = await world.host()
    for number in range(9):
        helper = await world.helper()
        await world.subscribe(helper)
        await world.publish(host, title=f"Post {number}")
        await world.run_jobs()
        assert [item["title"] for item in await world.notifications(helper)] == [f"Post {number}"]


async def test_a_burst_of_posts_is_told_without_waiting_for_a_quota(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper)
    for _ in range(4):
        host = await world.host()
        for number in range(10):
            await world.publish(host, title=f"Post {number}")
    now = world.clock.now()
    await world.run_jobs()  # the clock stands still: nothing is put off
    assert world.clock.now() == now
    assert len(await world.notifications(helper)) == 40


async def test_search_and_telling_agree_on_dates_when_the_stay_can_no_longer_happen(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    wanted = {"available_from": "2026-12-01", "available_until": "2026-12-20"}
    await world.subscribe(helper, "December", **wanted)
    fits = await world.publish(host, title="Fits", starts_on="2026-12-05", ends_on="2027-01-30", min_stay_days=14)
    await world.publish(host, title="Too long", starts_on="2026-12-10", ends_on="2027-01-30", min_stay_days=14)
    await world.run_jobs()
    found = (await world.client.get("/api/posts", params=wanted)).json()
    assert [post["id"] for post in found["items"]] == [fits["id"]]
    assert [item["post_id"] for item in await world.notifications(helper)] == [fits["id"]]


async def test_posts_whose_time_is_over_are_neither_listed_nor_counted(world: World) -> None:
    host = await world.host()
    await world.publish(host)
    world.clock.travel(days=200)
    found = (await world.client.get("/api/posts")).json()
    assert (found["items"], found["total"]) == ([], 0)
    home = (await world.client.get("/", headers={"Accept": "text/html"})).text
    assert "Mornings at the surf hostel" not in home


async def test_others_go_on_while_passwords_are_checked(world: World) -> None:
    passwords = world.haloop.engines.passwords
    hashed = await passwords.hash(PASSWORD)
    checks = asyncio.gather(*(passwords.verify(PASSWORD, hashed) for _ in range(10)))
    turns = 0
    while not checks.done():
        await asyncio.sleep(0)
        turns += 1
    assert all(await checks)
    assert turns > 100  # the loop went round; on it, ten checks would have taken ten turns


async def test_a_forwarded_address_counts_from_a_trusted_proxy_alone(world: World) -> None:
    """Else anyone escapes the limits by naming another address each time."""

    async def eleven_wrong_passwords(port: int) -> list[int]:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            body = {"email": "nobody@example.org", "password": "not the one"}
            return [
                (
                    await client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": f"203.0.113.{number}"})
                ).status_code
                for number in range(11)
            ]

    settings = Settings.model_validate(
        {
            "database_url": str(world.haloop.engines.database.url),
            "media_url": str(world.media),
            "secret_key": SECRET,
        }
    )
    async with serving(build(settings).asgi) as port:
        assert await eleven_wrong_passwords(port) == [401] * 10 + [429]
    async with serving(build(settings).asgi, trusted_proxies="127.0.0.1") as port:
        assert await eleven_wrong_passwords(port) == [401] * 11
