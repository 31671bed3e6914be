"""Group commit: one transaction for many messages, an answer and a savepoint for each."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.chat.models import ConversationRow, MessageRow
from haloop.chat.schemas import Message, MessageIn
from haloop.chat.writer import MessageWriter
from haloop.core.errors import Invalid, NotFound, Problem, Unavailable
from tests.chat.conftest import Talk, begin_talk
from tests.world import World

pytestmark = pytest.mark.anyio


async def at_once(world: World, *wishes: tuple[str, str, MessageIn]) -> list[tuple[Message, bool] | BaseException]:
    """Sends all in one turn of the loop, so that they share a transaction."""
    writer: MessageWriter = world.haloop.web.state.messages
    sends = [writer.send(UUID(account), UUID(talk), body) for account, talk, body in wishes]
    return await asyncio.gather(*sends, return_exceptions=True)


async def stored(world: World, talk: Talk) -> list[tuple[int, str]]:
    async with world.haloop.engines.database.reading() as session:
        rows = await session.execute(
            sa.select(MessageRow.number, MessageRow.body)
            .where(MessageRow.conversation_id == UUID(talk.id))
            .order_by(MessageRow.number)
        )
        return [(number, body) for number, body in rows]


async def commits(world: World) -> int:
    async with world.haloop.engines.database.reading() as session:
        return int(await session.scalar(sa.text("PRAGMA data_version")) or 0)


async def test_messages_of_many_conversations_share_a_transaction(world: World) -> None:
    talks = [await begin_talk(world) for _ in range(3)]
    wishes = [(talk.helper.account["id"], talk.id, MessageIn(body=f"{n}")) for n in range(20) for talk in talks]
    answers = await at_once(world, *wishes)
    assert all(not isinstance(answer, BaseException) for answer in answers)
    for talk in talks:
        assert await stored(world, talk) == [(n + 1, f"{n}") for n in range(20)]
        assert (await talk.host.get("/api/conversations/unread")).json() == {"unread": 20}
    sent_at = {answer[0].sent_at for answer in answers if not isinstance(answer, BaseException)}
    assert len(sent_at) == 1  # one moment: one transaction


async def test_one_bad_message_harms_no_other_of_its_transaction(world: World, talk: Talk) -> None:
    helper, stranger = talk.helper.account["id"], talk.stranger.account["id"]
    answers = await at_once(
        world,
        (helper, talk.id, MessageIn(body="one")),
        (stranger, talk.id, MessageIn(body="mine too")),
        (helper, talk.id, MessageIn(body="what of this", post_id=UUID(int=5))),
        (helper, talk.id, MessageIn(body="two")),
    )
    assert [type(answer) for answer in answers] == [tuple, NotFound, Invalid, tuple]
    assert await stored(world, talk) == [(1, "one"), (2, "two")]


async def test_what_the_database_refuses_is_undone_alone(world: World, talk: Talk) -> None:
    async with world.haloop.engines.units.begin() as work:
        await work.session.execute(
            sa.text(
                "CREATE TRIGGER refuse AFTER INSERT ON messages WHEN NEW.body = 'refuse me' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )
    helper = talk.helper.account["id"]
    bodies = ("one", "refuse me", "two")
    answers = await at_once(world, *((helper, talk.id, MessageIn(body=body, client_id=body)) for body in bodies))
    assert [type(answer) for answer in answers] == [tuple, Unavailable, tuple]
    assert await stored(world, talk) == [(1, "one"), (2, "two")]


async def test_the_same_client_id_twice_in_a_transaction_is_one_message(world: World, talk: Talk) -> None:
    helper, host = talk.helper.account["id"], talk.host.account["id"]
    mine, theirs = MessageIn(body="mine", client_id="1"), MessageIn(body="theirs", client_id="1")
    first, again, other = await at_once(
        world, (helper, talk.id, mine), (helper, talk.id, mine), (host, talk.id, theirs)
    )
    assert isinstance(first, tuple)
    assert isinstance(again, tuple)
    assert isinstance(other, tuple)
    assert (first[1], again[1], other[1]) == (True, False, True)
    assert first[0] == again[0]
    assert await stored(world, talk) == [(1, "mine"), (2, "theirs")]


async def test_a_database_that_is_away_is_told_to_all_and_the_next_message_works(
    world: World, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = talk.helper.account["id"]

    async def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(world.haloop.engines.database, "at_once", away)
        answers = await at_once(world, *((helper, talk.id, MessageIn(body=body)) for body in "ab"))
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    (answer,) = await at_once(world, (helper, talk.id, MessageIn(body="c")))
    assert not isinstance(answer, Problem)
    assert await stored(world, talk) == [(1, "c")]


async def test_the_rows_agree_with_the_messages_after_many_writers(world: World, talk: Talk) -> None:
    """Sends and reads of both sides, all at once: numbers without gaps, marks and counts that add up."""
    writer = world.haloop.web.state.messages
    helper, host, id_ = UUID(talk.helper.account["id"]), UUID(talk.host.account["id"]), UUID(talk.id)
    await asyncio.gather(
        *(writer.send((helper, host)[n % 2], id_, MessageIn(body=f"{n}")) for n in range(450)),
        *(writer.read((helper, host)[n % 2], id_, n) for n in range(0, 450, 7)),
    )
    assert [number for number, _ in await stored(world, talk)] == list(range(1, 451))
    async with world.haloop.engines.database.reading() as session:
        row = await session.get_one(ConversationRow, id_)
        for reader, read, unread in (
            (helper, row.helper_read, row.helper_unread),
            (host, row.host_read, row.host_unread),
        ):
            counted = await session.scalar(
                sa.select(sa.func.count()).where(
                    MessageRow.conversation_id == id_, MessageRow.number > read, MessageRow.sender_id != reader
                )
            )
            assert unread == counted
