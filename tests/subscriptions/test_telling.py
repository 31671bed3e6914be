"""Design, section 4: who is told of a post, and who is not."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from haloop.engines.jobs.outbox import add_job
from haloop.notifications.models import NotificationRow, ToldRow
from tests.crowd import a_crowd
from tests.world import Person, World, a_host

pytestmark = pytest.mark.anyio


async def told_titles(world: World, helper: Person) -> list[str]:
    return [item["title"] for item in reversed(await world.notifications(helper))]


async def test_everyone_whom_a_post_fits_is_told_however_many_they_are(world: World) -> None:
    crowd = await a_crowd(world, 1300)  # pages of 50, 200, 1,000 and a rest
    post = await world.publish(await world.host())

    await world.run_jobs()

    async with world.haloop.engines.database.reading() as session:
        told = Counter(await session.scalars(sa.select(NotificationRow.account_id)))
    assert told == Counter(crowd)
    assert (await world.client.get(f"/api/posts/{post['id']}")).json()["told"] is None


async def test_a_host_sees_how_many_helpers_were_told(world: World) -> None:
    await a_crowd(world, 60)
    host = await world.host()
    post = await world.publish(host)
    await world.run_jobs()
    assert (await host.get(f"/api/posts/{post['id']}")).json()["told"] == 60


async def test_ten_equal_subscriptions_of_one_helper_give_one_notification_and_silence_nobody(world: World) -> None:
    many, one = await world.helper(), await world.helper()
    for number in range(10):
        await world.subscribe(many, f"Wish {number}", meals=["breakfast"])
    await world.subscribe(one, "Breakfast", meals=["breakfast"])
    await world.publish(await world.host())

    await world.run_jobs()

    (notification,) = await world.notifications(many)
    assert notification["subscription_names"] == [f"Wish {number}" for number in range(10)]
    assert len(await world.notifications(one)) == 1


async def test_a_notification_names_every_subscription_that_fits_oldest_first_and_no_other(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper, "Anywhere with surf", experiences=["surfing"])
    await world.subscribe(helper, "Hualien only", regions=["TW-HUA"])
    await world.subscribe(helper, "In Taitung", regions=["TW-TTT"])
    await world.publish(await world.host())

    await world.run_jobs()

    (notification,) = await world.notifications(helper)
    assert notification["subscription_names"] == ["Anywhere with surf", "In Taitung"]


async def test_nobody_is_told_of_an_own_post(world: World) -> None:
    both = await world.register(helper=True, host=True)
    await world.subscribe(both)
    await world.publish(both)
    await world.run_jobs()
    assert await world.notifications(both) == []


async def test_a_draft_is_told_to_nobody_until_it_is_published(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host, status="draft")
    await world.run_jobs()
    assert await world.notifications(helper) == []
    assert (await host.post(f"/api/posts/{post['id']}/publish")).status_code == 200
    await world.run_jobs()
    assert len(await world.notifications(helper)) == 1


async def test_an_edit_tells_those_whom_the_post_fits_only_now(world: World) -> None:
    before, after = await world.helper(), await world.helper()
    await world.subscribe(before, meals=["breakfast"])
    await world.subscribe(after, meals=["dinner"])
    host = await world.host()
    post = await world.publish(host)
    await world.run_jobs()

    await host.patch(f"/api/posts/{post['id']}", {"meals": ["breakfast", "dinner"], "title": "Now with dinner"})
    await world.run_jobs()

    assert await told_titles(world, before) == ["Now with dinner"]  # one notification, the post's title of today
    assert await told_titles(world, after) == ["Now with dinner"]
    assert (await host.get(f"/api/posts/{post['id']}")).json()["told"] == 2


async def test_an_edit_tells_nobody_whose_later_subscription_fitted_the_post_before_it(world: World) -> None:
    host = await world.host()
    post = await world.publish(host)
    await world.run_jobs()
    late = await world.helper()
    await world.subscribe(late, meals=["breakfast"])

    await host.patch(f"/api/posts/{post['id']}", {"hours_per_day": 5})
    await world.run_jobs()

    assert await world.notifications(late) == []


async def test_an_edit_of_photos_alone_tells_nobody(world: World) -> None:
    host = await world.host()
    post = await world.publish(host)
    await world.run_jobs()
    late = await world.helper()
    await world.subscribe(late)
    await host.patch(f"/api/posts/{post['id']}", {"photos": await world.photos(host), "days_per_week": 4})
    await world.run_jobs()
    assert await world.notifications(late) == []


async def test_a_reopened_post_is_told_to_whoever_was_not_told_of_it_before(world: World) -> None:
    first, late, host = await world.helper(), await world.helper(), await world.host()
    await world.subscribe(first)
    post = await world.publish(host)
    await world.run_jobs()
    await world.subscribe(late)

    await host.post(f"/api/posts/{post['id']}/close")
    await host.post(f"/api/posts/{post['id']}/publish")
    await world.run_jobs()

    assert len(await world.notifications(first)) == 1
    assert len(await world.notifications(late)) == 1


async def test_closing_before_the_telling_tells_nobody(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host)
    await host.post(f"/api/posts/{post['id']}/close")
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_a_post_deleted_before_the_telling_tells_nobody(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host)
    await host.delete(f"/api/posts/{post['id']}")
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_a_post_that_ran_out_before_the_telling_tells_nobody(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    await world.publish(host)
    world.clock.travel(days=365)
    await world.run_jobs()
    async with world.haloop.engines.database.reading() as session:
        assert (await session.scalars(sa.select(NotificationRow.id))).all() == []


async def test_a_host_who_moves_is_an_edit_of_each_open_post(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "Hualien", regions=["TW-HUA"])
    posts = [await world.publish(host, title=title) for title in ("One", "Two")]
    closed = await world.publish(host, title="Closed")
    await host.post(f"/api/posts/{closed['id']}/close")
    await world.run_jobs()
    assert await world.notifications(helper) == []

    await host.put("/api/account/host", a_host(region="TW-HUA", point={"latitude": 23.9, "longitude": 121.6}))
    await world.run_jobs()

    assert sorted(await told_titles(world, helper)) == ["One", "Two"]
    found = (await world.client.get("/api/posts", params={"regions": "TW-HUA"})).json()
    assert {post["id"] for post in found["items"]} == {post["id"] for post in posts}


async def test_a_host_who_is_renamed_is_found_and_told_by_the_new_name(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "By name", text="kingfisher")
    await world.publish(host)
    await world.run_jobs()

    await host.put("/api/account/host", a_host(name="The Kingfisher"))
    await world.run_jobs()

    assert len(await world.notifications(helper)) == 1


async def test_a_rename_between_publishing_and_telling_is_told_by_the_new_name_once(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "By name", text="kingfisher")
    await world.publish(host)
    await host.put("/api/account/host", a_host(name="The Kingfisher"))
    await world.run_jobs()
    assert len(await world.notifications(helper)) == 1


async def test_a_paused_subscription_hears_nothing_and_resuming_tells_nothing(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    subscription = await world.subscribe(helper)
    path = f"/api/subscriptions/{subscription['id']}"
    await helper.patch(path, {"status": "paused"})
    await world.publish(host, title="While paused")
    await world.run_jobs()
    await helper.patch(path, {"status": "active"})
    await world.run_jobs()
    assert await world.notifications(helper) == []
    assert (await helper.get(f"{path}/matches")).json()["total"] == 1

    await world.publish(host, title="After resuming")
    await world.run_jobs()
    assert await told_titles(world, helper) == ["After resuming"]


async def test_an_edited_subscription_goes_by_its_new_filter(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    subscription = await world.subscribe(helper, regions=["TW-TTT"])
    await helper.patch(f"/api/subscriptions/{subscription['id']}", {"filter": {"regions": ["TW-HUA"]}})
    await world.publish(host)
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_the_last_match_is_noted_on_the_subscriptions_that_fit(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    fits = await world.subscribe(helper, "Fits", meals=["breakfast"])
    other = await world.subscribe(helper, "Other", meals=["lunch"])
    await world.publish(host)
    world.clock.travel(seconds=5)
    await world.run_jobs()
    shown = {item["id"]: item for item in (await helper.get("/api/subscriptions")).json()["items"]}
    assert shown[fits["id"]]["last_match_at"] == "2026-11-24T04:00:05.000Z"
    assert shown[other["id"]]["last_match_at"] is None


async def test_a_handler_that_runs_again_changes_nothing(world: World) -> None:
    await a_crowd(world, 70)
    post = await world.publish(await world.host())
    await world.run_jobs()
    for topic in ("post.opened", "post.changed", "post.opened"):
        async with world.haloop.engines.units.begin() as work:
            add_job(work, topic, post_id=post["id"])
    await world.run_jobs()
    async with world.haloop.engines.database.reading() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(NotificationRow)) == 70


async def test_what_was_told_stays_told_after_its_notification_was_pruned(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host)
    await world.run_jobs()
    async with world.haloop.engines.units.begin() as work:
        await work.session.execute(sa.delete(NotificationRow))
    await host.post(f"/api/posts/{post['id']}/close")
    await host.post(f"/api/posts/{post['id']}/publish")
    await world.run_jobs()
    assert await world.notifications(helper) == []


async def test_told_rows_go_with_their_post(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    post = await world.publish(host)
    await world.run_jobs()
    await host.delete(f"/api/posts/{post['id']}")
    async with world.haloop.engines.database.reading() as session:
        assert (await session.scalars(sa.select(ToldRow.post_id))).all() == []
    (notification,) = await world.notifications(helper)
    assert (notification["post"], notification["post_id"]) == (None, post["id"])
    assert notification["title"] == post["title"]


async def test_a_helper_without_profile_any_more_is_not_told(world: World) -> None:
    both, host = await world.register(helper=True, host=True), await world.host()
    await world.subscribe(both)
    await both.delete("/api/account/helper")
    await world.publish(host)
    await world.run_jobs()
    async with world.haloop.engines.database.reading() as session:
        assert (await session.scalars(sa.select(NotificationRow.id))).all() == []
