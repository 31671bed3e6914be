"""Chat under clients that do what they should not: the process lives on, and answers others meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import httpx2
import pytest
import websockets

from haloop.core.errors import Unavailable
from tests.chat.conftest import Talk, begin_talk
from tests.live import Socket, serving
from tests.world import World

pytestmark = pytest.mark.anyio


async def others_are_served(world: World, port: int, talk: Talk) -> None:
    """A page and a message, each answered well within the time that a person would notice a failure."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=2) as client:
        assert (await client.get("/posts")).status_code == 200
    other = await begin_talk(world)
    socket = await Socket.connect(port, other.helper.token)
    body = {"conversation_id": other.id, "client_id": "1", "body": "Hello"}
    assert (await socket.ask("message:send", body))["ok"]
    await socket.close()
    assert (await talk.host.get(talk.path)).status_code == 200


@pytest.mark.parametrize("event", ["message:send", "message:read", "typing", "join", "connect"])
@pytest.mark.parametrize("arguments", ["", ",null", ",1,2,3", ',"x"', ",{}", ",[[]]"])
async def test_a_packet_without_sense_ends_nothing(world: World, talk: Talk, event: str, arguments: str) -> None:
    async with serving(world.haloop.asgi) as port:
        socket = await Socket.connect(port, talk.helper.token)
        await socket.send_raw(f'42["{event}"{arguments}]')
        body = {"conversation_id": talk.id, "client_id": "1", "body": "Hello"}
        assert (await socket.ask("message:send", body))["ok"]
        await socket.close()


async def test_a_thousand_events_a_second_are_answered_or_dropped_and_others_go_on(world: World, talk: Talk) -> None:
    async with serving(world.haloop.asgi) as port:
        flooding = await Socket.connect(port, talk.helper.token)
        for number in range(1000):
            event, payload = (
                ("typing", {"conversation_id": talk.id, "is_typing": True}),
                ("message:send", {"conversation_id": talk.id, "client_id": f"{number}", "body": "x"}),
                ("message:read", {"conversation_id": "not one", "up_to": -1}),
                ("typing", None),
            )[number % 4]
            await flooding.send_raw(f'42["{event}",{json.dumps(payload)}]')
        await others_are_served(world, port, talk)
        last = {"conversation_id": talk.id, "client_id": "last", "body": "still here"}
        assert (await flooding.ask("message:send", last))["ok"]
        await flooding.close()
    messages = (await talk.host.get(f"{talk.path}/messages", limit=1)).json()["items"]
    assert messages[0]["number"] == 251


async def test_more_messages_than_the_limit_are_told_so(
    new_world: Callable[..., AbstractAsyncContextManager[World]],
) -> None:
    async with new_world(rate_limit_factor=1) as world, serving(world.haloop.asgi) as port:
        talk = await begin_talk(world)
        socket = await Socket.connect(port, talk.helper.token)
        sends = [
            socket.ask("message:send", {"conversation_id": talk.id, "client_id": f"{number}", "body": "x"})
            for number in range(70)
        ]
        answers = await asyncio.gather(*sends)
        assert sum("ok" in answer for answer in answers) == 60
        assert {answer["error"]["type"] for answer in answers if "error" in answer} == {"rate_limited"}
        by_http = await talk.helper.post(f"{talk.path}/messages", {"body": "x"})
        assert (by_http.status_code, int(by_http.headers["retry-after"]) > 0) == (429, True)
        await socket.close()


async def test_a_frame_of_two_megabytes_ends_its_own_connection_alone(world: World, talk: Talk) -> None:
    async with serving(world.haloop.asgi) as port:
        socket = await Socket.connect(port, talk.helper.token)
        with suppress(websockets.ConnectionClosed):
            await socket.send_raw(f'42["message:send",{{"conversation_id":"{talk.id}","body":"{"x" * 2_000_000}"}}]')
        await asyncio.wait_for(socket.closed.wait(), 5)
        await others_are_served(world, port, talk)
    assert (await talk.host.get(talk.path)).json()["last_number"] == 0


async def test_while_the_database_is_away_events_say_so_and_the_process_lives_on(
    world: World, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    async with serving(world.haloop.asgi) as port:
        socket = await Socket.connect(port, talk.helper.token)
        here = {"conversation_id": talk.id}
        with monkeypatch.context() as patched:
            patched.setattr(world.haloop.engines.database, "at_once", away)
            for event, more in (("message:send", {"client_id": "1", "body": "x"}), ("message:read", {"up_to": 1})):
                assert (await socket.ask(event, {**here, **more}))["error"]["type"] == "unavailable"
        assert (await socket.ask("message:send", {**here, "client_id": "1", "body": "x"}))["message"]["number"] == 1
        await socket.close()
