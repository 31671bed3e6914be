"""Who may call what: every route of the OpenAPI document, for nobody, and for strangers of each side."""

from __future__ import annotations

import re

import httpx2
import pytest
from fastapi.routing import iter_route_contexts

from tests.expectations import problem
from tests.live import Socket, serving
from tests.world import Json, Person, World

pytestmark = pytest.mark.anyio

# Open to everyone; whatever else the document names needs a signed-in account.
PUBLIC = {
    "POST /api/auth/register",
    "POST /api/auth/login",
    "GET /api/hosts/{host_id}",
    "GET /api/hosts/{host_id}/posts",
    "GET /api/posts",
    "GET /api/posts/near-misses",
    "GET /api/posts/{post_id}",
    "GET /api/vocabulary",
    "GET /healthz",
    "GET /readyz",
}
ANYONE_SIGNED_IN = {
    "POST /api/auth/logout",
    "GET /api/auth/me",
    "PATCH /api/account",
    "PUT /api/account/helper",
    "DELETE /api/account/helper",
    "PUT /api/account/host",
    "DELETE /api/account/host",
    "POST /api/photos",
    "GET /api/photos/{photo_id}/{size}",
    "GET /api/notifications/unread",
    "GET /api/conversations",
    "GET /api/conversations/unread",
    "GET /api/conversations/{conversation_id}",
    "GET /api/conversations/{conversation_id}/messages",
    "POST /api/conversations/{conversation_id}/messages",
    "POST /api/conversations/{conversation_id}/read",
}
HOSTS = {
    "POST /api/posts",
    "PATCH /api/posts/{post_id}",
    "DELETE /api/posts/{post_id}",
    "POST /api/posts/{post_id}/publish",
    "POST /api/posts/{post_id}/close",
    "GET /api/me/posts",
}
HELPERS = {
    "POST /api/conversations",
    "GET /api/subscriptions",
    "POST /api/subscriptions",
    "GET /api/subscriptions/{subscription_id}",
    "PATCH /api/subscriptions/{subscription_id}",
    "DELETE /api/subscriptions/{subscription_id}",
    "GET /api/subscriptions/{subscription_id}/matches",
    "GET /api/notifications",
    "POST /api/notifications/read",
    "GET /api/recommendations",
    "POST /api/recommendations/{post_id}/dismiss",
    "DELETE /api/recommendations/{post_id}/dismiss",
    "GET /api/account/taste",
    "DELETE /api/account/taste",
}
# What the document does not name: pages and what is beside them. None of them writes.
OPEN_PAGES = {
    "/",
    "/posts",
    "/posts/{post_id}",
    "/hosts/{host_id}",
    "/login",
    "/register",
    "/robots.txt",
    "/sitemap.xml",
    "/manifest.webmanifest",
    "/api/docs",
    "/api/openapi.json",
    "/metrics",  # by token or loopback: tests/core
}
OWN_PAGES = {
    "/subscriptions",
    "/notifications",
    "/account",
    "/messages",
    "/messages/{conversation_id}",
    "/recommendations",
    "/host/posts",
    "/host/posts/new",
    "/host/posts/{post_id}/edit",
}

# Bodies that hold, so that what is refused is who asks.
BODIES: dict[str, Json] = {
    "POST /api/posts": {"title": "Later"},
    "PATCH /api/posts/{post_id}": {"title": "Mine now"},
    "POST /api/subscriptions": {"name": "All", "filter": {"group_size": 1}},
    "PATCH /api/subscriptions/{subscription_id}": {"name": "Mine now"},
    "POST /api/notifications/read": {"all": True},
    "POST /api/conversations": {"host_id": "0198c0de-0000-7000-8000-000000000000"},
    "POST /api/conversations/{conversation_id}/messages": {"body": "Hello"},
    "POST /api/conversations/{conversation_id}/read": {"up_to": 1},
    "PATCH /api/account": {"name": "Mei"},
    "PUT /api/account/helper": {},
    "PUT /api/account/host": {"name": "A", "address": "B", "region": "TW-TTT"},
}


async def document(world: World) -> Json:
    answer: Json = (await world.client.get("/api/openapi.json")).json()
    return answer


def calls(of: Json) -> dict[str, Json]:
    return {f"{method.upper()} {path}": call for path, item in of["paths"].items() for method, call in item.items()}


async def ask(world: World, call: str, person: Person | None, ids: dict[str, str]) -> httpx2.Response:
    method, path = call.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], path)
    headers = person.headers if person else {}
    if call == "POST /api/photos":
        return await world.client.post(path, files={"file": ("a.jpg", b"x")}, headers=headers)
    return await world.client.request(method, path, json=BODIES.get(call), headers=headers)


async def somebodys_things(world: World) -> tuple[Person, dict[str, str]]:
    """A draft, a subscription and the account they belong to."""
    owner = await world.register(helper=True, host=True)
    draft = (await owner.post("/api/posts", {"title": "Later"})).json()
    subscription = await world.subscribe(owner)
    host = await world.host()
    conversation = await owner.post("/api/conversations", {"host_id": host.account["host"]["id"]})
    return owner, {
        "conversation_id": conversation.json()["id"],
        "photo_id": await world.photo(owner, purpose="message"),
        "size": "480",
        "post_id": draft["id"],
        "subscription_id": subscription["id"],
        "host_id": owner.account["host"]["id"],
    }


async def test_every_call_has_its_place_in_these_tables(world: World) -> None:
    groups = (PUBLIC, ANYONE_SIGNED_IN, HOSTS, HELPERS)

    assert set(calls(await document(world))) == set().union(*groups)
    assert sum(map(len, groups)) == len(set().union(*groups))


async def test_who_is_not_signed_in_is_told_so_by_every_call_that_is_not_public(world: World) -> None:
    _, ids = await somebodys_things(world)

    for call in sorted(ANYONE_SIGNED_IN | HOSTS | HELPERS):
        problem(await ask(world, call, None, ids), 401, "not_signed_in")


async def test_the_document_says_which_calls_need_signing_in(world: World) -> None:
    for call, described in calls(await document(world)).items():
        ways = described.get("security", [{}])
        assert ({} in ways) == (call in PUBLIC), call
        if call not in PUBLIC:
            assert ways == [{"cookieAuth": []}, {"bearerAuth": []}]


async def test_the_document_names_the_answers_that_are_no_first_time(world: World) -> None:
    described = calls(await document(world))
    for call, model in (("POST /api/conversations", "Conversation"),
                        ("POST /api/conversations/{conversation_id}/messages", "Message")):  # fmt: skip
        schemas = [described[call]["responses"][status]["content"]["application/json"] for status in ("200", "201")]
        assert schemas == [{"schema": {"$ref": f"#/components/schemas/{model}"}}] * 2
    assert "content" not in described["GET /api/vocabulary"]["responses"]["304"]


async def test_a_helper_cannot_do_what_hosts_do(world: World) -> None:
    _, ids = await somebodys_things(world)
    mei = await world.helper()

    for call in sorted(HOSTS):
        problem(await ask(world, call, mei, ids), 403, "host_profile_required")


async def test_a_host_cannot_do_what_helpers_do(world: World) -> None:
    _, ids = await somebodys_things(world)
    bo = await world.host()

    for call in sorted(HELPERS):
        problem(await ask(world, call, bo, ids), 403, "helper_profile_required")


async def test_what_belongs_to_another_is_not_found_by_a_stranger_of_both_sides(world: World) -> None:
    owner, ids = await somebodys_things(world)
    stranger = await world.register(helper=True, host=True)
    of_one = {call for call in ANYONE_SIGNED_IN | HOSTS | HELPERS if "{" in call} | {"GET /api/posts/{post_id}"}
    before = [
        (await owner.get(f"/api/posts/{ids['post_id']}")).json(),
        (await owner.get(f"/api/subscriptions/{ids['subscription_id']}")).json(),
    ]

    for call in sorted(of_one):
        problem(await ask(world, call, stranger, ids), 404, "not_found")

    assert before == [
        (await owner.get(f"/api/posts/{ids['post_id']}")).json(),
        (await owner.get(f"/api/subscriptions/{ids['subscription_id']}")).json(),
    ]


async def test_a_malformed_id_is_not_found_by_every_call(world: World) -> None:
    both = await world.register(helper=True, host=True)

    for call in sorted(calls(await document(world))):
        if "{" in call:
            for odd in ("x", "00000000-0000-0000-0000-00000000000g", "%F0%9F%90%99", "1" * 500):
                names = ("post_id", "host_id", "subscription_id", "conversation_id", "photo_id")
                ids = {**dict.fromkeys(names, odd), "size": "480"}
                problem(await ask(world, call, both, ids), 404, "not_found")


async def see(world: World, path: str, person: Person | None, ids: dict[str, str]) -> httpx2.Response:
    return await world.client.get(
        path.format(**ids), headers={**(person.headers if person else {}), "Accept": "text/html"}
    )


async def test_every_page_has_its_place_in_these_tables_and_writes_nothing(world: World) -> None:
    beside = [
        context
        for context in iter_route_contexts(world.haloop.web.routes)
        if context.methods and not getattr(context, "include_in_schema", False)
    ]
    assert {context.path for context in beside} == OPEN_PAGES | OWN_PAGES
    assert {method for context in beside for method in context.methods or ()} <= {"GET", "HEAD"}


async def test_own_pages_are_for_nobody_who_is_signed_out_and_those_of_others_are_not_found(world: World) -> None:
    _, ids = await somebodys_things(world)
    stranger = await world.register(helper=True, host=True)
    for path in sorted(OWN_PAGES):
        answer = await see(world, path, None, ids)
        assert (answer.status_code, answer.headers["location"][:12]) == (303, "/login?next="), path
        assert (await see(world, path, stranger, ids)).status_code == (404 if "{" in path else 200), path
    assert (await see(world, "/posts/{post_id}", stranger, ids)).status_code == 404  # a draft


async def test_every_event_of_a_conversation_is_for_its_two_sides_alone(world: World) -> None:
    owner, ids = await somebodys_things(world)
    stranger = await world.register(helper=True, host=True)
    conversation = ids["conversation_id"]
    payloads: dict[str, Json] = {
        "message:send": {"conversation_id": conversation, "client_id": "1", "body": "Hello"},
        "message:read": {"conversation_id": conversation, "up_to": 1},
        "typing": {"conversation_id": conversation, "is_typing": True},
    }
    assert set(payloads) == set(world.haloop.realtime.server.handlers["/"]) - {"connect", "disconnect"}
    async with serving(world.haloop.asgi) as port:
        socket = await Socket.connect(port, stranger.token)
        for event, payload in payloads.items():
            assert (await socket.ask(event, payload))["error"]["type"] == "not_found", event
        await socket.close()
    assert (await owner.get(f"/api/conversations/{conversation}/messages")).json()["items"] == []
