from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.core.database import Base
from haloop.matching.tables import post_rows
from tests.web.page import assert_sound, see
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_the_url_is_the_query_of_the_api(world: World) -> None:
    host = await world.host()
    await world.publish(host, title="Waves", experiences=["surfing"])
    await world.publish(host, title="Beans", experiences=["coffee-lessons"])
    page = await see(world, "/posts?experiences=surfing")
    assert "Waves" in page.html
    assert "Beans" not in page.html
    assert page.one("h1").text == "1 post"
    box = page.one("input", name="experiences", value="surfing")
    assert "checked" in box.attributes


async def test_each_wish_is_a_chip_that_takes_it_away(world: World) -> None:
    page = await see(
        world, "/posts?regions=TW-HUA&regions=TW-TTT&max_hours_per_day=5&excluded_requirements=own-scooter"
    )
    chips = {
        element.text: element.attributes["href"]
        for element in page.all("a")
        if "chip" in element.attributes.get("class", "")
    }
    assert chips["Hualien or Taitungremove"] == "/posts?max_hours_per_day=5&excluded_requirements=own-scooter"
    assert chips["At most 5 h a dayremove"].startswith("/posts?regions=TW-HUA&regions=TW-TTT")
    assert "Not: own scooterremove" in chips


async def test_an_empty_form_asks_for_nothing(world: World) -> None:
    await world.publish(await world.host())
    page = await see(world, "/posts?text=&regions=&group_size=&max_hours_per_day=&available_from=&sort=newest")
    assert page.response.status_code == 200
    assert page.one("h1").text == "1 post"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group_size=abc", "group_size"),
        ("available_from=2027-13-45", "available_from"),
        ("available_from=2027-03-01&available_until=2027-02-01", "available_until"),
        ("regions=TW-XXX", "regions"),
        ("meals=stones", "meals"),
        ("bbox=1,2,3", "bbox"),
        ("max_hours_per_day=99", "max_hours_per_day"),
    ],
)
async def test_a_bad_query_is_422_with_the_error_at_its_field(world: World, query: str, field: str) -> None:
    page = await see(world, f"/posts?{query}&text=quiet")
    assert page.response.status_code == 422
    assert_sound(page, "en")
    assert page.one("p", id=f"{field}-error").text.strip()
    assert page.one("input", id="text").attributes["value"] == "quiet"
    assert page.meta("robots") == "noindex"


async def test_the_cursor_of_another_search_is_422(world: World) -> None:
    page = await see(world, "/posts?cursor=nonsense")
    assert page.response.status_code == 422
    assert_sound(page, "en")


async def test_show_more_is_a_link_that_needs_no_script(world: World) -> None:
    host = await world.host()
    other = await world.host()
    for number in range(12):
        await world.publish(host, title=f"A{number:02}")
        await world.publish(other, title=f"B{number:02}")
    first = await see(world, "/posts")
    assert first.one("h1").text == "24 posts"
    more = first.one("a", data_controller="show-more").attributes["href"]
    second = await see(world, more)
    titles = [element.text for page in (first, second) for element in page.all("h2") if element.text[:1] in "AB"]
    assert len(titles) == len(set(titles)) == 24
    assert not second.all("a", data_controller="show-more")


async def test_narrow_searches_are_not_indexed_and_broad_ones_are(world: World) -> None:
    assert (await see(world, "/posts?regions=TW-TTT")).meta("robots") is None
    assert (await see(world, "/posts?regions=TW-TTT&meals=lunch")).meta("robots") == "noindex"
    page = await see(world, "/posts?regions=TW-TTT&group_size=")
    assert page.one("link", rel="canonical").attributes["href"] == "http://haloop.test/posts?regions=TW-TTT"


async def test_an_empty_search_offers_ways_out_and_a_subscription(world: World) -> None:
    await world.publish(await world.host(), experiences=["surfing"], hours_per_day=6)
    page = await see(world, "/posts?experiences=surfing&max_hours_per_day=4")
    assert page.one("h1").text.strip() == "No post fits all of this yet"
    assert "Up to 6 h a day" in page.html
    assert "All but one: At most 4 h a day" in page.html
    assert "Tell me when a new one appears" in page.html


async def test_the_subscribe_bar_knows_who_looks(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.publish(host)
    search = "/posts?experiences=surfing"
    back = "next=%2Fposts%3Fexperiences%3Dsurfing%23subscribe"
    assert f"/register?{back}" in (await see(world, search)).links()
    assert f"/account?{back}#helper" in (await see(world, search, host)).links()
    assert (await see(world, search, helper)).all("div", data_controller="subscribe")
    await world.subscribe(helper, "Surf in July", experiences=["surfing"])
    page = await see(world, search, helper)
    assert "You hear about this search" in page.html
    assert not page.all("div", data_controller="subscribe")
    assert "Tell me when a new one appears" not in (await see(world, "/posts", helper)).html


async def test_searching_the_pages_counts_as_a_search(new_world: object) -> None:
    async with new_world(rate_limit_factor=1) as world:  # type: ignore[operator]  # a factory, see tests/conftest.py
        for _ in range(120):
            assert (await world.client.get("/posts", headers={"Accept": "text/html"})).status_code == 200
        page = await see(world, "/posts")
        assert page.response.status_code == 429
        assert f"Wait {page.response.headers['retry-after']} s, then try again." in page.html
        assert_sound(page, "en")


async def test_an_empty_platform_says_so(world: World) -> None:
    page = await see(world, "/posts")
    assert_sound(page, "en")
    assert page.one("h1").text.strip() == "There are no open posts yet"
    assert_sound(await see(world, "/"), "en")


async def test_more_than_a_thousand_posts_are_counted_as_a_thousand_and_more(world: World) -> None:
    first = UUID((await world.publish(await world.host(), title="One of many"))["id"])
    async with world.haloop.engines.units.begin() as work:
        for table, key in ((Base.metadata.tables["posts"], "id"), (post_rows, "post_id")):
            kept = (await work.session.execute(sa.select(table).where(table.c[key] == first))).mappings().one()
            copies = [{**kept, key: UUID(int=first.int + number)} for number in range(1, 1005)]
            await work.session.execute(sa.insert(table), copies)
    page = await see(world, "/posts")
    assert_sound(page, "en")
    assert page.one("h1").text == "1,000+ posts"
    assert "Show 1,000+ posts" in page.html
    assert len([card for card in page.all("article") if "post-card" in card.attributes["class"]]) == 20
    chinese = await see(world, "/posts?lang=zh-TW")
    assert chinese.one("h1").text == "1,000+ 個換宿機會"
