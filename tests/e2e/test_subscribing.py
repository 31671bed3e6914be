"""Keeping a search: one press, also with signing in between; its filter edited where it was made."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import PASSWORD, Platform, day

SEARCH = f"/posts?regions=TW-KEE&available_from={day(15)}&available_until={day(60)}&experiences=surfing"


def test_one_press_subscribes_through_signing_in_and_back(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    page = open_browser().new_page()
    page.goto(SEARCH)
    page.get_by_role("link", name="Subscribe").click()
    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_label("E-mail").fill(helper)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Done. 0 posts fit now.")).to_be_visible()
    expect(page).to_have_url(f"{platform.address}{SEARCH}")
    kept = platform.call(helper, "GET", "/api/subscriptions")["items"]
    assert len(kept) == 1
    assert kept[0]["name"].startswith("Keelung · surfing · ")
    assert set(kept[0]["filter"]) == {"regions", "available_from", "available_until", "experiences"}
    page.reload()
    expect(page.get_by_text("You hear about this search")).to_be_visible()
    page.goto(f"{SEARCH}&meals=lunch#subscribe")  # an address alone, from wherever, subscribes to nothing
    expect(page.get_by_role("button", name="Subscribe")).to_be_visible()
    assert len(platform.call(helper, "GET", "/api/subscriptions")["items"]) == 1


def test_a_host_becomes_a_helper_and_then_hears_of_posts_like_one(platform: Platform, open_browser: NewContext) -> None:
    host, other = platform.register("Ken", host="Cloud Farm"), platform.register("Mei", host="Tide House")
    post = platform.publish(other, "Boards and breakfast")
    page = open_browser(host).new_page()
    page.goto(f"/posts/{post['id']}")
    page.get_by_role("link", name="Tell me about posts like this").click()
    page.get_by_role("button", name="Add a helper profile").click()
    expect(page).to_have_url(re.compile(f"/posts/{post['id']}$"))
    expect(page.get_by_text(re.compile(r"Done\. \d+ posts? fits? now\."))).to_be_visible()
    assert platform.call(host, "GET", "/api/subscriptions")["items"][0]["name"] == "Taitung · reception · surfing"
    page.get_by_role("button", name="Write to the host").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tide House")


def test_a_filter_is_edited_in_the_panel_that_made_it(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    kept = {"name": "The sea", "filter": {"regions": ["TW-TTT"], "max_hours_per_day": 5}}
    made = platform.call(helper, "POST", "/api/subscriptions", kept)
    page = open_browser(helper).new_page()
    page.goto("/subscriptions")
    page.get_by_role("link", name="Edit filter The sea").click()
    expect(page.get_by_text("The filter of “The sea”")).to_be_visible()
    page.get_by_role("link", name="At most 5 h a day remove").click()
    expect(page.get_by_text("The filter of “The sea”")).to_be_visible()
    page.get_by_role("checkbox", name="Lunch").check()
    expect(page).to_have_url(re.compile("meals=lunch"))
    page.get_by_role("button", name="Save this filter").click()
    expect(page).to_have_url(re.compile(f"/subscriptions#{made['id']}"))
    expect(page.locator(f"[id='{made['id']}']").get_by_text("Lunch")).to_be_visible()
    after = platform.call(helper, "GET", f"/api/subscriptions/{made['id']}")
    assert (after["name"], after["filter"]) == ("The sea", {"regions": ["TW-TTT"], "meals": ["lunch"]})


def test_the_free_time_is_explained(platform: Platform, open_browser: NewContext) -> None:
    host, helper = platform.register("Mei", host="Tide House"), platform.register("Ines", helper=True)
    post = platform.publish(host, "Open for months")  # days 20 to 100, 14 at least
    own = {"name": "Spring", "filter": {"available_from": day(90), "available_until": day(120)}}
    platform.call(helper, "POST", "/api/subscriptions", own)
    page = open_browser(helper).new_page()
    page.goto(f"/posts/{post['id']}")
    expect(page.locator(".fits")).to_contain_text("shares 11 days with this post; the shortest stay is 14.")
    page.goto(f"/posts?available_from={day(30)}&available_until={day(59)}&regions=TW-TTT")
    page.get_by_role("link", name="Open for months").click()
    expect(page.locator(".fits")).to_contain_text("Fits your free time, ")
    expect(page.locator(".fits")).to_contain_text("30 days are shared.")
    expect(page.get_by_role("link", name="Back to the search")).to_be_visible()
    visitor = open_browser().new_page()
    visitor.goto(f"/posts/{post['id']}")
    expect(visitor.locator(".fits")).to_have_count(0)
