"""What people write stays text: in pages, headers, addresses and names of files."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.world import Person, World, a_host, a_picture

pytestmark = pytest.mark.anyio

EVIL = """"'><xss onxss=1>{{7*7}}${7*7}</script></title></textarea><!--<img src=x onerror=xss()> javascript:xss()"""
SPLIT = "%0d%0aSet-Cookie:%20xss=1%0d%0a%0d%0a<xss>"


class Page(HTMLParser):
    """Collects what must not be in a page: elements and handlers that we do not write, and script addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.evil: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "xss":
            self.evil.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or "<" in name or "'" in name:
                self.evil.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and (value or "").strip().lower().startswith(
                "javascript"
            ):
                self.evil.append(f"{tag} {name}={value}")


async def evil_world(world: World) -> tuple[Person, Person, list[str]]:
    """A person of both sides who wrote evil into every text, a helper who did, and the pages where it is shown."""
    host, helper = await world.register(helper=True, host=True), await world.helper(name=EVIL[:50])
    place = a_host(name=EVIL[:80], description=EVIL, address=EVIL, locality=EVIL[:60])
    for answer in (
        await host.put("/api/account/host", place),
        await host.put("/api/account/helper", {"bio": EVIL}),
        await host.patch("/api/account", {"name": EVIL[:50]}),
    ):
        assert answer.status_code == 200, answer.text
    photos = [await evil_photo(world, host) for _ in range(3)]
    post = await world.publish(host, title=EVIL[:100], description=EVIL, benefits=EVIL, photos=photos)
    await world.subscribe(helper, EVIL[:60], text="xss onxss img")
    await world.subscribe(helper, EVIL[:60])
    await world.run_jobs()
    assert len(await world.notifications(helper)) == 1
    talk = (await helper.post("/api/conversations", {"post_id": post["id"]})).json()["id"]
    for one in (helper, host):
        assert (await one.post(f"/api/conversations/{talk}/messages", {"body": EVIL})).status_code == 201
    of_everyone = ["/", "/posts", "/posts?text=xss", f"/posts/{post['id']}", f"/hosts/{post['host']['id']}"]
    own = ["/subscriptions", "/notifications", "/account", "/host/posts", f"/host/posts/{post['id']}/edit"]
    own += ["/messages", f"/messages/{talk}", "/recommendations"]
    world.client.cookies.clear()
    return host, helper, of_everyone + own


async def evil_photo(world: World, owner: Person) -> str:
    files = {"file": (f"{EVIL}.jpg", a_picture(), "image/jpeg")}
    answer = await world.client.post("/api/photos", files=files, data={"alt": EVIL}, headers=owner.headers)
    assert answer.json()["alt"] == EVIL
    return str(answer.json()["id"])


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_what_people_write_is_never_markup(world: World, language: str) -> None:
    host, helper, pages = await evil_world(world)
    shown = 0
    for signed in ({}, *({"Cookie": f"haloop_session={one.token}"} for one in (host, helper))):
        for path in pages:
            answer = await world.client.get(
                path, headers={**signed, "Accept": "text/html", "Accept-Language": language}
            )
            assert answer.status_code in (200, 303), path
            assert Page(answer.text).evil == [], path
            shown += "onxss" in answer.text
    assert shown > 20  # the texts were there


async def test_what_is_asked_for_is_never_markup(world: World) -> None:
    for path in (f"/posts?text={EVIL}", f"/posts?regions={EVIL}", f"/login?next={EVIL}", f"/{EVIL}", f"/posts/{EVIL}"):
        answer = await world.client.get(path, headers={"Accept": "text/html"})
        assert Page(answer.text).evil == [], path


OUTWARDS = ["../haloop.db", "..%2fhaloop.db", "%2e%2e/haloop.db", "aa/..%2f..%2fhaloop.db", "/etc/passwd", "aa%00.webp"]


@pytest.mark.parametrize("path", OUTWARDS)
async def test_no_name_leads_out_of_the_media_folder(world: World, path: str) -> None:
    assert (world.media.parent / "haloop.db").exists()
    answer = await world.client.get(f"/media/{path}")
    assert answer.status_code == 404
    assert b"SQLite" not in answer.content
