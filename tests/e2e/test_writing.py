"""The host's form: saved as one types, never over another window's text; photos made smaller, described, reordered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform
from tests.e2e.test_every_page import faults as axe_faults
from tests.world import a_picture

POST_ID = re.compile(r"/host/posts/([0-9a-f-]{36})/edit$")


def post_id(page: Page) -> str:
    expect(page).to_have_url(POST_ID)
    found = POST_ID.search(page.url)
    assert found
    return found[1]


def test_a_draft_is_saved_as_the_host_types(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    page = open_browser(host).new_page()
    page.goto("/host/posts/new")
    status = page.locator("[data-save-status]")
    page.get_by_label("A day with you").fill("We rise early.")
    expect(status).to_have_text("Give it a title, and it is saved as you write.")
    page.get_by_label("Title").fill("In spring")
    expect(status).to_contain_text("Saved at")
    draft = post_id(page)
    page.get_by_role("checkbox", name="Farming").check()
    expect(page.locator("[data-missing] a")).to_have_text(["Photos, 3 or more", "From", "Until", "Bed"])
    page.locator("[data-missing] a").nth(1).click()
    expect(page.locator('[name="starts_on"]')).to_be_focused()
    expect(page.locator("[data-controller=post-form]")).to_have_attribute("data-version", re.compile("[2-9]"))
    kept = platform.call(host, "GET", f"/api/posts/{draft}")
    assert (kept["title"], kept["description"], kept["job_types"]) == ("In spring", "We rise early.", ["farming"])
    page.reload()  # nothing asks whether to leave: all is saved
    expect(page.get_by_label("Title")).to_have_value("In spring")
    page.context.set_offline(True)
    page.get_by_label("Title").fill("In summer")
    expect(status).to_contain_text("Not saved yet: no connection.")
    page.context.set_offline(False)
    expect(status).to_contain_text("Saved at", timeout=15_000)
    assert platform.call(host, "GET", f"/api/posts/{draft}")["title"] == "In summer"


def test_two_windows_do_not_overwrite_one_another(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    draft = platform.call(host, "POST", "/api/posts", {"title": "First"})["id"]
    context = open_browser(host)
    here, there = context.new_page(), context.new_page()
    for page in (here, there):
        page.goto(f"/host/posts/{draft}/edit")
    there.get_by_label("Title").fill("Written there")
    expect(there.locator("[data-save-status]")).to_contain_text("Saved at")
    here.get_by_label("Title").fill("Written here")
    expect(here.get_by_role("alert")).to_contain_text("This post was changed in another window.")
    expect(here.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(here.get_by_role("alert")).to_contain_text("Different there: Title")
    expect(here.locator("[data-save-status]")).to_have_text("Nothing is saved until you choose.")
    expect(here.get_by_label("Title")).to_be_focused()  # a save beside the typing takes no focus
    here.get_by_label("Title").press_sequentially(", and more")
    expect(here.locator("[data-save-status]")).to_have_text("Nothing is saved until you choose.")
    expect(here.get_by_role("button", name="Save draft")).to_be_hidden()
    assert axe_faults(here) == []
    assert platform.call(host, "GET", f"/api/posts/{draft}")["title"] == "Written there"
    here.get_by_role("button", name="Keep what is here").click()
    expect(here.locator("[data-save-status]")).to_contain_text("Saved at")
    expect(here.get_by_role("button", name="Save draft")).to_be_focused()
    assert platform.call(host, "GET", f"/api/posts/{draft}")["title"] == "Written here, and more"
    there.get_by_label("A day with you").fill("More of it")
    there.get_by_role("button", name="Show what was saved there").click()
    expect(there.get_by_label("Title")).to_have_value("Written here, and more")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_question_of_two_windows_is_seen_and_has_the_focus_after_a_press(
    platform: Platform, open_browser: NewContext, width: int
) -> None:
    host = platform.register("Mei", host="Tide House")
    post = platform.publish(host, "First")["id"]
    page = open_browser(host, viewport={"width": width, "height": 844}).new_page()
    page.goto(f"/host/posts/{post}/edit")
    platform.call(host, "PATCH", f"/api/posts/{post}", {"title": "There", "meals": ["dinner"]})
    page.get_by_label("Title").fill("Here")
    page.get_by_role("button", name="Save").click()
    question = page.get_by_role("alert")
    expect(question).to_be_focused()
    expect(question).to_be_in_viewport(ratio=1)
    expect(question.get_by_role("link")).to_have_text(["Title", "Meals"])
    page.get_by_role("button", name="Show what was saved there").click()
    expect(page.get_by_label("Title")).to_have_value("There")


def test_photos_are_made_smaller_described_and_kept(
    platform: Platform, open_browser: NewContext, tmp_path: Path
) -> None:
    host = platform.register("Mei", host="Tide House")
    page = open_browser(host).new_page()
    page.goto("/host/posts/new")
    page.get_by_label("Title").fill("Pictures")
    large = tmp_path / "large.png"
    large.write_bytes(a_picture((3000, 1500), kind="PNG"))
    page.locator("input[type=file]").set_input_files(large)
    page.get_by_role("button", name="Describe: large.png").click()
    page.get_by_role("textbox", name="Description").fill("Six beds under a <b>wooden</b> roof")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Described: Six beds under a <b>wooden</b> roof")).to_be_focused()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    draft = post_id(page)
    expect(page.locator(".going")).to_have_count(0)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    photo = platform.call(host, "GET", f"/api/posts/{draft}")["photos"][0]
    assert (photo["alt"], photo["width"], photo["height"]) == ("Six beds under a <b>wooden</b> roof", 2000, 1000)
    page.reload()
    page.get_by_role("button", name="Described: Six beds under").click()
    page.get_by_role("textbox", name="Description").fill("Six beds")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".upload img[alt='Six beds']")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    page.goto(f"/posts/{draft}")
    expect(page.get_by_alt_text("Six beds")).to_be_visible()


def test_an_old_post_is_copied_and_published_by_the_keyboard(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    platform.publish(host, "Every winter")
    page = open_browser(host).new_page()
    page.goto("/host/posts")
    page.get_by_role("link", name="Copy Every winter").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title")).to_have_value("Every winter")
    expect(page.locator(".upload[data-photo]")).to_have_count(3)
    expect(page.get_by_role("checkbox", name="Reception")).to_be_checked()
    expect(page.locator("[data-missing] a")).to_have_text(["From", "Until"])
    page.get_by_label("Title").focus()
    page.keyboard.press("End")
    page.keyboard.type(" again")
    page.locator('[name="starts_on"]').focus()
    page.keyboard.type("03012027")
    page.locator('[name="ends_on"]').focus()
    page.keyboard.type("05012027")
    expect(page.locator("[data-missing]")).to_be_hidden()
    page.get_by_role("button", name="Publish").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Every winter again")
    assert len(platform.call(host, "GET", "/api/me/posts?status=published")["items"]) == 2


def test_the_exact_place_is_set_on_the_map_or_typed(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    page = open_browser(host).new_page()
    page.goto("/account")
    page.locator(".place-picker .region.chosen path").click(position={"x": 80, "y": 120})
    latitude, longitude = page.get_by_label("Latitude"), page.get_by_label("Longitude")
    expect(latitude).not_to_have_value("")
    chosen = float(latitude.input_value()), float(longitude.input_value())
    assert 22.0 < chosen[0] < 23.6
    assert 120.7 < chosen[1] < 121.6
    page.locator("#host").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert platform.call(host, "GET", "/api/auth/me")["host"]["point"] == {
        "latitude": chosen[0],
        "longitude": chosen[1],
    }
    latitude.fill("95")
    page.locator("#host").get_by_role("button", name="Save").click()
    expect(latitude).to_have_attribute("aria-invalid", "true")
    latitude.fill("22.881")
    longitude.fill("121.225")
    page.locator("#host").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert platform.call(host, "GET", "/api/auth/me")["host"]["point"] == {"latitude": 22.881, "longitude": 121.225}


@pytest.mark.parametrize("part", ["#publish", "#missing", "?status=published#publish"])
def test_an_address_alone_publishes_nothing(platform: Platform, open_browser: NewContext, part: str) -> None:
    host = platform.register("Mei", host="Tide House")
    post = platform.publish(host, "Ready to go")
    platform.call(host, "POST", f"/api/posts/{post['id']}/close")
    page = open_browser(host).new_page()
    wrote: list[str] = []
    page.on("request", lambda request: wrote.append(request.url) if request.method != "GET" else None)
    page.goto(f"/host/posts/{post['id']}/edit{part}")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert wrote == []
    assert platform.call(host, "GET", f"/api/posts/{post['id']}")["status"] == "closed"


def test_what_is_missing_stands_in_the_bar_that_saves(platform: Platform, open_browser: NewContext) -> None:
    page = open_browser(platform.register("Mei", host="Tide House"), viewport={"width": 390, "height": 844}).new_page()
    page.goto("/host/posts/new")
    bar = page.locator(".save-bar")
    expect(bar.get_by_text("7 things are missing for publishing:")).to_be_in_viewport()
    bar.get_by_role("link", name="Bed").click()
    expect(page.get_by_role("checkbox", name="Dorm, separated by gender")).to_be_focused()
    page.keyboard.press("Space")
    expect(bar.get_by_text("6 things are missing for publishing:")).to_be_in_viewport()
    box, window = bar.bounding_box(), page.viewport_size
    assert box
    assert window
    assert box["height"] < window["height"] / 4


@pytest.mark.parametrize(
    ("language", "question", "save"),
    [
        ("en", "This is about {} km from Taitung. Is it the right place?", "Save"),
        ("zh-TW", "這裡離臺東縣大約 {} 公里，位置對嗎？", "儲存"),
    ],
)
def test_a_place_far_from_its_region_is_asked_about_and_taken(
    platform: Platform, open_browser: NewContext, language: str, question: str, save: str
) -> None:
    host = platform.register("Mei", host="Tide House", region="TW-TTT")
    platform.speak(host, language)
    page = open_browser(host, locale=language).new_page()
    page.goto("/account#host")
    latitude, longitude = (page.locator(f'[name="host.point.{name}"]') for name in ("latitude", "longitude"))
    asked = page.locator("[data-far]")
    for near in (("22.881", "121.225"), ("22.0447", "121.5483"), ("23.15", "121.05")):  # Dulan, Lanyu, over the border
        latitude.fill(near[0])
        longitude.fill(near[1])
        longitude.blur()
        expect(asked).to_be_empty()
    latitude.fill("25.0478")
    longitude.fill("121.517")
    longitude.blur()
    expect(asked).to_have_text(re.compile(re.escape(question).replace(r"\{\}", r"1[67]\d")))
    expect(latitude).not_to_have_attribute("aria-invalid", "true")
    assert axe_faults(page) == []
    page.locator("#host").get_by_role("button", name=save, exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    expect(asked).not_to_be_empty()  # also where it stands already
    kept = platform.call(host, "GET", "/api/auth/me")["host"]["point"]
    assert kept == {"latitude": 25.0478, "longitude": 121.517}
    latitude.fill("22.881")
    longitude.fill("121.225")
    longitude.blur()
    expect(asked).to_be_empty()


@pytest.mark.parametrize(
    ("language", "press", "said"),
    [
        ("en", "Publish", "Published “Six beds & a <b>stove</b>”. Helpers whose subscriptions fit hear of it now."),
        ("zh-TW", "刊登", "已刊登「Six beds & a <b>stove</b>」，訂閱條件符合的小幫手現在就會收到通知。"),
    ],
)
def test_the_page_of_a_post_says_that_it_was_published(
    platform: Platform, open_browser: NewContext, language: str, press: str, said: str
) -> None:
    host = platform.register("Mei", host="Tide House")
    draft = platform.publish(host, "Six beds & a <b>stove</b>", status="draft")["id"]
    platform.speak(host, language)
    page = open_browser(host, locale=language).new_page()
    page.goto(f"/host/posts/{draft}/edit")
    page.get_by_role("button", name=press, exact=True).click()
    expect(page).to_have_url(re.compile(f"/posts/{draft}$"))
    toast = page.locator(".toasts[role=status] .toast")
    expect(toast).to_have_text(said)
    expect(toast.get_by_role("button")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(toast).to_have_count(0)  # said once
