"""Publishing, closing, reopening and deleting posts."""

from __future__ import annotations

import pytest

from tests.expectations import faults, problem
from tests.posts.visits import signed_in_again
from tests.world import Json, Person, World, a_post

pytestmark = pytest.mark.anyio

NEEDED = ("title", "description", "starts_on", "ends_on", "places", "hours_per_day", "min_stay_days", "job_types",
          "accommodations", "photos")  # fmt: skip


async def is_found(world: World, post: Json) -> bool:
    items = (await world.client.get("/api/posts")).json()["items"]
    return post["id"] in [item["id"] for item in items]


async def a_draft(world: World, host: Person, **fields: object) -> Json:
    photos = await world.photos(host)
    response = await host.post("/api/posts", a_post(**{"photos": photos, **fields}))
    assert response.status_code == 201, response.text
    draft: Json = response.json()
    return draft


async def test_publishing_names_every_missing_field_once(world: World) -> None:
    lin = await world.host()
    draft = (await lin.post("/api/posts", {"title": "Later"})).json()

    at_once = faults(await lin.post("/api/posts", {"status": "published"}))
    later = faults(await lin.post(f"/api/posts/{draft['id']}/publish"))

    assert at_once == [["body", name] for name in NEEDED]
    assert later == [["body", name] for name in NEEDED if name != "title"]
    assert (await lin.get(f"/api/posts/{draft['id']}")).json() == draft


@pytest.mark.parametrize("field", [name for name in NEEDED if name != "photos"])
async def test_publishing_names_the_one_missing_field(world: World, field: str) -> None:
    lin = await world.host()
    body = a_post(photos=await world.photos(lin), status="published")
    empty: object = [] if field in ("job_types", "accommodations") else None
    if field == "title":
        del body[field]
    else:
        body[field] = empty

    assert faults(await lin.post("/api/posts", body)) == [["body", field]]


@pytest.mark.parametrize(("count", "good"), [(0, False), (2, False), (3, True), (8, True), (9, False)])
async def test_a_published_post_has_3_to_8_photos(world: World, count: int, good: bool) -> None:
    lin = await world.host()
    response = await lin.post("/api/posts", a_post(photos=await world.photos(lin, count), status="published"))

    assert response.status_code == (201 if good else 422)
    if not good:
        assert faults(response) == [["body", "photos"]]


async def test_two_photos_of_which_one_is_named_twice_are_too_few(world: World) -> None:
    lin = await world.host()
    one, two = await world.photos(lin, 2)

    response = await lin.post("/api/posts", a_post(photos=[one, two, one], status="published"))

    assert faults(response) == [["body", "photos"]]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "min_stay_days", "fault"),
    [
        ("2026-12-02", "2026-12-01", 1, "ends_on"),
        ("2026-12-01", "2026-12-01", 2, "min_stay_days"),
        ("2026-12-01", "2026-12-14", 15, "min_stay_days"),
        ("2026-11-01", "2026-11-23", 1, "ends_on"),  # yesterday
        ("2026-11-01", "2026-12-06", 14, "ends_on"),  # the last day to arrive was yesterday
        ("2026-12-01", "2028-11-24", 1, "ends_on"),  # 731 days from today
        ("2020-01-01", "2020-02-01", 1, "ends_on"),
        ("9999-12-31", "9999-12-31", 365, "min_stay_days"),
        ("0001-01-01", "0001-01-01", 1, "ends_on"),
        ("0001-01-01", "9999-12-31", 365, "ends_on"),
    ],
)
async def test_dates_that_do_not_hold_are_named(
    world: World, starts_on: str, ends_on: str, min_stay_days: int, fault: str
) -> None:
    lin = await world.host()
    dates = {"starts_on": starts_on, "ends_on": ends_on, "min_stay_days": min_stay_days}

    draft = await a_draft(world, lin, **dates)

    assert {name: draft[name] for name in dates} == dates  # a draft may say so
    assert [where[1] for where in faults(await lin.post(f"/api/posts/{draft['id']}/publish"))][:1] == [fault]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "min_stay_days"),
    [
        ("2026-11-24", "2026-11-24", 1),
        ("2026-12-01", "2026-12-14", 14),
        ("2026-11-01", "2026-12-07", 14),  # one can arrive today
        ("2020-01-01", "2028-11-23", 365),  # 730 days from today
    ],
)
async def test_dates_at_the_edge_hold(world: World, starts_on: str, ends_on: str, min_stay_days: int) -> None:
    post = await world.publish(await world.host(), starts_on=starts_on, ends_on=ends_on, min_stay_days=min_stay_days)

    assert post["open"]
    assert await is_found(world, post)


async def test_today_is_the_date_in_taipei(world: World) -> None:
    lin = await world.host()
    draft = await a_draft(world, lin, starts_on="2026-11-01", ends_on="2026-11-24", min_stay_days=1)
    world.clock.travel(hours=12)  # 00:00 of the 25th in Taipei, 16:00 of the 24th in UTC

    assert faults(await lin.post(f"/api/posts/{draft['id']}/publish")) == [["body", "ends_on"]]


async def test_a_draft_is_its_hosts_alone_until_it_is_published(world: World) -> None:
    lin, bo, mei = await world.host(), await world.host(), await world.helper()
    draft = await a_draft(world, lin)
    for person in (bo, mei):
        problem(await person.get(f"/api/posts/{draft['id']}"), 404, "not_found")
    problem(await world.client.get(f"/api/posts/{draft['id']}"), 404, "not_found")

    response = await lin.post(f"/api/posts/{draft['id']}/publish")

    assert response.status_code == 200
    post = response.json()
    assert (post["status"], post["open"], post["version"]) == ("published", True, 2)
    assert post["published_at"] == "2026-11-24T04:00:00.000Z"
    assert response.headers["etag"] == '"2"'
    seen = (await world.client.get(f"/api/posts/{draft['id']}")).json()
    assert seen == {**post, "mine": False, "told": None}
    assert (await bo.get(f"/api/posts/{draft['id']}")).json() == seen
    assert await is_found(world, post)


async def test_publishing_twice_changes_nothing(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    world.clock.travel(hours=1)

    assert (await lin.post(f"/api/posts/{post['id']}/publish")).json() == post


async def test_a_closed_post_is_readable_but_not_found(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    world.clock.travel(hours=1)

    closed = (await lin.post(f"/api/posts/{post['id']}/close")).json()

    assert (closed["status"], closed["open"], closed["version"]) == ("closed", False, post["version"] + 1)
    assert closed["closed_at"] == "2026-11-24T05:00:00.000Z"
    seen = (await world.client.get(f"/api/posts/{post['id']}")).json()
    assert seen == {**closed, "mine": False, "told": None}
    assert not await is_found(world, post)
    world.clock.travel(hours=1)
    assert (await lin.post(f"/api/posts/{post['id']}/close")).json() == closed


async def test_a_draft_cannot_be_closed(world: World) -> None:
    lin = await world.host()
    draft = await a_draft(world, lin)

    problem(await lin.post(f"/api/posts/{draft['id']}/close"), 409, "not_published")


async def test_a_closed_post_is_reopened(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    await lin.post(f"/api/posts/{post['id']}/close")
    world.clock.travel(days=1)

    reopened = (await lin.post(f"/api/posts/{post['id']}/publish")).json()

    assert (reopened["status"], reopened["open"], reopened["closed_at"]) == ("published", True, None)
    assert reopened["published_at"] == "2026-11-25T04:00:00.000Z"
    assert await is_found(world, post)


async def test_a_closed_post_whose_days_have_passed_is_not_reopened(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)
    await lin.post(f"/api/posts/{post['id']}/close")
    world.clock.travel(days=100)
    lin = await signed_in_again(world, lin)

    assert faults(await lin.post(f"/api/posts/{post['id']}/publish")) == [["body", "ends_on"]]


async def test_a_post_whose_days_have_passed_is_readable_but_not_open(world: World) -> None:
    post = await world.publish(await world.host())
    world.clock.travel(days=83)  # 2027-02-15, the last day to arrive
    assert (await world.client.get(f"/api/posts/{post['id']}")).json()["open"]
    assert await is_found(world, post)

    world.clock.travel(days=1)

    assert not (await world.client.get(f"/api/posts/{post['id']}")).json()["open"]
    assert not await is_found(world, post)


async def test_a_deleted_post_is_gone(world: World) -> None:
    lin = await world.host()
    post, draft = await world.publish(lin), await a_draft(world, lin)

    for one in (post, draft):
        assert (await lin.delete(f"/api/posts/{one['id']}")).status_code == 204
        problem(await lin.get(f"/api/posts/{one['id']}"), 404, "not_found")
        problem(await lin.delete(f"/api/posts/{one['id']}"), 404, "not_found")
        problem(await lin.post(f"/api/posts/{one['id']}/publish"), 404, "not_found")
    assert not await is_found(world, post)
    assert (await lin.get("/api/me/posts")).json()["items"] == []


async def test_the_posts_of_others_are_not_found_for_writing(world: World) -> None:
    lin, bo, mei = await world.host(), await world.host(), await world.helper()
    post = await world.publish(lin)
    path = f"/api/posts/{post['id']}"

    for answer in (
        await bo.patch(path, {"title": "Mine"}),
        await bo.delete(path),
        await bo.post(f"{path}/publish"),
        await bo.post(f"{path}/close"),
    ):
        problem(answer, 404, "not_found")
    problem(await mei.patch(path, {"title": "Mine"}), 403, "host_profile_required")
    assert (await lin.get(path)).json() == post


async def test_told_counts_the_helpers_for_the_host_alone(world: World) -> None:
    lin, mei = await world.host(), await world.helper()
    await world.subscribe(mei)
    post = await world.publish(lin)
    await world.run_jobs()

    assert (await lin.get(f"/api/posts/{post['id']}")).json()["told"] == 1
    for answer in (await mei.get(f"/api/posts/{post['id']}"), await world.client.get(f"/api/posts/{post['id']}")):
        assert (answer.json()["mine"], answer.json()["told"]) == (False, None)


async def test_a_host_has_at_most_20_open_posts(world: World) -> None:
    lin = await world.host()
    posts = [await world.publish(lin) for _ in range(20)]
    photos = [photo["id"] for photo in posts[0]["photos"]]
    problem(await lin.post("/api/posts", a_post(photos=photos, status="published")), 409, "too_many_posts")
    draft = (await lin.post("/api/posts", a_post(photos=photos))).json()
    problem(await lin.post(f"/api/posts/{draft['id']}/publish"), 409, "too_many_posts")

    await lin.post(f"/api/posts/{posts[0]['id']}/close")

    assert (await lin.post(f"/api/posts/{draft['id']}/publish")).status_code == 200
    problem(await lin.post(f"/api/posts/{posts[0]['id']}/publish"), 409, "too_many_posts")


async def test_an_edit_that_opens_a_post_again_counts_as_one_more(world: World) -> None:
    lin = await world.host()
    past = await world.publish(lin, starts_on="2026-11-01", ends_on="2026-11-24", min_stay_days=1)
    world.clock.travel(days=1)
    posts = [await world.publish(lin) for _ in range(20)]
    change = {"ends_on": "2027-01-31"}
    problem(await lin.patch(f"/api/posts/{past['id']}", change), 409, "too_many_posts")
    assert (await lin.patch(f"/api/posts/{past['id']}", {"title": "Over"})).status_code == 200

    await lin.delete(f"/api/posts/{posts[0]['id']}")

    assert (await lin.patch(f"/api/posts/{past['id']}", change)).json()["open"]


@pytest.mark.parametrize("post_id", ["1", "none", "00000000-0000-0000-0000-000000000000", "%00", "é" * 36, "-" * 36])
async def test_an_unknown_post_is_not_found(world: World, post_id: str) -> None:
    lin = await world.host()

    for answer in (
        await world.client.get(f"/api/posts/{post_id}"),
        await lin.patch(f"/api/posts/{post_id}", {"title": "A"}),
        await lin.delete(f"/api/posts/{post_id}"),
        await lin.post(f"/api/posts/{post_id}/publish"),
        await lin.post(f"/api/posts/{post_id}/close"),
    ):
        problem(answer, 404, "not_found")


async def test_a_field_that_does_not_hold_hides_none_that_are_missing(world: World) -> None:
    lin = await world.host()

    answer = await lin.post("/api/posts", {"title": "x", "status": "published", "places": 0, "meals": ["caviar"]})

    assert answer.status_code == 422
    found = {error["loc"][1]: (error["type"], error["msg"]) for error in answer.json()["errors"]}
    missing = ("description", "starts_on", "ends_on", "hours_per_day", "min_stay_days", "job_types", "accommodations")
    assert found == {
        "places": ("greater_than_equal", "At least 1."),
        "meals": ("unknown_option", "This is not in the list."),
        **dict.fromkeys((*missing, "photos"), ("missing", "Fill this in.")),
    }
    draft = await lin.post("/api/posts", {"title": "x", "places": 0})
    assert [error["loc"][1] for error in draft.json()["errors"]] == ["places"]
