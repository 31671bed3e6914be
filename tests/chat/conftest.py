"""A conversation of a helper and a host, and a stranger beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.world import Json, Person, World


@dataclass
class Talk:
    helper: Person
    host: Person
    stranger: Person
    id: str

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}"


async def begin_talk(world: World) -> Talk:
    helper, host, stranger = await world.helper(), await world.host(), await world.register(helper=True, host=True)
    response = await helper.post("/api/conversations", {"host_id": host.account["host"]["id"]})
    assert response.status_code == 201, response.text
    return Talk(helper, host, stranger, response.json()["id"])


async def say(person: Person, talk: Talk, body: str, **fields: object) -> Json:
    response = await person.post(f"{talk.path}/messages", {"body": body, **fields})
    assert response.status_code in (200, 201), response.text
    message: Json = response.json()
    return message


@pytest.fixture
async def talk(world: World) -> Talk:
    return await begin_talk(world)
