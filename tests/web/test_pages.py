from __future__ import annotations

import io
import json
from dataclasses import dataclass

import pytest
from PIL import Image

from tests.web.page import assert_sound, see
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio

PUBLIC = ["/", "/posts", "/posts/{post}", "/hosts/{host}", "/login", "/register"]
OWN = [
    "/subscriptions",
    "/notifications",
    "/recommendations",
    "/account",
    "/host/posts",
    "/host/posts/new",
    "/host/posts/{post}/edit",
]


@dataclass
class Scene:
    both: Person  # helper and host
    helper: Person
    post: Json

    def path(self, pattern: str) -> str:
        return pattern.format(post=self.post["id"], host=self.post["host"]["id"])


@pytest.fixture
async def scene(world: World) -> Scene:
    both = await world.register(helper=True, host=True)
    helper = await world.helper()
    await world.subscribe(helper, "Surf in July", experiences=["surfing"])
    post = await world.publish(both)
    await world.run_jobs()
    return Scene(both, helper, post)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_every_public_page_is_sound_in_both_languages(world: World, scene: Scene, language: str) -> None:
    for pattern in PUBLIC:
        page = await see(world, scene.path(pattern), None, **{"Accept-Language": language})
        assert page.response.status_code == 200, pattern
        assert_sound(page, language)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_every_own_page_is_sound_in_both_languages(world: World, scene: Scene, language: str) -> None:
    await scene.both.patch("/api/account", {"locale": language})
    for pattern in OWN:
        page = await see(world, scene.path(pattern), scene.both)
        assert page.response.status_code == 200, pattern
        assert_sound(page, language)
        assert page.meta("robots") == "noindex"


async def test_own_pages_lead_signed_out_readers_to_sign_in_and_back(world: World, scene: Scene) -> None:
    for pattern in OWN:
        path = scene.path(pattern)
        response = (await see(world, path)).response
        assert response.status_code == 303
        assert response.headers["location"] == f"/login?next={path.replace('/', '%2F')}"


async def test_the_way_back_keeps_the_query(world: World) -> None:
    response = (await see(world, "/host/posts?status=draft")).response
    assert response.headers["location"] == "/login?next=%2Fhost%2Fposts%3Fstatus%3Ddraft"


async def test_host_pages_lead_helpers_to_their_account(world: World, scene: Scene) -> None:
    for path in ("/host/posts", "/host/posts/new", f"/host/posts/{scene.post['id']}/edit"):
        response = (await see(world, path, scene.helper)).response
        assert (response.status_code, response.headers["location"]) == (303, "/account")


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "/%0A/evil.example",
        "javascript:1",
        "evil",
    ],
)
async def test_next_never_leads_to_another_site(world: World, scene: Scene, evil: str) -> None:
    page = await see(world, f"/login?next={evil}")
    assert page.one("form", data_controller="sign-in").attributes["data-next"] == "/"
    response = (await see(world, f"/login?next={evil}", scene.helper)).response
    assert response.headers["location"] == "/"


async def test_next_leads_back_to_a_page_of_ours(world: World, scene: Scene) -> None:
    page = await see(world, "/login?next=%2Fposts%3Fregions%3DTW-TTT")
    assert page.one("form", data_controller="sign-in").attributes["data-next"] == "/posts?regions=TW-TTT"


async def test_a_draft_has_a_page_for_its_host_alone(world: World, scene: Scene) -> None:
    draft = (await scene.both.post("/api/posts", {"title": "In spring"})).json()
    mine = await see(world, f"/posts/{draft['id']}", scene.both)
    assert mine.response.status_code == 200
    assert mine.meta("robots") == "noindex"
    assert (await see(world, f"/posts/{draft['id']}")).response.status_code == 404
    assert_sound(await see(world, f"/host/posts/{draft['id']}/edit", scene.both), "en")


async def test_a_closed_post_says_so_and_is_not_indexed(world: World, scene: Scene) -> None:
    await scene.both.post(f"/api/posts/{scene.post['id']}/close")
    page = await see(world, f"/posts/{scene.post['id']}")
    assert page.response.status_code == 200
    assert "This post is closed." in page.html
    assert "Tell me about posts like this" not in page.html
    assert page.meta("robots") == "noindex"


async def test_the_owner_of_a_post_edits_and_closes_it_instead_of_asking(world: World, scene: Scene) -> None:
    mine = await see(world, f"/posts/{scene.post['id']}", scene.both)
    assert mine.one("a", href=f"/host/posts/{scene.post['id']}/edit").text.strip() == "Edit"
    assert mine.one("button", data_action="close").text.strip() == "Close post"
    assert "Write to the host" not in mine.html
    assert "Tell me about posts like this" not in mine.html
    theirs = await see(world, f"/posts/{scene.post['id']}")
    assert "Write to the host" in theirs.html
    assert not theirs.all("button", data_action="close")
    await scene.both.post(f"/api/posts/{scene.post['id']}/close")
    closed = await see(world, f"/posts/{scene.post['id']}", scene.both)
    assert closed.one("button", data_action="publish").text.strip() == "Reopen"
    assert "Write to the host" not in (await see(world, f"/posts/{scene.post['id']}")).html


async def test_an_open_post_is_shown_whole_and_can_be_shared(world: World, scene: Scene) -> None:
    page = await see(world, f"/posts/{scene.post['id']}")
    assert page.one("h1").text == scene.post["title"]
    assert page.meta("robots") is None
    assert page.meta("og:title") == scene.post["title"]
    assert page.meta("og:image") == "http://haloop.test" + scene.post["photos"][0]["medium_url"]
    assert page.one("link", rel="canonical").attributes["href"] == f"http://haloop.test/posts/{scene.post['id']}"


async def test_the_exact_address_is_on_no_page_but_the_own_account(world: World, scene: Scene) -> None:
    address = scene.both.account["host"]["address"]
    for pattern in PUBLIC:
        assert address not in (await see(world, scene.path(pattern), scene.helper)).html
    assert address in (await see(world, "/account", scene.both)).html


async def test_what_people_write_is_text(world: World) -> None:
    evil = '<script>alert(1)</script> {{ 7*7 }} "><img src=x onerror=alert(1)>'
    host = await world.host(name=evil[:50])
    helper = await world.helper(name="</script>")
    await world.subscribe(helper, evil[:60], group_size=1)
    post = await world.publish(
        host, title=evil, description=f"{evil}\n\nhttps://example.org/?a=1&b=2 javascript:alert(1)"
    )
    await world.run_jobs()
    pages = [
        ("/", None),
        (f"/posts/{post['id']}", None),
        ("/subscriptions", helper),
        ("/notifications", helper),
        (f"/host/posts/{post['id']}/edit", host),
        ("/account", helper),
        (f"/posts?text={evil[:60]}", helper),
    ]
    for path, person in pages:
        page = await see(world, path, person)
        assert page.response.status_code == 200, path
        assert_sound(page, "en")
        assert "<script>alert" not in page.html
        assert "49" not in (page.all("h1")[0].text)
    shown = await see(world, f"/posts/{post['id']}")
    link = shown.one("a", href="https://example.org/?a=1&b=2")
    assert link.attributes["rel"] == "nofollow ugc noopener"


async def test_the_language_switch_stays(world: World) -> None:
    page = await see(world, "/posts?lang=zh-TW")
    assert page.one("html").attributes["lang"] == "zh-TW"
    cookie = page.response.headers["set-cookie"]
    assert cookie.startswith("lang=zh-TW;")
    assert "SameSite=lax" in cookie
    later = await see(world, "/posts", Cookie="lang=zh-TW")
    assert later.one("html").attributes["lang"] == "zh-TW"
    assert (await see(world, "/posts?lang=xx")).one("html").attributes["lang"] == "en"


async def test_the_account_goes_before_cookie_and_browser(world: World, scene: Scene) -> None:
    page = await see(world, "/", scene.helper, **{"Accept-Language": "zh-TW", "Cookie": "lang=zh-TW"})
    assert page.one("html").attributes["lang"] == "en"


async def test_the_bell_shows_what_is_unread(world: World, scene: Scene) -> None:
    page = await see(world, "/", scene.helper)
    bell = page.one("a", data_controller="bell")
    assert bell.attributes["aria-label"] == "Notifications, 1 unread"
    listed = await see(world, "/notifications", scene.helper)
    assert scene.post["title"] in listed.html
    assert "Fits “Surf in July”" in listed.html


@pytest.mark.parametrize("path", ["/login", "/register"])
async def test_without_script_a_form_that_needs_it_is_not_sent(world: World, path: str) -> None:
    page = await see(world, path)
    assert "disabled" in page.one("button", type="submit").attributes
    assert "JavaScript" in page.one("noscript").text


async def test_a_host_is_told_why_a_helper_profile_is_asked_for(world: World) -> None:
    host = await world.host()
    said = "What you were about to do needs a helper profile."
    assert said in (await see(world, "/account?next=%2Fposts", host)).html
    assert said not in (await see(world, "/account", host)).html


async def test_facts_of_an_own_post_stand_one_by_one(world: World) -> None:
    host = await world.host()
    await world.publish(host, starts_on="2026-12-01", ends_on="2027-02-15", min_stay_days=14, places=2)
    page = await see(world, "/host/posts", host)
    assert "<span>1 Dec – 15 Feb</span><span>14 days or more</span><span>2 places</span>" in page.html
    assert "<span>71 days left to arrive</span><span>0 helpers told</span>" in page.html


async def test_the_form_of_a_published_post_speaks_of_saving(world: World) -> None:
    host = await world.host()
    post = await world.publish(host)
    assert "the moment you save" in (await see(world, f"/host/posts/{post['id']}/edit", host)).html
    assert "the moment you publish" in (await see(world, "/host/posts/new", host)).html


async def test_a_path_that_leads_nowhere_knows_who_looks(world: World) -> None:
    helper = await world.helper()
    page = await see(world, "/nowhere", helper)
    assert page.response.status_code == 404
    assert_sound(page, "en")
    assert page.all("a", href="/notifications")
    assert page.one("button", data_controller="sign-out")
    assert "/login" not in page.links()
    stranger = await see(world, "/nowhere")
    assert "/login" in stranger.links()
    assert (await world.client.post("/nowhere", headers={"Accept": "text/html"})).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/nowhere", "/posts/nonsense", "/hosts/01234567-89ab-7def-8123-456789abcdef"])
async def test_a_missing_page_is_404_in_the_readers_language(world: World, path: str) -> None:
    page = await see(world, path, None, **{"Accept-Language": "zh-TW"})
    assert page.response.status_code == 404
    assert_sound(page, "zh-TW")
    assert page.meta("robots") == "noindex"


async def test_an_error_page_does_not_ask_signed_in_readers_to_join(world: World, scene: Scene) -> None:
    for path in ("/nowhere", "/posts/nonsense"):
        page = await see(world, path, scene.helper)
        assert page.response.status_code == 404
        assert "/register" not in page.links()


async def test_a_bad_cursor_of_a_list_is_a_422_page(world: World, scene: Scene) -> None:
    for path in ("/notifications?cursor=x", "/host/posts?cursor=x", f"/hosts/{scene.post['host']['id']}?cursor=x"):
        page = await see(world, path, scene.both)
        assert page.response.status_code == 422
        assert_sound(page, "en")


async def test_search_engines_read_a_post_as_data_that_hides_the_address(world: World, scene: Scene) -> None:
    evil = await world.publish(scene.both, title="</script><script>alert(1)</script>")
    data = json.loads((await see(world, f"/posts/{evil['id']}")).one("script", type="application/ld+json").text)
    assert (data["@type"], data["name"]) == ("Offer", evil["title"])
    assert data["offeredBy"]["geo"]["latitude"] == evil["location"]["latitude"]
    assert scene.both.account["host"]["address"] not in json.dumps(data)
    await scene.both.post(f"/api/posts/{evil['id']}/close")
    assert not (await see(world, f"/posts/{evil['id']}")).all("script", type="application/ld+json")


async def test_a_phone_can_install_it(world: World) -> None:
    page = await see(world, "/")
    response = await world.client.get(page.one("link", rel="manifest").attributes["href"])
    assert response.headers["content-type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"), ("192x192", "maskable"), ("512x512", "any"), ("512x512", "maskable")
    }  # fmt: skip
    for icon in manifest["icons"]:
        picture = await world.client.get(icon["src"])
        assert f"{Image.open(io.BytesIO(picture.content)).width}" == icon["sizes"].split("x")[0]


async def test_only_an_own_post_can_be_copied(world: World, scene: Scene) -> None:
    other = await world.host()
    path = f"/host/posts/new?copy={scene.post['id']}"
    assert (await see(world, path, other)).response.status_code == 404
    page = await see(world, path, scene.both)
    assert page.one("input", name="title").attributes["value"] == scene.post["title"]
    assert page.one("input", name="starts_on").attributes["value"] == ""
    assert "data-post" not in page.one("form", data_controller="post-form").attributes


async def test_nobody_edits_a_subscription_of_somebody_else(world: World, scene: Scene) -> None:
    kept = (await scene.helper.get("/api/subscriptions")).json()["items"][0]
    path = f"/posts?experiences=surfing&subscription={kept['id']}"
    assert "The filter of “Surf in July”" in (await see(world, path, scene.helper)).html
    for person in (None, scene.both):
        assert "The filter of" not in (await see(world, path, person)).html
    nonsense = await see(world, "/posts?experiences=surfing&subscription=nonsense", scene.helper)
    assert nonsense.response.status_code == 200


async def test_search_engines_are_told_of_open_posts(world: World, scene: Scene) -> None:
    robots = await world.client.get("/robots.txt")
    assert "Sitemap: http://haloop.test/sitemap.xml" in robots.text
    assert "Disallow: /messages\n" in robots.text
    sitemap = await world.client.get("/sitemap.xml")
    assert sitemap.headers["content-type"].startswith("application/xml")
    assert f"<loc>http://haloop.test/posts/{scene.post['id']}</loc>" in sitemap.text
    await scene.both.post(f"/api/posts/{scene.post['id']}/close")
    assert scene.post["id"] not in (await world.client.get("/sitemap.xml")).text


async def test_built_files_may_be_kept_for_ever(world: World) -> None:
    page = await see(world, "/")
    style = page.one("link", rel="stylesheet").attributes["href"]
    response = await world.client.get(style)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await world.client.get("/static/nothing.js")).status_code == 404
