"""The calls of subscriptions, as api.md says them."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from haloop.app import keep_house_once
from tests.expectations import faults, problem, with_place
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio

SURF: Json = {"experiences": ["surfing"]}


async def ids(helper: Person, **query: object) -> list[str]:
    return [item["id"] for item in (await helper.get("/api/subscriptions", **query)).json()["items"]]


async def test_a_new_subscription_shows_all_its_fields_and_what_fits_now(world: World) -> None:
    helper = await world.helper()
    post = await world.publish(await world.host())

    answer = await helper.post("/api/subscriptions", {"name": "  Surf  ", "filter": {**SURF, "group_size": 2}})

    assert answer.status_code == 201
    shown = answer.json()
    assert {name: value for name, value in shown.items() if name != "id"} == {
        "name": "Surf",
        "filter": {"group_size": 2, "experiences": ["surfing"]},
        "status": "active",
        "expired": False,
        "matching_posts": 1,
        "last_match_at": None,
        "created_at": "2026-11-24T04:00:00.000Z",
        "updated_at": "2026-11-24T04:00:00.000Z",
    }
    path = f"/api/subscriptions/{shown['id']}"
    assert (await helper.get(path)).json() == shown
    assert (await helper.get("/api/subscriptions")).json() == {"items": [shown], "next_cursor": None}
    assert [item["id"] for item in (await helper.get(f"{path}/matches")).json()["items"]] == [post["id"]]
    await world.run_jobs()
    assert await world.notifications(helper) != []  # the post's telling was still to come


async def test_making_a_subscription_tells_nothing(world: World) -> None:
    helper = await world.helper()
    await world.publish(await world.host())
    await world.run_jobs()
    await world.subscribe(helper)
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_sets_come_back_in_the_order_of_the_vocabulary_and_empty_fields_not_at_all(world: World) -> None:
    helper = await world.helper()
    wanted: Json = {
        "meals": ["dinner", "breakfast"],
        "regions": [],
        "text": "",
        "group_size": None,
        "bbox": [121, 22, 122, 24],
    }
    made = await world.subscribe(helper, **wanted)
    assert made["filter"] == {"meals": ["breakfast", "dinner"], "bbox": [121.0, 22.0, 122.0, 24.0]}


@pytest.mark.parametrize("name", ["", "   ", "n" * 61, None, 5, "a\u0007b"])
async def test_a_name_has_1_to_60_characters(world: World, name: object) -> None:
    helper = await world.helper()
    assert faults(await helper.post("/api/subscriptions", {"name": name, "filter": SURF})) == [["body", "name"]]


async def test_sixty_code_points_are_a_name_whatever_their_bytes(world: World) -> None:
    helper = await world.helper()
    assert (await world.subscribe(helper, "🏄" * 60, **SURF))["name"] == "🏄" * 60


@pytest.mark.parametrize("wanted", [{}, {"regions": []}, {"text": ""}, {"text": "…!"}, {"meals": None, "bbox": ""}])
async def test_a_filter_that_asks_for_nothing_is_refused(world: World, wanted: Json) -> None:
    helper = await world.helper()
    assert faults(await helper.post("/api/subscriptions", {"name": "All", "filter": wanted})) == [["body", "filter"]]
    made = await world.subscribe(helper)
    answer = await helper.patch(f"/api/subscriptions/{made['id']}", {"filter": wanted})
    assert faults(answer) == [["body", "filter"]]


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ({"meals": ["breakfast", "ambrosia"]}, ["meals", 1]),
        ({"regions": ["TW-XXX"]}, ["regions", 0]),
        ({"excluded_requirements": ["wifi"]}, ["excluded_requirements", 0]),
        ({"group_size": 51}, ["group_size"]),
        ({"group_size": "2"}, ["group_size"]),
        ({"max_hours_per_day": 0}, ["max_hours_per_day"]),
        ({"max_min_stay_days": 366}, ["max_min_stay_days"]),
        ({"text": "x" * 101}, ["text"]),
        ({"text": " ".join(f"w{n}" for n in range(33))}, ["text"]),
        ({"bbox": [121, 24, 122, 22]}, ["bbox"]),
        ({"available_from": "2026-12-31", "available_until": "2026-12-01"}, ["available_until"]),
        ({"available_until": "2026-02-30"}, ["available_until"]),
        ({"available_until": "2026-11-23"}, ["available_until"]),
        ({"surf": True}, ["surf"]),
    ],
)
async def test_what_a_filter_cannot_ask_for_is_refused_where_it_stands(
    world: World, wanted: Json, where: list[str | int]
) -> None:
    helper = await world.helper()
    answer = await helper.post("/api/subscriptions", {"name": "Wish", "filter": wanted})
    assert faults(answer) == [["body", "filter", *where]]
    assert await ids(helper) == []


async def test_unknown_fields_missing_fields_and_unparsable_bodies_are_refused(world: World) -> None:
    helper = await world.helper()
    path = "/api/subscriptions"
    assert faults(await helper.post(path, {"name": "A", "filter": SURF, "colour": 1})) == [["body", "colour"]]
    assert faults(await helper.post(path, {})) == [["body", "name"], ["body", "filter"]]
    assert faults(await helper.post(path, {"name": "A", "filter": []})) == [["body", "filter"]]
    problem(await world.client.post(path, content=b"{", headers=helper.headers), 422, "validation")


async def test_an_until_of_today_is_good_and_expires_tomorrow(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper, available_until="2026-11-24", meals=["breakfast"])
    path = f"/api/subscriptions/{made['id']}"
    assert made["expired"] is False

    world.clock.travel(days=1)
    shown = (await helper.get(path)).json()
    assert (shown["expired"], shown["status"], shown["matching_posts"]) == (True, "active", 0)
    assert (await helper.get(f"{path}/matches")).json()["items"] == []

    # It can be renamed as it is; a new filter must lie ahead.
    assert (await helper.patch(path, {"name": "Past"})).json()["expired"] is True
    past = {"available_until": "2026-11-24"}
    assert faults(await helper.patch(path, {"filter": past})) == [["body", "filter", "available_until"]]
    assert (await helper.patch(path, {"filter": {"available_until": "2026-12-24"}})).json()["expired"] is False


async def test_the_day_of_expiry_is_that_of_taipei(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper, available_until="2026-11-24")
    world.clock.travel(hours=11, minutes=59)  # 23:59 in Taipei
    assert (await helper.get(f"/api/subscriptions/{made['id']}")).json()["expired"] is False
    world.clock.travel(minutes=1)
    assert (await helper.get(f"/api/subscriptions/{made['id']}")).json()["expired"] is True


async def test_a_helper_keeps_20_subscriptions_paused_ones_included(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    made = [await world.subscribe(helper, f"Wish {number}") for number in range(20)]
    await helper.patch(f"/api/subscriptions/{made[0]['id']}", {"status": "paused"})
    body = {"name": "One more", "filter": SURF}
    problem(await helper.post("/api/subscriptions", body), 409, "too_many_subscriptions")
    assert (await other.post("/api/subscriptions", body)).status_code == 201
    await helper.delete(f"/api/subscriptions/{made[0]['id']}")
    assert (await helper.post("/api/subscriptions", body)).status_code == 201


async def test_the_twentieth_place_is_given_once_when_two_ask_at_the_same_moment(world: World) -> None:
    helper = await world.helper()
    for number in range(19):
        await world.subscribe(helper, f"Wish {number}")
    body = {"name": "The last", "filter": SURF}
    answers = await asyncio.gather(*(helper.post("/api/subscriptions", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_retry_with_the_same_key_gets_the_first_answer(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    body, key = {"name": "Surf", "filter": SURF}, {"Idempotency-Key": "one"}
    first = await helper.post("/api/subscriptions", body, **key)
    world.clock.travel(hours=23)
    again = await helper.post("/api/subscriptions", body, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await ids(helper)) == 1
    assert (await other.post("/api/subscriptions", body, **key)).json()["id"] != first.json()["id"]

    changed = {"name": "Surf and sea", "filter": SURF}
    problem(await helper.post("/api/subscriptions", changed, **key), 409, "idempotency_mismatch")


async def test_two_requests_with_one_key_at_the_same_moment_make_one_subscription(world: World) -> None:
    helper = await world.helper()
    body = {"name": "Surf", "filter": SURF}
    answers = await asyncio.gather(
        *(helper.post("/api/subscriptions", body, **{"Idempotency-Key": "one"}) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await ids(helper)) == 1


async def test_a_key_is_free_again_after_a_day_and_after_a_failure(world: World) -> None:
    helper = await world.helper()
    key = {"Idempotency-Key": "one"}
    problem(await helper.post("/api/subscriptions", {"name": "", "filter": SURF}, **key), 422, "validation")
    first = await helper.post("/api/subscriptions", {"name": "A", "filter": SURF}, **key)
    assert first.status_code == 201
    world.clock.travel(hours=24, seconds=1)
    await keep_house_once(world.haloop.engines)
    second = await helper.post("/api/subscriptions", {"name": "B", "filter": SURF}, **key)
    assert second.status_code == 201
    assert len(await ids(helper)) == 2


async def test_a_key_has_1_to_64_characters(world: World) -> None:
    helper = await world.helper()
    body = {"name": "Surf", "filter": SURF}
    assert (await helper.post("/api/subscriptions", body, **{"Idempotency-Key": "k" * 64})).status_code == 201
    for key in ("k" * 65, ""):
        problem(await helper.post("/api/subscriptions", body, **{"Idempotency-Key": key}), 422, "validation")


async def test_the_list_is_newest_first_in_pages(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    made = [(await world.subscribe(helper, f"Wish {number}"))["id"] for number in range(7)]
    await world.subscribe(other)
    seen: list[str] = []
    cursor: Json = {}
    page: Json = {}
    for _ in range(3):
        page = (await helper.get("/api/subscriptions", limit=3, **cursor)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    assert page["next_cursor"] is None
    assert seen == made[::-1]


async def test_a_cursor_is_good_for_its_own_list_and_a_day(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    for number in range(3):
        await world.subscribe(helper, f"Wish {number}")
    cursor = (await helper.get("/api/subscriptions", limit=1)).json()["next_cursor"]
    assert len(await ids(helper, cursor=cursor)) == 2
    problem(await other.get("/api/subscriptions", cursor=cursor), 422, "bad_cursor")
    problem(await helper.get("/api/notifications", cursor=cursor), 422, "bad_cursor")
    for bad in ("nonsense", with_place(cursor, 2**63), with_place(cursor, -(10**30)), with_place(cursor, "1")):
        problem(await helper.get("/api/subscriptions", cursor=bad), 422, "bad_cursor")
    world.clock.travel(hours=24)
    problem(await helper.get("/api/subscriptions", cursor=cursor), 422, "bad_cursor")
    for limit in (0, 51, "x"):
        assert faults(await helper.get("/api/subscriptions", limit=limit)) == [["query", "limit"]]


async def test_matches_are_the_live_search_with_its_filter(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    made = await world.subscribe(helper, meals=["breakfast", "dinner"], max_hours_per_day=4)
    for number in range(5):
        await world.publish(host, title=f"Post {number}", starts_on=f"2026-12-{20 - number}")
    await world.publish(host, title="No meals", meals=[])
    path = f"/api/subscriptions/{made['id']}/matches"
    query = {"meals": ["breakfast", "dinner"], "max_hours_per_day": 4}
    mine: Json = {}

    for sort in ("newest", "starting_soon"):
        mine = (await helper.get(path, sort=sort, limit=2)).json()
        found = (await helper.get("/api/posts", sort=sort, limit=2, **query)).json()
        assert mine == found
        assert (mine["total"], mine["total_capped"]) == (5, False)
        rest = (await helper.get(path, sort=sort, limit=50, cursor=mine["next_cursor"])).json()
        assert (len(rest["items"]), rest["total"], rest["total_capped"], rest["next_cursor"]) == (3, None, None, None)

    # An edited filter is another query.
    await helper.patch(f"/api/subscriptions/{made['id']}", {"filter": {"max_hours_per_day": 4}})
    problem(await helper.get(path, limit=2, cursor=mine["next_cursor"]), 422, "bad_cursor")
    assert (await helper.get(path)).json()["total"] == 6
    assert faults(await helper.get(path, sort="oldest")) == [["query", "sort"]]


async def test_a_paused_or_expired_subscription_still_shows_what_fits_it(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper, **SURF)
    await world.publish(await world.host())
    paused = (await helper.patch(f"/api/subscriptions/{made['id']}", {"status": "paused"})).json()
    assert (paused["status"], paused["matching_posts"]) == ("paused", 1)
    assert (await helper.get(f"/api/subscriptions/{made['id']}/matches")).json()["total"] == 1


async def test_a_change_sets_what_is_given_and_leaves_the_rest(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper, "Surf", **SURF)
    path = f"/api/subscriptions/{made['id']}"
    world.clock.travel(seconds=5)

    assert (await helper.patch(path, {})).json() == made
    assert (await helper.patch(path, {"name": "Surf", "filter": SURF, "status": "active"})).json() == made

    renamed = (await helper.patch(path, {"name": "Sea"})).json()
    assert renamed == {**made, "name": "Sea", "updated_at": "2026-11-24T04:00:05.000Z"}
    edited = (await helper.patch(path, {"filter": {"meals": ["lunch"]}})).json()
    assert edited["filter"] == {"meals": ["lunch"]}  # replaced whole
    assert (await helper.get(path)).json() == edited


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": None}, ["name"]),
        ({"filter": None}, ["filter"]),
        ({"status": None}, ["status"]),
        ({"status": "expired"}, ["status"]),
        ({"name": ""}, ["name"]),
        ({"name": "n" * 61}, ["name"]),
        ({"expired": False}, ["expired"]),
        ({"id": "x"}, ["id"]),
        ({"filter": {"meals": ["ambrosia"]}}, ["filter", "meals", 0]),
    ],
)
async def test_a_change_refuses_null_unknown_fields_and_what_does_not_hold(
    world: World, body: Json, where: list[str | int]
) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper)
    path = f"/api/subscriptions/{made['id']}"
    assert faults(await helper.patch(path, {**body, "name": body.get("name", "New")})) == [["body", *where]]
    assert (await helper.get(path)).json() == made


async def test_a_deleted_subscription_is_gone_and_hears_nothing(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper)
    path = f"/api/subscriptions/{made['id']}"
    answer = await helper.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    problem(await helper.delete(path), 404, "not_found")
    problem(await helper.get(path), 404, "not_found")
    await world.publish(await world.host())
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_another_persons_an_unknown_and_a_malformed_id_are_alike(world: World) -> None:
    owner, other = await world.helper(), await world.helper()
    made = await world.subscribe(owner)
    for name in (made["id"], str(uuid4()), "none", "%00", "a" * 500):
        path = f"/api/subscriptions/{name}"
        problem(await other.get(path), 404, "not_found")
        problem(await other.patch(path, {"name": "Mine"}), 404, "not_found")
        problem(await other.delete(path), 404, "not_found")
        problem(await other.get(f"{path}/matches"), 404, "not_found")
    assert (await owner.get(f"/api/subscriptions/{made['id']}")).json() == made


async def test_only_helpers_have_subscriptions(world: World) -> None:
    made = await world.subscribe(await world.helper())
    host = await world.host()
    path = f"/api/subscriptions/{made['id']}"
    for answer in (
        await host.get("/api/subscriptions"),
        await host.post("/api/subscriptions", {"name": "A", "filter": SURF}),
        await host.get(path),
        await host.patch(path, {"name": "B"}),
        await host.delete(path),
        await host.get(f"{path}/matches"),
    ):
        problem(answer, 403, "helper_profile_required")
    for answer in (
        await world.client.get("/api/subscriptions"),
        await world.client.post("/api/subscriptions", json={"name": "A", "filter": SURF}),
        await world.client.get(path),
    ):
        problem(answer, 401, "not_signed_in")


async def test_a_helper_profile_takes_its_subscriptions_and_notifications_with_it(world: World) -> None:
    both = await world.register(helper=True, host=True)
    await world.subscribe(both)
    host = await world.host()
    post = await world.publish(host)
    await world.run_jobs()
    assert (await both.delete("/api/account/helper")).status_code == 200
    assert (await both.put("/api/account/helper", {"bio": "Back"})).status_code == 200
    assert await ids(both) == []
    assert await world.notifications(both) == []
    await host.patch(f"/api/posts/{post['id']}", {"hours_per_day": 3})
    await world.run_jobs()
    assert await world.notifications(both) == []
