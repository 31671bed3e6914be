"""When something is wrong: each state says so in words, is accessible, and leads on."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext, Server, a_server
from tests.e2e.platform import Platform
from tests.e2e.test_every_page import faults as axe_faults
from tests.e2e.test_every_page import too_wide
from tests.e2e.test_live import connected


@dataclass
class Unlucky:
    """A server that lets hardly anybody search, and a host's page whose row can be spoiled."""

    server: Server
    database: Path
    host: str

    def spoil(self, statement: str) -> None:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)


@pytest.fixture(scope="module")
def unlucky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unlucky]:
    folder = tmp_path_factory.mktemp("unlucky")
    with a_server(folder, HALOOP_RATE_LIMIT_FACTOR="0.05") as server:
        platform = Platform(server.address)
        email = platform.register("Mei", host="Tide House")
        host = platform.call(email, "GET", "/api/auth/me")["host"]["id"]
        yield Unlucky(server, folder / "haloop.db", f"/hosts/{host}")


def sound(page: Page) -> None:
    """Accessible in light and dark, within the window at every width."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in axe_faults(page)]
    assert found + too_wide(page) == []


@pytest.mark.parametrize(
    ("language", "title", "wait", "again"),
    [
        ("en", "A short rest", r"That was too often\. Wait \d+ s, then try again\.", "Try again"),
        ("zh-TW", "先休息一下", r"太頻繁了，等 \d+ 秒再試。", "重試"),
    ],
)
def test_who_asks_too_often_is_told_how_long_to_wait(
    unlucky: Unlucky, open_browser: NewContext, language: str, title: str, wait: str, again: str
) -> None:
    page = open_browser(base_url=unlucky.server.address, locale=language).new_page()
    for _ in range(6):  # as often as this server allows in a minute
        page.goto("/posts?regions=TW-TTT")
    answer = page.goto("/posts?regions=TW-TTT")
    assert answer
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text(re.compile(wait))).to_be_visible()
    sound(page)
    page.get_by_role("link", name=again).click()
    expect(page).to_have_url(f"{unlucky.server.address}/posts?regions=TW-TTT")


@pytest.mark.parametrize(
    ("spoil", "mend", "status", "language", "title", "again"),
    [
        ("UPDATE hosts SET photo = '{}'", "UPDATE hosts SET photo = NULL", 500, *said)
        for said in (
            ("en", "Something went wrong on our side", "Try again"),
            ("zh-TW", "我們這邊出了狀況", "重試"),
        )
    ]
    + [
        ("ALTER TABLE hosts RENAME TO gone", "ALTER TABLE gone RENAME TO hosts", 503, *said)
        for said in (("en", "A short rest", "Try again"), ("zh-TW", "先休息一下", "重試"))
    ],
)
def test_our_own_mistake_says_so_and_can_be_tried_again(
    unlucky: Unlucky, open_browser: NewContext, faults: list[str],
    spoil: str, mend: str, status: int, language: str, title: str, again: str,
) -> None:  # fmt: skip
    page = open_browser(base_url=unlucky.server.address, locale=language).new_page()
    unlucky.spoil(spoil)
    try:
        answer = page.goto(unlucky.host)
        assert answer
        assert answer.status == status
        assert "Error" not in page.locator("body").inner_text()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        sound(page)
    finally:
        unlucky.spoil(mend)
    page.get_by_role("link", name=again).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tide House")
    faults[:] = [fault for fault in faults if "status of 50" not in fault]  # the browser's note on what was asked for


def test_no_connection_is_said_on_every_kind_of_page(platform: Platform, open_browser: NewContext) -> None:
    email = platform.register("Mei", helper=True, host="Tide House")
    context = open_browser(email)
    page = context.new_page()
    for path in ("/", "/posts", "/subscriptions", "/notifications", "/account", "/host/posts/new"):
        page.goto(path)
        connected(page)
        expect(page.locator(".offline")).to_be_hidden()
        context.set_offline(True)
        expect(page.locator(".offline")).to_have_text("No connection. What you see may be old; it goes on by itself.")
        expect(page.locator(".offline")).to_have_attribute("role", "status")
        sound(page)
        context.set_offline(False)
        expect(page.locator(".offline")).to_be_hidden()


def test_what_is_pressed_without_connection_is_said_and_kept(platform: Platform, open_browser: NewContext) -> None:
    helper = platform.register("Ines", helper=True)
    context = open_browser(helper)
    page = context.new_page()
    page.goto("/posts?regions=TW-TTT")
    connected(page)
    context.set_offline(True)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("No connection. Try again.")).to_be_visible()
    context.set_offline(False)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text(re.compile(r"Done\. "))).to_be_visible()
    assert len(platform.call(helper, "GET", "/api/subscriptions")["items"]) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_a_bad_search_opens_at_the_field_that_is_wrong(open_browser: NewContext, width: int) -> None:
    page = open_browser(viewport={"width": width, "height": 844}).new_page()
    answer = page.goto("/posts?regions=TW-TTT&max_hours_per_day=99")
    assert answer
    assert answer.status == 422
    expect(page.get_by_role("spinbutton", name="Hours a day")).to_be_focused()
    expect(page.locator("#max_hours_per_day-error")).to_be_in_viewport()
    assert axe_faults(page) == []
    page.goto("/posts?job_types=flying")
    expect(page.locator("#job_types-error")).to_be_in_viewport()
    expect(page.locator("[name=job_types]").first).to_be_focused()


def test_the_account_says_which_part_is_in_view(platform: Platform, open_browser: NewContext) -> None:
    page = open_browser(platform.register("Mei", helper=True, host="Tide House")).new_page()
    page.goto("/account")
    current = page.get_by_role("navigation", name="Parts of the account").locator("[aria-current=true]")
    expect(current).to_have_text("You")
    page.get_by_role("navigation", name="Parts of the account").get_by_role("link", name="Host profile").click()
    expect(current).to_have_text("Host profile")
    # By script: on a busy machine Chromium drops a key that comes while it still scrolls for the one before.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(current).to_have_text("Recommendations")
    page.evaluate("scrollTo(0, 0)")
    expect(current).to_have_text("You")
    assert axe_faults(page) == []
