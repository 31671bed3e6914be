"""Every page: accessible, within the window, quiet in the console, and readable without script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, Request, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform

AXE = Axe()
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    "/posts",
    "/posts?regions=TW-TTT&regions=TW-HUA&max_hours_per_day=5&amenities=wifi&excluded_requirements=own-scooter",
    "/posts?text=nothing+fits+this&experiences=surfing",
    "/posts?group_size=abc&available_from=2027-03-01&available_until=2027-01-01",
    "/posts/{post}",
    "/hosts/{host}",
    "/login",
    "/register?next=/host/posts/new",
    "/nowhere",
    "/subscriptions",
    "/notifications",
    "/recommendations",
    "/account",
    "/host/posts",
    "/host/posts?status=draft",
    "/host/posts/new",
    "/host/posts/{post}/edit",
]
STILL = 0.02
WATCH_SHIFTS = """
window.moved = 0; window.movers = [];
new PerformanceObserver(list => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) {
        window.moved += shift.value;
        window.movers.push(...shift.sources.map(source => source.node?.className ?? source.node?.nodeName));
    }
}).observe({type: "layout-shift", buffered: true});
"""
OWN = ("/subscriptions", "/notifications", "/recommendations", "/account", "/host/")


@dataclass
class Scene:
    """Somebody who helps and hosts, with something on every page."""

    email: str
    post: str
    host: str

    def path(self, pattern: str) -> str:
        return pattern.format(post=self.post, host=self.host)


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Scene:
    email = platform.register("Mei", helper=True, host="Tide House")
    other = platform.register("Ken", host="Cloud Tea Farm", region="TW-HUA")
    platform.call(email, "POST", "/api/subscriptions", {"name": "Tea", "filter": {"regions": ["TW-HUA", "TW-NAN"]}})
    paused = {"name": "Coffee", "filter": {"experiences": ["coffee-lessons"]}}
    made = platform.call(email, "POST", "/api/subscriptions", paused)
    platform.call(email, "PATCH", f"/api/subscriptions/{made['id']}", {"status": "paused"})
    platform.publish(other, "Winter picking above the clouds", job_types=["farming"])
    post = platform.publish(email, "Mornings at the surf hostel, afternoons in the water")
    return Scene(email, post["id"], post["host"]["id"])


def faults(page: Page) -> list[str]:
    settle(page)  # a colour that is still fading in has another contrast
    found: list[dict[str, Any]] = AXE.run(page, options=WCAG).response["violations"]  # Any: axe's JSON
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]


def settle(page: Page) -> None:
    """Waits until nothing moves or changes its colour."""
    page.evaluate(
        """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
            () => Promise.all(document.getAnimations().map(moving => moving.finished)).then(done, done))))"""
    )


def shifts(page: Page) -> list[str]:
    """What moved by itself while the page came to be, as Chromium measures it (0.1 counts as good)."""
    page.evaluate("document.fonts.ready.then(() => undefined)")
    settle(page)
    moved: float = page.evaluate("window.moved")
    return [f"{page.url} moved by {moved:.3f}: {page.evaluate('window.movers')}"] if moved > STILL else []


def too_wide(page: Page) -> list[str]:
    """Widths at which the page scrolls sideways; 640 is a window of 1280 at 200 %."""
    found = []
    for width in (320, 390, 640, 820, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        by = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if by > 0:
            found.append(f"{page.url} at {width}: {by} px too wide")
    return found


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("pattern", PAGES)
def test_every_page_is_accessible_and_fits(
    platform: Platform, scene: Scene, open_browser: NewContext, pattern: str, language: str
) -> None:
    email = scene.email if pattern.startswith(OWN) else None
    if email:
        platform.speak(email, language)
    page = open_browser(email, locale=language).new_page()
    page.add_init_script(WATCH_SHIFTS)
    found: list[str] = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(scene.path(pattern))
        expect(page.locator("html")).to_have_attribute("lang", language)
        found += shifts(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settle(page)
            found += [f"{scheme} {width}: {fault}" for fault in faults(page)]
    found += too_wide(page)
    assert found == []


def test_open_panels_menus_and_dialogs_are_accessible(
    platform: Platform, scene: Scene, open_browser: NewContext
) -> None:
    platform.speak(scene.email, "en")
    page = open_browser(scene.email, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/posts")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("heading", name="Filter")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Account menu, Mei").click()
    expect(page.get_by_role("link", name="My posts")).to_be_visible()
    assert faults(page) == []
    page.goto(f"/posts/{scene.post}")
    page.locator(".gallery a").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Photo 2 of 3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto("/subscriptions")
    page.get_by_role("button", name="Delete").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert faults(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Delete").first).to_be_focused()
    page.goto(f"/host/posts/{scene.post}/edit")
    page.get_by_role("button", name="Describe: ").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    assert faults(page) == []
    page.get_by_label("Title").fill("Mornings at the surf hostel, afternoons in the water")


RUDE = "<img src=/gotcha onerror=alert(1)>\"'><script>alert(1)</script>{{7*7}}"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänskajüte"
MIXED = "在海邊 mornings, then سلام عليكم من البحر and 衝浪"


def test_rude_long_and_mixed_texts_are_texts(platform: Platform, open_browser: NewContext) -> None:
    """Scripts, words without end, Chinese with English and right-to-left sentences, in every field of every page."""
    email = platform.register(f"{RUDE[:44]} {LONG[:5]}", helper=True, host=f"{RUDE[:38]} {LONG[:40]}", region="TW-CYI")
    platform.call(email, "PUT", "/api/account/helper", {"bio": f"{RUDE}\n{MIXED} {LONG}"})
    platform.call(email, "PUT", "/api/account/host", {
        "name": f"{RUDE[:38]} {LONG[:40]}", "address": RUDE, "locality": f"{RUDE[:38]} {LONG[:20]}", "region": "TW-CYI",
        "description": f"{RUDE}\n\n{MIXED}\n\nhttps://example.org/{LONG}{LONG}",
    })  # fmt: skip
    platform.call(email, "POST", "/api/subscriptions", {"name": RUDE[:60], "filter": {"text": f"{RUDE[:40]} {LONG}"}})
    post = platform.publish(
        email, f"{RUDE[:60]} {LONG[:39]}", description=f"{MIXED}\n{RUDE} {LONG}{LONG}", benefits=RUDE
    )
    bare = platform.publish(email, MIXED, benefits="", meals=[], experiences=[], amenities=[], environments=[])
    paths = [
        f"/posts?text={quote(RUDE[:90])}", "/posts?regions=TW-CYI", f"/posts/{post['id']}", f"/posts/{bare['id']}",
        f"/hosts/{post['host']['id']}", "/subscriptions", "/notifications", "/recommendations", "/account",
        "/host/posts", f"/host/posts/{post['id']}/edit", f"/host/posts/new?copy={post['id']}",
        f"/login?next={quote(RUDE)}", f"/nowhere/{quote(RUDE)}",
    ]  # fmt: skip
    page = open_browser(email).new_page()
    wrong: list[str] = []

    def ran(dialog: Dialog) -> None:
        wrong.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    def asked(request: Request) -> None:
        if request.url.endswith("/gotcha"):
            wrong.append(request.url)

    page.on("dialog", ran)
    page.on("request", asked)
    for path in paths:
        page.goto(path)
        wrong += too_wide(page)
        assert ">49<" not in page.content()
    assert wrong == []
    page.goto(f"/posts/{bare['id']}")
    assert faults(page) == []


def test_the_skip_link_works_by_keyboard(platform: Platform, scene: Scene, open_browser: NewContext) -> None:
    platform.speak(scene.email, "en")
    page = open_browser(scene.email).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/posts")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_reading_and_searching_need_no_script(scene: Scene, open_browser: NewContext) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    page.goto("/")
    page.locator('.search-bar [name="regions"]').select_option("TW-TTT")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in Taitung")
    page.get_by_role("checkbox", name="Single room").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No post fits all of this yet")
    page.get_by_role("link", name="Single room remove").click()
    page.get_by_role("link", name="Mornings at the surf hostel").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mornings at the surf hostel")
    page.goto("/login")
    assert "Signing in needs JavaScript." in page.content()


def test_the_panel_searches_as_it_is_changed(scene: Scene, open_browser: NewContext) -> None:
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


def test_more_posts_are_shown_in_place(platform: Platform, open_browser: NewContext) -> None:
    host, other = (
        platform.register("A", host="Many", region="TW-PEN"),
        platform.register("B", host="More", region="TW-PEN"),
    )
    for number in range(12):
        platform.publish(host, f"First {number}")
        platform.publish(other, f"Second {number}")
    page = open_browser().new_page()
    page.goto("/posts?regions=TW-PEN")
    expect(page.locator(".post-card")).to_have_count(20)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".post-card")).to_have_count(24)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    expect(page.locator(".post-card a").nth(20)).to_be_focused()


def test_a_page_is_light(scene: Scene, open_browser: NewContext) -> None:
    """The search weighs under 200 KB without photos and fonts, and the style sheet under 60 KB."""
    page = open_browser().new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
    page.goto("/posts")
    page.wait_for_load_state("networkidle")
    counted = {
        url: size for url, size in sizes.items() if "/media/" not in url and not url.endswith((".woff2", ".webp"))
    }
    assert sum(counted.values()) < 200_000, counted
    assert max(size for url, size in counted.items() if url.endswith(".css")) < 60_000


def test_a_post_is_printed_without_what_only_a_screen_can_do(scene: Scene, open_browser: NewContext) -> None:
    page = open_browser().new_page()
    page.goto(f"/posts/{scene.post}")
    page.emulate_media(media="print")
    for part in (".site-header", ".site-footer", ".ask-bar", ".back-link"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("heading", name="What it is like")).to_be_visible()
    expect(page.get_by_text("Shortest stay")).to_be_visible()
