"""Registering: one account with one or two profiles, within the limits of the contract."""

from __future__ import annotations

import asyncio

import pytest

from tests.expectations import faults, post_escaped, problem
from tests.world import PASSWORD, Json, World, a_host

pytestmark = pytest.mark.anyio


def a_registration(**fields: object) -> Json:
    return {"email": "mei@example.org", "password": PASSWORD, "name": "Mei", "helper": {}, **fields}


async def test_a_helper_registers_and_is_signed_in(world: World) -> None:
    response = await world.client.post("/api/auth/register", json=a_registration(helper={"bio": "I bake."}))

    assert response.status_code == 201
    account = response.json()
    assert account["email"] == "mei@example.org"
    assert account["email_verified"] is False
    assert account["name"] == "Mei"
    assert account["helper"] == {"bio": "I bake."}
    assert account["host"] is None
    assert account["photo"] is None
    assert account["is_trial"] is False
    assert account["created_at"] == "2026-11-24T04:00:00.000Z"
    assert (await world.client.get("/api/auth/me")).json() == account


async def test_a_host_registers_with_a_place(world: World) -> None:
    host = (await world.host()).account["host"]

    assert host["name"] == "Tide House"
    assert host["address"] == "12 Lane 7, Harbour Road"
    assert host["point"] == {"latitude": 22.8765, "longitude": 121.2345}
    assert host["location"] == {"latitude": 22.875, "longitude": 121.235, "precision": "area"}
    assert host["region"] == "TW-TTT"
    assert host["open_posts"] == 0
    assert host["member_since"] == "2026-11"


async def test_one_account_can_be_both(world: World) -> None:
    person = await world.register(helper=True, host=True)

    assert person.account["helper"] is not None
    assert person.account["host"] is not None


async def test_an_account_without_a_profile_is_refused(world: World) -> None:
    body = a_registration()
    del body["helper"]

    response = await world.client.post("/api/auth/register", json=body)

    assert faults(response) == [["body", "helper"], ["body", "host"]]


@pytest.mark.parametrize(
    "again", ["mei@example.org", "MEI@Example.ORG", "ｍｅｉ@example.org", "  mei@example.org  ", "mei@ｅxample.org"]
)
async def test_an_email_is_taken_whatever_its_case_and_width(world: World, again: str) -> None:
    await world.helper(email="mei@example.org")

    problem(await world.client.post("/api/auth/register", json=a_registration(email=again)), 409, "email_taken")


async def test_an_email_is_taken_after_folding_its_letters(world: World) -> None:
    await world.helper(email="straße@example.org")

    problem(
        await world.client.post("/api/auth/register", json=a_registration(email="STRASSE@example.org")),
        409,
        "email_taken",
    )


async def test_two_who_register_with_one_email_at_the_same_moment_make_one_account(world: World) -> None:
    answers = await asyncio.gather(*(world.client.post("/api/auth/register", json=a_registration()) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    "email",
    [
        "mei",
        "mei@example",
        "@example.org",
        "mei@",
        "me i@example.org",
        "mei@@example.org",
        "mei@exa\u200bmple.org",  # nobody would see the difference
        "mei\u00ad@example.org",
        "\ufdfa" * 200 + "@a.bc",  # NFKC makes eighteen of each
        "a" * 243 + "@example.org",
        "",
        None,
        7,
    ],
)
async def test_what_is_no_email_is_refused(world: World, email: object) -> None:
    assert faults(await world.client.post("/api/auth/register", json=a_registration(email=email))) == [
        ["body", "email"]
    ]


async def test_the_longest_email_is_taken_in(world: World) -> None:
    email = "a" * 242 + "@example.org"
    assert len(email) == 254

    assert (await world.helper(email=email)).account["email"] == email


@pytest.mark.parametrize(
    ("field", "most"),
    [("name", 50), ("host.name", 80), ("host.description", 4000), ("host.address", 200), ("host.locality", 60)],
)
async def test_texts_are_limited_in_code_points_once_they_are_composed_and_trimmed(
    world: World, field: str, most: int
) -> None:
    def with_text(text: str) -> Json:
        return {"host": a_host(**{field[5:]: text})} if field.startswith("host.") else {field: text}

    # 𠮷 takes two UTF-16 units, e with a combining accent becomes one code point
    longest = "𠮷" * (most - 1) + "e\u0301"
    body = a_registration(**with_text(f" \u3000{longest}\n "))
    account = (await world.client.post("/api/auth/register", json=body)).json()
    stored = account["host"][field[5:]] if field.startswith("host.") else account[field]
    assert stored == "𠮷" * (most - 1) + "é"

    world.client.cookies.clear()
    response = await world.client.post("/api/auth/register", json=a_registration(**with_text(longest + "x")))
    assert faults(response) == [["body", *field.split(".")]]


async def test_a_bio_is_limited_and_may_be_empty(world: World) -> None:
    helper = await world.helper()

    assert (await helper.put("/api/account/helper", {"bio": "x" * 2000})).json()["helper"]["bio"] == "x" * 2000
    assert (await helper.put("/api/account/helper", {"bio": ""})).json()["helper"]["bio"] is None
    response = await world.client.post("/api/auth/register", json=a_registration(helper={"bio": "x" * 2001}))
    assert faults(response) == [["body", "helper", "bio"]]


@pytest.mark.parametrize(("length", "good"), [(7, False), (8, True), (128, True), (129, False)])
async def test_a_password_has_8_to_128_characters(world: World, length: int, good: bool) -> None:
    response = await world.client.post("/api/auth/register", json=a_registration(password="𠮷" * length))

    assert response.status_code == (201 if good else 422)
    if not good:
        assert faults(response) == [["body", "password"]]


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b\u2060\ufeff", "\u3000"])
@pytest.mark.parametrize("field", ["name", "host.name", "host.address"])
async def test_a_text_that_shows_nothing_counts_as_missing(world: World, field: str, text: str) -> None:
    given = {"host": a_host(**{field[5:]: text})} if field.startswith("host.") else {field: text}

    response = await world.client.post("/api/auth/register", json=a_registration(**given))

    assert faults(response) == [["body", *field.split(".")]]
    assert response.json()["errors"][0]["msg"] == "Fill this in."


@pytest.mark.parametrize("field", ["email", "password", "name", "helper.bio", "host.name", "host.region"])
async def test_control_characters_and_lone_surrogates_are_refused(world: World, field: str) -> None:
    for character in ("\x00", "\x07", "\x1b", "\x7f", "\x85", "\t", "\r", "\ud800", "\udfff"):
        body = a_registration(helper={"bio": ""}, host=a_host())
        *outer, name = field.split(".")
        (body[outer[0]] if outer else body)[name] = f"mei{character}@example.org"

        assert faults(await post_escaped(world, "/api/auth/register", body)) == [["body", *field.split(".")]]


async def test_lines_of_a_bio_are_kept(world: World) -> None:
    response = await (await world.helper()).put("/api/account/helper", {"bio": "One\r\ntwo\n\nthree\n"})

    assert response.json()["helper"]["bio"] == "One\ntwo\n\nthree"


async def test_text_is_kept_as_it_was_written(world: World) -> None:
    name = "R&B <b>“臺東”</b> 👩‍🌾 ‘;--"

    assert (await world.helper(name=name)).account["name"] == name


@pytest.mark.parametrize(
    ("where", "body"),
    [
        (["role"], {"role": "admin"}),
        (["is_trial"], {"is_trial": True}),
        (["helper", "rating"], {"helper": {"rating": 5}}),
        (["host", "suspended"], {"host": a_host(suspended=True)}),
        (["host", "point", "height"], {"host": a_host(point={"latitude": 1.0, "longitude": 2.0, "height": 3})}),
    ],
)
async def test_unknown_fields_are_refused(world: World, where: list[str], body: Json) -> None:
    assert faults(await world.client.post("/api/auth/register", json=a_registration(**body))) == [["body", *where]]


@pytest.mark.parametrize("field", ["name", "address", "region"])
async def test_a_host_needs_name_address_and_region(world: World, field: str) -> None:
    host = a_host()
    del host[field]

    response = await world.client.post("/api/auth/register", json=a_registration(host=host))

    assert faults(response) == [["body", "host", field]]


@pytest.mark.parametrize("region", ["TW", "", "tw-ttt", "XX-ZZZ", None, 3])
async def test_a_region_is_one_of_the_vocabulary(world: World, region: object) -> None:
    response = await world.client.post("/api/auth/register", json=a_registration(host=a_host(region=region)))

    assert faults(response) == [["body", "host", "region"]]


async def test_the_language_of_a_new_account_is_the_browsers(world: World) -> None:
    headers = {"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.5"}

    response = await world.client.post("/api/auth/register", json=a_registration(), headers=headers)

    assert response.json()["locale"] == "zh-TW"


async def test_no_answer_holds_the_password_or_its_hash(world: World) -> None:
    person = await world.register(helper=True, host=True)
    answers = [
        await world.client.post("/api/auth/login", json={"email": person.account["email"], "password": PASSWORD}),
        await person.get("/api/auth/me"),
        await person.patch("/api/account", {"name": "Lin"}),
        await person.get(f"/api/hosts/{person.account['host']['id']}"),
        await world.client.post("/api/auth/register", json=a_registration(password=PASSWORD, email="no")),
    ]

    for answer in answers:
        assert "argon2" not in answer.text
        assert "password_hash" not in answer.text
        assert PASSWORD not in answer.text
