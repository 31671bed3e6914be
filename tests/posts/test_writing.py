"""Writing posts: drafts need a title alone, and limits bind them too."""

from __future__ import annotations

import asyncio

import pytest

from tests.expectations import faults, post_escaped, problem
from tests.world import Json, World, a_post

pytestmark = pytest.mark.anyio

POST_FIELDS = {
    "id", "status", "open", "version", "title", "description", "benefits", "starts_on", "ends_on", "latest_arrival",
    "places", "hours_per_day", "days_per_week", "min_stay_days", "job_types", "accommodations", "amenities", "meals",
    "experiences", "environments", "requirements", "region", "location", "photos", "host", "url", "created_at",
    "updated_at", "published_at", "closed_at", "mine", "told",
}  # fmt: skip


async def test_a_draft_needs_only_a_title(world: World) -> None:
    lin = await world.host()

    response = await lin.post("/api/posts", {"title": "Later"})

    assert response.status_code == 201
    draft: Json = response.json()
    assert set(draft) == POST_FIELDS
    assert draft["status"] == "draft"
    assert draft["version"] == 1
    assert draft["days_per_week"] == 5
    assert (draft["open"], draft["mine"], draft["told"]) == (False, True, 0)
    empty = {"description", "benefits", "starts_on", "ends_on", "latest_arrival", "places", "hours_per_day",
             "min_stay_days", "published_at", "closed_at"}  # fmt: skip
    assert {name for name, value in draft.items() if value is None} == empty
    assert draft["photos"] == draft["job_types"] == draft["requirements"] == []
    assert (draft["region"], draft["host"]["name"]) == ("TW-TTT", "Tide House")
    assert draft["url"] == f"/posts/{draft['id']}"


async def test_a_whole_post_comes_back_as_it_was_written(world: World) -> None:
    lin = await world.host()
    body = a_post(photos=await world.photos(lin), job_types=["reception", "housekeeping"])

    post = (await lin.post("/api/posts", body)).json()

    assert {name: post[name] for name in body if name != "photos"} == {
        name: value for name, value in body.items() if name != "photos"
    }
    assert [photo["id"] for photo in post["photos"]] == body["photos"]
    assert post["latest_arrival"] == "2027-02-15"
    assert (await lin.get(f"/api/posts/{post['id']}")).json() == post


async def test_the_address_of_a_post_is_the_public_one(world: World) -> None:
    lin = await world.host()
    draft = (await lin.post("/api/posts", {"title": "Later"})).json()

    assert (await world.client.get(draft["url"], headers=lin.headers)).status_code == 200


async def test_a_post_needs_a_title_of_its_own(world: World) -> None:
    lin = await world.host()

    for body in ({}, {"title": ""}, {"title": " \u3000"}, {"title": "\u200b"}, {"title": None}):
        assert faults(await lin.post("/api/posts", body)) == [["body", "title"]]


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("title", "x" * 101),
        ("title", 7),
        ("title", "a\x00b"),
        ("description", "x" * 4001),
        ("description", ["x"]),
        ("benefits", "x" * 2001),
        ("benefits", "a\x1bb"),
        ("starts_on", "2026-02-30"),
        ("starts_on", "1764547200"),
        ("starts_on", 20261201),
        ("starts_on", "tomorrow"),
        ("ends_on", "2026-12-01T00:00:00Z"),
        ("ends_on", ""),
        ("places", 0),
        ("places", 51),
        ("places", -1),
        ("places", "2"),
        ("places", 2.0),
        ("places", True),
        ("places", 10**30),
        ("hours_per_day", 0),
        ("hours_per_day", 13),
        ("hours_per_day", 4.5),
        ("days_per_week", 0),
        ("days_per_week", 8),
        ("days_per_week", None),
        ("min_stay_days", 0),
        ("min_stay_days", 366),
        ("job_types", ["ruling"]),
        ("job_types", "farming"),
        ("job_types", None),
        ("job_types", [None]),
        ("job_types", ["farming"] * 65),
        ("accommodations", ["palace"]),
        ("meals", ["wifi"]),
        ("requirements", [""]),
        ("photos", ["no id"]),
        ("photos", None),
        ("status", "closed"),
        ("status", "open"),
        ("status", None),
        ("host_id", "x"),
        ("told", 5),
        ("region", "TW-HUA"),
    ],
)
async def test_a_bad_field_is_named_in_drafts_too(world: World, field: str, bad: object) -> None:
    lin = await world.host()

    response = await lin.post("/api/posts", {"title": "Later", field: bad})

    assert {tuple(where[:2]) for where in faults(response)} == {("body", field)}
    assert (await lin.get("/api/me/posts")).json()["items"] == []


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [("places", 1, 50), ("hours_per_day", 1, 12), ("days_per_week", 1, 7), ("min_stay_days", 1, 365)],
)
async def test_numbers_reach_their_limits(world: World, field: str, least: int, most: int) -> None:
    lin = await world.host()

    for number in (least, most):
        assert (await lin.post("/api/posts", {"title": "Later", field: number})).json()[field] == number


@pytest.mark.parametrize(("field", "most"), [("title", 100), ("description", 4000), ("benefits", 2000)])
async def test_texts_reach_their_limits_in_code_points(world: World, field: str, most: int) -> None:
    lin = await world.host()
    text = "𠮷" * (most - 1) + "é"

    post = (await lin.post("/api/posts", {"title": "Later", field: f"  {text[:-1]}e\u0301 \n"})).json()

    assert post[field] == text


async def test_text_is_kept_as_it_was_written(world: World) -> None:
    lin = await world.host()
    text = "R&B <script>alert('x')</script> &amp; “臺東” 👩\u200d🌾 {braces} %s ﬁ"

    post = (await lin.post("/api/posts", {"title": text, "description": text + "\r\n\r\n" + text})).json()

    assert post["title"] == text
    assert post["description"] == text + "\n\n" + text


async def test_a_lone_surrogate_is_refused_in_every_text(world: World) -> None:
    lin = await world.host()

    for field in ("title", "description", "benefits", "job_types", "photos", "starts_on", "status", "\ud800"):
        value: object = ["\ud800"] if field in ("job_types", "photos") else "a \ud800 b"
        response = await post_escaped(world, "/api/posts", {"title": "Later", field: value}, **lin.headers)
        problem(response, 422, "validation")


async def test_sets_come_in_the_vocabularys_order_each_option_once(world: World) -> None:
    lin = await world.host()
    names = [option["slug"] for option in (await world.client.get("/api/vocabulary")).json()["job_types"]]
    wanted = [names[5], names[0], names[3], names[5]]

    post = (await lin.post("/api/posts", {"title": "Later", "job_types": wanted})).json()

    assert post["job_types"] == [names[0], names[3], names[5]]


async def test_every_option_can_be_chosen(world: World) -> None:
    lin = await world.host()
    known = (await world.client.get("/api/vocabulary")).json()
    chosen = {name: [option["slug"] for option in options] for name, options in known.items() if name != "regions"}

    post = (await lin.post("/api/posts", {"title": "All", **chosen})).json()

    assert {name: post[name] for name in chosen} == chosen


async def test_a_photo_named_twice_is_shown_once_where_it_came_first(world: World) -> None:
    lin = await world.host()
    one, two, three = await world.photos(lin)

    post = (await lin.post("/api/posts", {"title": "Later", "photos": [three, one, three, two, one]})).json()

    assert [photo["id"] for photo in post["photos"]] == [three, one, two]
    assert faults(await lin.post("/api/posts", {"title": "Later", "photos": [one] * 9})) == [["body", "photos"]]


async def test_a_helper_writes_no_posts(world: World) -> None:
    mei = await world.helper()

    problem(await mei.post("/api/posts", {"title": "Later"}), 403, "host_profile_required")
    problem(await world.client.post("/api/posts", json={"title": "Later"}), 401, "not_signed_in")


async def test_a_host_has_at_most_100_drafts(world: World) -> None:
    lin, bo = await world.host(), await world.host()
    for _ in range(10):
        await asyncio.gather(*(lin.post("/api/posts", {"title": "Later"}) for _ in range(10)))

    problem(await lin.post("/api/posts", {"title": "Later"}), 409, "too_many_posts")
    assert (await bo.post("/api/posts", {"title": "Later"})).status_code == 201
    assert (await world.publish(lin))["status"] == "published"  # no draft


async def test_a_double_click_makes_two_drafts_but_with_a_key_one(world: World) -> None:
    lin = await world.host()
    key = {"Idempotency-Key": "0192f0c1-2345"}

    await asyncio.gather(*(lin.post("/api/posts", {"title": "Later"}, **key) for _ in range(2)))

    assert len((await lin.get("/api/me/posts")).json()["items"]) == 1
