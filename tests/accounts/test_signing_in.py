"""Signing in and out: sessions by cookie or bearer that end when they should."""

from __future__ import annotations

import httpx2
import pytest

from tests.expectations import faults, post_escaped, problem
from tests.world import PASSWORD, Json, Person, World

pytestmark = pytest.mark.anyio

OWN_SITE = {"Origin": "http://haloop.test"}


async def login(world: World, email: str = "mei@example.org", password: str = PASSWORD) -> httpx2.Response:
    response = await world.client.post("/api/auth/login", json={"email": email, "password": password})
    world.client.cookies.clear()
    return response


async def is_signed_in(person: Person) -> bool:
    response = await person.get("/api/auth/me")
    assert response.status_code in (200, 401)
    return response.status_code == 200


async def test_signing_in_answers_a_token_and_the_account(world: World) -> None:
    mei = await world.helper(email="mei@example.org")

    answer: Json = (await login(world)).json()

    assert answer["account"] == mei.account
    assert await is_signed_in(Person(world.client, answer["token"], answer["account"]))


@pytest.mark.parametrize("email", ["MEI@example.org", " mei@example.org ", "ｍｅｉ@example.org"])
async def test_an_email_signs_in_whatever_its_case_and_width(world: World, email: str) -> None:
    await world.helper(email="mei@example.org")

    assert (await login(world, email)).status_code == 200


async def test_a_password_signs_in_however_a_keyboard_composes_it(world: World) -> None:
    await world.helper(email="mei@example.org", password="cafe\u0301 au lait")

    assert (await login(world, password="caf\u00e9 au lait")).status_code == 200
    problem(await login(world, password=" caf\u00e9 au lait"), 401, "not_signed_in")


async def test_the_cookie_is_for_this_site_and_out_of_reach_of_scripts(world: World) -> None:
    await world.helper(email="mei@example.org")

    cookie = (await login(world)).headers["set-cookie"]

    assert cookie.startswith("haloop_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2419200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # http


async def test_on_https_the_cookie_is_secure(world: World) -> None:
    await world.helper(email="mei@example.org")
    transport = httpx2.ASGITransport(world.haloop.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="https://haloop.test") as browser:
        response = await browser.post("/api/auth/login", json={"email": "mei@example.org", "password": PASSWORD})

    assert "Secure" in response.headers["set-cookie"].split("; ")
    assert response.headers["strict-transport-security"].startswith("max-age=")


async def test_the_cookie_signs_in_and_signing_out_ends_it(world: World) -> None:
    mei = await world.helper()
    world.client.cookies.set("haloop_session", mei.token)
    assert (await world.client.get("/api/auth/me")).status_code == 200

    response = await world.client.post("/api/auth/logout", headers=OWN_SITE)

    assert response.status_code == 204
    assert 'haloop_session=""' in response.headers["set-cookie"]
    assert not await is_signed_in(mei)  # the token is dead, not merely forgotten by the browser


async def test_signing_out_ends_one_session_only(world: World) -> None:
    phone = await world.helper(email="mei@example.org")
    laptop = Person(world.client, (await login(world)).json()["token"], phone.account)

    assert (await phone.post("/api/auth/logout")).status_code == 204

    assert not await is_signed_in(phone)
    assert await is_signed_in(laptop)
    problem(await phone.post("/api/auth/logout"), 401, "not_signed_in")


async def test_a_bearer_decides_where_both_are_sent(world: World) -> None:
    mei, lin = await world.helper(), await world.helper()
    world.client.cookies.set("haloop_session", mei.token)

    assert (await lin.get("/api/auth/me")).json()["id"] == lin.account["id"]


async def test_a_session_ends_7_days_after_its_last_use(world: World) -> None:
    mei = await world.helper()
    world.clock.travel(days=6, hours=23)
    assert await is_signed_in(mei)
    world.clock.travel(days=6, hours=23)
    assert await is_signed_in(mei)

    world.clock.travel(days=7)

    assert not await is_signed_in(mei)


async def test_use_is_noted_at_most_hourly(world: World) -> None:
    mei = await world.helper()
    world.clock.travel(minutes=59)
    assert await is_signed_in(mei)  # not noted: the session still counts from its beginning

    world.clock.travel(days=6, hours=23, minutes=1)

    assert not await is_signed_in(mei)


async def test_a_session_ends_after_28_days_however_much_it_is_used(world: World) -> None:
    mei = await world.helper()
    for _ in range(4):
        world.clock.travel(days=6, hours=23)
        assert await is_signed_in(mei)
    world.clock.travel(hours=3, minutes=59)
    assert await is_signed_in(mei)

    world.clock.travel(minutes=1)

    assert not await is_signed_in(mei)


async def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(world: World) -> None:
    await world.helper(email="mei@example.org")

    unknown, wrong = await login(world, "nobody@example.org"), await login(world, password="not the password")

    assert problem(unknown, 401, "not_signed_in") == problem(wrong, 401, "not_signed_in")
    changing = ("content-length",)
    assert {k: v for k, v in unknown.headers.items() if k not in changing} == {
        k: v for k, v in wrong.headers.items() if k not in changing
    }


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "ÿ", "null", "x" * 5000])
async def test_what_is_no_token_is_nobody(world: World, token: str) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode("latin-1")}

    problem(await world.client.get("/api/auth/me", headers=headers), 401, "not_signed_in")
    world.client.cookies.clear()
    cookie = {b"Cookie": f"haloop_session={token}".encode("latin-1")}
    problem(await world.client.get("/api/auth/me", headers=cookie), 401, "not_signed_in")


async def test_a_token_of_another_key_is_nobody(world: World) -> None:
    mei = await world.helper()
    head, claims, _ = mei.token.split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"

    for token in (f"{head}.{claims}.AAAA", f"{unsigned}.{claims}.", f"{head}.{claims}."):
        assert not await is_signed_in(Person(world.client, token, mei.account))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"email": "mei@example.org"}, ["password"]),
        ({"email": "mei@example.org", "password": ""}, ["password"]),
        ({"email": "mei@example.org", "password": "\ud800abcdefgh"}, ["password"]),
        ({"email": "mei@example.org", "password": "x" * 129}, ["password"]),
        ({"email": "mei@example.org", "password": 12345678}, ["password"]),
        ({"email": "\ud800", "password": "12345678"}, ["email"]),
        ({"email": "x" * 255, "password": "12345678"}, ["email"]),
        ({"email": None, "password": "12345678"}, ["email"]),
        ({"email": "mei@example.org", "password": "12345678", "remember": True}, ["remember"]),
    ],
)
async def test_a_bad_sign_in_names_its_field(world: World, body: Json, where: list[str]) -> None:
    assert faults(await post_escaped(world, "/api/auth/login", body)) == [["body", *where]]


async def test_signing_in_makes_a_new_session_each_time(world: World) -> None:
    await world.helper(email="mei@example.org")

    assert (await login(world)).json()["token"] != (await login(world)).json()["token"]
