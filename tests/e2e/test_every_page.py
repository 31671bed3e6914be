"""Every page: accessible, within the window, quiet in the console, and readable without script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, Request, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform
from tests.world import a_picture

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
    "/messages",
    "/messages/{talk}",
    "/messages/{talk}?post={asked}",
    "/messages/{left}",
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
OWN = ("/subscriptions", "/notifications", "/messages", "/recommendations", "/account", "/host/")


@dataclass
class Scene:
    """Somebody who helps and hosts, with something on every page."""

    email: str
    post: str
    host: str
    talk: str
    left: str  # a conversation whose other side has gone
    asked: str

    def path(self, pattern: str) -> str:
        return pattern.format(post=self.post, host=self.host, talk=self.talk, left=self.left, asked=self.asked)


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Scene:
    email = platform.register("Mei", helper=True, host="Tide House")
    other = platform.register("Ken", host="Cloud Tea Farm", region="TW-HUA")
    platform.call(email, "POST", "/api/subscriptions", {"name": "Tea", "filter": {"regions": ["TW-HUA", "TW-NAN"]}})
    paused = {"name": "Coffee", "filter": {"experiences": ["coffee-lessons"]}}
    made = platform.call(email, "POST", "/api/subscriptions", paused)
    platform.call(email, "PATCH", f"/api/subscriptions/{made['id']}", {"status": "paused"})
    asked = platform.publish(other, "Winter picking above the clouds", job_types=["farming"])
    post = platform.publish(email, "Mornings at the surf hostel, afternoons in the water")
    talk = a_talk(platform, email, other, asked["id"])
    left = a_host_that_left(platform, email)
    newcomer = platform.register("Ines", helper=True)
    started = platform.call(newcomer, "POST", "/api/conversations", {"post_id": post["id"]})
    write(platform, newcomer, started["id"], "I pay the deposit at once, write to ines@example.org")
    return Scene(email, post["id"], post["host"]["id"], talk, left, asked["id"])


def a_talk(platform: Platform, helper: str, host: str, post: str) -> str:
    """A conversation with some of everything, longer than a page."""
    talk: str = platform.call(helper, "POST", "/api/conversations", {"post_id": post})["id"]
    write(platform, helper, talk, "Hello, is this still open?", post_id=post)
    for number in range(20):
        write(platform, host if number % 2 else helper, talk, f"Line one of {number}\n\nhttps://example.org/{number}")
    for body in ("Two in a row", "is what one calls a group", "早安，海邊見"):
        write(platform, host, talk, body)
    return talk


def a_host_that_left(platform: Platform, helper: str) -> str:
    host = platform.register("Tomás", host="Reef Days")
    host_id = platform.call(host, "GET", "/api/auth/me")["host"]["id"]
    talk: str = platform.call(helper, "POST", "/api/conversations", {"host_id": host_id})["id"]
    write(platform, host, talk, "We close for good in autumn.")
    platform.call(host, "PUT", "/api/account/helper", {"bio": ""})
    platform.call(host, "DELETE", "/api/account/host")
    return talk


def write(platform: Platform, who: str, talk: str, body: str, **fields: object) -> None:
    platform.call(who, "POST", f"/api/conversations/{talk}/messages", {"body": body, **fields})


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
    page.goto(f"/messages/{scene.talk}")
    page.get_by_role("button", name="About Cloud Tea Farm").click()
    expect(page.get_by_role("link", name="See the post")).to_be_visible()
    assert faults(page) == []
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
    friend = platform.register(f"{LONG} ab"[:50], helper=True)
    talk = platform.call(friend, "POST", "/api/conversations", {"post_id": post["id"]})["id"]
    for who, body in ((friend, RUDE), (email, f'{MIXED}\n{LONG}{LONG} https://example.org/{LONG}{LONG}?x=<b>"')):
        write(platform, who, talk, body, post_id=post["id"])
    paths = [
        f"/posts?text={quote(RUDE[:90])}", "/posts?regions=TW-CYI", f"/posts/{post['id']}", f"/posts/{bare['id']}",
        f"/hosts/{post['host']['id']}", "/subscriptions", "/notifications", "/recommendations", "/account",
        "/host/posts", "/messages", f"/messages/{talk}", f"/messages/{talk}?before={quote(RUDE)}&post={quote(RUDE)}",
        f"/host/posts/{post['id']}/edit", f"/host/posts/new?copy={post['id']}", f"/login?next={quote(RUDE)}",
        f"/nowhere/{quote(RUDE)}",
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
    styles = [size for url, size in counted.items() if url.endswith(".css")]
    assert styles
    assert sum(styles) < 60_000


PRINTED = {
    "/": "A few hours of help a day",
    "/posts?regions=TW-TTT": "Dulan, Taitung County",
    "/posts/{post}": "Shortest stay",
    "/hosts/{host}": "Sixteen beds by the sea.",
    "/subscriptions": "Tea",
    "/notifications": "Winter picking above the clouds",
    "/host/posts": "Mornings at the surf hostel",
    "/account": "Hosts read this before they answer you.",
}


@pytest.mark.parametrize("pattern", PRINTED)
def test_a_page_is_printed_without_what_only_a_screen_can_do(
    platform: Platform, scene: Scene, open_browser: NewContext, pattern: str
) -> None:
    platform.speak(scene.email, "en")
    page = open_browser(scene.email, viewport={"width": 718, "height": 1000}).new_page()  # A4 within its margins
    page.goto(scene.path(pattern))
    page.emulate_media(media="print", color_scheme="dark")
    for part in (
        ".site-header", ".site-footer", ".ask-bar", ".back-link", ".filters", ".search-bar", ".tabs", ".subscribe-bar",
        "[role=switch]", ".icon-button", "button",
    ):  # fmt: skip
        assert page.locator(part).filter(visible=True).count() == 0, part
    expect(page.locator("main").get_by_text(PRINTED[pattern]).first).to_be_visible()
    ink: str = page.locator("h1").evaluate("title => getComputedStyle(title).color")
    assert ink == "rgb(22, 48, 42)"  # dark ink, whatever the screen's scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_sentence_from_right_to_left_runs_so_and_the_page_does_not(
    platform: Platform, open_browser: NewContext
) -> None:
    host = platform.register("Mei", host="بيت البحر", region="TW-CYI")
    post = platform.publish(host, "صباح في البحر!", description="نعمل من الثامنة حتى الظهر.\n\nAfternoons are yours.")
    page = open_browser(viewport={"width": 1280, "height": 900}).new_page()
    for path in (f"/posts/{post['id']}", f"/posts?text={quote('صباح في البحر')}"):
        page.goto(path)
        page.locator("h1, .post-card a").last.wait_for()
        sides: dict[str, str] = page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(".prose p, h1, .post-card h2")].map(block => {
                const words = document.createRange();
                words.selectNodeContents(block);
                const [box, ink] = [block.getBoundingClientRect(), words.getBoundingClientRect()];
                return [block.textContent.trim(), box.right - ink.right < ink.left - box.left ? "right" : "left"];
            }))"""
        )
        for text, side in sides.items():
            assert side == ("right" if "البحر" in text or "نعمل" in text else "left"), text
    expect(page.locator("html")).not_to_have_attribute("dir", "rtl")


def test_facts_in_a_row_have_a_dot_between_two_and_none_at_the_start_of_a_line(
    platform: Platform, open_browser: NewContext
) -> None:
    host = platform.register("Mei", host="Tide House")
    platform.publish(host, "Rows", starts_on="2027-01-10", ends_on="2027-03-31")
    for width in (320, 390, 1280):
        page = open_browser(host, viewport={"width": width, "height": 900}).new_page()
        page.goto("/host/posts")
        expect(page.get_by_text("2 places")).to_be_visible()
        lines: list[list[float]] = page.evaluate(
            """() => [...document.querySelectorAll(".dotted")].flatMap(line => {
                const edge = line.getBoundingClientRect().left + parseFloat(getComputedStyle(line).fontSize) * 0.9;
                return [...line.children].map(fact => {
                    const first = !fact.previousElementSibling
                        || fact.previousElementSibling.getBoundingClientRect().top < fact.getBoundingClientRect().top;
                    const words = document.createRange();
                    words.selectNodeContents(fact);
                    return [first ? 1 : 0, words.getBoundingClientRect().left - edge, fact.getClientRects().length];
                });
            })"""
        )
        assert len(lines) == 5
        for first, beyond_the_edge, rects in lines:
            assert rects == 1, "a fact breaks inside"
            if first:
                assert beyond_the_edge <= 0.5, "its dot is not cut off"
        assert faults(page) == []
        assert too_wide(page) == []


def test_more_photos_than_are_seen_are_named_and_shown_large(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    photos = [
        platform.call(host, "POST", "/api/photos", files={"file": ("a.jpg", a_picture((320, 213)))})["id"]
        for _ in range(7)
    ]
    post = platform.publish(host, "Seven views of the sea", photos=photos)
    page = open_browser(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"/posts/{post['id']}")
    expect(page.locator(".gallery img").filter(visible=True)).to_have_count(5)
    assert faults(page) == []
    page.get_by_text("All 7 photos").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile("Photo [1-7] of 7"))).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".gallery img").filter(visible=True)).to_have_count(7)  # all of them, to swipe through
