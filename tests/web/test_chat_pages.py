"""Messages as pages: whose they are, what they say in both languages, and what can be read without script."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.web.page import assert_sound, see
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio


@dataclass
class Scene:
    helper: Person
    host: Person
    post: Json
    talk: str

    @property
    def path(self) -> str:
        return f"/messages/{self.talk}"


@pytest.fixture
async def scene(world: World) -> Scene:
    helper, host = await world.helper(), await world.host()
    post = await world.publish(host)
    started = await helper.post("/api/conversations", {"post_id": post["id"]})
    return Scene(helper, host, post, started.json()["id"])


async def say(person: Person, talk: str, body: str, **fields: object) -> Json:
    response = await person.post(f"/api/conversations/{talk}/messages", {"body": body, **fields})
    assert response.status_code == 201, response.text
    message: Json = response.json()
    return message


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_both_pages_are_sound_in_both_languages_empty_and_full(world: World, scene: Scene, language: str) -> None:
    for person in (scene.helper, scene.host):
        await person.patch("/api/account", {"locale": language})
        for path in ("/messages", scene.path):
            page = await see(world, path, person)
            assert page.response.status_code == 200, page.html
            assert_sound(page, language)
            assert page.meta("robots") == "noindex"
    await say(scene.helper, scene.talk, "Pay me at https://example.org", post_id=scene.post["id"])
    await say(scene.host, scene.talk, "<b>No</b>")
    for person in (scene.helper, scene.host):
        for path in ("/messages", scene.path):
            assert_sound(await see(world, path, person), language)


async def test_signed_out_readers_sign_in_and_come_back(world: World, scene: Scene) -> None:
    for path in ("/messages", f"{scene.path}?post={scene.post['id']}"):
        response = (await see(world, path)).response
        assert response.status_code == 303
        back = path.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
        assert response.headers["location"] == f"/login?next={back}"


async def test_a_conversation_of_others_is_no_page(world: World, scene: Scene) -> None:
    stranger = await world.register(helper=True, host=True)
    await say(scene.helper, scene.talk, "Between us")
    for path in (scene.path, "/messages/0198c0de-0000-7000-8000-000000000000", "/messages/x"):
        page = await see(world, path, stranger)
        assert page.response.status_code == 404
        assert "Between us" not in page.html
    assert "Between us" not in (await see(world, "/messages", stranger)).html


async def test_the_last_page_of_a_thread_is_there_and_the_earlier_ones_are_linked(world: World, scene: Scene) -> None:
    for number in range(1, 66):
        await say(scene.helper, scene.talk, f"Message {number}.")
    page = await see(world, scene.path, scene.host)
    assert "Message 65." in page.html
    assert "Message 36." in page.html
    assert "Message 35." not in page.html
    assert f"{scene.path}?before=36" in page.links()
    earlier = await see(world, f"{scene.path}?before=36", scene.host)
    assert "Message 35." in earlier.html
    assert ">Message 36." not in earlier.html
    assert scene.path in earlier.links()
    first = await see(world, f"{scene.path}?before=6", scene.host)
    assert not [link for link in first.links() if "before=" in link and "lang=" not in link]
    for odd in ("x", "-1", "0", "99999999999999999999", "１"):
        assert (await see(world, f"{scene.path}?before={odd}", scene.host)).response.status_code == 200


async def test_the_header_counts_unread_messages_of_both_sides(world: World, scene: Scene) -> None:
    both = await world.register(helper=True, host=True)
    await both.post("/api/conversations", {"post_id": scene.post["id"]})
    asked = await scene.helper.post("/api/conversations", {"host_id": both.account["host"]["id"]})
    mine = (await both.get("/api/conversations")).json()["items"]
    assert (await see(world, "/posts", both)).one("a", aria_label="Messages")
    for _ in range(2):
        await say(scene.helper, asked.json()["id"], "Hello")
    other = next(item["id"] for item in mine if item["my_side"] == "helper")
    await say(scene.host, other, "Hello")
    page = await see(world, "/posts", both)
    assert page.one("a", aria_label="Messages, 3 unread").attributes["href"] == "/messages"
    assert not (await see(world, "/posts")).all("a", href="/messages")


async def test_an_account_with_both_profiles_sees_which_side_it_has(world: World, scene: Scene) -> None:
    both = await world.register(helper=True, host=True)
    await both.post("/api/conversations", {"post_id": scene.post["id"]})
    asked = await scene.helper.post("/api/conversations", {"host_id": both.account["host"]["id"]})
    await say(scene.helper, asked.json()["id"], "Hello")
    sides = [element.text for element in (await see(world, "/messages", both)).all("span", class_="side")]
    assert [side for side in sides if side] == ["You host", "You help"]
    sides = [element.text for element in (await see(world, "/messages", scene.helper)).all("span", class_="side")]
    assert not [side for side in sides if side]


async def test_who_has_not_written_yet_is_not_in_the_hosts_list(world: World, scene: Scene) -> None:
    assert scene.path in (await see(world, "/messages", scene.helper)).links()
    page = await see(world, "/messages", scene.host)
    assert scene.path not in page.links()
    assert "No messages yet. Helpers write to you from your posts." in page.html
    await say(scene.helper, scene.talk, "Hello")
    assert scene.path in (await see(world, "/messages", scene.host)).links()


async def test_the_post_stands_on_top_and_the_composer_asks_about_the_named_one(world: World, scene: Scene) -> None:
    other = await world.publish(scene.host, title="One blank wall, one painter")
    page = await see(world, f"{scene.path}?post={other['id']}", scene.helper)
    assert page.one("a", class_="about").text.startswith(scene.post["title"])
    assert page.one("div", class_="asked").text.strip().startswith("You ask about")
    assert "One blank wall" in page.one("div", class_="asked").text
    foreign = await world.publish(await world.host())
    draft = await world.publish(scene.host, status="draft")
    for odd in (foreign["id"], draft["id"], "x", "0198c0de-0000-7000-8000-000000000000"):
        assert not (await see(world, f"{scene.path}?post={odd}", scene.helper)).all("div", class_="asked")
    assert not (await see(world, f"{scene.path}?post={other['id']}", scene.host)).all("div", class_="asked")


async def test_a_closed_post_says_so_in_the_thread(world: World, scene: Scene) -> None:
    await scene.host.post(f"/api/posts/{scene.post['id']}/close")
    page = await see(world, scene.path, scene.helper)
    assert "This post is closed." in page.one("a", class_="about closed").text


async def test_a_warning_is_for_the_reader_of_a_message(world: World, scene: Scene) -> None:
    await say(scene.helper, scene.talk, "Pay the deposit at https://example.org first")
    assert "Take care with a first message like this." in (await see(world, scene.path, scene.host)).one(
        "div", class_="said"
    ).text  # fmt: skip
    assert "Take care" not in (await see(world, scene.path, scene.helper)).one("div", class_="said").text


async def test_a_thread_that_cannot_be_written_to_is_read_and_says_why(world: World, scene: Scene) -> None:
    await say(scene.host, scene.talk, "See you in spring.")
    await scene.helper.put("/api/account/host", {"name": "N", "address": "A", "region": "TW-TTT"})
    await scene.helper.delete("/api/account/helper")
    page = await see(world, scene.path, scene.helper)
    assert "You have no helper profile any more" in page.html
    assert not page.all("form", class_="composer")
    await scene.helper.put("/api/account/helper", {"bio": ""})
    assert (await see(world, scene.path, scene.helper)).all("form", class_="composer")
    await scene.host.put("/api/account/helper", {"bio": ""})
    await scene.host.post(f"/api/posts/{scene.post['id']}/close")
    assert (await scene.host.delete("/api/account/host")).status_code == 200
    page = await see(world, scene.path, scene.helper)
    assert "Tide House cannot be written to any more." in page.html
    assert "See you in spring." in page.html
    assert not page.all("form", class_="composer")


async def test_writing_to_the_host_is_offered_to_those_who_can_and_to_no_owner(world: World, scene: Scene) -> None:
    post_path, host_path = f"/posts/{scene.post['id']}", f"/hosts/{scene.post['host']['id']}"
    for path in (post_path, host_path):
        page = await see(world, path, scene.helper)
        assert page.all("button", data_controller="write")
        assert page.html.count("Writing needs JavaScript. Reading does not.") == 1
        page = await see(world, path)
        assert page.all("a", data_controller="write")[0].attributes["href"].startswith("/login?next=%2F")
        page = await see(world, path, await world.host())
        assert page.all("a", data_controller="write")[0].attributes["href"].startswith("/account?next=%2F")
        assert "Writing to hosts needs a helper profile." in page.html
        page = await see(world, path, scene.host)
        assert not [element for element in page.elements if element.attributes.get("data-controller") == "write"]
    await scene.host.post(f"/api/posts/{scene.post['id']}/close")
    assert 'data-controller="write"' not in (await see(world, post_path, scene.helper)).html


async def test_a_notification_leads_to_writing(world: World, scene: Scene) -> None:
    await world.subscribe(scene.helper, "Surf", experiences=["surfing"])
    await world.run_jobs()
    page = await see(world, "/notifications", scene.helper)
    assert page.one("button", data_controller="write").attributes["data-post"] == scene.post["id"]
    await scene.host.post(f"/api/posts/{scene.post['id']}/close")
    assert not (await see(world, "/notifications", scene.helper)).all("button", data_controller="write")
