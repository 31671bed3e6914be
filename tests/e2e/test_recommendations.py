"""Today's recommendations: reasons, not for me and back, hearing of posts like one, and what is known."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform
from tests.e2e.test_every_page import faults, too_wide


def hosts_with_posts(platform: Platform, title: str, hosts: int = 4) -> str:
    """Two posts of each host, to be found by the word of their title; answers the first host."""
    made = [platform.register("Ken", host=f"{title} {number}", region="TW-CYQ") for number in range(hosts)]
    for number, host in enumerate(made):
        for post in (1, 2):
            platform.publish(host, f"{title} {number}.{post}", experiences=["workshops"])
    return made[0]


def helper_of(platform: Platform, word: str) -> str:
    helper = platform.register("Ines", helper=True)
    wish = {"name": f"All {word}", "filter": {"text": word, "experiences": ["workshops"], "regions": ["TW-CYQ"]}}
    platform.call(helper, "POST", "/api/subscriptions", wish)
    return helper


def titles(page: Page) -> list[str]:
    return page.locator(".recommended h2").all_inner_texts()


def test_a_day_of_recommendations(platform: Platform, open_browser: NewContext) -> None:
    hosts_with_posts(platform, "Pottery")
    helper = helper_of(platform, "pottery")
    page = open_browser(helper).new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="For you today, Ines")).to_be_visible()
    expect(page.locator(".recommended")).to_have_count(3)
    assert faults(page) == []
    assert too_wide(page) == []
    page.get_by_role("link", name="All of today’s").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("For you today")
    expect(page.locator(".recommended")).to_have_count(5)
    assert too_wide(page) == []
    before = titles(page)
    assert all(title.startswith("Pottery") for title in before)
    first = page.locator(".recommended").first
    expect(first.get_by_role("list", name="Why this post")).to_contain_text("Workshops or talks, as in “All pottery”")

    page.get_by_role("button", name=f"This is not for me {before[1]}").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".recommended")).to_have_count(5)
    filled = titles(page)
    assert before[1] not in filled
    assert filled[:4] == [before[0], *before[2:]]
    assert filled[4] not in before
    assert faults(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=f"This is not for me {before[1]}")).to_be_focused()
    assert titles(page) == before
    page.reload()
    assert titles(page) == before

    page.get_by_role("button", name=f"This is not for me {before[0]}").press("Enter")
    expect(page.get_by_role("button", name="Undo").last).to_be_focused()
    page.reload()
    assert before[0] not in titles(page)
    expect(page.locator(".recommended")).to_have_count(5)

    page.get_by_role("button", name=f"Tell me about posts like this {titles(page)[0]}").click()
    link = page.locator(".recommended").first.get_by_role("link", name="You hear about posts like this")
    expect(link).to_be_focused()
    assert faults(page) == []
    kept = platform.call(helper, "GET", "/api/subscriptions")["items"][0]
    assert kept["filter"] == {"regions": ["TW-CYQ"], "job_types": ["reception"], "experiences": ["workshops"]}
    link.click()
    expect(page).to_have_url(re.compile(f"/subscriptions#{kept['id']}"))


def test_putting_two_away_and_taking_the_first_back_shows_what_the_server_shows(
    platform: Platform, open_browser: NewContext
) -> None:
    hosts_with_posts(platform, "Loom")
    page = open_browser(helper_of(platform, "loom")).new_page()
    page.goto("/recommendations")
    before = titles(page)
    for title in before[:2]:
        page.get_by_role("button", name=f"This is not for me {title}").click()
        expect(page.get_by_role("heading", name=title)).to_have_count(0)
        expect(page.locator(".recommended")).to_have_count(5)
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name=f"This is not for me {before[0]}")).to_be_focused()
    expect(page.locator(".recommended")).to_have_count(5)
    shown = titles(page)
    assert shown[:4] == [before[0], *before[2:]]
    page.reload()
    assert titles(page) == shown


def test_what_was_put_away_can_be_taken_back_even_if_its_place_cannot_be_filled(
    platform: Platform, open_browser: NewContext
) -> None:
    hosts_with_posts(platform, "Kiln")
    page = open_browser(helper_of(platform, "kiln")).new_page()
    page.goto("/recommendations")
    before = titles(page)
    page.route("**/recommendations", lambda route: route.fulfill(body="The tunnel, not the page"))
    page.get_by_role("button", name=f"This is not for me {before[0]}").click()
    expect(page.get_by_text("The list could not be renewed.")).to_be_visible()
    expect(page.locator(".recommended")).to_have_count(4)
    page.unroute("**/recommendations")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".recommended")).to_have_count(5)
    assert titles(page) == before


def test_a_post_that_closed_since_says_so(platform: Platform, open_browser: NewContext) -> None:
    host = hosts_with_posts(platform, "Lantern", hosts=1)
    helper = helper_of(platform, "lantern")
    picked = platform.call(helper, "GET", "/api/recommendations")["items"]
    closed = next(item["post"] for item in picked if item["post"]["title"].startswith("Lantern"))
    platform.call(host, "POST", f"/api/posts/{closed['id']}/close")
    page = open_browser(helper).new_page()
    page.goto("/recommendations")
    card = page.locator(f"[data-id='{closed['id']}']")
    expect(card.get_by_text("Closed since we picked it.")).to_be_visible()
    expect(card.get_by_role("button", name="Write to the host")).to_have_count(0)
    expect(card.get_by_role("button")).to_have_count(1)
    assert faults(page) == []


def test_what_is_known_is_said_and_forgotten(platform: Platform, open_browser: NewContext) -> None:
    hosts_with_posts(platform, "Bamboo", hosts=1)
    helper = helper_of(platform, "bamboo")
    page = open_browser(helper).new_page()
    page.goto("/posts?text=bamboo")
    page.get_by_role("link", name="Bamboo 0.1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bamboo 0.1")
    part = page.locator("#taste")
    for _ in range(40):  # openings are written every few seconds
        page.goto("/account")
        if part.get_by_text("1 post you opened").count():
            break
        page.wait_for_timeout(250)
    expect(part.get_by_text("1 active subscription: “All bamboo”")).to_be_visible()
    expect(part).to_contain_text("From these posts: ")
    part.get_by_text("Which").click()
    expect(part.get_by_role("link", name="Bamboo 0.1")).to_be_visible()
    assert faults(page) == []
    part.get_by_role("button", name="Forget").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    expect(part.get_by_text("0 posts you opened")).to_be_visible()
    assert platform.call(helper, "GET", "/api/account/taste")["posts"] == []


def test_a_helper_whom_nothing_suits_is_told_what_to_do(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    never = {"available_from": "2099-01-01", "available_until": "2099-01-31"}
    platform.call(helper, "POST", "/api/subscriptions", {"name": "Later", "filter": never})
    for language in ("en", "zh-TW"):
        platform.speak(helper, language)
        page = open_browser(helper, locale=language).new_page()
        page.goto("/recommendations")
        expect(page.locator(".recommended")).to_have_count(0)
        expect(page.locator("[data-empty]")).to_be_visible()
        assert faults(page) == []
        assert too_wide(page) == []
        page.goto("/")
        expect(page.locator("#today")).to_have_count(0)
        expect(page.locator("#soon")).to_be_visible()
