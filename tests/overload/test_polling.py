"""Long polling on the wire: bounded for all and for each address, and of no account to WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import websockets
from starlette.types import Message

from haloop.engines.realtime import polling
from haloop.engines.realtime.polling import UNTAKEN_MOST, BoundedPolling
from haloop.web.problems import answer
from tests.expectations import problem
from tests.live import Socket, serving
from tests.world import World

pytestmark = pytest.mark.anyio

MOST, MOST_OF_ONE = 5, 3
PATIENCE = 5.0
RUDE, OTHER, THIRD = "192.0.2.1", "192.0.2.2", "2001:db8::1"


@dataclass
class Poller:
    """A client that polls, behind the proxy that says its address."""

    client: httpx2.AsyncClient
    port: int
    address: str

    async def ask(self, method: str = "GET", sid: str = "", content: str | None = None) -> httpx2.Response:
        url = f"http://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=polling" + (f"&sid={sid}" if sid else "")
        return await self.client.request(method, url, content=content, headers={"X-Forwarded-For": self.address})

    async def begin(self) -> str:
        """A handshake; the session's id."""
        answered = await self.ask()
        assert answered.status_code == 200, answered.text
        return str(json.loads(answered.text.split("\x1e")[0][1:])["sid"])

    async def sign_in(self, token: str) -> str:
        sid = await self.begin()
        await self.ask("POST", sid, "40" + json.dumps({"token": token}))
        assert "40{" in (await self.ask(sid=sid)).text
        return sid

    async def hear(self, sid: str, event: str) -> Any:  # Any: the event's payload
        async with asyncio.timeout(PATIENCE):
            while True:
                for packet in (await self.ask(sid=sid)).text.split("\x1e"):
                    if packet.startswith("42") and json.loads(packet[2:])[0] == event:
                        return json.loads(packet[2:])[1]


@dataclass
class Served:
    world: World
    client: httpx2.AsyncClient
    port: int

    def poller(self, address: str = RUDE) -> Poller:
        return Poller(self.client, self.port, address)

    async def status(self, line: str) -> int:
        """Of the answer to a request that announces a body and does not send it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"{line} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            answered = await reader.readuntil(b"\r\n")
        writer.close()
        return int(answered.split()[1])

    async def fill(self, address: str = RUDE) -> list[str]:
        """Takes all places of an address; the sessions' ids."""
        sids = [await self.poller(address).begin() for _ in range(MOST_OF_ONE)]
        refused = await self.poller(address).ask()
        problem(refused, 503, "unavailable")
        assert refused.headers["retry-after"] == "2"
        return sids


@pytest.fixture
async def served(
    world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Served]:
    """With few places; a test's parameters are the bounds in time."""
    monkeypatch.setattr(polling, "SWEEPS_EVERY", 0.0)
    within = getattr(request, "param", {})
    asgi = BoundedPolling(
        world.haloop.asgi, world.haloop.realtime, answer=answer, most=MOST, most_of_one=MOST_OF_ONE, **within
    )
    async with serving(asgi, trusted_proxies="127.0.0.1") as port, httpx2.AsyncClient(timeout=PATIENCE) as client:
        yield Served(world, client, port)


async def test_one_address_takes_none_of_the_places_of_another(served: Served) -> None:
    helper, host = await served.world.helper(), await served.world.host()
    await served.world.subscribe(helper)
    await served.fill()

    other = served.poller(OTHER)
    sid = await other.sign_in(helper.token)

    post = await served.world.publish(host)
    assert (await other.hear(sid, "notification:new"))["post_id"] == post["id"]


async def test_all_together_have_a_bound_that_websockets_do_not_feel(served: Served) -> None:
    helper = await served.world.helper()
    for number in range(MOST):
        await served.poller(f"192.0.2.{number}").begin()
    problem(await served.poller(THIRD).ask(), 503, "unavailable")

    sockets = [await Socket.connect(served.port, helper.token) for _ in range(MOST + 1)]
    for socket in sockets:
        await socket.close()


async def test_whoever_has_most_makes_room_for_who_has_none(served: Served) -> None:
    helper = await served.world.helper()
    kept = await served.poller().sign_in(helper.token)
    strangers = [await served.poller().begin() for _ in range(MOST_OF_ONE - 1)]
    for _ in range(MOST - MOST_OF_ONE):
        await served.poller(OTHER).begin()

    await served.poller(THIRD).begin()

    assert (await served.poller().ask("POST", kept, "3")).status_code == 200
    assert [(await served.poller().ask("POST", sid, "3")).status_code for sid in strangers] == [400, 200]
    problem(await served.poller(OTHER).ask(), 503, "unavailable")  # who has as many as the others takes no more


async def test_the_addresses_of_one_customer_share_their_places(served: Served) -> None:
    for number in range(MOST_OF_ONE):
        await served.poller(f"2001:db8::{number}").begin()
    problem(await served.poller("2001:db8::ffff").ask(), 503, "unavailable")


@asynccontextmanager
async def upgraded(served: Served, sid: str) -> AsyncIterator[websockets.ClientConnection]:
    url = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket&sid={sid}"
    async with websockets.connect(url) as connection:
        await connection.send("2probe")
        assert await connection.recv() == "3probe"
        await connection.send("5")
        await connection.send("40{}")
        while not str(await connection.recv()).startswith("44"):
            pass
        yield connection


async def test_a_session_that_goes_over_to_a_websocket_gives_its_place_back(served: Served) -> None:
    sid = (await served.fill())[0]
    async with upgraded(served, sid):
        await served.poller().begin()


async def test_a_session_that_went_over_is_not_closed_for_its_place(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = (await served.fill())[0]
    async with upgraded(served, sid) as connection:
        monkeypatch.setattr(polling, "SWEEPS_EVERY", 1000.0)  # it was looked after just now
        for number in range(MOST - MOST_OF_ONE + 1):
            await served.poller(f"192.0.2.{number + 10}").begin()

        await connection.send("40{}")
        assert str(await connection.recv()).startswith("44")


async def test_a_session_that_is_closed_gives_its_place_back_when_its_memory_is_free(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = (await served.fill())[0]
    await served.poller().ask("POST", sid, "1")
    problem(await served.poller().ask(), 503, "unavailable")  # its next ping sleeps on

    monkeypatch.setattr(served.world.haloop.realtime.server.eio, "ping_interval", 0)

    await served.poller().begin()
    problem(await served.poller().ask(), 503, "unavailable")


@pytest.mark.parametrize("served", [{"signs_in_within": 0.3}], indirect=True)
async def test_who_does_not_sign_in_loses_his_place_and_who_did_keeps_it(served: Served) -> None:
    helper = await served.world.helper()
    first = await served.poller().sign_in(helper.token)
    strangers = [await served.poller().begin() for _ in range(MOST_OF_ONE - 1)]
    problem(await served.poller().ask(), 503, "unavailable")
    await asyncio.sleep(0.4)

    await served.poller().begin()

    assert (await served.poller().ask("POST", first, "3")).status_code == 200
    assert [(await served.poller().ask("POST", sid, "3")).status_code for sid in strangers] == [400, 400]


async def test_what_begins_no_session_takes_no_place(served: Served) -> None:
    for _ in range(MOST + 1):
        assert (await served.poller().ask("POST", content="40")).status_code == 400
        assert (await served.poller().ask(sid="nobody")).status_code == 400
    await served.fill()


async def test_who_takes_no_packets_is_not_heard_until_he_does(served: Served) -> None:
    """What he is answered would be kept until the memory is full."""
    sid = await served.poller().begin()
    rude = "\x1e".join(["40{}"] * 10)
    statuses = [(await served.poller().ask("POST", sid, rude)).status_code for _ in range(UNTAKEN_MOST // 10 + 5)]
    assert statuses[0] == 200
    assert statuses[-1] == 503
    assert (await served.poller().ask(sid=sid)).status_code == 200
    assert (await served.poller().ask("POST", sid, "3")).status_code == 200


async def test_requests_that_wait_have_a_bound_too(served: Served) -> None:
    sid = await served.poller().begin()
    waiting = [asyncio.create_task(served.poller().ask(sid=sid)) for _ in range(2 * MOST_OF_ONE)]
    await asyncio.sleep(0.2)

    problem(await served.poller().ask(sid=sid), 503, "unavailable")
    await served.poller(OTHER).begin()

    for _ in waiting:
        await served.poller(OTHER).ask("POST", sid, "40{}")
    assert {(await one).status_code for one in waiting} == {200}
    assert (await served.poller().ask("POST", sid, "3")).status_code == 200


@pytest.mark.parametrize("served", [{"answered_within": 0.3}], indirect=True)
async def test_a_body_that_does_not_come_is_not_waited_for(served: Served) -> None:
    sid = await served.poller("127.0.0.1").begin()
    assert await served.status(f"POST /socket.io/?EIO=4&transport=polling&sid={sid}") == 408


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /socket.io/?EIO=4&transport=polling", 200),
        ("GET /socket.io/?EIO=4&transport=polling&sid=unknown", 400),
        ("POST /socket.io/?EIO=4&transport=polling&sid=unknown", 400),
        ("POST /socket.io/?EIO=4&transport=polling", 400),
    ],
)
async def test_a_body_that_nobody_needs_is_not_waited_for(served: Served, line: str, status: int) -> None:
    assert await served.status(line) == status


async def test_a_client_that_leaves_before_its_body_is_no_error(served: Served) -> None:
    sid = await served.poller().begin()
    scope = {"type": "http", "method": "POST", "path": "/socket.io/", "headers": [], "client": (RUDE, 1)}
    scope |= {"query_string": f"EIO=4&transport=polling&sid={sid}".encode()}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await served.world.haloop.asgi(scope, receive, send)
    assert sent == []


async def test_a_websocket_begins_no_session_that_polls(served: Served) -> None:
    before = len(served.world.haloop.realtime.server.eio.sockets)
    for query in ("EIO=4&transport=polling", "EIO=4"):
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"ws://127.0.0.1:{served.port}/socket.io/?{query}")
    assert len(served.world.haloop.realtime.server.eio.sockets) == before
