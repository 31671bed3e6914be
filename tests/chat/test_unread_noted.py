"""`message.unread`: after ten minutes, once for each message, never for what was read."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.chat import tasks
from haloop.engines.jobs.outbox import OutboxRow
from tests.chat.conftest import Talk, begin_talk, say
from tests.world import World

pytestmark = pytest.mark.anyio


async def noted(world: World) -> list[dict[str, str]]:
    """What is noted now, as the outbox has it; taken out of it."""
    more = 1
    while more:
        async with world.haloop.engines.units.begin() as work:
            more = await tasks.note_unread(work)
    async with world.haloop.engines.units.begin() as work:
        rows = await work.session.scalars(
            sa.select(OutboxRow).where(OutboxRow.topic == "message.unread").order_by(OutboxRow.id)
        )
        payloads = [row.payload for row in rows]
        await work.session.execute(sa.delete(OutboxRow).where(OutboxRow.topic == "message.unread"))
    return payloads


def of(talk: Talk, reader_id: str, up_to: int) -> dict[str, str]:
    return {"conversation_id": talk.id, "account_id": str(UUID(reader_id)), "up_to": str(up_to)}


async def test_a_message_that_stays_unread_is_noted_once_after_ten_minutes(world: World, talk: Talk) -> None:
    host_id = talk.host.account["id"]
    await say(talk.helper, talk, "Hello")
    world.clock.travel(minutes=6)
    await say(talk.helper, talk, "Are you there?")
    assert await noted(world) == []
    world.clock.travel(minutes=4)
    assert await noted(world) == [of(talk, host_id, 1)]
    world.clock.travel(minutes=5)
    assert await noted(world) == []
    world.clock.travel(minutes=1)
    assert await noted(world) == [of(talk, host_id, 2)]
    world.clock.travel(days=3)
    assert await noted(world) == []


async def test_what_was_read_in_time_is_not_noted(world: World, talk: Talk) -> None:
    for body in ("one", "two"):
        await say(talk.helper, talk, body)
    world.clock.travel(minutes=5)
    await say(talk.helper, talk, "three")
    await talk.host.post(f"{talk.path}/read", {"up_to": 2})
    world.clock.travel(minutes=5)
    assert await noted(world) == []
    world.clock.travel(minutes=5)
    assert await noted(world) == [of(talk, talk.host.account["id"], 3)]


async def test_both_sides_and_many_conversations_are_noted(world: World) -> None:
    talks = [await begin_talk(world) for _ in range(3)]
    for talk in talks:
        await say(talk.helper, talk, "Hello")
        await say(talk.host, talk, "Welcome")
    world.clock.travel(minutes=10)
    expected = [of(talk, talk.helper.account["id"], 2) for talk in talks]
    expected += [of(talk, talk.host.account["id"], 1) for talk in talks]
    assert sorted(map(str, await noted(world))) == sorted(map(str, expected))


async def test_an_account_that_reads_its_own_messages_only_is_not_told_of_them(world: World, talk: Talk) -> None:
    await say(talk.host, talk, "Hello")
    await talk.helper.post(f"{talk.path}/read", {"up_to": 1})
    world.clock.travel(minutes=20)
    assert await noted(world) == []
