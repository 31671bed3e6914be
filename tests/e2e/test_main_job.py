from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import PASSWORD, Platform, day
from tests.world import a_picture


def fill_post(page: Page, folder: Path, title: str) -> None:
    page.goto("/host/posts/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("A day with you").fill("Check guests out, change the linen, carry boards down.")
    page.get_by_role("checkbox", name="Reception").check()
    pictures = []
    for number in range(3):
        picture = folder / f"picture{number}.jpg"
        picture.write_bytes(a_picture((600, 400), color=("teal", "orange", "seagreen")[number]))
        pictures.append(picture)
    page.locator("input[type=file]").set_input_files(pictures)
    page.locator('[name="starts_on"]').fill(day(20))
    page.locator('[name="ends_on"]').fill(day(90))
    page.get_by_role("checkbox", name="Bunk bed").check()
    page.get_by_role("checkbox", name="Surfing").check()
    expect(page.locator(".upload[data-photo]")).to_have_count(3)


def test_a_helper_hears_within_a_moment_of_a_post_that_fits(
    platform: Platform, open_browser: NewContext, tmp_path: Path
) -> None:
    """The main job, by two people in two browsers, through pages alone."""
    host, helper = platform.register("Mei", host="Tide House", region="TW-KIN"), platform.register("Ines", helper=True)
    other = platform.register("Ken", helper=True)
    platform.call(other, "POST", "/api/subscriptions", {"name": "Tea", "filter": {"job_types": ["farming"]}})

    helpers = open_browser(helper).new_page()
    helpers.goto("/posts?regions=TW-KIN&experiences=surfing")
    helpers.get_by_role("button", name="Subscribe").click()
    expect(helpers.get_by_text("Done. 0 posts fit now.")).to_be_visible()
    name = helpers.get_by_label("Name of this subscription")
    expect(name).to_have_value("Kinmen · surfing")
    name.fill("Surf in July")
    helpers.get_by_role("button", name="Rename").click()
    expect(helpers.get_by_text("Saved.")).to_be_visible()
    expect(helpers.locator("html[data-connected]")).to_be_attached()
    others = open_browser(other).new_page()
    others.goto("/posts")
    expect(others.locator("html[data-connected]")).to_be_attached()

    hosts = open_browser(host).new_page()
    fill_post(hosts, tmp_path, "Mornings at the surf hostel")
    expect(hosts.locator(".preview h3")).to_have_text("Mornings at the surf hostel")
    hosts.get_by_role("button", name="Publish").click()
    pressed = time.monotonic()
    toast = helpers.locator(".toast[data-id]")
    expect(toast).to_contain_text("Mornings at the surf hostel", timeout=5000)
    waited = time.monotonic() - pressed
    assert waited < 3, f"the helper waited {waited:.1f} s"
    expect(toast).to_contain_text("Fits “Surf in July”: Kinmen, 4 h a day, surfing")
    expect(helpers.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    expect(hosts).to_have_url(re.compile(r"/posts/[0-9a-f-]{36}$"))
    expect(hosts.get_by_role("heading", level=1)).to_have_text("Mornings at the surf hostel")

    toast.get_by_role("link").click()
    expect(helpers.get_by_role("heading", level=1)).to_have_text("Mornings at the surf hostel")
    expect(helpers.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    helpers.goto("/notifications")
    expect(helpers.locator(".notification")).to_have_count(1)
    expect(helpers.locator(".notification.new")).to_have_count(0)
    expect(others.locator(".toast[data-id]")).to_have_count(0)


def test_what_happened_offline_is_caught_up(platform: Platform, open_browser: NewContext) -> None:
    host, helper = platform.register("Mei", host="Tide House"), platform.register("Ines", helper=True)
    platform.call(helper, "POST", "/api/subscriptions", {"name": "All", "filter": {"regions": ["TW-TTT"]}})
    context = open_browser(helper)
    page = context.new_page()
    page.goto("/posts")
    expect(page.locator("html[data-connected]")).to_be_attached()
    context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.locator("html[data-connected]")).not_to_be_attached(timeout=60_000)
    platform.publish(host, "While you were away")
    time.sleep(0.5)
    context.set_offline(False)
    expect(page.locator(".toast")).to_contain_text("While you were away", timeout=30_000)
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()


def test_notifications_are_read_one_by_one_and_all_at_once(platform: Platform, open_browser: NewContext) -> None:
    host, helper = platform.register("Mei", host="Tide House"), platform.register("Ines", helper=True)
    platform.call(helper, "POST", "/api/subscriptions", {"name": "All", "filter": {"regions": ["TW-TTT"]}})
    for number in range(3):
        platform.publish(host, f"Post number {number}")
    deadline = time.monotonic() + 10
    while platform.call(helper, "GET", "/api/notifications/unread")["unread"] < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    page = open_browser(helper).new_page()
    page.goto("/notifications")
    expect(page.locator(".notification.new")).to_have_count(3)
    page.get_by_role("link", name="Post number 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Post number 1")
    page.goto("/notifications")
    expect(page.locator(".notification.new")).to_have_count(2)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".notification.new")).to_have_count(0)
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def test_what_a_post_lacks_is_shown_at_its_fields(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    page = open_browser(host).new_page()
    page.goto("/host/posts/new")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Title")).to_be_focused()
    page.get_by_label("Title").fill("In spring")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    expect(page).to_have_url(re.compile("/edit$"))
    page.get_by_role("button", name="Publish").click()
    expect(page.locator('[data-field~="photos"] .error')).to_be_visible()
    expect(page.locator('[data-field~="starts_on"] .error')).to_have_count(1)  # said once for both dates
    expect(page.locator('[name="ends_on"]')).to_have_attribute("aria-describedby", "starts_on-error")
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("In spring")
    page.goto("/host/posts?status=draft")
    page.get_by_role("button", name="Delete In spring").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No drafts.")).to_be_visible()


def test_a_file_that_is_no_picture_says_why(platform: Platform, open_browser: NewContext, tmp_path: Path) -> None:
    page = open_browser(platform.register("Mei", host="Tide House")).new_page()
    page.goto("/host/posts/new")
    heic, fake, good = tmp_path / "IMG_2041.heic", tmp_path / "fake.jpg", tmp_path / "good.jpg"
    heic.write_bytes(b"heic")
    fake.write_bytes(b"this is a text")
    good.write_bytes(a_picture())
    page.locator("input[type=file]").set_input_files([heic, fake, good])
    expect(page.get_by_text("IMG_2041.heic is a HEIC photo, and this browser cannot read those.").first).to_be_visible()
    expect(page.locator(".upload.failed")).to_have_count(2)
    expect(page.locator(".upload[data-photo]")).to_have_count(1)
    page.locator(".upload.failed").first.get_by_role("button", name="Remove").click()
    expect(page.locator(".upload.failed")).to_have_count(1)


def test_a_host_closes_and_reopens_a_post(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    platform.publish(host, "Open and shut")
    page = open_browser(host).new_page()
    page.goto("/host/posts")
    page.get_by_role("button", name="Close post Open and shut").click()
    expect(page.get_by_text("Closed “Open and shut”. Nobody finds it any more.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(page.get_by_text("88 days left to arrive")).to_be_visible()
    page.get_by_role("button", name="Close post Open and shut").click()
    expect(page.get_by_text("Closed “Open and shut”. Nobody finds it any more.")).to_be_visible()
    page.goto("/host/posts?status=closed")
    page.get_by_role("button", name="Reopen Open and shut").click()
    expect(page.get_by_text("Published “Open and shut”.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert [post["title"] for post in platform.call(host, "GET", "/api/me/posts?status=closed")["items"]] == [
        "Open and shut"
    ]
    page.get_by_role("button", name="Reopen Open and shut").click()
    expect(page.get_by_text("Published “Open and shut”.", exact=True)).to_be_visible()
    page.goto("/host/posts")
    expect(page.get_by_role("link", name="Open and shut", exact=True)).to_be_visible()


def test_photos_are_reordered_by_the_keyboard(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    post = platform.publish(host, "Three photos")
    page = open_browser(host).new_page()
    page.goto(f"/host/posts/{post['id']}/edit")
    ids = [photo["id"] for photo in post["photos"]]
    shown = page.locator(".upload[data-photo]")
    expect(shown).to_have_count(3)
    page.locator(".upload .earlier").nth(2).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Move Photo 2 forward")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move Photo 1 forward")).to_be_focused()
    page.keyboard.press("Enter")  # there is nothing before the first
    expect(page.get_by_role("button", name="Describe: Photo 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    after = platform.call(host, "GET", f"/api/posts/{post['id']}")
    assert [photo["id"] for photo in after["photos"]] == [ids[2], ids[0], ids[1]]


def test_signing_in_says_what_is_wrong_and_leads_back(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    page = open_browser().new_page()
    page.goto("/subscriptions")
    page.get_by_label("E-mail").fill(helper)
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("E-mail or password is not right.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{platform.address}/subscriptions")
    page.get_by_role("button", name="Account menu, Ines").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_joining_as_both(open_browser: NewContext, platform: Platform, language: str) -> None:
    page = open_browser(locale=language).new_page()
    page.goto("/register?next=%2Fhost%2Fposts%2Fnew")
    page.locator('[name="wants_helper"]').check()
    page.get_by_role("button", name="Join" if language == "en" else "加入").click()
    expect(page.locator('[name="name"]')).to_have_attribute("aria-invalid", "true")
    page.locator('[name="name"]').fill("Mei")
    page.locator('[name="email"]').fill(f"mei-{language}@example.org")
    page.locator('[name="password"]').fill("short")
    page.locator('[name="helper.bio"]').fill("Hello")
    page.locator('[name="host.name"]').fill("Tide House")
    page.locator('[name="host.region"]').select_option("TW-TTT")
    page.locator('[name="host.address"]').fill("1 Hidden Road")
    page.get_by_role("button", name="Join" if language == "en" else "加入").click()
    wrong = page.locator("#password-error")
    expect(wrong).to_have_text("At least 8 characters." if language == "en" else "至少 8 個字。")
    page.locator('[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="Join" if language == "en" else "加入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write a post" if language == "en" else "刊登換宿機會")


def test_a_subscription_is_paused_renamed_and_deleted(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    platform.call(helper, "POST", "/api/subscriptions", {"name": "Sea", "filter": {"regions": ["TW-TTT"]}})
    page = open_browser(helper).new_page()
    page.goto("/subscriptions")
    page.get_by_role("switch").uncheck()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name").fill("The sea in winter")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("The sea in winter")
    page.reload()
    expect(page.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-rename-form] .error")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()


def test_a_deleted_subscription_comes_back_as_it_was(platform: Platform, open_browser: NewContext) -> None:
    helper, host = platform.register("Ines", helper=True), platform.register("Mei", host="Tide House", region="TW-KIN")
    for name in ("Sea", "Hills"):
        platform.call(helper, "POST", "/api/subscriptions", {"name": name, "filter": {"regions": ["TW-KIN"]}})
    platform.publish(host, "Granite mornings")
    until(lambda: platform.call(helper, "GET", "/api/notifications/unread")["unread"] == 1)
    page = open_browser(helper).new_page()
    page.goto("/subscriptions")
    before = platform.call(helper, "GET", "/api/subscriptions")["items"]
    names = page.get_by_role("heading", level=2).all_inner_texts()
    page.get_by_role("button", name="Delete").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text(names)
    expect(page.get_by_role("button", name="Delete").first).to_be_focused()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_text(names)
    expect(page.get_by_text("Last match")).to_have_count(2)
    assert platform.call(helper, "GET", "/api/subscriptions")["items"] == before


def test_a_deletion_is_kept_when_the_page_is_left(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    for name in ("One", "Two", "Three"):
        platform.call(helper, "POST", "/api/subscriptions", {"name": name, "filter": {"text": name}})
    context = open_browser(helper)
    page = context.new_page()

    def kept() -> int:
        return len(platform.call(helper, "GET", "/api/subscriptions")["items"])

    page.goto("/subscriptions")
    page.get_by_role("button", name="Delete").first.click()
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    until(lambda: kept() == 2)
    page.get_by_role("button", name="Delete").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    page.close()
    until(lambda: kept() == 1)
    page = context.new_page()
    page.goto("/subscriptions")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("heading", level=1).click()  # nobody is at the toast any more: it ends by itself
    until(lambda: kept() == 0, patience=15)
    expect(page.get_by_role("heading", level=2)).to_have_count(0)


@pytest.fixture
def told(platform: Platform) -> str:
    """A helper who was just told of "Blue tears" and "Stone house"."""
    helper, host = platform.register("Ines", helper=True), platform.register("Mei", host="Tide House", region="TW-LIE")
    platform.call(helper, "POST", "/api/subscriptions", {"name": "Isles", "filter": {"regions": ["TW-LIE"]}})
    for title in ("Blue tears", "Stone house"):
        platform.publish(host, title)
    until(lambda: platform.call(helper, "GET", "/api/notifications/unread")["unread"] == 2)
    return helper


def test_back_from_a_post_its_notification_is_read(told: str, open_browser: NewContext) -> None:
    page = open_browser(told).new_page()
    page.goto("/notifications")
    expect(page.locator(".notification.new")).to_have_count(2)
    page.get_by_role("link", name="Blue tears").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Blue tears")
    page.go_back()
    expect(page.locator(".notification.new")).to_have_count(1)
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()


def test_back_before_the_server_has_heard_of_it_the_notification_is_read(
    platform: Platform, told: str, open_browser: NewContext
) -> None:
    page = open_browser(told).new_page()
    page.goto("/notifications")
    page.route("**/api/notifications/read", lambda route: route.abort("internetdisconnected"))  # the call is lost
    page.get_by_role("link", name="Blue tears").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Blue tears")
    page.unroute("**/api/notifications/read")
    page.go_back()
    expect(page.locator(".notification.new")).to_have_count(1)
    until(lambda: platform.call(told, "GET", "/api/notifications/unread")["unread"] == 1)
    page.reload()
    expect(page.locator(".notification.new")).to_have_count(1)


def until(condition: Callable[[], bool], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_account_is_changed(platform: Platform, open_browser: NewContext, tmp_path: Path) -> None:
    email = platform.register("Ines", helper=True)
    page = open_browser(email).new_page()
    page.goto("/account")
    portrait = tmp_path / "me.png"
    portrait.write_bytes(a_picture(kind="PNG"))
    page.locator('[data-photo-field="photo_id"] input[type=file]').set_input_files(portrait)
    expect(page.get_by_text("Press Save to use this photo.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Inês")
    page.get_by_label("Language").select_option("zh-TW")
    page.locator("#you").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("帳號")
    expect(page.get_by_text("已儲存。")).to_be_visible()
    account = platform.call(email, "GET", "/api/auth/me")
    assert (account["name"], account["locale"]) == ("Inês", "zh-TW")
    assert account["photo"] is not None
    page.locator(".language").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account")
    page.locator("#host summary").click()
    page.locator("#host").get_by_label("Name of the place").fill("Tide House")
    page.locator("#host").get_by_role("button", name="Save").click()
    expect(page.locator("#host [aria-invalid]").first).to_be_visible()
    page.locator("#host").get_by_label("Region").select_option("TW-TTT")
    page.locator("#host").get_by_label("Address").fill("1 Hidden Road")
    page.locator("#host").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="See your host page")).to_be_visible()
    assert platform.call(email, "GET", "/api/auth/me")["host"]["name"] == "Tide House"
