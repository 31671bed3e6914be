"""Conversations over HTTP: one of a helper and a host, numbered messages, read marks, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
import sqlalchemy as sa

from haloop.chat.models import MessageRow
from tests.chat.conftest import Talk, begin_talk, say
from tests.live import Socket, serving
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_helper_and_a_host_have_one_conversation_however_it_is_started(world: World, talk: Talk) -> None:
    post = await world.publish(talk.host)
    again = await talk.helper.post("/api/conversations", {"post_id": post["id"]})
    assert (again.status_code, again.json()["id"]) == (200, talk.id)
    assert again.json()["post"]["id"] == post["id"]
    assert again.json()["my_side"] == "helper"
    other = await world.publish(talk.host)
    await say(talk.helper, talk, "About this one", post_id=post["id"])
    again = await talk.helper.post("/api/conversations", {"post_id": other["id"]})
    assert again.json()["post"]["id"] == post["id"]  # nothing is asked about the other one yet
    await say(talk.helper, talk, "Or that", post_id=other["id"])
    await say(talk.helper, talk, "What do you think?")
    assert (await talk.helper.get(talk.path)).json()["post"]["id"] == other["id"]
    assert (await talk.host.get(talk.path)).json()["my_side"] == "host"


async def test_two_starts_at_once_give_one_conversation(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    body = {"host_id": host.account["host"]["id"]}
    found = await asyncio.gather(*(helper.post("/api/conversations", body) for _ in range(5)))
    assert sorted(response.status_code for response in found) == [200, 200, 200, 200, 201]
    assert len({response.json()["id"] for response in found}) == 1


async def test_nobody_writes_to_an_own_place_or_to_one_that_is_not_there(world: World, talk: Talk) -> None:
    both = talk.stranger
    own = await both.post("/api/conversations", {"host_id": both.account["host"]["id"]})
    assert (own.status_code, own.json()["type"]) == (422, "/problems/own_host")
    unknown = await talk.helper.post("/api/conversations", {"host_id": talk.id})
    assert unknown.status_code == 404
    for bad in ({}, {"host_id": talk.id, "post_id": talk.id}, {"host_id": "x"}, {"host_id": None, "post_id": None}):
        assert (await talk.helper.post("/api/conversations", bad)).status_code == 422
    draft = await world.publish(talk.host, status="draft")
    assert (await talk.helper.post("/api/conversations", {"post_id": draft["id"]})).status_code == 404
    assert (await talk.host.post("/api/conversations", {"host_id": talk.id})).status_code == 403


async def test_messages_are_numbered_in_their_order_and_paged_both_ways(talk: Talk) -> None:
    for number in range(7):
        await say(talk.helper if number % 2 else talk.host, talk, f"Message {number + 1}")

    async def page(**query: int) -> tuple[list[int], bool, bool]:
        found = (await talk.host.get(f"{talk.path}/messages", **query)).json()
        return [item["number"] for item in found["items"]], found["has_before"], found["has_after"]

    assert await page(limit=3) == ([5, 6, 7], True, False)
    assert await page(before=5, limit=3) == ([2, 3, 4], True, True)
    assert await page(before=2) == ([1], False, True)
    assert await page(after=5) == ([6, 7], True, False)
    assert await page(after=7) == ([], True, False)
    assert await page(before=1) == ([], False, True)
    assert await page(before=2**53 - 1, limit=1) == ([7], True, False)
    assert (await talk.host.get(f"{talk.path}/messages", before=2, after=1)).status_code == 422


async def test_a_retry_with_the_same_client_id_gives_the_stored_message(world: World, talk: Talk) -> None:
    path, body = f"{talk.path}/messages", {"body": "Hello", "client_id": "one"}
    answers = await asyncio.gather(*(talk.helper.post(path, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    mine = await say(talk.host, talk, "Hello", client_id="one")  # another's client_id is another's
    assert mine["number"] == 2
    async with world.haloop.engines.database.reading() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(MessageRow)) == 2


async def test_many_at_once_are_numbered_without_gaps(world: World, talk: Talk) -> None:
    people = [talk.helper, talk.host]
    sent = await asyncio.gather(*(say(people[place % 2], talk, f"Message {place}") for place in range(40)))
    assert sorted(message["number"] for message in sent) == list(range(1, 41))
    stored = (await talk.helper.get(f"{talk.path}/messages", limit=50)).json()["items"]
    assert {message["number"]: message["id"] for message in stored} == {m["number"]: m["id"] for m in sent}


async def test_one_bad_message_among_many_fails_alone(talk: Talk) -> None:
    path = f"{talk.path}/messages"
    good = [talk.helper.post(path, {"body": f"Good {number}"}) for number in range(5)]
    bad = [talk.helper.post(path, {"body": "Bad", "post_id": talk.id}), talk.stranger.post(path, {"body": "Hello"})]
    answers = await asyncio.gather(*good, *bad)
    assert [answer.status_code for answer in answers] == [201] * 5 + [422, 404]
    assert (await talk.host.get(talk.path)).json()["last_number"] == 5


async def test_unread_counts_others_messages_and_reading_never_goes_back(talk: Talk) -> None:
    for body in ("One", "Two", "Three"):
        await say(talk.helper, talk, body)
    assert (await talk.host.get(talk.path)).json()["unread"] == 3
    assert (await talk.host.get("/api/conversations/unread")).json() == {"unread": 3}
    assert (await talk.helper.get("/api/conversations/unread")).json() == {"unread": 0}

    async def read(up_to: int) -> int:
        return int((await talk.host.post(f"{talk.path}/read", {"up_to": up_to})).json()["unread"])

    assert await read(2) == 1
    assert await read(1) == 1
    assert await read(99) == 0
    seen = (await talk.helper.get(talk.path)).json()
    assert seen["read_up_to"] == {"mine": 0, "theirs": 3}
    await say(talk.host, talk, "Four")
    assert (await talk.host.get(talk.path)).json()["unread"] == 0
    assert (await talk.helper.get(talk.path)).json()["unread"] == 1


async def test_a_stranger_and_an_unknown_conversation_are_404_everywhere(talk: Talk) -> None:
    await say(talk.helper, talk, "Between us")
    for path in (talk.path, "/api/conversations/0198c0de-0000-7000-8000-000000000000", "/api/conversations/x"):
        assert (await talk.stranger.get(path)).status_code == 404
        assert (await talk.stranger.get(f"{path}/messages")).status_code == 404
        assert (await talk.stranger.post(f"{path}/messages", {"body": "Hello"})).status_code == 404
        assert (await talk.stranger.post(f"{path}/read", {"up_to": 1})).status_code == 404
    assert (await talk.stranger.get("/api/conversations")).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"body": ""}, {"body": "   "}, {"body": "x" * 4001}, {"body": 1}, {"body": "x", "client_id": ""},
     {"body": "x", "client_id": "y" * 65}, {"body": "x", "number": 7}, {"body": "a\x00b"}, []],
)  # fmt: skip
async def test_a_bad_message_is_refused_and_nothing_is_stored(talk: Talk, body: object) -> None:
    assert (await talk.helper.post(f"{talk.path}/messages", body)).status_code == 422
    assert (await talk.helper.get(talk.path)).json()["last_number"] == 0


async def test_a_long_message_and_its_signs_are_kept_as_they_were_written(talk: Talk) -> None:
    body = ("R&B <b>早安</b> 😀 " * 400)[:4000].strip()
    assert (await say(talk.helper, talk, body))["body"] == body
    assert (await talk.host.get(f"{talk.path}/messages")).json()["items"][0]["body"] == body


async def test_a_first_message_that_leads_elsewhere_is_marked_for_new_accounts(world: World, talk: Talk) -> None:
    assert (await say(talk.helper, talk, "Write to me at me@example.org"))["warning"]
    assert not (await say(talk.helper, talk, "Or look at https://example.org"))["warning"]  # not the first
    assert not (await say(talk.host, talk, "Good morning"))["warning"]
    world.clock.travel(days=8)


async def test_the_list_is_by_last_message_with_both_sides_of_an_account(world: World, talk: Talk) -> None:
    both = talk.stranger
    other_host = await world.host()
    world.clock.travel(minutes=1)
    asked = await both.post("/api/conversations", {"host_id": other_host.account["host"]["id"]})
    world.clock.travel(minutes=1)
    as_host = await talk.helper.post("/api/conversations", {"host_id": both.account["host"]["id"]})
    await talk.helper.post(f"/api/conversations/{as_host.json()['id']}/messages", {"body": "Good morning"})
    listed = (await both.get("/api/conversations")).json()["items"]
    assert [item["my_side"] for item in listed] == ["host", "helper"]
    world.clock.travel(minutes=1)
    await both.post(f"/api/conversations/{asked.json()['id']}/messages", {"body": "Hello"})
    listed = (await both.get("/api/conversations", limit=1)).json()
    assert listed["items"][0]["last_message"]["body"] == "Hello"
    rest = (await both.get("/api/conversations", limit=1, cursor=listed["next_cursor"])).json()
    assert rest["items"][0]["my_side"] == "host"
    assert rest["next_cursor"] is None


async def test_what_nobody_has_written_in_is_in_the_helpers_list_alone_and_makes_no_empty_page(world: World) -> None:
    host = await world.host()
    for number in range(5):
        world.clock.travel(minutes=1)
        helper = await world.helper()
        started = await helper.post("/api/conversations", {"host_id": host.account["host"]["id"]})
        assert (await helper.get("/api/conversations")).json()["items"][0]["id"] == started.json()["id"]
        if number < 2:
            await helper.post(f"/api/conversations/{started.json()['id']}/messages", {"body": f"Hello {number}"})
    first = (await host.get("/api/conversations", limit=1)).json()
    second = (await host.get("/api/conversations", limit=1, cursor=first["next_cursor"])).json()
    said = [page["items"][0]["last_message"]["body"] for page in (first, second)]
    assert (said, second["next_cursor"]) == (["Hello 1", "Hello 0"], None)


async def test_a_conversation_outlives_a_side_and_can_be_read_but_not_sent_to(talk: Talk) -> None:
    await say(talk.helper, talk, "Hello")
    await talk.host.put("/api/account/helper", {"bio": ""})
    assert (await talk.host.delete("/api/account/host")).status_code == 200
    seen = (await talk.helper.get(talk.path)).json()
    assert seen["can_send"] is False
    answer = await talk.helper.post(f"{talk.path}/messages", {"body": "Are you there?"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/cannot_send")


async def test_a_person_at_another_process_has_the_unread_count_there(
    new_world: Callable[..., AbstractAsyncContextManager[World]],
) -> None:
    async with new_world() as one, new_world() as other:
        talk = await begin_talk(one)
        async with serving(other.haloop.asgi) as port:
            await say(talk.helper, talk, "Hello")
            socket = await Socket.connect(port, talk.host.token)
            while (count := await socket.hear("conversation:unread"))["total"] != 1:
                assert count["total"] == 0
            await socket.close()
        headers = talk.host.headers
        assert (await other.client.get("/api/conversations/unread", headers=headers)).json() == {"unread": 1}
        assert (await other.client.get(talk.path, headers=headers)).json()["unread"] == 1
