"""Writes that another site sends are refused: design.md, section 5."""

from __future__ import annotations

import pytest

from tests.expectations import problem
from tests.world import Person, World

pytestmark = pytest.mark.anyio

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://haloop.test.evil.example"},
    {"Origin": "http://haloop.test:8000"},
    {"Origin": "https://haloop.test"},  # another scheme is another site
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://haloop.test"},  # where it is there, it decides
]
OWN: list[dict[str, str]] = [
    {"Origin": "http://haloop.test"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


async def sign_in_by_cookie(world: World) -> Person:
    person = await world.helper()
    world.client.cookies.set("haloop_session", person.token)
    return person


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_write_of_another_site_is_refused_however_it_is_signed(world: World, headers: dict[str, str]) -> None:
    person = await world.helper()
    signed: list[dict[str, str]] = [{}, person.headers, {"Cookie": f"haloop_session={person.token}"}]

    for method in UNSAFE:
        for by in signed:
            response = await world.client.request(
                method, "/api/account", json={"name": "Evil"}, headers={**by, **headers}
            )
            problem(response, 403, "cross_site")

    assert (await person.get("/api/auth/me")).json()["name"] == person.account["name"]


@pytest.mark.parametrize("headers", OWN, ids=str)
async def test_a_write_of_our_own_pages_passes(world: World, headers: dict[str, str]) -> None:
    await sign_in_by_cookie(world)

    response = await world.client.patch("/api/account", json={"name": "Mei"}, headers=headers)

    assert response.status_code == 200
    assert response.json()["name"] == "Mei"


async def test_a_write_signed_by_cookie_must_say_where_it_comes_from(world: World) -> None:
    await sign_in_by_cookie(world)

    for method in UNSAFE:
        problem(await world.client.request(method, "/api/account", json={"name": "Evil"}), 403, "cross_site")


@pytest.mark.parametrize("authorization", ["", "Basic bWVpOm1laQ==", "Bearer", "Bearer ", "Token x"])
async def test_an_authorization_that_signs_nothing_does_not_make_a_cookie_write_pass(
    world: World, authorization: str
) -> None:
    await sign_in_by_cookie(world)

    response = await world.client.patch("/api/account", json={"name": "Evil"}, headers={"Authorization": authorization})

    problem(response, 403, "cross_site")


async def test_a_bearer_client_says_neither(world: World) -> None:
    person = await sign_in_by_cookie(world)

    assert (await person.patch("/api/account", {"name": "Mei"})).status_code == 200


async def test_who_is_not_signed_in_may_register_and_sign_in_without_either(world: World) -> None:
    person = await world.helper(email="mei@example.org")
    world.client.cookies.clear()

    response = await world.client.post(
        "/api/auth/login", json={"email": "mei@example.org", "password": "correct horse battery"}
    )

    assert response.json()["account"]["id"] == person.account["id"]


async def test_reading_from_another_site_is_no_write(world: World) -> None:
    person = await sign_in_by_cookie(world)

    for headers in FOREIGN:
        response = await world.client.get("/api/auth/me", headers=headers)
        assert response.json()["id"] == person.account["id"]
        assert "access-control-allow-origin" not in response.headers
