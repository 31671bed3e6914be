"""Nobody sets what is not theirs to set: every call refuses every field that it does not name."""

from __future__ import annotations

import pytest

from tests.api.test_routes import BODIES, ask, calls, document, somebodys_things
from tests.expectations import faults, problem
from tests.world import PASSWORD, Json, World, a_host, a_post

pytestmark = pytest.mark.anyio

WHOLE: dict[str, Json] = {
    **BODIES,
    "POST /api/auth/register": {"email": "eve@example.org", "password": PASSWORD, "name": "Eve", "helper": {"bio": ""}},
    "POST /api/auth/login": {"email": "eve@example.org", "password": PASSWORD},
}
# What a call names is its to take, though others may not.
NAMED = {("POST /api/conversations", "host_id")}
COVETED: Json = {
    "id": "01a20cb6-2faa-7039-89a9-0a269d1ed036",
    "account_id": "01a20cb6-2faa-7039-89a9-0a269d1ed036",
    "host_id": "01a20cb6-2faa-7039-89a9-0a269d1ed036",
    "is_trial": True,
    "email_verified": True,
    "email_verified_at": "2026-11-24T08:00:00Z",
    "password_hash": "x",
    "suspended_at": None,
    "version": 9,
    "told": 999,
    "openings": 9,
    "published_at": "2020-01-01T00:00:00Z",
    "created_at": "2020-01-01T00:00:00Z",
    "matching_posts": 9,
    "public_latitude": 1,
    "__class__": "x",
}


async def test_every_call_refuses_fields_that_it_does_not_name(world: World) -> None:
    owner, ids = await somebodys_things(world)
    with_json = [
        call
        for call, described in calls(await document(world)).items()
        if "application/json" in described.get("requestBody", {}).get("content", {})
    ]
    assert set(with_json) <= set(WHOLE), "a new call wants its body in this table"
    for call in with_json:
        for name, value in COVETED.items():
            if (call, name) in NAMED:
                continue
            method, path = call.split(" ")
            path = path.format(**ids)
            answer = await world.client.request(method, path, json={**WHOLE[call], name: value}, headers=owner.headers)
            assert faults(answer) == [["body", name]], call


@pytest.mark.parametrize("name", ["id", "account_id", "public_latitude", "suspended_at", "open_posts"])
async def test_nor_in_what_lies_deeper(world: World, name: str) -> None:
    body = {**WHOLE["POST /api/auth/register"], "host": a_host(**{name: 1})}
    assert faults(await world.client.post("/api/auth/register", json=body)) == [["body", "host", name]]


async def test_a_post_cannot_be_given_the_photos_of_another(world: World) -> None:
    mine, theirs = await world.host(), await world.host()
    photos = await world.photos(theirs)
    answer = await mine.post("/api/posts", a_post(photos=photos, status="published"))
    assert faults(answer, "unknown_photo") == [["body", "photos"]]
    problem(await mine.patch("/api/account", {"photo_id": photos[0]}), 422, "unknown_photo")


async def test_every_call_is_asked(world: World) -> None:
    """`ask` of the generated tests sends these bodies as they are: they hold."""
    owner, ids = await somebodys_things(world)
    not_here = {"PUT /api/account/helper", "PUT /api/account/host", "POST /api/conversations"}  # the last: no such host
    for call in sorted(set(BODIES) - not_here):
        assert (await ask(world, call, owner, ids)).status_code in (200, 201), call
