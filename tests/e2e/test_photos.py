"""The uploader: large photos are made smaller, what cannot be read is refused in words, and nothing is lost."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewContext
from tests.e2e.platform import Platform
from tests.world import a_picture

EIGHT_MB = 8 * 1024 * 1024


@pytest.fixture
def form(platform: Platform, open_browser: NewContext) -> Page:
    page = open_browser(platform.register("Mei", host="Tide House")).new_page()
    page.goto("/host/posts/new")
    return page


def pictures(folder: Path, count: int) -> list[Path]:
    found = []
    for number in range(count):
        found.append(folder / f"picture{number}.jpg")
        found[-1].write_bytes(a_picture((600, 400), color=("teal", "orange", "seagreen", "navy", "maroon")[number % 5]))
    return found


def test_a_photo_over_8_mb_is_made_smaller_and_sent(form: Page, tmp_path: Path) -> None:
    large = tmp_path / "IMG_3001.jpg"
    Image.frombytes("RGB", (3000, 2000), os.urandom(3000 * 2000 * 3)).save(large, quality=98)
    assert large.stat().st_size > EIGHT_MB
    with form.expect_response("**/api/photos") as answered:
        form.locator("input[type=file]").set_input_files(large)
    expect(form.locator(".upload[data-photo]")).to_have_count(1)
    assert answered.value.status == 201
    assert (answered.value.json()["width"], answered.value.json()["height"]) == (2000, 1333)
    assert int(answered.value.request.header_value("content-length") or 0) in range(1, EIGHT_MB)


def test_what_cannot_be_read_is_refused_in_words(form: Page, tmp_path: Path) -> None:
    heic, torn, text = tmp_path / "IMG_2041.HEIC", tmp_path / "torn.jpg", tmp_path / "notes.txt"
    heic.write_bytes(b"\x00\x00\x00\x18ftypheic" + os.urandom(2000))
    torn.write_bytes(b"\xff\xd8\xff\xe0 and then nothing of a picture")
    text.write_text("what I wanted to say")
    form.locator("input[type=file]").set_input_files([heic, torn, text])
    failed = form.locator(".upload.failed")
    expect(failed).to_have_count(3)
    expect(failed.nth(0)).to_contain_text(
        "IMG_2041.HEIC is a HEIC photo, and this browser cannot read those. Save it as JPEG first"
    )
    expect(failed.nth(1)).to_contain_text("torn.jpg: This picture is damaged or not whole. Choose another file.")
    expect(failed.nth(2)).to_contain_text("notes.txt is not a JPEG, PNG or WebP.")
    for number in range(3):
        expect(failed.nth(number).get_by_role("button", name="Choose another")).to_be_visible()
    expect(form.locator("[data-upload-status]")).not_to_be_empty()  # and it is spoken


def test_photos_are_chosen_by_the_keyboard(form: Page, tmp_path: Path) -> None:
    form.get_by_label("Add photos").focus()
    expect(form.get_by_label("Add photos")).to_be_focused()
    ring = form.locator(".upload.add").evaluate("label => getComputedStyle(label).outlineStyle")
    assert ring != "none"
    with form.expect_file_chooser() as chooser:
        # A key may overtake the wish to hear of choosers on its way into the page; an answer from the page may not.
        form.evaluate("() => null")
        form.keyboard.press("Space")
    assert chooser.value.is_multiple()
    chooser.value.set_files(pictures(tmp_path, 2))
    expect(form.locator(".upload[data-photo]")).to_have_count(2)


def test_three_photos_are_sent_at_a_time_and_a_lost_one_once_more(form: Page, tmp_path: Path) -> None:
    held: list[Route] = []
    released = False

    def on_its_way(route: Route) -> None:
        route.continue_() if released else held.append(route)

    form.route("**/api/photos", on_its_way)
    form.locator("input[type=file]").set_input_files(pictures(tmp_path, 5))
    expect(form.locator(".upload.going progress")).to_have_count(3)
    expect(form.locator(".upload.going")).to_have_count(5)
    form.wait_for_timeout(300)
    assert len(held) == 3
    released = True
    held[0].abort("internetdisconnected")
    lost = form.locator(".upload.failed")
    expect(lost).to_contain_text("No connection. Try again.")
    for route in held[1:]:
        route.continue_()
    expect(form.locator(".upload[data-photo]")).to_have_count(4)
    lost.get_by_role("button", name="Try again").click()
    expect(form.locator(".upload[data-photo]")).to_have_count(5)
    expect(lost).to_have_count(0)


def test_photos_are_dropped_and_dragged_into_order(platform: Platform, open_browser: NewContext) -> None:
    host = platform.register("Mei", host="Tide House")
    post = platform.publish(host, "Three photos")
    page = open_browser(host).new_page()
    page.goto(f"/host/posts/{post['id']}/edit")
    tiles = page.locator(".upload[data-photo]")
    expect(tiles).to_have_count(3)
    ids = [photo["id"] for photo in post["photos"]]
    tiles.nth(2).drag_to(tiles.nth(0))
    expect(tiles.nth(0)).to_have_attribute("data-photo", ids[2])
    expect(tiles.nth(0).get_by_text("Cover")).to_be_visible()
    expect(tiles.nth(1).get_by_text("Cover")).to_be_hidden()
    page.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(300, 200);
            canvas.getContext("2d").fillRect(0, 0, 300, 200);
            const dropped = new DataTransfer();
            const picture = await canvas.convertToBlob({type: "image/png"});
            dropped.items.add(new File([picture], "dropped.png", {type: "image/png"}));
            const place = document.querySelector(".add-place");
            place.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
        }"""
    )
    expect(tiles).to_have_count(4)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Saved at")
    after = [photo["id"] for photo in platform.call(host, "GET", f"/api/posts/{post['id']}")["photos"]]
    assert after[:3] == [ids[2], ids[0], ids[1]]
    assert len(after) == 4


def test_no_more_photos_than_a_post_can_have(form: Page, tmp_path: Path) -> None:
    form.locator("input[type=file]").set_input_files(pictures(tmp_path, 9))
    expect(form.locator(".upload[data-photo]")).to_have_count(8)
    left_out = form.locator(".panel .error", has_text="At most 8 photos. Left out: picture8.jpg")
    expect(left_out).to_be_visible()
    expect(form.locator("[data-upload-status]")).to_have_text("At most 8 photos. Left out: picture8.jpg")
    expect(form.locator(".add-place")).to_be_hidden()
    form.get_by_role("button", name=re.compile("^Remove picture0")).click()
    expect(form.locator(".add-place")).to_be_visible()
    one_more = pictures(tmp_path, 1)
    form.locator("input[type=file]").set_input_files(one_more)
    expect(form.locator(".upload[data-photo]")).to_have_count(8)
    expect(left_out).to_have_count(0)


def test_what_failed_takes_no_place(form: Page, tmp_path: Path) -> None:
    broken = tmp_path / "notes.txt"
    broken.write_text("no picture")
    form.locator("input[type=file]").set_input_files([broken, *pictures(tmp_path, 8)])
    expect(form.locator(".upload[data-photo]")).to_have_count(7)
    expect(form.locator(".upload.failed")).to_have_count(1)
    form.locator("input[type=file]").set_input_files(pictures(tmp_path, 1))
    expect(form.locator(".upload[data-photo]")).to_have_count(8)
    expect(form.locator(".add-place")).to_be_hidden()
    form.get_by_role("button", name="Choose another").click()
    expect(form.locator(".error", has_text="Left out: notes.txt")).to_be_visible()
    expect(form.locator(".upload[data-photo]")).to_have_count(8)
