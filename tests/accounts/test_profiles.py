"""Profiles: added, changed and removed, and what others see of a host."""

from __future__ import annotations

import asyncio

import pytest

from tests.expectations import faults, problem
from tests.world import Json, World, a_host

pytestmark = pytest.mark.anyio


async def test_a_helper_becomes_a_host_too(world: World) -> None:
    mei = await world.helper()

    account: Json = (await mei.put("/api/account/host", a_host())).json()

    assert account["helper"] is not None
    assert account["host"]["name"] == "Tide House"
    assert account["host"]["account_id"] == account["id"]
    public = (await world.client.get(f"/api/hosts/{account['host']['id']}")).json()
    assert public["name"] == "Tide House"


async def test_a_host_becomes_a_helper_too(world: World) -> None:
    lin = await world.host()
    problem(await lin.get("/api/subscriptions"), 403, "helper_profile_required")

    assert (await lin.put("/api/account/helper", {"bio": "I garden."})).json()["helper"] == {"bio": "I garden."}

    assert (await lin.get("/api/subscriptions")).status_code == 200


async def test_putting_a_profile_replaces_it_whole(world: World) -> None:
    lin = await world.host()
    host_id = lin.account["host"]["id"]

    body = {"name": "Hill House", "address": "1 Hill Road", "region": "TW-HUA"}
    host = (await lin.put("/api/account/host", body)).json()["host"]

    assert host["id"] == host_id
    assert (host["name"], host["address"], host["region"]) == ("Hill House", "1 Hill Road", "TW-HUA")
    assert (host["description"], host["locality"], host["point"]) == (None, None, None)
    assert host["location"]["precision"] == "region"


async def test_name_and_language_change_alone(world: World) -> None:
    mei = await world.helper()

    assert (await mei.patch("/api/account", {"name": " 美 "})).json()["name"] == "美"
    account = (await mei.patch("/api/account", {"locale": "zh-TW"})).json()
    assert (account["name"], account["locale"]) == ("美", "zh-TW")
    assert (await mei.patch("/api/account", {})).json() == account
    assert problem(await mei.get("/api/posts/none"), 404, "not_found")["title"] == "找不到"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"locale": "de"}, "locale"),
        ({"locale": None}, "locale"),
        ({"photo_id": "no id"}, "photo_id"),
        ({"email": "other@example.org"}, "email"),
        ({"is_trial": True}, "is_trial"),
    ],
)
async def test_a_bad_change_names_its_field_and_changes_nothing(world: World, change: Json, where: str) -> None:
    mei = await world.helper()

    assert faults(await mei.patch("/api/account", {"name": "Other", **change})) == [["body", where]]

    assert (await mei.get("/api/auth/me")).json() == mei.account


async def test_an_accounts_photo_is_its_own_and_can_be_taken_off(world: World) -> None:
    mei, lin = await world.helper(), await world.host()
    own, foreign = await world.photo(mei), await world.photo(lin)

    assert (await mei.patch("/api/account", {"photo_id": own})).json()["photo"]["id"] == own
    assert faults(await mei.patch("/api/account", {"photo_id": foreign}), "unknown_photo") == [["body", "photo_id"]]
    assert faults(await lin.put("/api/account/host", a_host(photo_id=own)), "unknown_photo") == [["body", "photo_id"]]
    assert (await lin.put("/api/account/host", a_host(photo_id=foreign))).json()["host"]["photo"]["id"] == foreign
    assert (await mei.patch("/api/account", {"photo_id": None})).json()["photo"] is None


@pytest.mark.parametrize("side", ["helper", "host"])
async def test_the_last_profile_stays(world: World, side: str) -> None:
    person = await world.register(**{side: True})

    problem(await person.delete(f"/api/account/{side}"), 409, "last_profile")

    assert (await person.get("/api/auth/me")).json() == person.account


async def test_of_two_profiles_that_go_at_the_same_moment_one_stays(world: World) -> None:
    person = await world.register(helper=True, host=True)

    answers = await asyncio.gather(person.delete("/api/account/helper"), person.delete("/api/account/host"))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_double_click_makes_one_profile(world: World) -> None:
    person = await world.helper()

    answers = await asyncio.gather(*(person.put("/api/account/host", a_host()) for _ in range(3)))

    assert len({answer.json()["host"]["id"] for answer in answers}) == 1


@pytest.mark.parametrize("side", ["helper", "host"])
async def test_one_of_two_profiles_can_go(world: World, side: str) -> None:
    person = await world.register(helper=True, host=True)
    other = "host" if side == "helper" else "helper"

    account = (await person.delete(f"/api/account/{side}")).json()

    assert account[side] is None
    assert account[other] is not None
    assert (await person.delete(f"/api/account/{side}")).json() == account  # gone already: nothing changes


async def test_a_host_with_open_posts_stays_until_they_are_closed(world: World) -> None:
    lin = await world.register(helper=True, host=True)
    post = await world.publish(lin)
    problem(await lin.delete("/api/account/host"), 409, "open_posts")

    await lin.post(f"/api/posts/{post['id']}/close")

    assert (await lin.delete("/api/account/host")).json()["host"] is None


async def test_a_deleted_host_and_its_posts_are_gone(world: World) -> None:
    lin = await world.register(helper=True, host=True)
    host_id = lin.account["host"]["id"]
    closed = await world.publish(lin)
    await lin.post(f"/api/posts/{closed['id']}/close")
    draft = (await lin.post("/api/posts", {"title": "Later"})).json()

    await lin.delete("/api/account/host")

    for path in (f"/api/hosts/{host_id}", f"/api/hosts/{host_id}/posts", f"/api/posts/{closed['id']}"):
        problem(await world.client.get(path), 404, "not_found")
    problem(await lin.get(f"/api/posts/{draft['id']}"), 404, "not_found")
    problem(await lin.get("/api/me/posts"), 403, "host_profile_required")
    await world.run_jobs()
    again = (await lin.put("/api/account/host", a_host())).json()["host"]
    assert again["id"] != host_id
    assert (await lin.get("/api/me/posts")).json()["items"] == []


async def test_deleting_the_helper_profile_deletes_subscriptions_and_notifications(world: World) -> None:
    mei, lin = await world.register(helper=True, host=True), await world.host()
    subscription = await world.subscribe(mei)
    await world.publish(lin)
    await world.run_jobs()
    assert len(await world.notifications(mei)) == 1

    await mei.delete("/api/account/helper")
    await world.publish(lin)
    await world.run_jobs()
    await mei.put("/api/account/helper", {})

    assert (await mei.get("/api/subscriptions")).json()["items"] == []
    assert await world.notifications(mei) == []
    assert (await mei.get("/api/notifications/unread")).json() == {"unread": 0}
    problem(await mei.get(f"/api/subscriptions/{subscription['id']}"), 404, "not_found")


async def test_others_see_a_host_without_its_address_and_exact_point(world: World) -> None:
    lin = await world.host()
    await world.publish(lin)

    public: Json = (await world.client.get(f"/api/hosts/{lin.account['host']['id']}")).json()

    assert set(public) == {
        "id", "name", "locality", "region", "photo", "description", "location", "open_posts", "member_since",
        "account_id",
    }  # fmt: skip
    assert public["open_posts"] == 1
    assert public["location"] == {"latitude": 22.875, "longitude": 121.235, "precision": "area"}


@pytest.mark.parametrize("host_id", ["1", "none", "00000000-0000-0000-0000-000000000000", "%00", "é", "x" * 300])
async def test_an_unknown_host_is_not_found(world: World, host_id: str) -> None:
    problem(await world.client.get(f"/api/hosts/{host_id}"), 404, "not_found")
    problem(await world.client.get(f"/api/hosts/{host_id}/posts"), 404, "not_found")


async def test_a_rename_reaches_the_search_for_open_posts(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)

    await lin.put("/api/account/host", a_host(name="Lighthouse Kitchen"))
    await world.run_jobs()

    found = (await world.client.get("/api/posts", params={"text": "lighthouse"})).json()["items"]
    assert [item["id"] for item in found] == [post["id"]]
    assert found[0]["host"]["name"] == "Lighthouse Kitchen"
    assert (await world.client.get("/api/posts", params={"text": "tide"})).json()["items"] == []


async def test_a_move_reaches_the_search_for_open_posts(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)

    await lin.put("/api/account/host", a_host(region="TW-HUA", point={"latitude": 23.99, "longitude": 121.6}))
    await world.run_jobs()

    for params in ({"regions": "TW-HUA"}, {"bbox": "121.5,23.9,121.7,24.1"}):
        (item,) = (await world.client.get("/api/posts", params=params)).json()["items"]
        assert (item["id"], item["region"]) == (post["id"], "TW-HUA")
    for params in ({"regions": "TW-TTT"}, {"bbox": "121.2,22.8,121.3,22.9"}):
        assert (await world.client.get("/api/posts", params=params)).json()["items"] == []


@pytest.mark.parametrize(
    ("point", "where"),
    [
        ({"latitude": 91, "longitude": 0}, ["latitude"]),
        ({"latitude": 0, "longitude": -180.001}, ["longitude"]),
        ({"latitude": "22.8", "longitude": 0}, ["latitude"]),
        ({"latitude": True, "longitude": 0}, ["latitude"]),
        ({"latitude": 22.8}, ["longitude"]),
        ([22.8, 121.2], []),
    ],
)
async def test_a_bad_point_is_refused(world: World, point: object, where: list[str]) -> None:
    lin = await world.host()

    assert faults(await lin.put("/api/account/host", a_host(point=point))) == [["body", "point", *where]]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000])
async def test_a_point_that_is_no_number_is_refused(world: World, number: str) -> None:
    lin = await world.host()
    host = '{"name": "A", "address": "B", "region": "TW-TTT", "point": {"latitude": ?, "longitude": 121}}'

    response = await world.client.put(
        "/api/account/host",
        content=host.replace("?", number),
        headers={**lin.headers, "Content-Type": "application/json"},
    )

    problem(response, 422, "validation")
