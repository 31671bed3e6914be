"""How long photos are kept: those that are used for ever, the others for a day."""

from __future__ import annotations

import pytest

from haloop.app import keep_house_once
from tests.expectations import faults
from tests.world import World, a_host, a_post

pytestmark = pytest.mark.anyio


def count_files(world: World) -> int:
    return sum(path.is_file() for path in world.media.rglob("*"))


async def test_a_photo_that_nobody_uses_goes_after_a_day(world: World) -> None:
    lin = await world.host()
    photo = await world.photo(lin)
    world.clock.travel(hours=24)
    await keep_house_once(world.haloop.engines)
    assert count_files(world) == 3

    world.clock.travel(seconds=1)
    await keep_house_once(world.haloop.engines)

    assert count_files(world) == 0
    body = a_post(photos=[photo])
    assert faults(await lin.post("/api/posts", body), "unknown_photo") == [["body", "photos"]]


async def test_a_photo_that_is_used_stays(world: World) -> None:
    lin = await world.host()
    in_draft, of_host, of_account = await world.photos(lin)
    await lin.post("/api/posts", {"title": "Later", "photos": [in_draft]})
    await lin.put("/api/account/host", a_host(photo_id=of_host))
    await lin.patch("/api/account", {"photo_id": of_account})

    world.clock.travel(days=400)
    await keep_house_once(world.haloop.engines)

    assert count_files(world) == 9


async def test_a_day_counts_from_when_its_last_use_ended(world: World) -> None:
    lin = await world.host()
    (photo,) = await world.photos(lin, 1)
    one = (await lin.post("/api/posts", {"title": "One", "photos": [photo]})).json()
    two = (await lin.post("/api/posts", {"title": "Two", "photos": [photo]})).json()
    await lin.patch("/api/account", {"photo_id": photo})
    assert (await lin.delete(f"/api/posts/{one['id']}")).status_code == 204
    await lin.patch(f"/api/posts/{two['id']}", {"photos": []})
    world.clock.travel(hours=20)
    await lin.patch("/api/account", {"photo_id": None})

    world.clock.travel(hours=20)
    await keep_house_once(world.haloop.engines)
    assert count_files(world) == 3

    world.clock.travel(hours=5)
    await keep_house_once(world.haloop.engines)
    assert count_files(world) == 0


async def test_what_goes_with_a_deleted_host_goes_a_day_later(world: World) -> None:
    lin = await world.register(helper=True, host=True)
    post = await world.publish(lin)
    await lin.put("/api/account/host", a_host(photo_id=await world.photo(lin)))
    await lin.post(f"/api/posts/{post['id']}/close")
    await lin.delete("/api/account/host")
    await world.run_jobs()
    await keep_house_once(world.haloop.engines)
    assert count_files(world) == 12

    world.clock.travel(hours=25)
    await keep_house_once(world.haloop.engines)

    assert count_files(world) == 0


async def test_only_ones_own_photos_can_be_shown(world: World) -> None:
    lin, bo = await world.host(), await world.host()
    own, foreign = await world.photo(lin), await world.photo(bo)

    for photos in ([own, foreign], [foreign], ["0192f0c1-2345-7890-abcd-0123456789ab"]):
        body = a_post(photos=photos)
        assert faults(await lin.post("/api/posts", body), "unknown_photo") == [["body", "photos"]]
    draft = (await lin.post("/api/posts", a_post(photos=[own]))).json()
    response = await lin.patch(f"/api/posts/{draft['id']}", {"title": "New", "photos": [own, foreign]})
    assert faults(response, "unknown_photo") == [["body", "photos"]]
    assert (await lin.get(f"/api/posts/{draft['id']}")).json() == draft
