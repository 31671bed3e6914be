"""What is live: a server that restarts under an open page, two windows that agree, a cut line that is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.e2e.conftest import NewContext, Server
from tests.e2e.platform import Platform


def waiting_helper(platform: Platform) -> str:
    helper = platform.register("Ines", helper=True)
    platform.call(helper, "POST", "/api/subscriptions", {"name": "Matsu", "filter": {"regions": ["TW-LIE"]}})
    return helper


def connected(page: Page) -> None:
    expect(page.locator("html[data-connected]")).to_be_attached(timeout=30_000)


def test_a_page_open_while_the_server_restarts_misses_nothing(
    platform: Platform, server: Server, open_browser: NewContext, faults: list[str]
) -> None:
    host, helper = platform.register("Mei", host="Tide House", region="TW-LIE"), waiting_helper(platform)
    page = open_browser(helper).new_page()
    page.goto("/posts")
    connected(page)
    server.stop()
    expect(page.get_by_text("No connection. What you see may be old; it goes on by itself.")).to_be_visible(
        timeout=20_000
    )
    server.start()
    platform.publish(host, "Published while you were not looking")
    connected(page)
    platform.publish(host, "Published just after")
    toasts = page.locator(".toast[data-id]")
    expect(toasts).to_have_count(2, timeout=15_000)
    expect(toasts.first).to_contain_text("Published while you were not looking")
    expect(page.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()
    expect(page.locator(".offline")).to_be_hidden()
    page.reload()
    connected(page)
    time.sleep(0.5)
    expect(toasts).to_have_count(0)  # what is known is not told again
    page.goto("/notifications")
    expect(page.locator(".notification.new")).to_have_count(2)
    cut = ("WebSocket connection", "ERR_CONNECTION_REFUSED")  # the browser's notes on what was cut, or asked meanwhile
    faults[:] = [fault for fault in faults if not any(note in fault for note in cut)]


def test_two_windows_agree_on_what_is_unread(platform: Platform, open_browser: NewContext) -> None:
    host, helper = platform.register("Mei", host="Tide House", region="TW-LIE"), waiting_helper(platform)
    here, there = open_browser(helper).new_page(), open_browser(helper).new_page()
    for page in (here, there):
        page.goto("/posts")
        connected(page)
    for number in range(4):
        platform.publish(host, f"Number {number}")
    for page in (here, there):
        expect(page.get_by_role("link", name="Notifications, 4 unread")).to_be_visible()
        expect(page.locator(".toast[data-id]")).to_have_count(3)
    for page in (here, there):
        page.goto("/notifications")
        connected(page)
    here.get_by_role("button", name="Mark all as read").click()
    expect(there.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    expect(there.locator(".notification.new")).to_have_count(0)
    platform.publish(host, "Number 5")
    there.get_by_role("link", name="Show what is new").click()
    expect(there.locator(".notification.new")).to_have_count(1)


def test_search_to_post_by_the_keyboard_alone(platform: Platform, open_browser: NewContext) -> None:
    """Search, subscribe, hear of a post, and open it."""
    host, helper = platform.register("Mei", host="Tide House", region="TW-LIE"), platform.register("Ines", helper=True)
    page = open_browser(helper).new_page()
    page.goto("/posts")
    connected(page)
    walk(page, "summary", "Pick from a list")
    page.keyboard.press("Enter")
    walk(page, "input[name=regions][value=TW-LIE]")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Subscribe")).to_be_visible()
    walk(page, "button[data-press]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your bell rings when a new one appears.")).to_be_visible()
    platform.publish(host, "An island for two weeks")
    expect(page.locator(".toast[data-id]")).to_contain_text("An island for two weeks")
    walk(page, ".toast a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("An island for two weeks")
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def walk(page: Page, selector: str, text: str = "") -> None:
    """Tabs on until the element has the focus; everything on the way must show it."""
    for _ in range(150):
        page.keyboard.press("Tab")
        there, shown = page.evaluate(
            """([selector, text]) => {
                const at = document.activeElement;
                const box = at.matches(".option input") ? at.nextElementSibling : at;
                const styles = [getComputedStyle(box), getComputedStyle(box, "::after")];
                const ringed = styles.some(style => style.outlineStyle !== "none" || style.boxShadow !== "none");
                return [at.matches(selector) && at.textContent.includes(text), at === document.body || ringed];
            }""",
            [selector, text],
        )
        assert shown, f"no focus to be seen on {page.evaluate('document.activeElement.outerHTML')[:200]}"
        if there:
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_toast_waits_while_it_is_looked_at(platform: Platform, open_browser: NewContext) -> None:
    host, helper = platform.register("Mei", host="Tide House", region="TW-LIE"), waiting_helper(platform)
    page = open_browser(helper).new_page()
    page.clock.install()
    page.goto("/posts")
    connected(page)
    for number in range(4):
        platform.publish(host, f"Number {number}")
    toasts = page.locator(".toast[data-id]")
    expect(toasts.last).to_contain_text("Number 3")
    expect(toasts).to_have_count(3)
    expect(page.locator(".toasts")).to_have_attribute("aria-live", "polite")
    toasts.nth(0).hover()
    toasts.nth(1).get_by_role("link").focus()
    page.clock.run_for(9000)  # ms; one stays 8 seconds
    expect(toasts).to_have_count(2)
    page.mouse.move(0, 0)
    page.clock.run_for(9000)
    expect(toasts).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # its own button
    expect(toasts).to_have_count(0)
    expect(page.get_by_role("link", name="Notifications, 4 unread")).to_be_visible()


@pytest.fixture
def browser_that_keeps_pages(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """With the cache for the way back (bfcache), which Playwright turns off and people have."""
    browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


def test_the_way_back_to_the_notifications_shows_what_is_new(
    platform: Platform, browser_that_keeps_pages: Browser
) -> None:
    host, helper = platform.register("Mei", host="Tide House", region="TW-LIE"), waiting_helper(platform)
    context = browser_that_keeps_pages.new_context(base_url=platform.address)
    platform.sign_in(context, helper)
    page = context.new_page()
    page.goto("/posts")
    connected(page)
    platform.publish(host, "Opened")
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    page.goto("/notifications")
    page.get_by_role("link", name="Opened").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opened")
    connected(page)
    platform.publish(host, "Told meanwhile")
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    page.evaluate("history.back()")  # Playwright's own way back waits for a load, and a kept page has none
    new = page.locator(".notification.new h3")
    expect(new).to_have_text(["Told meanwhile, unread"])
    expect(page.locator(".notification")).to_have_count(2)

    # Whether a browser keeps a page is its own choice; one that did says so by this event.
    page.evaluate("window.kept = true")
    platform.call(helper, "POST", "/api/notifications/read", {"all": True})
    platform.publish(host, "While it was kept")
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(new).to_have_text(["While it was kept, unread"])
    expect(page.locator(".notification")).to_have_count(3)
    assert page.evaluate("window.kept") is None
