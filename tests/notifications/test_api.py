"""The calls of notifications, as api.md says them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.expectations import faults, problem, with_place
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio


async def told(world: World, helper: Person, count: int, host: Person | None = None) -> list[str]:
    """So many posts, told one second apart; answers the ids of the notifications, oldest first."""
    host = host or await world.host()
    for number in range(count):
        world.clock.travel(seconds=1)
        await world.publish(host, title=f"Post {number}")
        await world.run_jobs()
    return [item["id"] for item in reversed(await world.notifications(helper))]


async def unread(helper: Person) -> int:
    body = (await helper.get("/api/notifications/unread")).json()
    assert set(body) == {"unread"}
    return int(body["unread"])


async def unread_ids(world: World, helper: Person) -> set[str]:
    return {item["id"] for item in await world.notifications(helper) if item["read_at"] is None}


async def test_a_notification_shows_all_its_fields(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "Surf in winter", experiences=["surfing"], meals=["breakfast", "dinner"])
    await world.subscribe(helper, "Two of us", group_size=2)
    post = await world.publish(host)
    await world.run_jobs()

    (shown,) = (await helper.get("/api/notifications")).json()["items"]

    summary = (await helper.get("/api/posts")).json()["items"][0]
    assert {name: value for name, value in shown.items() if name != "id"} == {
        "kind": "post_match",
        "title": "Mornings at the surf hostel",
        "body": "Fits “Surf in winter” and “Two of us”: Taitung, 4 h a day, breakfast, surfing",
        "post_id": post["id"],
        "post": summary,
        "subscription_names": ["Surf in winter", "Two of us"],
        "read_at": None,
        "created_at": "2026-11-24T04:00:00.000Z",
    }


async def test_title_and_body_follow_the_accounts_language_when_read(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "冬天衝浪", experiences=["surfing"])
    await world.publish(host, title="衝浪民宿的早晨")
    await world.run_jobs()
    (english,) = await world.notifications(helper)
    await helper.patch("/api/account", {"locale": "zh-TW"})
    (chinese,) = await world.notifications(helper)
    assert english["body"] == "Fits “冬天衝浪”: Taitung, 4 h a day, surfing"
    assert chinese["body"] == "符合「冬天衝浪」：臺東縣、每天 4 小時、衝浪體驗"
    assert {**chinese, "body": ""} == {**english, "body": ""}


async def test_the_names_are_those_of_the_day_of_telling(world: World) -> None:
    helper = await world.helper()
    made = await world.subscribe(helper, "As it was")
    await told(world, helper, 1)
    await helper.patch(f"/api/subscriptions/{made['id']}", {"name": "Renamed"})
    assert (await world.notifications(helper))[0]["subscription_names"] == ["As it was"]
    await helper.delete(f"/api/subscriptions/{made['id']}")
    assert (await world.notifications(helper))[0]["subscription_names"] == ["As it was"]


async def test_the_post_is_shown_as_it_is_now_and_null_once_deleted(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host, title="Before")
    await world.run_jobs()
    path = f"/api/posts/{post['id']}"
    await host.patch(path, {"title": "After"})
    (shown,) = await world.notifications(helper)
    assert (shown["title"], shown["post"]["title"], shown["post"]["open"]) == ("After", "After", True)
    await host.post(f"{path}/close")
    (shown,) = await world.notifications(helper)
    assert (shown["post"]["status"], shown["post"]["open"]) == ("closed", False)
    await host.delete(path)
    (shown,) = await world.notifications(helper)
    assert (shown["post"], shown["post_id"]) == (None, post["id"])
    assert shown["title"] == "Before"  # as it was told
    assert shown["body"].startswith("Fits “Anything by the sea”: Taitung")


async def test_the_list_is_newest_first_in_pages(world: World) -> None:
    helper, other, host = await world.helper(), await world.helper(), await world.host()
    await world.subscribe(helper)
    await world.subscribe(other)
    made = await told(world, helper, 5, host)
    seen: list[str] = []
    cursor: Json = {}
    page: Json = {}
    for turn in range(3):
        page = (await helper.get("/api/notifications", limit=2, **cursor)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
        if turn == 0:
            await told(world, helper, 1, host)  # what comes meanwhile moves nothing
    assert page["next_cursor"] is None
    assert seen == made[::-1]
    created = [item["created_at"] for item in await world.notifications(helper)]
    assert created == sorted(created, reverse=True)


async def test_a_cursor_is_good_for_its_own_list_and_a_day(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    await world.subscribe(helper)
    await told(world, helper, 2)
    cursor = (await helper.get("/api/notifications", limit=1)).json()["next_cursor"]
    problem(await other.get("/api/notifications", cursor=cursor), 422, "bad_cursor")
    for bad in ("nonsense", with_place(cursor, "no id"), with_place(cursor, ""), with_place(cursor, "z" * 36)):
        problem(await helper.get("/api/notifications", cursor=bad), 422, "bad_cursor")
    assert len((await helper.get("/api/notifications", cursor=cursor)).json()["items"]) == 1
    world.clock.travel(hours=24)
    problem(await helper.get("/api/notifications", cursor=cursor), 422, "bad_cursor")
    for limit in (0, 51):
        assert faults(await helper.get("/api/notifications", limit=limit)) == [["query", "limit"]]


async def test_marking_one_as_read_marks_one(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper)
    made = await told(world, helper, 3)
    world.clock.travel(seconds=1)

    answer = await helper.post("/api/notifications/read", {"ids": [made[1]]})

    assert (answer.status_code, answer.json()) == (200, {"unread": 2})
    assert await unread_ids(world, helper) == {made[0], made[2]}
    (read,) = [item for item in await world.notifications(helper) if item["id"] == made[1]]
    assert read["read_at"] == "2026-11-24T04:00:04.000Z"
    assert await unread(helper) == 2

    world.clock.travel(hours=1)  # again: it stays read since then
    assert (await helper.post("/api/notifications/read", {"ids": [made[1], made[1]]})).json() == {"unread": 2}
    assert [item["read_at"] for item in await world.notifications(helper) if item["id"] == made[1]] == [read["read_at"]]


async def test_ids_of_others_and_unknown_ones_change_nothing(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    await world.subscribe(helper)
    await world.subscribe(other)
    made = await told(world, helper, 2)

    answer = await other.post("/api/notifications/read", {"ids": [*made, str(uuid4())]})

    assert (answer.status_code, answer.json()) == (200, {"unread": 2})
    assert await unread(helper) == 2
    assert await unread_ids(world, helper) == set(made)


async def test_all_marks_all_of_ones_own(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    await world.subscribe(helper)
    await world.subscribe(other)
    await told(world, helper, 3)
    assert (await helper.post("/api/notifications/read", {"all": True})).json() == {"unread": 0}
    assert await unread(helper) == 0
    assert await unread(other) == 3


async def test_all_before_an_instant_leaves_what_came_after_it_unread(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    await told(world, helper, 2, host)
    newest_seen = (await world.notifications(helper))[0]["created_at"]
    later = (await told(world, helper, 1, host))[-1]

    answer = await helper.post("/api/notifications/read", {"all": True, "before": newest_seen})

    assert answer.json() == {"unread": 1}
    assert await unread_ids(world, helper) == {later}
    east = newest_seen.replace("T04:", "T12:").replace("Z", "+08:00")  # the same instant, as Taipei writes it
    assert (await helper.post("/api/notifications/read", {"all": True, "before": east})).json() == {"unread": 1}
    assert (await helper.post("/api/notifications/read", {"all": True, "before": None})).json() == {"unread": 0}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": [], "all": True},
        {"ids": None},
        {"all": False},
        {"all": None},
        {"before": "2026-11-24T04:00:00Z"},
        {"ids": [], "before": "2026-11-24T04:00:00Z"},
        {"all": True, "before": "2026-11-24T04:00:00"},
        {"all": True, "before": "yesterday"},
        {"all": True, "before": 1_800_000_000},
        {"all": "true"},
        {"ids": ["none"]},
        {"ids": "all"},
        {"ids": [str(uuid4()) for _ in range(101)]},
        {"all": True, "since": "2026-11-24T04:00:00Z"},
        [],
        None,
    ],
)
async def test_neither_both_and_anything_else_is_refused_and_marks_nothing(world: World, body: object) -> None:
    helper = await world.helper()
    await world.subscribe(helper)
    await told(world, helper, 1)
    problem(await helper.post("/api/notifications/read", body), 422, "validation")
    assert await unread(helper) == 1


async def test_a_hundred_ids_at_once_are_good(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper)
    made = await told(world, helper, 1)
    wanted = [*made, *(str(uuid4()) for _ in range(99))]
    assert (await helper.post("/api/notifications/read", {"ids": wanted})).json() == {"unread": 0}
    assert (await helper.post("/api/notifications/read", {"ids": []})).json() == {"unread": 0}


async def test_only_helpers_have_notifications(world: World) -> None:
    host = await world.host()
    problem(await host.get("/api/notifications"), 403, "helper_profile_required")
    problem(await host.post("/api/notifications/read", {"all": True}), 403, "helper_profile_required")
    assert await unread(host) == 0  # the bell of every page asks
    for path in ("/api/notifications", "/api/notifications/unread"):
        problem(await world.client.get(path), 401, "not_signed_in")
    problem(await world.client.post("/api/notifications/read", json={"all": True}), 401, "not_signed_in")


async def test_a_deleted_host_profile_leaves_what_was_told(world: World) -> None:
    helper, host = await world.helper(), await world.register(helper=True, host=True)
    await world.subscribe(helper)
    post = await world.publish(host)
    await world.run_jobs()
    await host.post(f"/api/posts/{post['id']}/close")
    assert (await host.delete("/api/account/host")).status_code == 200
    await world.run_jobs()
    (shown,) = await world.notifications(helper)
    assert (shown["post"], shown["title"]) == (None, "Mornings at the surf hostel")


async def test_the_reader_is_a_host_too_and_sees_the_posts_of_others_as_others(world: World) -> None:
    both, host = await world.register(helper=True, host=True), await world.host()
    await world.subscribe(both)
    await told(world, both, 1, host)
    (shown,) = await world.notifications(both)
    assert (shown["post"]["mine"], shown["post"]["told"]) == (False, None)
