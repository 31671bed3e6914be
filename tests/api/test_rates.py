"""Rate limits as they are met over HTTP: 429 with the seconds to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from tests.expectations import problem
from tests.world import PASSWORD, World, a_picture, a_post

pytestmark = pytest.mark.anyio


@pytest.fixture
async def limited(new_world: Callable[..., AbstractAsyncContextManager[World]]) -> AsyncIterator[World]:
    async with new_world(rate_limit_factor=1) as world:
        yield world


def wait(response: httpx2.Response) -> int:
    """Asserts that it was too often; answers the seconds to wait."""
    problem(response, 429, "rate_limited")
    seconds = int(response.headers["retry-after"])
    assert seconds >= 1
    return seconds


async def login(world: World, email: str, password: str = "not " + PASSWORD) -> httpx2.Response:
    response = await world.client.post("/api/auth/login", json={"email": email, "password": password})
    world.client.cookies.clear()
    return response


async def test_ten_sign_ins_of_one_email_pass_and_others_behind_the_same_router_are_not_locked_out(
    limited: World,
) -> None:
    await limited.helper(email="mei@example.org")
    await limited.helper(email="lin@example.org")
    for attempt in range(10):
        email = "MEI@example.org" if attempt % 2 else "mei@example.org"
        assert (await login(limited, email)).status_code == 401

    seconds = wait(await login(limited, "mei@example.org", PASSWORD))

    assert (await login(limited, "lin@example.org", PASSWORD)).status_code == 200
    assert seconds <= 15 * 60
    limited.clock.travel(seconds=seconds)
    assert (await login(limited, "mei@example.org", PASSWORD)).status_code == 200


async def test_an_address_signs_in_a_hundred_times_in_a_quarter(limited: World) -> None:
    for number in range(100):
        assert (await login(limited, f"person{number}@example.org")).status_code == 401

    wait(await login(limited, "one-more@example.org"))


async def test_an_address_registers_twenty_times_an_hour(limited: World) -> None:
    for _ in range(20):
        await limited.helper()
    body = {"email": "more@example.org", "password": PASSWORD, "name": "More", "helper": {}}

    seconds = wait(await limited.client.post("/api/auth/register", json=body))

    limited.clock.travel(seconds=seconds)
    assert (await limited.client.post("/api/auth/register", json=body)).status_code == 201


async def test_the_addresses_of_one_customer_share_a_limit(limited: World) -> None:
    async def search(address: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(limited.haloop.asgi, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://haloop.test") as client:
            return await client.get("/api/posts")

    for number in range(120):
        assert (await search(f"2001:db8:0:1::{number:x}")).status_code == 200

    wait(await search("2001:db8:0:1:ffff::"))
    assert (await search("2001:db8:0:2::")).status_code == 200


async def test_120_searches_a_minute_for_a_person_or_an_address(limited: World) -> None:
    mei = await limited.helper()
    paths = ("/api/posts", "/api/posts/near-misses", "/posts")
    for number in range(120):
        assert (await limited.client.get(paths[number % 3])).status_code == 200

    for path in paths[:2]:
        wait(await limited.client.get(path))
    assert (await limited.client.get("/posts")).status_code == 429
    assert (await mei.get("/api/posts")).status_code == 200
    limited.clock.travel(minutes=2)
    assert (await limited.client.get("/api/posts")).status_code == 200


async def test_60_photos_an_hour(limited: World) -> None:
    mei = await limited.helper()
    files = {"file": ("photo.jpg", b"no picture, but an attempt", "image/jpeg")}
    for _ in range(60):
        answer = await limited.client.post("/api/photos", files=files, headers=mei.headers)
        assert answer.status_code == 422

    good = {"file": ("photo.jpg", a_picture(), "image/jpeg")}
    wait(await limited.client.post("/api/photos", files=good, headers=mei.headers))


async def test_20_publishings_a_day_reopening_included(limited: World) -> None:
    lin = await limited.host()
    post = await limited.publish(lin)
    path = f"/api/posts/{post['id']}"
    for _ in range(19):
        await lin.post(f"{path}/close")
        assert (await lin.post(f"{path}/publish")).status_code == 200
    assert (await lin.post(f"{path}/publish")).status_code == 200  # open already: nothing happens
    await lin.post(f"{path}/close")

    seconds = wait(await lin.post(f"{path}/publish"))

    photos = [photo["id"] for photo in post["photos"]]
    wait(await lin.post("/api/posts", a_post(photos=photos, status="published")))
    assert (await lin.post("/api/posts", a_post(photos=photos))).status_code == 201
    assert (await lin.get("/api/me/posts", status="published")).json()["items"] == []
    limited.clock.travel(seconds=seconds)
    assert (await lin.post(f"{path}/publish")).status_code == 200
