"""Design, section 7: what a seeded demo holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from haloop.accounts.models import AccountRow
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.demo.seed import HELPER_TRIAL, HOST_TRIAL
from haloop.engines.jobs.outbox import OutboxRow
from haloop.matching.filter import Filter
from haloop.notifications.models import NotificationRow
from tests.expectations import problem
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def demo(open_demo: Callable[[], AbstractAsyncContextManager[World]]) -> AsyncIterator[World]:
    async with open_demo() as world:
        yield world


async def sign_in(world: World, email: str, password: str) -> Person:
    answer = await world.client.post("/api/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    world.client.cookies.clear()
    return Person(world.client, answer.json()["token"], answer.json()["account"])


async def open_posts(world: World) -> list[Json]:
    """All that a search finds, page by page."""
    posts: list[Json] = []
    query: Json = {"limit": 50}
    while True:
        page = (await world.client.get("/api/posts", params=query)).json()
        posts += page["items"]
        if page["next_cursor"] is None:
            return posts
        query["cursor"] = page["next_cursor"]


async def test_there_are_200_open_posts_of_40_hosts_in_every_region(demo: World) -> None:
    posts = await open_posts(demo)
    assert len(posts) >= 200
    assert all(post["open"] for post in posts)
    assert len({post["host"]["id"] for post in posts}) >= 40
    assert {post["region"] for post in posts} == {region.code for region in vocabulary().regions}
    assert (await demo.client.get("/api/posts")).json()["total"] == len(posts)


async def test_the_posts_are_varied(demo: World) -> None:
    posts = await open_posts(demo)
    assert len({post["title"] for post in posts}) >= 60
    for name in OPTION_LISTS:
        if name != "requirements":  # no summary shows them
            offered = {slug for post in posts for slug in post[name]}
            assert len(offered) >= min(5, len(vocabulary().options[name])), name
    assert len({post["hours_per_day"] for post in posts}) >= 3
    assert len({post["min_stay_days"] for post in posts}) >= 5


async def test_every_host_has_a_point_a_locality_a_portrait_and_its_words(demo: World) -> None:
    for host_id in {post["host"]["id"] for post in await open_posts(demo)}:
        host = (await demo.client.get(f"/api/hosts/{host_id}")).json()
        assert host["locality"]
        assert host["description"]
        assert host["photo"]
        assert host["location"]["precision"] == "area", host["name"]
        assert host["open_posts"] >= 1


async def test_every_post_has_photos_that_are_there_in_three_sizes_with_a_text(demo: World) -> None:
    checked: set[str] = set()
    for summary in (await open_posts(demo))[::4]:
        post = (await demo.client.get(f"/api/posts/{summary['id']}")).json()
        assert 3 <= len(post["photos"]) <= 8
        for photo in post["photos"]:
            assert photo["alt"]
            if photo["id"] in checked:
                continue
            checked.add(photo["id"])
            widths = []
            for name in ("url", "medium_url", "thumbnail_url"):
                answer = await demo.client.get(photo[name])
                assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
                with Image.open(demo.media / photo[name].removeprefix("/media/")) as picture:
                    widths.append(max(picture.size))
            assert widths[1:] == [960, 480]
            assert widths[0] == max(photo["width"], photo["height"])
    assert len(checked) >= 40


async def test_all_photo_files_belong_to_a_photo_and_all_of_them_are_there(demo: World) -> None:
    files = [path for path in demo.media.rglob("*") if path.is_file()]
    sizes = Counter(path.stem.rpartition("-")[0] for path in files)
    assert set(sizes.values()) == {3}
    assert all(path.suffix == ".webp" for path in files)


async def test_both_trial_accounts_sign_in_and_are_the_only_ones_that_everyone_knows(demo: World) -> None:
    helper = await sign_in(demo, *HELPER_TRIAL)
    host = await sign_in(demo, *HOST_TRIAL)
    assert (helper.account["email"], host.account["email"]) == ("visitor2025@haloop.io", "hostvisitor2025@haloop.io")
    assert (helper.account["is_trial"], host.account["is_trial"]) == (True, True)
    assert (helper.account["helper"] is None, helper.account["host"]) == (False, None)
    assert (host.account["helper"], host.account["host"] is None) == (None, False)
    async with demo.haloop.engines.database.reading() as session:
        trial = set(await session.scalars(sa.select(AccountRow.email).where(AccountRow.is_trial)))
        others = set(await session.scalars(sa.select(AccountRow.email).where(~AccountRow.is_trial)))
    assert trial == {HELPER_TRIAL[0], HOST_TRIAL[0]}
    assert all(email.endswith(".invalid") for email in others)  # nobody's address
    known = {"email": min(others), "password": "--------"}
    problem(await demo.client.post("/api/auth/login", json=known), 401, "not_signed_in")


async def test_the_visitor_has_subscriptions_and_some_unread_notifications(demo: World) -> None:
    visitor = await sign_in(demo, *HELPER_TRIAL)
    subscriptions = (await visitor.get("/api/subscriptions")).json()["items"]
    assert len(subscriptions) >= 2
    assert any(item["matching_posts"] > 0 for item in subscriptions)
    assert any(item["last_match_at"] for item in subscriptions)
    assert not any(item["expired"] for item in subscriptions)

    notifications = await demo.notifications(visitor)
    unread = [item for item in notifications if item["read_at"] is None]
    assert 1 <= len(unread) <= 12
    assert len(notifications) > len(unread)
    assert (await visitor.get("/api/notifications/unread")).json() == {"unread": len(unread)}
    names = {item["name"] for item in subscriptions}
    assert all(names.issuperset(item["subscription_names"]) for item in notifications)
    assert all(item["post"]["open"] for item in notifications)


async def test_helpers_are_told_of_what_fits_them_and_of_nothing_else(demo: World) -> None:
    visitor = await sign_in(demo, *HELPER_TRIAL)
    told = {item["post_id"] for item in await demo.notifications(visitor)}
    fitting: set[str] = set()
    for subscription in (await visitor.get("/api/subscriptions")).json()["items"]:
        query = Filter.model_validate(subscription["filter"]).to_query()
        found = (await demo.client.get("/api/posts", params=[*query, ("limit", "50")])).json()
        fitting.update(post["id"] for post in found["items"])
    assert told <= fitting
    async with demo.haloop.engines.database.reading() as session:
        helpers = set(await session.scalars(sa.select(NotificationRow.account_id)))
    assert len(helpers) >= 5


async def test_the_trial_host_has_a_place_with_open_posts_that_helpers_were_told_of(demo: World) -> None:
    host = await sign_in(demo, *HOST_TRIAL)
    posts = (await host.get("/api/me/posts")).json()["items"]
    assert posts
    assert all(post["mine"] and post["status"] == "published" for post in posts)
    assert all(post["told"] is not None for post in posts)
    assert host.account["host"]["locality"]


async def test_both_trial_accounts_have_conversations_with_something_unread(demo: World) -> None:
    for who, least in ((HELPER_TRIAL, 3), (HOST_TRIAL, 3)):
        person = await sign_in(demo, *who)
        items = (await person.get("/api/conversations")).json()["items"]
        assert len(items) >= least
        assert any(item["unread"] for item in items)
        assert any(not item["unread"] for item in items)
        unread = (await person.get("/api/conversations/unread")).json()["unread"]
        assert unread == sum(item["unread"] for item in items)
        for item in items:
            messages = (await person.get(f"/api/conversations/{item['id']}/messages", limit=50)).json()["items"]
            assert [message["number"] for message in messages] == list(range(1, item["last_number"] + 1))
            assert messages[0]["post"]["id"] == item["post"]["id"]
            times = [message["sent_at"] for message in messages]
            assert times == sorted(times)
            assert datetime.fromisoformat(times[-1]) <= demo.clock.now()


async def test_the_dates_lie_around_today(demo: World) -> None:
    now = demo.clock.now()
    published = [datetime.fromisoformat(post["published_at"]) for post in await open_posts(demo)]
    assert max(published) <= now
    assert now - max(published) < timedelta(days=2)
    assert min(published) > now - timedelta(days=61)
    starts = {
        (datetime.fromisoformat(post["starts_on"]).date() - demo.clock.today()).days for post in await open_posts(demo)
    }
    assert min(starts) < 0 < max(starts)
    for post in await open_posts(demo):
        host = (await demo.client.get(f"/api/hosts/{post['host']['id']}")).json()
        assert host["member_since"] <= post["published_at"][:7]


async def test_nothing_is_left_to_do(demo: World) -> None:
    async with demo.haloop.engines.database.reading() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) == 0
