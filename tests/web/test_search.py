from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.core.database import Base
from haloop.matching.tables import post_rows
from haloop.web.line_breaks import unbroken
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
    page = await see(world, "/posts?regions=TW-TTT&cursor=nonsense")
    assert page.response.status_code == 422
    assert_sound(page, "en")
    assert "This part of the list is not there any more." in page.html
    assert page.links().count("/posts?regions=TW-TTT") == 1


@pytest.mark.parametrize(
    ("query", "english", "chinese"),
    [
        ("cursor=abc", "This part of the list is not there any more.", "這一段列表已經不存在了。"),
        ("sort=xyz", "The posts cannot be put into this order.", "無法依這個順序排列。"),
        ("limit=900", "The list cannot be cut into parts of this size.", "列表無法以這個筆數分段。"),
        ("bbox=1,2", "This part of the map cannot be read.", "無法讀取這個地圖範圍"),
    ],
)
async def test_what_nobody_types_is_refused_in_plain_words(
    world: World, query: str, english: str, chinese: str
) -> None:
    for language, said in (("en", english), ("zh-TW", chinese)):
        page = await see(world, f"/posts?{query}&lang={language}")
        assert page.response.status_code == 422
        assert said in page.html
        assert f"{query.split('=', maxsplit=1)[0]}:" not in page.html


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
    assert unbroken("All but one: 6 h a day") in page.html
    assert "Tell me when a new one appears" in page.html


@pytest.mark.parametrize(
    ("query", "way", "why", "chinese"),
    [
        ("regions=TW-HUA", "Without “Hualien”", "in Taitung", "在臺東縣"),
        ("max_min_stay_days=5", "Stay 14 days", "14 days or more", "至少 14 天"),
        ("group_size=3", "For 2 helpers", "2 places", "2 個名額"),
        ("available_from=2027-03-10", "Any first day", "arrival by 18 Feb at the latest", "最晚 2月18日 抵達"),
        ("available_until=2026-12-05", "Any last day", "starts 10 Dec", "12月10日 開始"),
        ("available_until=2026-12-20", "Any last day", "starts 10 Dec, 14 days or more", "12月10日 開始，至少 14 天"),
        ("available_from=2027-01-01&available_until=2027-01-05", "Any first day", "14 days or more", "至少 14 天"),
        (
            "accommodations=single-room",
            "Without “Single room”",
            "bunk bed instead of single room",
            "是上下舖，不是單人房",
        ),
        (
            "experiences=diving&experiences=surfing",
            "Without “Surfing or scuba diving”",
            "without surfing or scuba diving",
            "未標示「衝浪體驗或潛水體驗」",
        ),
        ("amenities=wifi&amenities=parking", "Without “Wi-Fi and parking”", "without parking", "未標示「有停車位」"),
        (
            "excluded_requirements=heavy-lifting",
            "Without “Not: heavy lifting”",
            "asks for heavy lifting",
            "條件：需搬重物",
        ),
        (
            "text=dusty+books",
            "Without “dusty books”",
            "does not say “dusty” or “books”",
            "沒有提到「dusty」或「books」",
        ),
        ("bbox=119,23,120,24", "Without “A part of the map”", "outside this part of the map", "不在這個地圖範圍內"),
    ],
)
async def test_a_near_miss_says_what_the_post_has_instead(
    world: World, query: str, way: str, why: str, chinese: str
) -> None:
    await world.publish(
        await world.host(),
        title="Almost",
        starts_on="2026-12-10",
        ends_on="2027-03-03",
        min_stay_days=14,
        places=2,
        accommodations=["bunk-bed"],
        amenities=["wifi"],
        experiences=["coffee-lessons"],
        requirements=["heavy-lifting"],
    )
    page = await see(world, f"/posts?{query}")
    assert way in page.html
    assert unbroken(f"All but one: {why}<") in page.html
    assert unbroken(f"只差一項：{chinese}<") in (await see(world, f"/posts?{query}&lang=zh-TW")).html


async def test_what_belongs_together_does_not_break(world: World) -> None:
    await world.publish(await world.host(), starts_on="2026-12-01", ends_on="2027-02-15", min_stay_days=14)
    page = await see(world, "/posts")
    assert '<span class="phrase">1 Dec – 15 Feb</span> <span class="phrase">· 14 days or more</span>' in page.html
    empty = await see(world, "/posts?text=unheard&lang=zh-TW")
    assert empty.one("h1").text.strip() == "目前還沒有完全符合的機會"
    assert len([part for part in empty.all("span", class_="phrase") if part.text in empty.one("h1").text]) == 2


async def test_the_two_dates_are_let_go_of_in_different_words(world: World) -> None:
    await world.publish(await world.host(), starts_on="2026-12-10", ends_on="2027-03-03", min_stay_days=14)
    page = await see(world, "/posts?available_from=2027-02-01&available_until=2027-02-05")
    ways = [link.text.strip() for link in page.all("a") if "1 post" in link.text]
    assert ways == ["Any first day 1 post", "Any last day 1 post"]


async def test_where_no_single_wish_is_in_the_way_one_can_begin_anew(world: World) -> None:
    await world.publish(await world.host(), experiences=["surfing"])
    page = await see(world, "/posts?regions=TW-HUA&experiences=diving")
    assert_sound(page, "en")
    assert "No single wish is in the way: more than one would have to go." in page.html
    assert [link.attributes["href"] for link in page.all("a") if "Start again" in link.text] == ["/posts"]
    assert "Tell me when a new one appears" in page.html
    assert len([link for link in page.all("a", class_="chip") if link.text.endswith("remove")]) == 2
    alone = await see(world, "/posts?text=unheard")
    assert "No single wish" not in alone.html


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
