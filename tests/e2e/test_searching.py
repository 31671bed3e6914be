"""The search: a panel that searches as it is changed, a list that goes on, and an address that holds all of it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform


@pytest.fixture(scope="module")
def many(platform: Platform) -> str:
    """A search that lists 50 posts; its address."""
    for name in ("Many", "More", "Most"):
        host = platform.register("Mei", host=name, region="TW-PEN")
        for number in range(20 if name != "Most" else 10):
            platform.publish(host, f"{name} {number}")
    return "/posts?regions=TW-PEN"


def test_the_panel_searches_as_it_is_changed(platform: Platform, open_browser: NewContext) -> None:
    for name, region in (("Tide House", "TW-TTT"), ("Cloud Farm", "TW-HUA")):
        platform.publish(platform.register("Ken", host=name, region=region), "Mornings")
    page = open_browser().new_page()
    page.goto("/posts")
    page.locator('[data-region="TW-HUA"] path').dispatch_event("click")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in Hualien")
    expect(page).to_have_url(f"{page.url.split('/posts')[0]}/posts?regions=TW-HUA")
    expect(page.get_by_text("(1 picked)")).to_be_visible()
    page.get_by_text("Pick from a list").click()
    expect(page.get_by_role("checkbox", name="Hualien", exact=True)).to_be_checked()
    page.get_by_role("checkbox", name="Taitung", exact=True).check()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in Hualien and Taitung")
    expect(page.locator(".region.chosen")).to_have_count(2)
    page.get_by_label("Sort").select_option("starting_soon")
    expect(page).to_have_url(f"{page.url.split('/posts')[0]}/posts?regions=TW-HUA&regions=TW-TTT&sort=starting_soon")
    page.go_back()
    expect(page.get_by_label("Sort")).to_have_value("newest")
    page.get_by_label("From").fill("2027-05-01")
    page.get_by_label("Until").fill("2027-04-01")
    page.get_by_label("Until").blur()
    expect(page.locator("#available_until-error")).to_be_visible()


def test_numbers_are_stepped_typed_and_emptied(open_browser: NewContext) -> None:
    page = open_browser().new_page()
    page.goto("/posts")
    hours = page.get_by_role("spinbutton", name="Hours a day")
    expect(hours).to_have_value("")
    expect(hours).to_have_attribute("placeholder", "Any")
    more, fewer = page.get_by_role("button", name="More hours"), page.get_by_role("button", name="Fewer hours")
    more.focus()
    page.keyboard.press("Enter")
    expect(hours).to_have_value("4")
    expect(page).to_have_url(re.compile(r"/posts\?max_hours_per_day=4$"))
    expect(page.get_by_role("link", name="At most 4 h a day remove")).to_be_visible()
    hours.focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("max_hours_per_day=5"))
    page.go_back()
    expect(hours).to_have_value("4")
    for _ in range(4):
        fewer.click()
    expect(hours).to_have_value("")
    expect(page).to_have_url(re.compile("/posts$"))
    group = page.get_by_role("spinbutton", name="Helpers who come together")
    group.fill("51")
    group.blur()
    expect(page.locator("#group_size-error")).to_have_text("At most 50.")
    expect(group).to_have_attribute("aria-invalid", "true")
    group.fill("50")
    page.get_by_role("button", name="More helpers").click()
    expect(group).to_have_value("50")
    expect(page.locator("#group_size-error")).to_have_count(0)
    page.get_by_role("button", name="More days").click()
    page.get_by_role("button", name="More days").click()
    expect(page).to_have_url(re.compile(r"group_size=50&max_min_stay_days=21$"))


def test_numbers_need_no_script(open_browser: NewContext) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    page.goto("/posts")
    expect(page.get_by_role("button", name="More hours")).to_be_hidden()
    page.get_by_role("spinbutton", name="Hours a day").fill("6")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("max_hours_per_day=6"))
    expect(page.get_by_role("spinbutton", name="Hours a day")).to_have_value("6")
    page.goto("/posts?max_hours_per_day=99")
    expect(page.locator("#max_hours_per_day-error")).to_have_text("At most 24.")
    expect(page.get_by_role("spinbutton", name="Hours a day")).to_have_value("99")


def test_more_posts_are_shown_in_place(open_browser: NewContext, many: str) -> None:
    page = open_browser().new_page()
    page.goto(many)
    cards = page.locator(".post-card")
    expect(cards).to_have_count(20)
    page.get_by_role("link", name="Show more").click()
    expect(cards).to_have_count(40)
    expect(cards.locator("a").nth(20)).to_be_focused()
    page.get_by_role("link", name="Show more").click()
    expect(cards).to_have_count(50)
    expect(cards.locator("a").nth(40)).to_be_focused()
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    titles = cards.locator("h2").all_inner_texts()
    assert len(set(titles)) == 50


def test_going_back_finds_all_that_was_shown_where_it_was(open_browser: NewContext, many: str) -> None:
    page = open_browser(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(many)
    cards = page.locator(".post-card")
    for count in (40, 50):
        page.get_by_role("link", name="Show more").click()
        expect(cards).to_have_count(count)
    card = cards.nth(45)
    title = card.locator("h2").inner_text()
    card.scroll_into_view_if_needed()
    before = place_of(page, 45)
    until(page, "history.state?.top === Math.round(scrollY)")
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.go_back()
    expect(cards).to_have_count(50)
    expect(card.locator("h2")).to_have_text(title)
    until(page, "scrollY > 0")
    assert abs(place_of(page, 45) - before) < 5
    page.reload()
    expect(cards).to_have_count(50)
    until(page, "scrollY > 0")
    assert abs(place_of(page, 45) - before) < 5
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Sort").select_option("starting_soon")
    expect(page).to_have_url(re.compile("sort=starting_soon"))
    expect(cards).to_have_count(20)  # another search begins anew …
    page.reload()
    expect(cards).to_have_count(20)
    page.go_back()
    expect(page.get_by_label("Sort")).to_have_value("newest")
    expect(cards).to_have_count(50)  # … and the one before is as it was


def test_a_page_that_cannot_be_fetched_again_leaves_the_first_and_its_link(open_browser: NewContext, many: str) -> None:
    page = open_browser().new_page()
    page.goto(many)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".post-card")).to_have_count(40)
    page.route("**/posts?*cursor=*", lambda route: route.abort("internetdisconnected"))
    page.reload()
    expect(page.get_by_role("link", name="Show more")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".post-card")).to_have_count(20)
    page.unroute("**/posts?*cursor=*")
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".post-card")).to_have_count(40)


def test_the_way_back_from_a_post_finds_the_search_as_it_was(open_browser: NewContext, many: str) -> None:
    page = open_browser(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(many)
    page.get_by_role("link", name="Show more").click()
    cards = page.locator(".post-card")
    expect(cards).to_have_count(40)
    cards.nth(30).scroll_into_view_if_needed()
    until(page, "history.state?.top === Math.round(scrollY)")
    cards.nth(30).get_by_role("link").click()
    page.get_by_role("link", name="Back to the search").click()
    expect(cards).to_have_count(40)
    until(page, "scrollY > 0")


def test_without_connection_the_page_stays_and_the_search_goes_on_by_itself(
    open_browser: NewContext, many: str
) -> None:
    context = open_browser()
    page = context.new_page()
    page.goto(many)
    expect(page.locator(".post-card")).to_have_count(20)
    context.set_offline(True)
    more = page.get_by_role("link", name="Show more")
    more.click()
    expect(page.get_by_text("No connection. Try again.")).to_be_visible()
    expect(more).to_be_focused()
    expect(page.locator(".post-card")).to_have_count(20)
    page.get_by_role("button", name="More hours").click()
    expect(page.get_by_text("No connection. The search is tried again by itself.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"regions=TW-PEN$"))
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    context.set_offline(False)
    expect(page).to_have_url(re.compile("regions=TW-PEN&max_hours_per_day=4$"))
    expect(page.get_by_role("link", name="At most 4 h a day remove")).to_be_visible()
    context.set_offline(True)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in Penghu")
    context.set_offline(False)
    expect(page.get_by_role("link", name="At most 4 h a day remove")).to_have_count(0)


def test_a_server_that_is_away_is_asked_again(open_browser: NewContext, many: str, faults: list[str]) -> None:
    page = open_browser().new_page()
    page.goto(many)
    page.route("**/posts?*max_hours*", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="More hours").click()
    expect(page.get_by_text("No connection. The search is tried again by itself.")).to_be_visible()
    page.unroute("**/posts?*max_hours*")
    expect(page).to_have_url(re.compile("max_hours_per_day=4$"), timeout=15_000)
    faults[:] = [fault for fault in faults if "ERR_CONNECTION_REFUSED" not in fault]  # what was asked for


def test_a_chip_is_removed_in_place_and_the_focus_stays(open_browser: NewContext) -> None:
    page = open_browser().new_page()
    page.goto("/posts?regions=TW-PEN&max_hours_per_day=5&meals=lunch")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("link", name="Penghu remove").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/posts\?max_hours_per_day=5&meals=lunch$"))
    expect(page.get_by_role("link", name="At most 5 h a day remove")).to_be_focused()
    expect(page.locator(".region.chosen")).to_have_count(0)
    page.get_by_role("link", name="Lunch remove").press("Enter")
    expect(page.get_by_role("link", name="At most 5 h a day remove")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_focused()
    expect(page.get_by_role("spinbutton", name="Hours a day")).to_have_value("")
    expect(page.locator("body")).to_have_attribute("data-same", "yes")
    page.go_back()
    expect(page.get_by_role("spinbutton", name="Hours a day")).to_have_value("5")


def place_of(page: Page, number: int) -> float:
    """How far from the window's top a card stands, px."""
    top: float = page.locator(".post-card").nth(number).evaluate("card => card.getBoundingClientRect().top")
    return top


def until(page: Page, condition: str) -> None:
    """Waits for a condition of the page's; Playwright's own way needs what the page's policy refuses."""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)
