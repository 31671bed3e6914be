"""Editing posts: what is absent stays, a published post stays publishable, versions move."""

from __future__ import annotations

import pytest

from tests.expectations import faults, problem
from tests.posts.visits import signed_in_again
from tests.world import Json, World

pytestmark = pytest.mark.anyio


async def test_what_is_absent_stays_and_sets_are_replaced_whole(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    world.clock.travel(minutes=1)

    changed: Json = (await lin.patch(f"/api/posts/{post['id']}", {"title": "New", "meals": ["dinner", "lunch"]})).json()

    different = {name for name in post if post[name] != changed[name]}
    assert different == {"title", "meals", "version", "updated_at"}
    assert changed["meals"] == ["lunch", "dinner"]
    assert changed["version"] == post["version"] + 1
    assert (await lin.get(f"/api/posts/{post['id']}")).json() == changed
    (item,) = (await world.client.get("/api/posts", params={"meals": "dinner"})).json()["items"]
    assert item["title"] == "New"


async def test_photos_are_replaced_whole_in_the_new_order(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    first, second, third = (photo["id"] for photo in post["photos"])
    fourth = await world.photo(lin)

    changed = (await lin.patch(f"/api/posts/{post['id']}", {"photos": [fourth, third, first]})).json()

    assert [photo["id"] for photo in changed["photos"]] == [fourth, third, first]
    (item,) = (await world.client.get("/api/posts")).json()["items"]
    assert item["photo"]["id"] == fourth
    assert second not in str(changed)


async def test_an_edit_that_changes_nothing_moves_no_version(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    world.clock.travel(minutes=1)

    for change in ({}, {"title": post["title"]}, {"job_types": post["job_types"][::-1]}):
        assert (await lin.patch(f"/api/posts/{post['id']}", change)).json() == post


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"description": ""}, "description"),
        ({"description": None}, "description"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"places": None}, "places"),
        ({"job_types": []}, "job_types"),
        ({"job_types": None}, "job_types"),
        ({"accommodations": []}, "accommodations"),
        ({"photos": []}, "photos"),
        ({"min_stay_days": 365}, "min_stay_days"),
        ({"starts_on": "2027-03-01"}, "ends_on"),
        ({"ends_on": "2026-11-23", "starts_on": "2026-11-01", "min_stay_days": 1}, "ends_on"),
        ({"ends_on": "2028-11-24"}, "ends_on"),
        ({"hours_per_day": 13}, "hours_per_day"),
        ({"status": "closed"}, "status"),
        ({"version": 1}, "version"),
    ],
)
async def test_a_published_post_must_stay_publishable(world: World, change: Json, fault: str) -> None:
    lin = await world.host()
    post = await world.publish(lin)

    assert faults(await lin.patch(f"/api/posts/{post['id']}", {"benefits": "More.", **change})) == [["body", fault]]

    assert (await lin.get(f"/api/posts/{post['id']}")).json() == post
    (item,) = (await world.client.get("/api/posts")).json()["items"]
    assert item["version"] == post["version"]


async def test_what_may_be_empty_can_be_emptied(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)

    changed = (await lin.patch(f"/api/posts/{post['id']}", {"benefits": None, "meals": [], "amenities": []})).json()

    assert (changed["benefits"], changed["meals"], changed["amenities"]) == (None, [], [])


async def test_a_draft_can_be_emptied_down_to_its_title(world: World) -> None:
    lin = await world.host()
    draft = (await lin.post("/api/posts", {"title": "A", "places": 2, "starts_on": "2026-12-01"})).json()

    changed = (await lin.patch(f"/api/posts/{draft['id']}", {"places": None, "starts_on": None})).json()

    assert (changed["places"], changed["starts_on"], changed["version"]) == (None, None, 2)
    assert faults(await lin.patch(f"/api/posts/{draft['id']}", {"title": " "})) == [["body", "title"]]


async def test_dates_are_judged_only_when_they_change(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    world.clock.travel(days=100)
    lin = await signed_in_again(world, lin)

    changed = await lin.patch(f"/api/posts/{post['id']}", {"title": "Those were the days", "ends_on": post["ends_on"]})

    assert changed.status_code == 200
    assert changed.json()["open"] is False
    for change in ({"ends_on": "2027-03-01"}, {"starts_on": "2026-12-02"}, {"min_stay_days": 15}):
        assert faults(await lin.patch(f"/api/posts/{post['id']}", change)) == [["body", "ends_on"]]
    assert (await lin.patch(f"/api/posts/{post['id']}", {"ends_on": "2027-06-30"})).json()["open"] is True


async def test_an_edit_of_another_version_is_refused(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    path = f"/api/posts/{post['id']}"
    first = await lin.get(path)
    assert first.headers["etag"] == f'"{post["version"]}"'

    good = await lin.patch(path, {"title": "One"}, **{"If-Match": first.headers["etag"]})
    assert good.status_code == 200
    assert good.headers["etag"] == f'"{post["version"] + 1}"'
    for stale in (first.headers["etag"], '"0"', '"x"', "", '"999999999999"', '"-1"'):
        problem(await lin.patch(path, {"title": "Two"}, **{"If-Match": stale}), 412, "version_mismatch")
        problem(await lin.post(f"{path}/close", None, **{"If-Match": stale}), 412, "version_mismatch")
        headers = {**lin.headers, "If-Match": stale}
        problem(await lin.client.delete(path, headers=headers), 412, "version_mismatch")
    assert (await lin.get(path)).json() == good.json()
    assert (await lin.patch(path, {"title": "Three"}, **{"If-Match": "*"})).status_code == 200


async def test_versions_move_with_every_change(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    path = f"/api/posts/{post['id']}"

    versions = [
        (await lin.patch(path, {"title": "New"})).json()["version"],
        (await lin.patch(path, {"days_per_week": 6})).json()["version"],
        (await lin.patch(path, {"photos": [photo["id"] for photo in post["photos"][::-1]]})).json()["version"],
        (await lin.post(f"{path}/close")).json()["version"],
        (await lin.post(f"{path}/publish")).json()["version"],
    ]

    assert versions == [post["version"] + step for step in range(1, 6)]


async def test_a_closed_post_can_be_edited_and_is_judged_when_it_opens(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    path = f"/api/posts/{post['id']}"
    await lin.post(f"{path}/close")

    assert (await lin.patch(path, {"description": None, "photos": []})).status_code == 200

    assert faults(await lin.post(f"{path}/publish")) == [["body", "description"], ["body", "photos"]]
    assert (await world.client.get("/api/posts")).json()["items"] == []
