"""Idempotency-Key: a retry gets the first answer and changes nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.expectations import faults, problem
from tests.world import Person, World, a_post

pytestmark = pytest.mark.anyio

KEY = {"Idempotency-Key": "0192f0c1-2345-7890-abcd-0123456789ab"}


async def count_posts(host: Person) -> int:
    return len((await host.get("/api/me/posts", limit=50)).json()["items"])


async def test_a_retry_gets_the_first_answer(world: World) -> None:
    lin = await world.host()
    body = a_post(photos=await world.photos(lin), status="published")
    first = await lin.post("/api/posts", body, **KEY)
    world.clock.travel(hours=23)
    await lin.patch(f"/api/posts/{first.json()['id']}", {"title": "Changed since"})

    again = await lin.post("/api/posts", dict(reversed(body.items())), **KEY)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await count_posts(lin) == 1


async def test_two_requests_of_one_moment_make_one_post(world: World) -> None:
    lin = await world.host()
    body = a_post(photos=await world.photos(lin), status="published")

    answers = await asyncio.gather(*(lin.post("/api/posts", body, **KEY) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await count_posts(lin) == 1


async def test_another_body_under_the_same_key_is_refused(world: World) -> None:
    lin = await world.host()
    await lin.post("/api/posts", {"title": "One"}, **KEY)

    problem(await lin.post("/api/posts", {"title": "Two"}, **KEY), 409, "idempotency_mismatch")

    assert await count_posts(lin) == 1


async def test_a_key_is_new_again_after_a_day(world: World) -> None:
    lin = await world.host()
    first = await lin.post("/api/posts", {"title": "One"}, **KEY)
    world.clock.travel(hours=24, seconds=1)

    again = await lin.post("/api/posts", {"title": "Two"}, **KEY)

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


async def test_a_key_belongs_to_its_account_and_its_call(world: World) -> None:
    both, bo = await world.register(helper=True, host=True), await world.host()
    await both.post("/api/posts", {"title": "One"}, **KEY)

    assert (await bo.post("/api/posts", {"title": "Two"}, **KEY)).status_code == 201
    subscription = {"name": "One", "filter": {"group_size": 1}}
    problem(await both.post("/api/subscriptions", subscription, **KEY), 409, "idempotency_mismatch")


async def test_a_refused_request_does_not_use_its_key_up(world: World) -> None:
    lin = await world.host()
    assert faults(await lin.post("/api/posts", {"title": ""}, **KEY))
    assert faults(await lin.post("/api/posts", {"title": "One", "status": "published"}, **KEY))

    assert (await lin.post("/api/posts", {"title": "One"}, **KEY)).status_code == 201


@pytest.mark.parametrize(("length", "good"), [(0, False), (1, True), (64, True), (65, False)])
async def test_a_key_has_1_to_64_characters(world: World, length: int, good: bool) -> None:
    lin = await world.host()

    response = await lin.post("/api/posts", {"title": "One"}, **{"Idempotency-Key": "k" * length})

    assert response.status_code == (201 if good else 422)
    if not good:
        assert faults(response) == [["header", "Idempotency-Key"]]
