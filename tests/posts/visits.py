"""Coming back after a long time."""

from __future__ import annotations

from tests.world import PASSWORD, Person, World


async def signed_in_again(world: World, person: Person) -> Person:
    """The same person with a new session, after the clock has travelled past the old one."""
    body = {"email": person.account["email"], "password": PASSWORD}
    response = await world.client.post("/api/auth/login", json=body)
    world.client.cookies.clear()
    return Person(world.client, response.json()["token"], person.account)
