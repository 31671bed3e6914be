"""GET /api/recommendations, dismissing, and what is known of a helper."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from haloop.core.clock import instant_text
from haloop.core.ids import new_id
from haloop.core.reads import Rows
from haloop.engines.jobs.runner import Job
from haloop.posts.schemas import PostSummary
from haloop.posts.views import Viewer, summaries
from haloop.recommendations import service
from haloop.recommendations.making import Maker
from haloop.recommendations.nightly import recommend
from haloop.recommendations.openings import Openings
from haloop.recommendations.signals import Known, read_known, read_known_of
from haloop.recommendations.tasks import conversation_started
from tests.expectations import problem
from tests.world import PASSWORD, Json, Person, World, a_host

pytestmark = pytest.mark.anyio


async def picked(world: World, helper: Person) -> list[Json]:
    response = await helper.get("/api/recommendations")
    assert response.status_code == 200, response.text
    body: Json = response.json()
    assert body["day"] == world.clock.today().isoformat()
    assert body["next_cursor"] is None
    items: list[Json] = body["items"]
    return items


def ids(items: list[Json]) -> list[str]:
    return [item["post"]["id"] for item in items]


def texts(item: Json) -> list[str]:
    return [reason["text"] for reason in item["reasons"]]


async def many_posts(world: World, hosts: int = 4, each: int = 3, **fields: object) -> list[str]:
    """Posts of several hosts in different regions."""
    regions = ("TW-TTT", "TW-HUA", "TW-KEE", "TW-PIF", "TW-TNN", "TW-ILA")
    made = []
    for number in range(hosts):
        host = await host_at(world, region=regions[number % len(regions)])
        made += [(await world.publish(host, title=f"{number}-{post}", **fields))["id"] for post in range(each)]
    return made


async def host_at(world: World, **fields: object) -> Person:
    """A host elsewhere than the others: with its region's centre unless a point is given."""
    host = await world.host()
    response = await host.put("/api/account/host", a_host(**{"point": None, **fields}))
    assert response.status_code == 200, response.text
    return host


async def sign_in_again(helper: Person) -> None:
    """After days in which the session ran out."""
    body = {"email": helper.account["email"], "password": PASSWORD}
    helper.token = (await helper.client.post("/api/auth/login", json=body)).json()["token"]
    helper.client.cookies.clear()


async def open_page(world: World, helper: Person, post_id: str) -> None:
    response = await helper.client.get(f"/posts/{post_id}", headers={**helper.headers, "Accept": "text/html"})
    assert response.status_code == 200
    openings: Openings = world.haloop.web.state.openings
    await openings.write()


async def test_what_suits_a_subscription_comes_first_and_says_why(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper, "Books", job_types=["web-development"])
    await world.subscribe(
        helper, "Surf in December", experiences=["surfing"], available_from="2026-12-01", available_until="2026-12-31"
    )
    await many_posts(world, hosts=3, experiences=["workshops"])
    surf = await world.publish(await world.host(), experiences=["surfing"])

    first, *_ = await picked(world, helper)

    assert first["post"]["id"] == surf["id"]
    assert texts(first)[:2] == ["Surfing, as in “Surf in December”", "A stay of 14–31 days fits your December"]
    stay = first["reasons"][1]
    assert stay["field"] == "available_from"
    assert (stay["detail"]["least"], stay["detail"]["longest"]) == (14, 31)


async def test_reasons_speak_the_readers_language(world: World) -> None:
    helper = await world.helper()
    await helper.patch("/api/account", {"locale": "zh-TW"})
    await world.subscribe(helper, "冬天的海", experiences=["surfing"])
    await world.publish(await world.host())
    (item,) = await picked(world, helper)
    assert texts(item)[0] == "衝浪體驗，符合「冬天的海」"


async def test_the_list_is_the_same_all_day_and_another_the_next(world: World) -> None:
    helper = await world.helper()
    await many_posts(world, hosts=6, each=2)
    morning = ids(await picked(world, helper))
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    await world.publish(await world.host())
    world.clock.travel(hours=8)
    assert ids(await picked(world, helper)) == morning
    assert len(morning) == 5
    world.clock.travel(hours=16)
    assert not set(ids(await picked(world, helper))) & set(morning)


async def test_own_posts_and_closed_ones_are_never_picked(world: World) -> None:
    both, other = await world.register(helper=True, host=True), await world.host()
    await world.publish(both)
    closed, kept = await world.publish(other), await world.publish(other)
    await other.post(f"/api/posts/{closed['id']}/close")
    assert ids(await picked(world, both)) == [kept["id"]]


async def test_at_most_two_of_a_host_are_picked(world: World) -> None:
    helper, big, small = await world.helper(), await world.host(), await world.host()
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    for _ in range(5):
        await world.publish(big)
    other = await world.publish(small, experiences=["workshops"])
    hosts = [item["post"]["host"]["id"] for item in await picked(world, helper)]
    assert sorted(hosts) == sorted([big.account["host"]["id"]] * 2 + [other["host"]["id"]])


async def test_what_cannot_be_done_is_never_picked_and_other_dates_neither(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    spring = {"available_from": "2027-03-01", "available_until": "2027-04-30"}
    await world.subscribe(helper, "Spring", **spring, excluded_requirements=["heavy-lifting"])
    await world.publish(host)  # until February
    await world.publish(host, ends_on="2027-05-31", requirements=["heavy-lifting"])
    fitting = await world.publish(host, ends_on="2027-05-31")
    assert ids(await picked(world, helper)) == [fitting["id"]]


async def test_not_for_me_is_filled_again_never_returns_and_can_be_taken_back(world: World) -> None:
    helper = await world.helper()
    await many_posts(world)
    before = ids(await picked(world, helper))

    assert (await helper.post(f"/api/recommendations/{before[1]}/dismiss")).status_code == 204
    assert (await helper.post(f"/api/recommendations/{before[1]}/dismiss")).status_code == 204
    after = ids(await picked(world, helper))
    assert after[:4] == [*before[:1], *before[2:]]
    assert len(after) == 5
    assert after[4] not in before

    assert (await helper.delete(f"/api/recommendations/{before[1]}/dismiss")).status_code == 204
    assert ids(await picked(world, helper)) == before

    await helper.post(f"/api/recommendations/{before[1]}/dismiss")
    for _ in range(20):
        assert before[1] not in ids(await picked(world, helper))
        world.clock.travel(days=1)


async def test_whatever_is_put_away_and_taken_back_five_are_shown_and_two_of_a_host(world: World) -> None:
    helper = await world.helper()
    await many_posts(world, hosts=5, each=4)
    host_of: dict[str, str] = {}

    async def sound() -> list[str]:
        items = await picked(world, helper)
        host_of.update({item["post"]["id"]: item["post"]["host"]["id"] for item in items})
        assert len(items) == 5
        assert max(Counter(host_of[post_id] for post_id in ids(items)).values()) <= 2
        return ids(items)

    async def put_away(post_id: str) -> list[str]:
        assert (await helper.post(f"/api/recommendations/{post_id}/dismiss")).status_code == 204
        return await sound()

    async def take_back(post_id: str) -> list[str]:
        assert (await helper.delete(f"/api/recommendations/{post_id}/dismiss")).status_code == 204
        return await sound()

    for _ in range(3):  # until two of one host stand there, and its other two have filled their places
        before = await sound()
        pair = [post_id for post_id in before if list(map(host_of.get, before)).count(host_of[post_id]) == 2][:2]
        for post_id in pair or before[:2]:
            await put_away(post_id)
        fillers = [post_id for post_id in await sound() if post_id not in before]
        for post_id in fillers:
            await put_away(post_id)
        for post_id in pair or before[:2]:
            assert post_id in await take_back(post_id)
        assert await sound() == before
        for post_id in fillers:
            await take_back(post_id)
        for post_id in (await sound())[2:4]:
            await put_away(post_id)


async def test_places_that_are_free_are_filled_at_the_next_visit(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    first = await world.publish(host)
    assert ids(await picked(world, helper)) == [first["id"]]
    await many_posts(world)
    filled = ids(await picked(world, helper))
    assert filled[0] == first["id"]
    assert len(filled) == 5


async def test_a_list_made_ahead_is_shown_without_what_its_day_finds_closed_or_written_about(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    closed, asked = await world.publish(host), await world.publish(host)
    await many_posts(world, hosts=2)
    await recommend(world.haloop.engines, world.clock.today() + timedelta(days=1))
    await host.post(f"/api/posts/{closed['id']}/close")
    await helper.post("/api/conversations", {"post_id": asked["id"]})
    await world.run_jobs()
    world.clock.travel(days=1)
    shown = ids(await picked(world, helper))
    assert len(shown) == 4
    assert not {closed["id"], asked["id"]} & set(shown)


async def test_only_what_was_recommended_to_oneself_can_be_dismissed(world: World) -> None:
    helper, other = await world.helper(), await world.helper()
    host = await world.host()
    post = await world.publish(host)
    problem(await helper.post(f"/api/recommendations/{post['id']}/dismiss"), 404, "not_found")
    await picked(world, helper)
    problem(await other.post(f"/api/recommendations/{post['id']}/dismiss"), 404, "not_found")
    problem(await other.delete(f"/api/recommendations/{post['id']}/dismiss"), 404, "not_found")
    assert (await helper.post(f"/api/recommendations/{post['id']}/dismiss")).status_code == 204
    assert await picked(world, helper) == []


async def test_a_post_that_closed_since_stays_and_says_so(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    post = await world.publish(host)
    await picked(world, helper)
    await host.post(f"/api/posts/{post['id']}/close")
    (item,) = await picked(world, helper)
    assert (item["post"]["open"], item["post"]["status"], item["reasons"]) == (False, "closed", [])
    await host.delete(f"/api/posts/{post['id']}")
    assert await picked(world, helper) == []


async def test_nothing_is_seen_twice_within_14_days_unless_nothing_else_is_left(world: World) -> None:
    helper = await world.helper()
    everything = set(await many_posts(world, hosts=6, each=3))
    seen: dict[str, int] = {}
    for day in range(40):
        if day == 20:
            await sign_in_again(helper)
        today = ids(await picked(world, helper))
        assert len(today) == 5
        fresh = {post for post in everything if day - seen.get(post, -100) > 14}
        again = [post for post in today if post not in fresh]
        if again:
            # At most two of a host: what is left besides belongs to hosts who have their two.
            left = fresh - set(today)
            hosts = {await _host(helper, post) for post in left}
            full = [await _host(helper, post) for post in today]
            assert all(full.count(host) == 2 for host in hosts)
        for post in today:
            seen[post] = day
        world.clock.travel(days=1)
    assert set(seen) == everything


async def _host(helper: Person, post_id: str) -> str:
    return str((await helper.get(f"/api/posts/{post_id}")).json()["host"]["id"])


async def test_who_has_shown_nothing_sees_new_posts_of_different_regions(world: World) -> None:
    helper = await world.helper()
    await many_posts(world, hosts=6, each=3)
    items = await picked(world, helper)
    assert len({item["post"]["region"] for item in items}) == 5
    assert all({reason["field"] for reason in item["reasons"]} == {"new_host", "new_post"} for item in items)


async def test_opened_posts_shape_the_taste_and_are_not_picked_themselves(world: World) -> None:
    helper = await world.helper()
    farm, host = await host_at(world, region="TW-ILA"), await world.host()
    opened = await world.publish(farm, job_types=["farming"], experiences=["workshops"])
    await many_posts(world, hosts=4)
    like = await world.publish(host, job_types=["farming"], experiences=["workshops"])
    await open_page(world, helper, opened["id"])

    items = await picked(world, helper)

    assert ids(items)[0] == like["id"]
    assert opened["id"] not in ids(items)
    assert texts(items[0])[0] == "Workshops or talks, as in 1 post you looked at"


async def test_a_place_looked_at_draws_its_neighbours(world: World) -> None:
    helper = await world.helper()
    looked = await world.publish(await host_at(world, point={"latitude": 22.88, "longitude": 121.23}))
    await many_posts(world, hosts=4)
    near = await world.publish(await host_at(world, point={"latitude": 22.98, "longitude": 121.30}))
    await open_page(world, helper, looked["id"])
    items = {item["post"]["id"]: item for item in await picked(world, helper)}
    assert "13 km from a place you looked at" in texts(items[near["id"]])


async def test_own_openings_and_those_of_visitors_are_not_noted(world: World) -> None:
    both = await world.register(helper=True, host=True)
    post = await world.publish(both)
    await open_page(world, both, post["id"])
    await world.client.get(f"/posts/{post['id']}")
    helper = await world.helper()
    prefetch = {**helper.headers, "Sec-Purpose": "prefetch"}
    await world.client.get(f"/posts/{post['id']}", headers=prefetch)
    await world.client.head(f"/posts/{post['id']}", headers=helper.headers)
    await world.haloop.web.state.openings.write()
    for person in (both, helper):
        assert (await person.get("/api/account/taste")).json()["posts"] == []


async def test_openings_of_what_is_gone_are_dropped_and_only_the_newest_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper, host = await world.helper(), await world.host()
    gone, kept = await world.publish(host), await world.publish(host)
    openings: Openings = world.haloop.web.state.openings
    for post in (gone, kept):
        await helper.client.get(f"/posts/{post['id']}", headers=helper.headers)
    await host.post(f"/api/posts/{gone['id']}/close")
    await host.delete(f"/api/posts/{gone['id']}")
    await openings.write()
    (known,) = (await helper.get("/api/account/taste")).json()["posts"]
    assert (known["kind"], known["post"]["id"], known["strength"]) == ("opened", kept["id"], 1000)

    monkeypatch.setattr("haloop.recommendations.openings.KEPT_MOST", 2)
    later = [(await world.publish(host))["id"] for _ in range(3)]
    for post_id in [later[0], later[1], kept["id"], later[2]]:
        world.clock.travel(minutes=1)
        await open_page(world, helper, post_id)
    posts = (await helper.get("/api/account/taste")).json()["posts"]
    assert [post["post"]["id"] for post in posts] == [later[2], kept["id"]]


async def test_writing_to_a_host_says_what_one_likes_and_that_post_is_not_picked(world: World) -> None:
    helper, host, other = await world.helper(), await world.host(), await world.host()
    asked = await world.publish(host, job_types=["farming"])
    newest = await world.publish(other, title="Newest")
    await world.publish(await world.host(), job_types=["farming"])
    await helper.post("/api/conversations", {"post_id": asked["id"]})
    await helper.post("/api/conversations", {"host_id": other.account["host"]["id"]})
    await world.run_jobs()

    known = (await helper.get("/api/account/taste")).json()

    assert {(post["kind"], post["post"]["id"], post["strength"]) for post in known["posts"]} == {
        ("written", asked["id"], 4000),
        ("written", newest["id"], 4000),
    }
    assert known["liked"][0]["slug"] in ("surfing", "farming")
    assert not {asked["id"], newest["id"]} & set(ids(await picked(world, helper)))


async def test_what_is_known_is_told_and_can_be_forgotten(world: World) -> None:
    helper = await world.helper()
    sea = await world.subscribe(helper, "Sea", experiences=["surfing"])
    made = await many_posts(world)
    await open_page(world, helper, made[0])
    today = ids(await picked(world, helper))
    await helper.post(f"/api/recommendations/{today[0]}/dismiss")
    world.clock.travel(days=30)
    await sign_in_again(helper)

    known = (await helper.get("/api/account/taste")).json()

    assert [(one["id"], one["name"]) for one in known["subscriptions"]] == [(sea["id"], "Sea")]
    assert known["subscriptions"][0]["strength"] == 891  # of 1,000, with a half-life of 180 days
    assert {(post["kind"], post["strength"]) for post in known["posts"]} == {("opened", 500), ("dismissed", -1588)}

    assert (await helper.delete("/api/account/taste")).status_code == 204
    known = (await helper.get("/api/account/taste")).json()
    assert (known["posts"], known["liked"]) == ([], [])
    assert [one["name"] for one in known["subscriptions"]] == ["Sea"]
    assert len(await picked(world, helper)) == 5


async def test_what_was_on_its_way_when_all_was_forgotten_is_not_noted(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    opened, asked = await world.publish(host), await world.publish(host)
    await helper.client.get(f"/posts/{opened['id']}", headers=helper.headers)
    await helper.post("/api/conversations", {"post_id": asked["id"]})
    await recommend(world.haloop.engines, world.clock.today() + timedelta(days=1))
    world.clock.travel(seconds=1)
    assert (await helper.delete("/api/account/taste")).status_code == 204
    await world.haloop.web.state.openings.write()
    await world.run_jobs()
    assert (await helper.get("/api/account/taste")).json()["posts"] == []
    assert await recommend(world.haloop.engines, world.clock.today() + timedelta(days=1)) == 1  # made anew

    world.clock.travel(seconds=1)
    await open_page(world, helper, asked["id"])
    (known,) = (await helper.get("/api/account/taste")).json()["posts"]
    assert (known["kind"], known["post"]["id"]) == ("opened", asked["id"])


async def test_reasons_count_posts_and_tell_looking_from_writing(world: World) -> None:
    helper = await world.helper()
    both = await world.publish(await host_at(world, region="TW-ILA"), experiences=["workshops"])
    await open_page(world, helper, both["id"])
    await helper.post("/api/conversations", {"post_id": both["id"]})
    await world.run_jobs()
    like = await world.publish(await world.host(), experiences=["workshops"])
    (item,) = await picked(world, helper)
    assert (item["post"]["id"], texts(item)[0]) == (like["id"], "Workshops or talks, as in 1 post you looked at")

    writer = await world.helper()
    await writer.post("/api/conversations", {"post_id": both["id"]})
    await world.run_jobs()
    said = {item["post"]["id"]: texts(item) for item in await picked(world, writer)}
    assert said[like["id"]][0] == "Workshops or talks, as in 1 post whose host you wrote to"

    of_each = await world.helper()
    await open_page(world, of_each, both["id"])
    other = await world.publish(await host_at(world, region="TW-ILA"), experiences=["workshops"])
    await of_each.post("/api/conversations", {"post_id": other["id"]})
    await world.run_jobs()
    said = {item["post"]["id"]: texts(item) for item in await picked(world, of_each)}
    reason = "Workshops or talks, as in 2 posts you looked at or whose hosts you wrote to"
    assert said[like["id"]][0] == reason


async def test_a_post_is_no_reason_for_itself_and_reasons_stay_as_they_are_all_day(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await many_posts(world, hosts=2)
    post = await world.publish(host)
    before = {item["post"]["id"]: texts(item) for item in await picked(world, helper)}
    world.clock.travel(seconds=1)
    for post_id in before:
        await open_page(world, helper, post_id)
    assert {item["post"]["id"]: texts(item) for item in await picked(world, helper)} == before
    world.clock.travel(seconds=1)
    await helper.delete("/api/account/taste")
    world.clock.travel(seconds=1)
    await open_page(world, helper, post["id"])
    items = {item["post"]["id"]: item for item in await picked(world, helper)}
    # Seen already, so it comes last; the others are like it, and it is not like itself.
    assert [reason["field"] for reason in items[post["id"]]["reasons"]] == ["new_host", "new_post"]


@pytest.mark.parametrize(("described", "said"), [("x" * 600, "described"), ("x" * 599, "arrival")])
async def test_a_post_is_said_to_tell_much_only_where_it_does(world: World, described: str, said: str) -> None:
    host = await world.host()
    await world.publish(host, description=described)
    world.clock.travel(days=31)
    (item,) = await picked(world, await world.helper())
    assert [reason["field"] for reason in item["reasons"]] == [said]


async def test_a_long_name_is_cut_and_options_that_hold_an_or_are_set_apart(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper, "A" * 41, experiences=["surfing", "workshops"])
    await world.publish(await world.host(), experiences=["surfing", "workshops"])
    (item,) = await picked(world, helper)
    assert texts(item)[0] == f"Surfing, workshops or talks, as in “{'A' * 39}…”"


async def test_days_are_those_of_the_platform(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    midnight = datetime.combine(world.clock.today() + timedelta(days=1), time(), world.clock.zone)
    world.clock.travel(seconds=(midnight - world.clock.now()).total_seconds())  # 16:00 of the day before in UTC
    post = await world.publish(host)
    items = {item["post"]["id"]: item for item in await picked(world, helper)}
    await open_page(world, helper, post["id"])
    (new,) = [reason for reason in items[post["id"]]["reasons"] if reason["field"] == "new_post"]
    assert new["detail"]["published_on"] == world.clock.today().isoformat()
    (known,) = (await helper.get("/api/account/taste")).json()["posts"]
    assert known["strength"] == 1000
    world.clock.travel(days=29, hours=23)  # no whole month of platform days
    await sign_in_again(helper)
    (known,) = (await helper.get("/api/account/taste")).json()["posts"]
    assert known["strength"] == 512  # after 29 days


async def test_forgetting_makes_todays_list_anew_without_what_was_forgotten(world: World) -> None:
    helper = await world.helper()
    made = await many_posts(world)
    await open_page(world, helper, made[0])
    before = await picked(world, helper)
    assert any("looked at" in text for item in before for text in texts(item))
    await helper.delete("/api/account/taste")
    assert not any("looked at" in text for item in await picked(world, helper) for text in texts(item))


async def test_what_was_published_a_moment_ago_is_picked_and_what_was_changed_is_as_it_is_now(world: World) -> None:
    host = await world.host()
    first = await world.publish(host)
    assert ids(await picked(world, await world.helper())) == [first["id"]]
    second = await world.publish(host)
    assert set(ids(await picked(world, await world.helper()))) == {first["id"], second["id"]}
    await host.patch(f"/api/posts/{first['id']}", {"requirements": ["heavy-lifting"]})
    helper = await world.helper()
    await world.subscribe(helper, "Light", group_size=1, excluded_requirements=["heavy-lifting"])
    assert ids(await picked(world, helper)) == [second["id"]]


async def test_a_post_whose_time_is_over_is_not_picked(world: World) -> None:
    host = await world.host()
    await world.publish(host)
    world.clock.travel(days=90)
    assert await picked(world, await world.helper()) == []


async def test_noting_a_conversation_twice_or_too_late_changes_nothing(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    post = await world.publish(host)
    asked = {"account_id": helper.account["id"], "host_id": host.account["host"]["id"], "post_id": post["id"]}
    asked["at"] = instant_text(world.clock.now())
    gone = {**asked, "post_id": str(new_id())}
    nobody = {**asked, "account_id": str(new_id())}
    nowhere = {**asked, "host_id": str(new_id()), "post_id": ""}
    for payload in (asked, asked, gone, nobody, nowhere):
        await conversation_started(world.haloop.engines, Job(new_id(), "conversation.started", payload, 1))
    (known,) = (await helper.get("/api/account/taste")).json()["posts"]
    assert (known["kind"], known["post"]["id"]) == ("written", post["id"])


async def test_without_a_post_there_is_an_empty_list(world: World) -> None:
    assert await picked(world, await world.helper()) == []


async def test_what_was_looked_for_in_vain_is_looked_for_again_when_anything_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    fill = Maker.fill

    async def counted(maker: Maker, known: Sequence[Known], *, only_new: bool = False) -> int:
        nonlocal looked
        looked += 1
        return await fill(maker, known, only_new=only_new)

    async def looks(times: int) -> list[Json]:
        before = looked
        items = await picked(world, helper)
        assert looked - before == times
        assert await picked(world, helper) == items
        return items

    monkeypatch.setattr(Maker, "fill", counted)
    helper, host = await world.helper(), await world.host()
    assert await looks(1) == []
    first = await world.publish(host, title="First")
    await picked(world, helper)  # finds it
    assert ids(await looks(1)) == [first["id"]]  # and nothing besides
    assert ids(await looks(0)) == [first["id"]]
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    await looks(1)
    assert (await helper.post(f"/api/recommendations/{first['id']}/dismiss")).status_code == 204
    assert await looks(1) == []
    assert (await helper.delete(f"/api/recommendations/{first['id']}/dismiss")).status_code == 204
    assert ids(await looks(1)) == [first["id"]]
    await world.publish(host, title="Second")
    assert len(await picked(world, helper)) == 2


async def test_what_two_visits_at_once_looked_for_is_looked_for_again_after_forgetting(world: World) -> None:
    helper = await world.helper()
    await many_posts(world)
    await asyncio.gather(*(helper.get("/api/recommendations") for _ in range(4)))
    assert len(await picked(world, helper)) == 5
    assert (await helper.delete("/api/account/taste")).status_code == 204
    assert len(await picked(world, helper)) == 5


async def test_a_host_who_leaves_while_its_post_is_shown_leaves_no_reasons(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper, host = await world.helper(), await world.register(helper=True, host=True)
    post = await world.publish(host)

    async def and_gone(rows: Rows, viewer: Viewer, post_ids: Sequence[UUID]) -> list[PostSummary]:
        found = await summaries(rows, viewer, post_ids)
        assert (await host.post(f"/api/posts/{post['id']}/close")).status_code == 200
        assert (await host.delete("/api/account/host")).status_code == 200
        return found

    monkeypatch.setattr(service, "summaries", and_gone)
    (item,) = await picked(world, helper)
    assert item["reasons"] == []


async def test_one_helper_is_known_as_many_are(world: World) -> None:
    engines, today = world.haloop.engines, world.clock.today()
    helpers = [await world.helper() for _ in range(2)]
    await world.subscribe(helpers[0], "Sea", experiences=["surfing"], text="linen")
    posts = await many_posts(world)
    for helper in helpers:
        listed = ids(await picked(world, helper))
        await helper.post(f"/api/recommendations/{listed[0]}/dismiss")
        await open_page(world, helper, posts[-1])
        await helper.post("/api/conversations", {"post_id": posts[0]})
    await world.run_jobs()
    world.clock.travel(days=1)
    await picked(world, helpers[0])
    for day in (today, world.clock.today()):
        async with engines.database.reading() as session:
            accounts = [UUID(helper.account["id"]) for helper in helpers]
            many = await read_known(session, accounts, day, engines.clock.zone)
        assert any(one.signals and one.barred and one.seen and one.listed and one.wishes for one in many)
        for one in many:
            assert await read_known_of(engines.database.rows, one.account_id, day, engines.clock.zone) == one


async def test_a_limit_is_kept_to(world: World) -> None:
    helper = await world.helper()
    await many_posts(world)
    assert len((await helper.get("/api/recommendations", limit=2)).json()["items"]) == 2
    problem(await helper.get("/api/recommendations", limit=0), 422, "validation")
