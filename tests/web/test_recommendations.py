"""Recommendations on their page, at home and in the account, as a reader sees them."""

from __future__ import annotations

import pytest

from haloop.core.errors import Unavailable
from haloop.recommendations.visits import Visits
from tests.web.page import assert_sound, see
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("language", "title", "reason"),
    [
        ("en", "For you today", "Surfing, as in “Sea”"),
        ("zh-TW", "今日推薦", "衝浪體驗，符合「Sea」"),
    ],
)
async def test_the_page_says_why(world: World, language: str, title: str, reason: str) -> None:
    helper = await world.helper()
    await helper.patch("/api/account", {"locale": language})
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    post = await world.publish(await world.host())
    page = await see(world, "/recommendations", helper)
    assert_sound(page, language)
    assert page.one("h1").text == title
    assert reason in [item.text for item in page.all("li")]
    assert f"/posts/{post['id']}" in page.links()


async def test_home_shows_a_helper_three_and_others_what_starts_soon(world: World) -> None:
    helper, host = await world.helper(name="Ines"), await world.host()
    for _ in range(2):
        await world.publish(host)
        await world.publish(await world.host())
    page = await see(world, "/", helper)
    assert_sound(page, "en")
    assert page.one("h2", id="today").text == "For you today, Ines"
    assert len([one for one in page.all("article") if "recommended" in one.attributes["class"]]) == 3
    assert not page.all("h2", id="soon")
    for other in (None, host):
        page = await see(world, "/", other)
        assert not page.all("h2", id="today")
        assert page.all("h2", id="soon")


async def test_home_is_there_while_nothing_can_be_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    helper, listed = await world.helper(), await world.helper()
    await world.publish(await world.host())
    await see(world, "/recommendations", listed)

    async def no_database(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(Visits, "fill", no_database)
    page = await see(world, "/", helper)
    assert page.response.status_code == 200
    assert page.all("h2", id="soon")
    assert (await see(world, "/recommendations", helper)).response.status_code == 503
    page = await see(world, "/recommendations", listed)  # fewer than five, and they are shown
    assert len(page.all("article")) == 1


async def test_a_helper_with_several_subscriptions_sees_all_of_them_in_the_account(world: World) -> None:
    helper = await world.helper()
    await world.subscribe(helper, "Sea", experiences=["surfing"])
    await world.subscribe(helper, "Tea", job_types=["farming"])
    page = await see(world, "/account", helper)
    assert "2 active subscriptions: “Sea” and “Tea”" in page.html
    assert "0 posts you opened" in page.html
    host = await world.host()
    assert "What recommendations go by" not in (await see(world, "/account", host)).html
