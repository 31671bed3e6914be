"""Two people talk, each in a browser: what is written arrives once and in order, whatever happens to the line."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, FilePayload, Locator, Page, Route, expect

from tests.e2e.conftest import NewContext, Server
from tests.e2e.platform import Platform
from tests.e2e.test_live import connected
from tests.world import a_picture

SENT_WITHIN = 20_000  # ms, a lost line included


@dataclass
class Talk:
    """A conversation of Ines with Tide House, and its two accounts."""

    platform: Platform
    helper: str
    host: str
    id: str

    @property
    def page(self) -> str:
        return f"/messages/{self.id}"

    def write(self, who: str, body: str, **fields: object) -> dict[str, Any]:  # Any: an API's answer
        path = f"/api/conversations/{self.id}/messages"
        return self.platform.call(who, "POST", path, {"body": body, **fields})

    def stored(self) -> list[tuple[int, str]]:
        """All messages, as the database has them."""
        found: list[tuple[int, str]] = []
        more = True
        while more:
            after = found[-1][0] if found else 0
            path = f"/api/conversations/{self.id}/messages?after={after}&limit=50"
            page = self.platform.call(self.helper, "GET", path)
            found += [(item["number"], item["body"]) for item in page["items"]]
            more = page["has_after"]
        return found


@pytest.fixture
def talk(platform: Platform) -> Talk:
    helper, host = platform.register("Ines", helper=True), platform.register("Mei", host="Tide House")
    host_id = platform.call(host, "GET", "/api/auth/me")["host"]["id"]
    started = platform.call(helper, "POST", "/api/conversations", {"host_id": host_id})
    return Talk(platform, helper, host, started["id"])


def opened(context: BrowserContext, talk: Talk) -> Page:
    page = context.new_page()
    page.goto(talk.page)
    connected(page)
    return page


def write(page: Page, *bodies: str) -> None:
    for body in bodies:
        page.get_by_label("Message", exact=True).fill(body)
        page.get_by_label("Message", exact=True).press("Enter")


def bubbles(page: Page) -> Locator:
    return page.locator(".said .message")


def shown(page: Page) -> list[tuple[int, str]]:
    """The thread's messages: number and text, in the order of the page."""
    found = page.evaluate(
        """[...document.querySelectorAll(".said .message")].map(
            it => [Number(it.dataset.number), it.querySelector(":scope > p")?.innerText ?? ""])"""
    )
    return [(number, body) for number, body in found]


def scrolled(page: Page) -> int:
    """Where the first message that is seen stands, in px from the top of the window."""
    top: int = page.evaluate(
        """(() => { const box = document.querySelector(".messages").getBoundingClientRect();
            const first = [...document.querySelectorAll(".said .message")]
                .find(it => it.getBoundingClientRect().top >= box.top + 40);
            window.watched ??= first; return Math.round(window.watched.getBoundingClientRect().top); })()"""
    )
    return top


def scroll_up(page: Page, by: int) -> None:
    page.evaluate("by => { document.querySelector('.messages').scrollTop -= by; }", by)


def drop_line_faults(faults: list[str]) -> None:
    """The browser's own notes on a line that a test cut."""
    noted = ("WebSocket connection", "ERR_CONNECTION_REFUSED", "ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE",
             "ERR_CONNECTION_RESET")  # fmt: skip
    faults[:] = [fault for fault in faults if not any(note in fault for note in noted)]


def test_two_people_write_to_each_other(talk: Talk, open_browser: NewContext) -> None:
    ines, mei = opened(open_browser(talk.helper), talk), opened(open_browser(talk.host), talk)
    ines.bring_to_front()
    write(ines, "Hello Mei", "Two lines\nof one message, see https://example.org/a.")
    expect(bubbles(ines)).to_have_count(2)
    expect(bubbles(mei)).to_have_count(2)
    expect(bubbles(mei).nth(1)).to_contain_text("of one message")
    expect(bubbles(mei).nth(1).get_by_role("link")).to_have_attribute("href", "https://example.org/a")
    expect(bubbles(mei).nth(1)).to_have_class(re.compile("next"))
    expect(bubbles(ines).nth(1)).to_contain_text(re.compile("sent|read"))
    mei.bring_to_front()
    write(mei, "Hi Ines")
    expect(bubbles(ines)).to_have_count(3)
    expect(bubbles(ines).last).not_to_have_class(re.compile("mine"))
    assert shown(ines) == shown(mei) == talk.stored()
    expect(ines.locator(".day")).to_have_text(["Today"])


def test_the_live_thread_and_the_loaded_one_are_the_same(talk: Talk, open_browser: NewContext) -> None:
    """The script and the templates draw a message alike, in both languages."""
    post = talk.platform.publish(talk.host, "Mornings at the surf hostel")
    for language in ("en", "zh-TW"):
        talk.platform.speak(talk.helper, language)
        page = opened(open_browser(talk.helper), talk)
        before = bubbles(page).count()
        talk.write(talk.host, "One, https://example.org/x?y=1&z=2.")
        talk.write(talk.host, 'Two\n\n  indented <b>& "quoted"')
        talk.write(talk.helper, "Three", post_id=post["id"])
        expect(bubbles(page)).to_have_count(before + 3)
        live = looks(page)
        page.reload()
        connected(page)
        assert looks(page) == live
        page.close()


def looks(page: Page) -> str:
    """The thread's markup without what is white space between elements."""
    html: str = page.evaluate(
        """(() => { const copy = document.querySelector(".thread").cloneNode(true);
            for (const gone of copy.querySelectorAll("[data-nothing], noscript, .composer, template, [data-announce]"))
                gone.remove();
            copy.querySelectorAll(".message.mine [data-state]").forEach(it => it.remove());
            const tidy = it => ({ tag: it.tagName, text: it.children.length ? "" : it.textContent.trim(),
                classes: [...it.classList].sort().join(" "), href: it.getAttribute("href"),
                inside: [...it.children].map(tidy) });
            return JSON.stringify([...copy.querySelectorAll(".said, .about")].map(tidy), null, 1); })()"""
    )
    return html


def test_a_message_is_sent_then_read_when_its_reader_looks(talk: Talk, open_browser: NewContext) -> None:
    ines = opened(open_browser(talk.helper), talk)
    write(ines, "Are you there?")
    expect(bubbles(ines).locator("[data-state=sent]")).to_have_count(1)
    elsewhere = open_browser(talk.host).new_page()
    elsewhere.goto("/messages")
    connected(elsewhere)
    expect(elsewhere.get_by_role("link", name="Messages, 1 unread")).to_be_visible()
    time.sleep(0.5)
    expect(bubbles(ines).locator("[data-state=sent]")).to_have_count(1)  # the list alone reads nothing
    elsewhere.locator("#conversations a").click()
    expect(bubbles(ines).locator("[data-state=read]")).to_have_count(1)
    expect(elsewhere.get_by_role("link", name="Messages", exact=True).first).to_be_visible()
    ines.reload()
    expect(bubbles(ines).locator("[data-state=read]")).to_have_count(1)


def test_nothing_is_read_in_a_window_that_nobody_looks_at(talk: Talk, open_browser: NewContext) -> None:
    page = open_browser(talk.host).new_page()
    page.add_init_script("window.looking = false; document.hasFocus = () => window.looking;")
    page.goto(talk.page)
    connected(page)
    talk.write(talk.helper, "Hello")
    expect(bubbles(page)).to_have_count(1)
    time.sleep(0.5)
    assert talk.platform.call(talk.host, "GET", "/api/conversations/unread") == {"unread": 1}
    page.evaluate("window.looking = true; window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("link", name="Messages", exact=True).first).to_be_visible()
    assert talk.platform.call(talk.host, "GET", "/api/conversations/unread") == {"unread": 0}


def test_the_number_in_the_header_is_live_on_every_page_and_in_every_window(
    talk: Talk, open_browser: NewContext
) -> None:
    here, there = open_browser(talk.host).new_page(), open_browser(talk.host).new_page()
    here.goto("/host/posts")
    there.goto("/messages")
    for page in (here, there):
        connected(page)
    for number in range(3):
        talk.write(talk.helper, f"Message {number}")
    for page in (here, there):
        expect(page.get_by_role("link", name="Messages, 3 unread")).to_be_visible()
    expect(there.locator("#conversations .badge")).to_contain_text("3")
    expect(there.locator("#conversations [data-last]")).to_have_text("Message 2")
    here.reload()
    expect(here.get_by_role("link", name="Messages, 3 unread")).to_be_visible()
    there.locator("#conversations a").click()
    expect(here.get_by_role("link", name="Messages", exact=True).first).to_be_visible()


def test_answers_that_overtake_one_another_leave_the_newest_in_the_list(talk: Talk, open_browser: NewContext) -> None:
    page = open_browser(talk.host).new_page()
    page.goto("/messages", wait_until="networkidle")  # the list is listening
    connected(page)
    held: list[tuple[Route, APIResponse]] = []
    page.route(f"**/api/conversations/{talk.id}", lambda route: held.append((route, route.fetch())))
    for number in range(3):
        talk.write(talk.helper, f"Message {number}")
        for _ in range(100):
            if len(held) > number:
                break
            page.wait_for_timeout(100)
    assert len(held) == 3
    for route, answer in reversed(held):
        route.fulfill(response=answer)
    expect(page.locator("#conversations .badge")).to_contain_text("3")
    page.wait_for_timeout(1000)  # a number that grows is shown a moment later
    expect(page.locator("#conversations .badge")).to_contain_text("3")
    expect(page.locator("#conversations [data-last]")).to_have_text("Message 2")


def test_the_list_takes_up_a_new_conversation_and_keeps_the_last_on_top(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    page = open_browser(talk.host).new_page()
    page.goto("/messages")
    connected(page)
    expect(page.get_by_text("No messages yet. Helpers write to you from your posts.")).to_be_visible()
    talk.write(talk.helper, "First")
    rows = page.locator("#conversations li")
    expect(rows).to_have_count(1)
    expect(page.get_by_text("No messages yet.")).to_be_hidden()
    other = platform.register("Ken", helper=True)
    host_id = platform.call(talk.host, "GET", "/api/auth/me")["host"]["id"]
    second = platform.call(other, "POST", "/api/conversations", {"host_id": host_id})
    platform.call(other, "POST", f"/api/conversations/{second['id']}/messages", {"body": "Second"})
    expect(rows.locator("strong")).to_have_text(["Ken", "Ines"])
    talk.write(talk.helper, "Third")
    expect(rows.locator("strong")).to_have_text(["Ines", "Ken"])
    expect(rows.first.locator(".badge")).to_contain_text("2")
    live = page.locator("#conversations").inner_text()
    page.reload()
    assert page.locator("#conversations").inner_text() == live
    connected(page)
    rows.first.locator("a").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator("a")).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.first.locator("a")).to_be_focused()


def test_typing_and_presence_are_seen_by_the_other_side(talk: Talk, open_browser: NewContext) -> None:
    mei = opened(open_browser(talk.host), talk)
    expect(mei.locator(".thread > header [data-online]")).to_be_hidden()
    ines = opened(open_browser(talk.helper), talk)
    expect(mei.locator(".thread > header [data-online]")).to_be_visible()  # nobody has written yet
    talk.write(talk.helper, "Hello")
    expect(mei.locator("#conversations .face, .thread header .face").first).to_have_class(re.compile("online"))
    expect(ines.locator(".thread > header [data-online]")).to_be_visible()
    ines.get_by_label("Message", exact=True).press_sequentially("Let me th")
    expect(mei.get_by_role("img", name="Ines is typing")).to_be_visible()
    expect(mei.get_by_role("img", name="Ines is typing")).to_be_hidden(timeout=12_000)  # she only thinks
    ines.get_by_label("Message", exact=True).press_sequentially("ink")
    expect(mei.get_by_role("img", name="Ines is typing")).to_be_visible()
    ines.keyboard.press("Enter")
    expect(bubbles(mei)).to_have_count(2)
    expect(mei.get_by_role("img", name="Ines is typing")).to_be_hidden()
    ines.close()
    expect(mei.locator(".thread > header [data-online]")).to_be_hidden()


def test_enter_sends_but_not_while_an_input_method_composes(talk: Talk, open_browser: NewContext) -> None:
    page = opened(open_browser(talk.helper), talk)
    words = page.get_by_label("Message", exact=True)
    words.fill("你好")
    for event in ('{ key: "Enter", isComposing: true, bubbles: true, cancelable: true }',
                  '{ key: "Enter", keyCode: 229, bubbles: true, cancelable: true }'):  # fmt: skip
        words.evaluate(f"it => it.dispatchEvent(new KeyboardEvent('keydown', {event}))")
    expect(words).to_have_value("你好")
    words.press("Shift+Enter")
    words.press_sequentially("second line")
    words.press("Enter")
    expect(words).to_have_value("")
    expect(bubbles(page)).to_have_count(1)
    assert [body for _, body in talk.stored()] == ["你好\nsecond line"]
    words.press("Enter")  # nothing is nothing
    words.fill("   \n ")
    words.press("Enter")
    words.fill("x" * 4001)
    words.press("Enter")
    expect(page.get_by_text("1 character too many.")).to_be_visible()
    time.sleep(0.3)
    assert len(talk.stored()) == 1


def test_a_draft_is_kept_for_each_conversation_until_it_is_sent_or_one_signs_out(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    other = platform.register("Ken", host="Cloud Tea")
    other_id = platform.call(other, "GET", "/api/auth/me")["host"]["id"]
    second = platform.call(talk.helper, "POST", "/api/conversations", {"host_id": other_id})
    page = opened(open_browser(talk.helper), talk)
    words = page.get_by_label("Message", exact=True)
    words.fill("A thought\nunfinished")
    page.goto(f"/messages/{second['id']}")
    connected(page)
    expect(words).to_have_value("")
    page.goto(talk.page)
    expect(words).to_have_value("A thought\nunfinished")
    words.press("Enter")
    expect(bubbles(page)).to_have_count(1)
    page.reload()
    connected(page)
    expect(words).to_have_value("")
    words.fill("Private")
    page.get_by_role("button", name="Account menu, Ines").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Join").first).to_be_visible()
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"


def test_what_is_written_offline_is_sent_in_order_when_the_line_is_back(
    talk: Talk, open_browser: NewContext, faults: list[str]
) -> None:
    context = open_browser(talk.helper)
    ines, mei = opened(context, talk), opened(open_browser(talk.host), talk)
    write(ines, "Before")
    expect(bubbles(mei)).to_have_count(1)
    context.set_offline(True)
    expect(ines.get_by_text("No connection. Messages wait here.")).to_be_visible()
    write(ines, "One", "Two", "Three")
    expect(ines.locator(".unsent-messages .message")).to_have_count(3)
    talk.write(talk.host, "Meanwhile")
    expect(bubbles(mei)).to_have_count(2)
    context.set_offline(False)
    expect(bubbles(ines)).to_have_count(5, timeout=SENT_WITHIN)
    expect(bubbles(mei)).to_have_count(5)
    expect(ines.get_by_text("No connection. Messages wait here.")).to_be_hidden()
    expect(ines.locator(".unsent-messages .message")).to_have_count(0)
    assert shown(ines) == shown(mei) == talk.stored()
    assert [body for _, body in talk.stored()] == ["Before", "Meanwhile", "One", "Two", "Three"]
    drop_line_faults(faults)


def test_two_windows_of_one_account_send_what_waits_once(
    talk: Talk, open_browser: NewContext, faults: list[str]
) -> None:
    context = open_browser(talk.helper)
    here, there = opened(context, talk), opened(context, talk)
    context.set_offline(True)
    expect(here.get_by_text("No connection. Messages wait here.")).to_be_visible()
    write(here, "One")
    write(there, "Two")
    write(here, "Three")
    for page in (here, there):
        expect(page.locator(".unsent-messages .message > p")).to_have_text(["One", "Two", "Three"])
    context.set_offline(False)
    for page in (here, there):
        expect(bubbles(page)).to_have_count(3, timeout=SENT_WITHIN)
        expect(page.locator(".unsent-messages .message")).to_have_count(0)
        assert shown(page) == talk.stored() == [(1, "One"), (2, "Two"), (3, "Three")]
    drop_line_faults(faults)


def test_what_was_not_sent_outlasts_the_page(
    talk: Talk, server: Server, open_browser: NewContext, faults: list[str]
) -> None:
    """The window is closed while the server is away; another page of the platform sends what waited."""
    context = open_browser(talk.helper)
    page = opened(context, talk)
    server.stop()
    write(page, "One", "Two")
    expect(page.locator(".unsent-messages .message")).to_have_count(2)
    page.close()
    server.start()
    elsewhere = context.new_page()
    elsewhere.goto("/posts")
    connected(elsewhere)
    deadline = time.monotonic() + 15
    while len(talk.stored()) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert talk.stored() == [(1, "One"), (2, "Two")]
    elsewhere.goto(talk.page)
    expect(elsewhere.locator(".unsent-messages .message")).to_have_count(0)
    drop_line_faults(faults)


def test_a_conversation_survives_a_cut_network_and_a_restart(
    talk: Talk, server: Server, open_browser: NewContext, faults: list[str]
) -> None:
    """Both write on while one is offline and then while the server restarts; both threads end up equal to the
    database, each message once."""
    context = open_browser(talk.helper)
    ines, mei = opened(context, talk), opened(open_browser(talk.host), talk)
    for number in range(4):
        write(ines, f"Ines {number}")
        write(mei, f"Mei {number}")
    context.set_offline(True)
    for number in range(4, 8):
        write(ines, f"Ines {number}")
        write(mei, f"Mei {number}")
    context.set_offline(False)
    for number in range(8, 12):
        write(ines, f"Ines {number}")
        write(mei, f"Mei {number}")
        if number == 9:
            server.stop()
    server.start()
    for number in range(12, 14):
        write(ines, f"Ines {number}")
        write(mei, f"Mei {number}")
    for page in (ines, mei):
        expect(bubbles(page)).to_have_count(28, timeout=30_000)
        expect(page.locator(".unsent-messages .message")).to_have_count(0)
    stored = talk.stored()
    assert [number for number, _ in stored] == list(range(1, 29))
    assert shown(ines) == shown(mei) == stored
    for name in ("Ines", "Mei"):
        assert [body for _, body in stored if body.startswith(name)] == [f"{name} {number}" for number in range(14)]
    drop_line_faults(faults)


def test_an_answer_that_is_lost_does_not_double_a_message(talk: Talk, open_browser: NewContext) -> None:
    """The server stores a message, and neither its ack nor its event comes: the next attempt finds it stored."""
    page = open_browser(talk.helper).new_page()
    lost: list[str] = []

    def between(socket: Any) -> None:  # Any: Playwright's WebSocketRoute, of which mypy knows no more
        server = socket.connect_to_server()
        socket.on_message(server.send)

        def answered(frame: str) -> None:
            if "Only once" in frame and len(lost) < 2:
                lost.append(frame)
            else:
                socket.send(frame)

        server.on_message(answered)

    page.route_web_socket(re.compile(r"/socket\.io/"), between)
    page.goto(talk.page)
    connected(page)
    write(page, "Only once")
    expect(bubbles(page)).to_have_count(1, timeout=SENT_WITHIN)
    assert sorted(frame[:2] for frame in lost) == ["42", "43"]  # its event and its ack
    write(page, "And the next")
    expect(bubbles(page)).to_have_count(2)
    assert shown(page) == talk.stored() == [(1, "Only once"), (2, "And the next")]


def test_a_gap_is_filled(talk: Talk, open_browser: NewContext) -> None:
    """An event that never came is fetched as soon as a later one does."""
    page = open_browser(talk.helper).new_page()

    def between(socket: Any) -> None:  # Any: as above
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(lambda frame: None if "Swallowed" in frame else socket.send(frame))

    page.route_web_socket(re.compile(r"/socket\.io/"), between)
    page.goto(talk.page)
    connected(page)
    talk.write(talk.host, "Seen")
    expect(bubbles(page)).to_have_count(1)
    for number in range(60):
        talk.write(talk.host, f"Swallowed {number}")
    time.sleep(0.3)
    expect(bubbles(page)).to_have_count(1)
    talk.write(talk.host, "Seen too")
    expect(bubbles(page)).to_have_count(62)
    assert shown(page) == talk.stored()


def test_a_message_that_is_refused_waits_for_its_writer(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    page = opened(open_browser(talk.helper), talk)
    platform.call(talk.host, "PUT", "/api/account/helper", {"bio": ""})
    platform.call(talk.host, "DELETE", "/api/account/host")
    write(page, "Too late")
    message = page.locator(".unsent-messages .message")
    expect(message).to_contain_text("Not sent.")
    expect(message).to_contain_text("The other side is not here any more.")
    message.get_by_role("button", name="Try again").click()
    expect(message).to_contain_text("Not sent.")
    expect(message.get_by_role("button", name="Edit")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Tide House cannot be written to any more.")).to_be_visible()
    expect(page.locator(".composer")).to_have_count(0)
    expect(message).to_contain_text("Too late")
    expect(message.get_by_role("button", name="Try again")).to_be_visible()
    expect(message.get_by_role("button", name="Edit")).to_have_count(0)  # there is no place to edit it in


def test_earlier_messages_come_without_a_jump(talk: Talk, open_browser: NewContext) -> None:
    for number in range(1, 131):
        talk.write(talk.host if number % 3 else talk.helper, f"Message {number}\n" + "and more " * (number % 40))
    page = opened(open_browser(talk.helper, viewport={"width": 390, "height": 700}), talk)
    expect(bubbles(page).last).to_be_in_viewport()
    first = shown(page)[0][0]
    assert first > 1
    while first > 1:
        page.evaluate("window.watched = undefined")
        scroll_up(page, 500)
        place = scrolled(page)
        time.sleep(0.3)
        assert abs(scrolled(page) - place) <= 1
        first = shown(page)[0][0]
    assert [number for number, _ in shown(page)] == list(range(1, 131))
    expect(page.get_by_role("link", name="Show earlier messages")).to_have_count(0)


def test_earlier_messages_wait_for_the_line(talk: Talk, open_browser: NewContext, faults: list[str]) -> None:
    for number in range(1, 61):
        talk.write(talk.host, f"Message {number}")
    context = open_browser(talk.helper, viewport={"width": 390, "height": 500})
    page = opened(context, talk)
    context.set_offline(True)
    expect(page.get_by_text("No connection. Messages wait here.")).to_be_visible()
    before = len(shown(page))
    scroll_up(page, 10_000)
    expect(page.locator(".toast")).to_have_count(1)
    time.sleep(0.5)
    assert page.locator(".toast").count() == 1  # said once
    assert len(shown(page)) == before < 60
    context.set_offline(False)
    expect(bubbles(page)).to_have_count(60, timeout=SENT_WITHIN)
    assert shown(page) == talk.stored()
    drop_line_faults(faults)


def test_new_messages_do_not_move_a_reader_who_has_scrolled_up(talk: Talk, open_browser: NewContext) -> None:
    for number in range(1, 41):
        talk.write(talk.host, f"Message {number}")
    page = opened(open_browser(talk.helper, viewport={"width": 390, "height": 700}), talk)
    expect(page.get_by_role("link", name="Messages", exact=True).first).to_be_visible()
    scroll_up(page, 600)
    place = scrolled(page)
    talk.write(talk.host, "New one")
    talk.write(talk.host, "New two")
    pill = page.get_by_role("button", name="2 new messages")
    expect(pill).to_be_visible()
    assert abs(scrolled(page) - place) <= 1
    assert talk.platform.call(talk.helper, "GET", "/api/conversations/unread") == {"unread": 2}
    pill.click()
    expect(page.get_by_role("log")).to_be_focused()
    expect(bubbles(page).last).to_be_in_viewport()
    expect(pill).to_be_hidden()
    expect(page.get_by_role("link", name="Messages", exact=True).first).to_be_visible()
    talk.write(talk.host, "New three")
    expect(bubbles(page).last).to_have_text(re.compile("New three"))
    expect(bubbles(page).last).to_be_in_viewport()


def test_announcements_are_few(talk: Talk, open_browser: NewContext) -> None:
    page = opened(open_browser(talk.helper), talk)
    said = page.locator("[data-announce]")
    talk.write(talk.host, "Good morning")
    expect(said).to_have_text("Tide House: Good morning")
    page.evaluate(
        """window.spoken = 0; new MutationObserver(() => { window.spoken += 1; })
            .observe(document.querySelector("[data-announce]"), { childList: true })"""
    )
    for number in range(8):
        talk.write(talk.host, f"Message {number}")
    expect(said).to_have_text(re.compile(r"\d new messages from Tide House"))
    time.sleep(1.5)
    assert page.evaluate("window.spoken") <= 3
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")


def test_writing_to_a_host_starts_at_a_post_and_asks_about_it(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    first = platform.publish(talk.host, "Mornings at the surf hostel")
    second = platform.publish(talk.host, "One blank wall, one painter")
    page = open_browser(talk.helper).new_page()
    page.goto(f"/posts/{first['id']}")
    page.get_by_role("button", name="Write to the host").first.click()
    expect(page).to_have_url(re.compile(f"{talk.page}\\?post={first['id']}$"))
    expect(page.locator(".asked")).to_contain_text("Mornings at the surf hostel")
    connected(page)
    write(page, "Is this still open?")
    expect(bubbles(page).last.locator(".about")).to_contain_text("Mornings at the surf hostel")
    expect(page.locator(".asked")).to_have_count(0)
    expect(page).to_have_url(re.compile(f"{talk.page}$"))
    write(page, "And when?")
    expect(bubbles(page)).to_have_count(2)
    expect(bubbles(page).last.locator(".about")).to_have_count(0)
    page.goto(f"/posts/{second['id']}")
    page.get_by_role("button", name="Write to the host").first.click()
    connected(page)
    page.get_by_role("button", name="Ask without this post").click()
    write(page, "Just hello")
    expect(bubbles(page)).to_have_count(3)
    expect(bubbles(page).last.locator(".about")).to_have_count(0)
    page.reload()
    expect(page.locator(".thread > .about")).to_contain_text("Mornings at the surf hostel")
    asked = platform.call(talk.helper, "GET", f"/api/conversations/{talk.id}/messages")["items"]
    assert [item["post"] and item["post"]["id"] for item in asked] == [first["id"], None, None]


def test_a_post_that_is_declined_before_the_first_word_stands_on_top_no_more(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    post = platform.publish(talk.host, "Mornings at the surf hostel")
    page = open_browser(talk.helper).new_page()
    page.goto(f"/posts/{post['id']}")
    page.get_by_role("button", name="Write to the host").first.click()
    connected(page)
    expect(page.locator(".thread > .about")).to_contain_text("Mornings at the surf hostel")
    page.get_by_role("button", name="Ask without this post").click()
    expect(page.locator(".thread > .about")).to_have_count(0)
    write(page, "Just hello")
    expect(bubbles(page)).to_have_count(1)
    page.reload()
    expect(page.locator(".thread > .about")).to_have_count(0)
    assert platform.call(talk.helper, "GET", f"/api/conversations/{talk.id}")["post"] is None


def test_the_wish_to_write_outlasts_signing_in(platform: Platform, talk: Talk, open_browser: NewContext) -> None:
    post = platform.publish(talk.host, "Boards and breakfast")
    page = open_browser().new_page()
    page.goto(f"/posts/{post['id']}")
    page.get_by_role("link", name="Write to the host").first.click()
    page.get_by_label("E-mail").fill(talk.helper)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"{talk.page}\\?post={post['id']}$"))
    page.goto(f"/posts/{post['id']}")
    time.sleep(0.3)
    expect(page).to_have_url(re.compile(f"/posts/{post['id']}$"))  # a wish is fulfilled once


def test_a_host_is_told_what_writing_needs_and_comes_back(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    host, post = platform.register("Ken", host="Cloud Tea"), platform.publish(talk.host, "Boards and breakfast")
    page = open_browser(host).new_page()
    page.goto(f"/posts/{post['id']}")
    expect(page.get_by_text("Writing to hosts needs a helper profile.").first).to_be_visible()
    page.get_by_role("link", name="Write to the host").first.click()
    page.get_by_role("button", name="Add a helper profile").click()
    expect(page).to_have_url(re.compile(rf"/messages/[0-9a-f-]+\?post={post['id']}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tide House")


def test_writing_starts_at_a_host_and_at_a_notification(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    platform.call(talk.helper, "POST", "/api/subscriptions", {"name": "All", "filter": {"regions": ["TW-TTT"]}})
    post = platform.publish(talk.host, "Boards and breakfast")
    page = open_browser(talk.helper).new_page()
    page.goto(f"/hosts/{post['host']['id']}")
    page.get_by_role("button", name="Write to the host").click()
    expect(page).to_have_url(re.compile(f"{talk.page}$"))
    page.goto("/notifications")
    page.locator(".notification", has_text="Boards and breakfast").get_by_role("button").click()
    expect(page).to_have_url(re.compile(f"{talk.page}\\?post={post['id']}$"))


def test_a_first_message_that_leads_elsewhere_warns_its_reader_alone(talk: Talk, open_browser: NewContext) -> None:
    ines, mei = opened(open_browser(talk.helper), talk), opened(open_browser(talk.host), talk)
    write(ines, "Write to me at ines@example.org and pay the deposit there")
    expect(mei.get_by_text("Take care with a first message like this.")).to_be_visible()
    expect(bubbles(ines)).to_have_count(1)
    expect(ines.get_by_text("Take care with a first message like this.")).to_be_hidden()
    mei.reload()
    expect(mei.get_by_text("Take care with a first message like this.")).to_be_visible()


def picture(name: str, colour: str = "teal") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": a_picture((2400, 1600), color=colour)}


def test_photos_are_picked_pasted_and_dropped_and_seen_by_both(talk: Talk, open_browser: NewContext) -> None:
    ines, mei = opened(open_browser(talk.helper), talk), opened(open_browser(talk.host), talk)
    picked = ines.locator(".picked li")
    ines.locator(".composer input[type=file]").set_input_files([picture("a.jpg"), picture("b.jpg", "orange")])
    expect(picked.locator("img")).to_have_count(2)
    for event, target in (("paste", ".composer textarea"), ("drop", ".messages")):
        ines.evaluate(
            """async ([event, target]) => {
                const canvas = new OffscreenCanvas(300, 200);
                canvas.getContext("2d").fillRect(0, 0, 300, 200);
                const blob = await canvas.convertToBlob({ type: "image/png" });
                const data = new DataTransfer();
                data.items.add(new File([blob], `${event}.png`, { type: "image/png" }));
                const options = { bubbles: true, cancelable: true };
                const made = event === "paste" ? new ClipboardEvent(event, { ...options, clipboardData: data })
                    : new DragEvent(event, { ...options, dataTransfer: data });
                document.querySelector(target).dispatchEvent(made);
            }""",
            [event, target],
        )
    expect(picked.locator("img")).to_have_count(4)
    ines.locator(".composer input[type=file]").set_input_files([picture("fifth.jpg")])
    expect(ines.locator("[data-announce]")).to_have_text("At most 4 photos in a message.")
    ines.get_by_role("button", name="Remove paste.png").click()
    expect(picked).to_have_count(3)
    ines.get_by_role("button", name="Send").click()
    expect(ines.locator(".said .photos img")).to_have_count(3)
    expect(picked).to_have_count(0)
    photos = mei.locator(".said .photos img")
    expect(photos).to_have_count(3)
    assert mei.evaluate(
        "[...document.querySelectorAll('.said .photos img')].every(it => !it.complete || it.naturalWidth)"
    )
    expect(photos.first).to_have_attribute("alt", "Photo 1 from Ines")
    photos.first.click()
    dialog = mei.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible()
    mei.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("Photo 2 of 3")
    mei.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(mei.locator("#conversations [data-last]")).to_have_text("3 photos")
    mei.reload()
    expect(photos).to_have_count(3)
    photos.first.click()
    expect(dialog).to_be_visible()


def test_a_file_that_is_no_photo_and_a_cut_upload_say_so(
    talk: Talk, open_browser: NewContext, faults: list[str]
) -> None:
    context = open_browser(talk.helper)
    page = opened(context, talk)
    chooser = page.locator(".composer input[type=file]")
    chooser.set_input_files(FilePayload(name="a.gif", mimeType="image/gif", buffer=b"GIF89a"))
    expect(page.locator(".picked .failed")).to_contain_text("a.gif is not a JPEG, PNG or WebP.")
    page.get_by_role("button", name="Remove a.gif").click()
    context.set_offline(True)
    chooser.set_input_files([picture("b.jpg")])
    expect(page.locator(".picked .failed")).to_contain_text("No connection.")
    expect(page.locator(".picked .failed").get_by_role("button", name="Try again")).to_be_visible()
    write(page, "With its photo")
    expect(page.get_by_text("The photos wait for the connection, and the message with them.")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("With its photo")  # held, not sent without it
    expect(page.locator(".unsent-messages .message")).to_have_count(0)
    context.set_offline(False)
    expect(page.locator(".picked img")).to_have_count(1, timeout=SENT_WITHIN)
    expect(page.get_by_text("The photos wait for the connection")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    expect(bubbles(page)).to_have_count(1, timeout=SENT_WITHIN)
    expect(bubbles(page).last.locator(".photos img")).to_have_count(1)
    drop_line_faults(faults)


def test_who_signs_out_in_another_window_is_told_that_and_not_of_the_connection(
    talk: Talk, open_browser: NewContext
) -> None:
    context = open_browser(talk.helper)
    here, there = opened(context, talk), opened(context, talk)
    there.get_by_role("button", name="Account menu, Ines").click()
    there.get_by_role("button", name="Sign out").click()
    expect(there.get_by_role("link", name="Join").first).to_be_visible()
    expect(here.get_by_text("You are signed out. Sign in again to write.")).to_be_visible()
    time.sleep(2)
    expect(here.get_by_text("No connection.")).to_be_hidden()


def test_a_window_that_sends_leaves_the_draft_of_another(talk: Talk, open_browser: NewContext) -> None:
    context = open_browser(talk.helper)
    here, there = opened(context, talk), opened(context, talk)
    there.get_by_label("Message", exact=True).fill("Written there")
    here.get_by_label("Message", exact=True).fill("Written here")
    there.get_by_label("Message", exact=True).press("Enter")
    expect(bubbles(there)).to_have_count(1)
    here.reload()
    expect(here.get_by_label("Message", exact=True)).to_have_value("Written here")


def test_a_pasted_table_is_sent_with_spaces(talk: Talk, open_browser: NewContext) -> None:
    page = opened(open_browser(talk.helper), talk)
    write(page, "Mon\t8\nTue\t6")
    expect(bubbles(page)).to_have_count(1)
    assert talk.stored() == [(1, "Mon    8\nTue    6")]


def test_older_conversations_come_once_though_the_line_was_lost(
    platform: Platform, talk: Talk, open_browser: NewContext, faults: list[str]
) -> None:
    host_id = platform.call(talk.host, "GET", "/api/auth/me")["host"]["id"]
    for number in range(25):
        helper = platform.register(f"Helper {number}", helper=True)
        started = platform.call(helper, "POST", "/api/conversations", {"host_id": host_id})
        platform.call(helper, "POST", f"/api/conversations/{started['id']}/messages", {"body": f"Hello {number}"})
    context = open_browser(talk.host)
    page = context.new_page()
    page.goto("/messages")
    connected(page)
    rows = page.locator("#conversations li")
    expect(rows).to_have_count(20)
    context.set_offline(True)
    expect(page.locator("html[data-connected]")).to_have_count(0, timeout=SENT_WITHIN)
    context.set_offline(False)
    expect(rows).to_have_count(25, timeout=SENT_WITHIN)
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    expect(rows.locator("[data-last]")).to_have_text([f"Hello {number}" for number in reversed(range(25))])
    drop_line_faults(faults)


def test_the_menu_and_the_keyboard_lead_out_of_the_thread(
    platform: Platform, talk: Talk, open_browser: NewContext
) -> None:
    post = platform.publish(talk.host, "Boards and breakfast")
    talk.write(talk.helper, "Hello", post_id=post["id"])
    page = opened(open_browser(talk.helper), talk)
    page.get_by_role("button", name="About Tide House").click()
    expect(page.get_by_role("link", name="See the host’s page")).to_be_visible()
    expect(page.get_by_role("link", name="See the post")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="See the post")).to_be_hidden()
    page.get_by_label("Message", exact=True).focus()
    page.keyboard.press("Escape")
    expect(page.locator("#conversations [aria-current]")).to_be_focused()
    mei = opened(open_browser(talk.host), talk)
    mei.get_by_role("button", name="About Ines").click()
    expect(mei.get_by_text("I like early mornings.")).to_be_visible()


def test_messages_are_read_without_script(talk: Talk, open_browser: NewContext) -> None:
    for number in range(1, 41):
        talk.write(talk.host, f"Message {number}")
    context = open_browser(talk.helper, java_script_enabled=False, viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto("/messages")
    page.locator("#conversations a").click()
    log = page.get_by_role("log")
    expect(log.get_by_text("Message 40", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("Writing needs JavaScript.")).to_be_visible()
    expect(page.locator(".composer")).to_be_hidden()
    page.get_by_role("link", name="Show earlier messages").click()
    expect(log.get_by_text("Message 10", exact=True)).to_be_visible()
    expect(log.get_by_text("Message 40", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Show the latest messages").click()
    expect(log.get_by_text("Message 40", exact=True)).to_be_visible()
