"""How the API answers what it cannot do: problem+json, in both languages, with the security headers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from haloop.core.errors import Unavailable
from tests.expectations import faults, problem
from tests.world import World, a_post

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
BAD_QUERY = "limit=0&sort=best&bbox=1,2&regions=XX&available_from=x&group_size=99&text=%00&meals=x&max_hours_per_day=a"
SECURITY = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "cache-control",
}


async def test_an_unknown_path_is_not_found(world: World) -> None:
    for path in ("/api", "/api/", "/api/nothing", "/api/posts/", "/api/auth/me/", "/media/nothing", "/static/nothing"):
        problem(await world.client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/posts", {"GET", "POST"}),
        ("DELETE", "/api/auth/me", {"GET"}),
        ("POST", "/api/account/host", {"PUT", "DELETE"}),
        ("PUT", "/api/posts/00000000-0000-0000-0000-000000000000", {"GET", "PATCH", "DELETE"}),
        ("OPTIONS", "/api/posts", {"GET", "POST"}),
        ("TRACE", "/api/vocabulary", {"GET"}),
        ("BREW", "/api/posts/00000000-0000-0000-0000-000000000000/publish", {"POST"}),
    ],
)
async def test_another_method_is_answered_with_those_that_there_are(
    world: World, method: str, path: str, allowed: set[str]
) -> None:
    response = await world.client.request(method, path)

    problem(response, 405, "method_not_allowed")
    assert set(response.headers["allow"].split(", ")) - {"HEAD"} == allowed


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe{}",
        b'{"email": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"\x00" * 1000,
        b"garbage " * 12_500,
        b"1" * 5000,
    ],
    ids=["unfinished", "empty", "utf-16", "not utf-8", "deep list", "deep object", "nul", "100 kB", "long number"],
)
async def test_a_body_that_is_no_json_object_is_invalid(world: World, body: bytes) -> None:
    for path in ("/api/auth/login", "/api/auth/register"):
        problem(await world.client.post(path, content=body, headers=JSON), 422, "validation")
    host = await world.host()
    problem(await world.client.post("/api/posts", content=body, headers={**host.headers, **JSON}), 422, "validation")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"7", b"true", b"NaN"])
async def test_json_that_is_no_object_is_invalid(world: World, body: bytes) -> None:
    assert faults(await world.client.post("/api/auth/login", content=body, headers=JSON)) == [["body"]]


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_a_body_that_calls_itself_something_else_than_json_is_not_supported(world: World, type_: str) -> None:
    body = b'{"email": "a@b.cd", "password": "12345678"}'

    answer = await world.client.post("/api/auth/login", content=body, headers={"Content-Type": type_})

    assert problem(answer, 415, "unsupported_media_type")["detail"] == "Send JSON."
    assert faults(await world.client.post("/api/auth/login", content=body)) == [["body"]]  # it calls itself nothing


@pytest.mark.parametrize("type_", ["application/json; charset=utf-8", "application/merge-patch+json"])
async def test_every_kind_of_json_is_read(world: World, type_: str) -> None:
    mei = await world.helper()

    answer = await world.client.patch(
        "/api/account", content=b'{"name": "Mei"}', headers={**mei.headers, "Content-Type": type_}
    )

    assert answer.status_code == 200


async def test_a_surrogate_in_a_fields_name_is_an_unknown_field(world: World) -> None:
    body = b'{"email": "a@b.cd", "password": "12345678", "\\ud800": 1}'

    problem(await world.client.post("/api/auth/login", content=body, headers=JSON), 422, "validation")


async def test_a_large_body_is_refused_before_it_is_read(world: World) -> None:
    problem(await world.client.post("/api/auth/login", content=b"x" * 300_000, headers=JSON), 413, "too_large")


async def test_a_large_body_that_does_not_say_its_length_is_refused_while_it_is_read(world: World) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 10_000
            yield b" " * 10_000

    response = await world.client.post("/api/auth/login", content=endless(), headers=JSON)

    problem(response, 413, "too_large")


async def test_a_hundred_faults_are_answered_with_fifty(world: World) -> None:
    body = {f"field{number}": 1 for number in range(100)}

    assert len(faults(await world.client.post("/api/auth/login", json=body))) == 50


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh-TW", "找不到"),
        ("zh-Hant-TW,en;q=0.8", "找不到"),
        ("en-GB", "Not found"),
        ("de", "Not found"),
        (";;q=", "Not found"),
    ],
)
async def test_problems_speak_the_readers_language(world: World, language: str, title: str) -> None:
    response = await world.client.get("/api/nothing", headers={"Accept-Language": language})

    assert problem(response, 404, "not_found")["title"] == title
    assert response.headers["content-language"] == ("zh-TW" if title == "找不到" else "en")


async def test_every_kind_of_problem_is_translated(world: World) -> None:
    host = await world.host()
    draft = (await host.post("/api/posts", {"title": "Later"})).json()
    requests: list[tuple[str, str, dict[str, object]]] = [
        ("GET", "/api/nothing", {}),
        ("GET", "/api/subscriptions", {"headers": host.headers}),
        ("GET", "/api/auth/me", {}),
        ("PUT", "/api/posts", {}),
        ("POST", "/api/auth/login", {"content": b"x" * 300_000, "headers": JSON}),
        ("POST", "/api/auth/login", {"content": b"{", "headers": JSON}),
        ("POST", "/api/auth/login", {"json": {"email": "a@b.cd", "password": "12345678"}}),
        ("POST", f"/api/posts/{draft['id']}/close", {"headers": host.headers}),
        ("POST", f"/api/posts/{draft['id']}/publish", {"headers": host.headers}),
        (
            "PATCH",
            f"/api/posts/{draft['id']}",
            {"headers": {**host.headers, "If-Match": '"9"'}, "json": {"title": "A"}},
        ),
        ("POST", "/api/photos", {"headers": host.headers, "files": {"file": ("a.jpg", b"GIF89a", "image/jpeg")}}),
        ("GET", "/api/posts?cursor=x", {}),
        (
            "GET",
            f"/api/posts?{BAD_QUERY}",
            {},
        ),
        ("GET", "/api/posts?bbox=0,2,1,1&available_from=2027-01-02&available_until=2027-01-01", {}),
        ("POST", "/api/posts", {"headers": host.headers, "json": a_post(places=0, title="", starts_on="x", rank=1)}),
    ]

    for method, path, rest in requests:
        english = await world.client.request(method, path, **rest)  # type: ignore[arg-type]  # a table of arguments
        headers = {**rest.get("headers", {}), "Accept-Language": "zh-TW"}  # type: ignore[dict-item]
        chinese = await world.client.request(method, path, **{**rest, "headers": headers})  # type: ignore[arg-type]
        assert english.status_code == chinese.status_code >= 400
        if "authorization" not in {name.lower() for name in headers}:  # the account's language wins
            assert chinese.headers["content-language"] == "zh-TW"
            _differ(english.json(), chinese.json())


def _differ(english: dict[str, object], chinese: dict[str, object]) -> None:
    for name in ("title", "detail"):
        assert english[name] != chinese[name], english
        assert str(english[name]).isascii()
    for one, other in zip(english.get("errors", []), chinese.get("errors", []), strict=True):  # type: ignore[call-overload]
        assert one["loc"] == other["loc"]
        assert one["msg"] != other["msg"], one
        assert one["msg"] != "This is not valid.", one


async def test_every_answer_has_the_security_headers(world: World) -> None:
    host = await world.host()
    post = await world.publish(host)
    answers = [
        await world.client.get("/api/posts"),
        await world.client.get(f"/api/posts/{post['id']}"),
        await world.client.get("/"),
        await world.client.get(f"/posts/{post['id']}"),
        await world.client.get("/api/nothing"),
        await world.client.get("/nothing", headers={"Accept": "text/html"}),
        await world.client.put("/api/posts"),
        await world.client.post("/api/auth/login", content=b"{", headers=JSON),
        await world.client.post("/api/auth/login", content=b"x" * 300_000, headers=JSON),
        await world.client.patch("/api/account", headers={"Origin": "https://evil.example"}),
        await world.client.get(post["photos"][0]["url"]),
        await world.client.get("/healthz"),
        await host.post("/api/auth/logout"),
    ]

    for answer in answers:
        assert set(answer.headers) >= SECURITY, answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in answer.headers


async def test_a_mistake_of_ours_is_a_500_that_tells_nothing(world: World) -> None:
    @world.haloop.web.get("/api/broken", include_in_schema=False)
    async def broken() -> None:
        raise RuntimeError("the inner workings")

    response = await world.client.get("/api/broken", headers={"Accept-Language": "zh-TW"})

    assert problem(response, 500, "unexpected")["title"] != "Something went wrong"
    assert "inner workings" not in response.text
    assert set(response.headers) >= SECURITY


async def test_head_is_get_without_its_body(world: World) -> None:
    host = await world.host()
    post = await world.publish(host)
    paths = ("/api/posts", f"/api/posts/{post['id']}", "/api/vocabulary", "/", "/posts", "/healthz", "/robots.txt",
             post["photos"][0]["url"], "/api/nothing")  # fmt: skip

    for path in paths:
        got, head = await world.client.get(path), await world.client.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == str(len(got.content))


async def test_answers_for_one_reader_are_stored_nowhere(world: World) -> None:
    mei = await world.helper()

    for path in ("/api/auth/me", "/api/subscriptions", "/api/posts"):
        assert (await mei.get(path)).headers["cache-control"] == "no-store"


async def test_the_vocabulary_speaks_both_languages_and_need_not_be_sent_twice(world: World) -> None:
    english = await world.client.get("/api/vocabulary")
    chinese = await world.client.get("/api/vocabulary", headers={"Accept-Language": "zh-TW"})

    assert english.json()["regions"][0]["code"] == chinese.json()["regions"][0]["code"]
    assert english.headers["etag"] != chinese.headers["etag"]
    asked = await world.client.get("/api/vocabulary", params={"lang": "zh-TW"}, headers={"Accept-Language": "en"})
    assert asked.json() == chinese.json()
    for other in ("de", "x" * 100):
        heard = await world.client.get("/api/vocabulary", params={"lang": other}, headers={"Accept-Language": "zh"})
        assert heard.json() == chinese.json()
        assert (await world.client.get("/api/vocabulary", params={"lang": other})).json() == english.json()
    for tag in ("zh", "zh-Hant-TW", "zh_tw"):
        assert (await world.client.get("/api/vocabulary", params={"lang": tag})).json() == chinese.json()
    for etag in (english.headers["etag"], f"W/{english.headers['etag']}", f'"x", {english.headers["etag"]}', "*"):
        again = await world.client.get("/api/vocabulary", headers={"If-None-Match": etag})
        assert again.status_code == 304
        assert again.content == b""


async def test_health_is_open_to_everyone(world: World) -> None:
    assert (await world.client.get("/healthz")).json() == {"status": "alive"}
    assert (await world.client.get("/readyz")).json() == {"status": "ready", "dependencies": {"database": "ok"}}


async def test_it_is_not_ready_while_searches_find_no_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scan(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(world.haloop.engines.database.rows, "scan", scan)
    answer = await world.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "dependencies": {"database": "does not answer"}}
