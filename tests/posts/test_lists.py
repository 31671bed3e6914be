"""Lists of posts: the search, near misses, one's own, a host's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.expectations import faults, problem, with_place
from tests.posts.visits import signed_in_again
from tests.world import Json, World

pytestmark = pytest.mark.anyio


async def listed(world: World, path: str = "/api/posts", **params: object) -> Json:
    response = await world.client.get(path, params=params)  # type: ignore[arg-type]  # query values
    assert response.status_code == 200, response.text
    page: Json = response.json()
    return page


def ids(page: Json) -> list[str]:
    return [item["id"] for item in page["items"]]


async def test_an_item_says_what_a_card_needs(world: World) -> None:
    lin = await world.host()
    post = await world.publish(lin)

    (item,) = (await listed(world))["items"]

    left_out = {"description", "benefits", "requirements", "photos"}
    assert item == {
        **{name: value for name, value in post.items() if name not in left_out},
        "photo": post["photos"][0],
        "mine": False,
        "told": None,
    }
    (own,) = (await lin.get("/api/posts")).json()["items"]
    assert (own["mine"], own["told"]) == (True, 0)


async def test_each_post_is_seen_once_while_others_are_published_in_between(world: World) -> None:
    lin = await world.host()
    posts = []
    for _ in range(5):
        posts.append(await world.publish(lin))
        world.clock.travel(seconds=1)

    first = await listed(world, limit=2)
    await world.publish(lin)
    second = await listed(world, limit=2, cursor=first["next_cursor"])
    await lin.post(f"/api/posts/{posts[1]['id']}/close")
    third = await listed(world, limit=2, cursor=second["next_cursor"])

    assert (first["total"], first["total_capped"]) == (5, False)
    assert (second["total"], second["total_capped"]) == (third["total"], third["total_capped"]) == (None, None)
    assert ids(first) + ids(second) + ids(third) == [posts[place]["id"] for place in (4, 3, 2, 1, 0)]
    assert third["next_cursor"] is None


async def test_posts_of_one_moment_are_seen_once_each(world: World) -> None:
    lin = await world.host()
    posts = {(await world.publish(lin))["id"] for _ in range(7)}
    seen: list[str] = []
    cursor = ""

    while True:
        page = await listed(world, limit=2, cursor=cursor)
        seen += ids(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == 7
    assert set(seen) == posts


async def test_newest_goes_by_the_last_opening(world: World) -> None:
    lin = await world.host()
    one = await world.publish(lin)
    world.clock.travel(minutes=1)
    two = await world.publish(lin)
    assert ids(await listed(world)) == [two["id"], one["id"]]

    world.clock.travel(minutes=1)
    await lin.patch(f"/api/posts/{one['id']}", {"title": "Only edited"})
    assert ids(await listed(world, sort="newest")) == [two["id"], one["id"]]
    await lin.post(f"/api/posts/{one['id']}/close")
    await lin.post(f"/api/posts/{one['id']}/publish")

    assert ids(await listed(world)) == [one["id"], two["id"]]


async def test_starting_soon_shows_upcoming_posts_and_then_those_already_running(world: World) -> None:
    lin = await world.host()
    dates = {
        "today": ("2026-11-24", "2027-01-31"),
        "soon": ("2026-11-25", "2027-02-28"),
        "later": ("2027-01-10", "2027-02-28"),
        "running": ("2026-11-01", "2027-01-31"),
        "ending": ("2026-10-01", "2026-12-10"),
    }
    made = {
        name: (await world.publish(lin, starts_on=first, ends_on=last))["id"] for name, (first, last) in dates.items()
    }
    names = {post_id: name for name, post_id in made.items()}

    whole = [names[post_id] for post_id in ids(await listed(world, sort="starting_soon"))]

    assert whole == ["today", "soon", "later", "ending", "running"]
    seen: list[str] = []
    cursor = None
    for _ in range(5):
        page = await listed(world, sort="starting_soon", limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [names[post_id] for post_id in ids(page)]
        cursor = page["next_cursor"]
    assert seen == whole
    assert cursor is None


async def test_a_list_begun_yesterday_keeps_its_order_to_the_end(world: World) -> None:
    lin = await world.host()
    for starts_on in ("2026-11-25", "2026-11-26", "2026-11-27"):
        await world.publish(lin, starts_on=starts_on)
    whole = ids(await listed(world, sort="starting_soon"))
    first = await listed(world, sort="starting_soon", limit=1)

    world.clock.travel(hours=23)  # tomorrow: the first of them is running now
    rest = await listed(world, sort="starting_soon", limit=5, cursor=first["next_cursor"])

    assert ids(first) + ids(rest) == whole


async def test_a_cursor_belongs_to_its_query_and_its_day(world: World) -> None:
    lin = await world.host()
    for _ in range(3):
        await world.publish(lin)
    cursor = (await listed(world, limit=1, meals="breakfast"))["next_cursor"]
    host_posts = f"/api/hosts/{lin.account['host']['id']}/posts"

    for path, params in (
        ("/api/posts", {}),
        ("/api/posts", {"meals": "lunch"}),
        ("/api/posts", {"meals": "breakfast", "sort": "starting_soon"}),
        (host_posts, {}),
    ):
        response = await world.client.get(path, params={**params, "cursor": cursor})
        assert faults(response, "bad_cursor") == [["query", "cursor"]]
    assert faults(await lin.get("/api/me/posts", cursor=cursor), "bad_cursor") == [["query", "cursor"]]
    same = await listed(world, limit=2, meals="breakfast", cursor=cursor, page=7)  # the limit may differ
    assert len(same["items"]) == 2
    world.clock.travel(hours=24)
    response = await world.client.get("/api/posts", params={"meals": "breakfast", "cursor": cursor})
    assert faults(response, "bad_cursor") == [["query", "cursor"]]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "limit"),
        ("limit=51", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=1.5", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("sort=best", "sort"),
        ("cursor=x", "cursor"),
        ("cursor=" + "x" * 1001, "cursor"),
        ("regions=XX-YYY", "regions"),
        ("job_types=ruling", "job_types"),
        ("job_types=farming&job_types=%00", "job_types"),
        ("meals=farming", "meals"),
        ("excluded_requirements=wifi", "excluded_requirements"),
        ("available_from=2026-02-30", "available_from"),
        ("available_from=1764547200", "available_from"),
        ("available_from=20261201", "available_from"),
        ("available_until=tomorrow", "available_until"),
        ("available_from=2027-01-02&available_until=2027-01-01", "available_until"),
        ("group_size=0", "group_size"),
        ("group_size=51", "group_size"),
        ("group_size=two", "group_size"),
        ("group_size=" + "9" * 5000, "group_size"),
        ("max_hours_per_day=25", "max_hours_per_day"),
        ("max_hours_per_day=-3", "max_hours_per_day"),
        ("max_min_stay_days=366", "max_min_stay_days"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,4,5", "bbox"),
        ("bbox=NaN,NaN,NaN,NaN", "bbox"),
        ("bbox=-Infinity,0,1,1", "bbox"),
        ("bbox=1e999,0,1,1", "bbox"),
        ("bbox=0,1,1,0", "bbox"),
        ("bbox=0,-91,1,0", "bbox"),
        ("bbox=-181,0,1,1", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("text=" + "x" * 101, "text"),
        ("text=%00", "text"),
        ("text=a%1Bb", "text"),
        ("text=" + "+".join(f"a{number}" for number in range(33)), "text"),
    ],
)
async def test_a_bad_query_names_its_field(world: World, query: str, where: str) -> None:
    response = await world.client.get(f"/api/posts?{query}")

    slug = "bad_cursor" if where == "cursor" else "validation"
    assert {tuple(loc[:2]) for loc in faults(response, slug)} == {("query", where)}


@pytest.mark.parametrize(
    "query",
    ["page=0", "limit=1&limit=2", "text=%FF%ED%A0%80", "text=!!!", "regions=", "bbox=", "cursor=", "a=b&c[]=d",
     "%00=%00", "&&&=", "text=" + "%F0%A0%AE%B7" * 33, "bbox=179,-10,-179,10", "job_types=farming&job_types=farming"],
)  # fmt: skip
async def test_an_odd_query_is_no_mistake(world: World, query: str) -> None:
    assert (await world.client.get(f"/api/posts?{query}")).status_code == 200


async def test_near_misses_say_what_to_loosen(world: World) -> None:
    lin = await world.host()
    posts = [await world.publish(lin, hours_per_day=hours) for hours in (5, 6)]
    query: Json = {"max_hours_per_day": 4, "regions": "TW-TTT", "meals": "breakfast"}
    assert (await listed(world, **query))["items"] == []

    page = await listed(world, "/api/posts/near-misses", **query)

    assert page["next_cursor"] is None
    (miss,) = page["items"]
    assert miss["relax"] == {"field": "max_hours_per_day", "value": 5}
    assert miss["filter"] == {"regions": ["TW-TTT"], "max_hours_per_day": 5, "meals": ["breakfast"]}
    assert miss["count"] == 1
    assert [post["id"] for post in miss["posts"]] == [posts[0]["id"]]


async def test_near_misses_show_at_most_three_posts_most_first(world: World) -> None:
    lin = await world.host()
    for _ in range(4):
        await world.publish(lin, meals=["lunch"])
    await world.publish(lin, meals=["breakfast"], experiences=["diving"])

    page = await listed(world, "/api/posts/near-misses", meals="breakfast", experiences="surfing")

    assert [(miss["relax"], miss["count"], len(miss["posts"])) for miss in page["items"]] == [
        ({"field": "meals", "value": None}, 4, 3),
        ({"field": "experiences", "value": None}, 1, 1),
    ]
    assert (await listed(world, "/api/posts/near-misses"))["items"] == []
    assert faults(await world.client.get("/api/posts/near-misses?group_size=99")) == [["query", "group_size"]]


async def test_a_host_sees_its_own_posts_in_every_state_newest_change_first(world: World) -> None:
    lin, bo = await world.host(), await world.host()
    await world.publish(bo)
    draft = (await lin.post("/api/posts", {"title": "Later"})).json()
    world.clock.travel(seconds=1)
    published = await world.publish(lin)
    world.clock.travel(seconds=1)
    closed = await world.publish(lin)
    await lin.post(f"/api/posts/{closed['id']}/close")

    async def own(**params: object) -> list[str]:
        return ids((await lin.get("/api/me/posts", **params)).json())

    assert await own() == [closed["id"], published["id"], draft["id"]]
    assert await own(status="draft") == [draft["id"]]
    assert await own(status="published") == [published["id"]]
    assert await own(status="closed") == [closed["id"]]
    world.clock.travel(seconds=1)
    await lin.patch(f"/api/posts/{draft['id']}", {"title": "Sooner"})
    assert await own() == [draft["id"], closed["id"], published["id"]]
    assert faults(await lin.get("/api/me/posts", status="open")) == [["query", "status"]]


async def test_ones_own_posts_come_in_pages_each_once(world: World) -> None:
    lin = await world.host()
    made = [(await lin.post("/api/posts", {"title": f"Draft {number}"})).json()["id"] for number in range(5)]

    first = (await lin.get("/api/me/posts", limit=2)).json()
    second = (await lin.get("/api/me/posts", limit=2, cursor=first["next_cursor"])).json()
    third = (await lin.get("/api/me/posts", limit=2, cursor=second["next_cursor"])).json()

    assert ids(first) + ids(second) + ids(third) == made[::-1]
    assert third["next_cursor"] is None
    assert set(first) == {"items", "next_cursor"}
    assert faults(await lin.get("/api/me/posts", status="draft", cursor=first["next_cursor"]), "bad_cursor")
    bo = await world.host()
    assert faults(await bo.get("/api/me/posts", cursor=first["next_cursor"]), "bad_cursor")


async def test_a_cursor_with_another_place_written_in_is_refused(world: World) -> None:
    lin = await world.host()
    for _ in range(2):
        await lin.post("/api/posts", {"title": "Later"})
        await world.publish(lin)
    for path in ("/api/me/posts", "/api/posts"):
        cursor = (await lin.get(path, limit=1)).json()["next_cursor"]
        id_ = str(uuid4())
        for place in ([10**30, id_], [-(10**30), id_], [1, "no id"], [1, ""], ["1", id_]):
            forged = with_place(cursor, *place)
            assert faults(await lin.get(path, cursor=forged), "bad_cursor") == [["query", "cursor"]]


async def test_a_hosts_open_posts_are_for_everyone(world: World) -> None:
    lin, bo = await world.host(), await world.host()
    await world.publish(bo)
    await lin.post("/api/posts", {"title": "Later"})
    closed = await world.publish(lin)
    await lin.post(f"/api/posts/{closed['id']}/close")
    past = await world.publish(lin, starts_on="2026-11-01", ends_on="2026-11-24", min_stay_days=1)
    world.clock.travel(days=1)
    posts = [await world.publish(lin) for _ in range(3)]
    path = f"/api/hosts/{lin.account['host']['id']}/posts"

    page = await listed(world, path)

    assert set(ids(page)) == {post["id"] for post in posts}
    assert past["id"] not in ids(page)
    assert set(page) == {"items", "next_cursor"}
    first = await listed(world, path, limit=2)
    rest = await listed(world, path, limit=2, cursor=first["next_cursor"])
    assert set(ids(first) + ids(rest)) == set(ids(page))
    public = await listed(world, path.removesuffix("/posts"))
    assert public["open_posts"] == 3


async def test_a_search_with_a_last_day_in_the_past_finds_nothing(world: World) -> None:
    await world.publish(await world.host(), starts_on="2026-11-01")

    assert (await listed(world, available_until="2026-11-23"))["total"] == 0


async def test_a_total_is_counted_for_the_whole_query(world: World) -> None:
    lin = await signed_in_again(world, await world.host())
    for meals in (["breakfast"], ["breakfast", "lunch"], ["dinner"]):
        await world.publish(lin, meals=meals)

    page = await listed(world, meals=["breakfast", "lunch"], limit=1)

    assert (page["total"], len(page["items"])) == (2, 1)
    problem(await world.client.get("/api/posts", params={"limit": 0}), 422, "validation")
