"""Open connections: shared out by what descriptors there are, and those that rest make room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Response, WebSocket

from haloop.engines import server
from haloop.engines.descriptors import HTTP_EACH, HTTP_MOST, PLENTY, SOCKETS_MOST, Shares, share_out
from tests.live import serving

pytestmark = pytest.mark.anyio

MOST = 4
PATIENCE = 5.0
PLEASE = b"GET /please HTTP/1.1\r\nHost: a\r\n\r\n"
MUCH = 20_000_000  # bytes, more than any buffer between the server and a client that does not read takes
GIVE_MUCH = b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n"
NONSENSE = b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n"
WAIT = b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"
UPGRADE = b"GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
UPGRADE += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, what: bytes) -> None:
        self._writer.write(what)

    async def status(self) -> int:
        """Of the next answer, or 0 when the connection has ended."""
        try:
            async with asyncio.timeout(PATIENCE):
                head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
                if b"content-length: " in head:
                    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
                    await self._reader.readexactly(length)
        except (OSError, EOFError):
            return 0
        return int(head[9:12])

    async def ask(self, what: bytes = PLEASE) -> int:
        self.say(what)
        return await self.status()

    def close(self) -> None:
        self._writer.close()


class House:
    """A server that has `MOST` places for connections, and for as many WebSockets."""

    def __init__(self, port: int, go_on: asyncio.Event) -> None:
        self._port, self.go_on = port, go_on
        self.clients: list[Client] = []

    async def client(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self._port))
        self.clients.append(client)
        return client


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(server, "share_out", lambda _limit: Shares(sockets=MOST, http=MOST))
    app, go_on = FastAPI(), asyncio.Event()

    async def please() -> str:
        return "thank you"

    async def much() -> Response:
        return Response(bytes(MUCH))

    async def wait() -> str:
        await go_on.wait()
        return "at last"

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await go_on.wait()
        await websocket.close()

    app.add_api_route("/please", please)
    app.add_api_route("/much", much)
    app.add_api_route("/wait", wait)
    app.add_api_websocket_route("/socket", socket)
    async with serving(app) as port:
        house = House(port, go_on)
        yield house
        go_on.set()
        for client in house.clients:
            client.close()


async def test_the_connection_that_rested_longest_makes_room(house: House) -> None:
    first, second, *_ = [await house.client() for _ in range(MOST)]
    assert [await client.ask() for client in (second, first)] == [200, 200]
    for _ in range(MOST - 1):  # two that never asked go, then the one that asked first
        assert await (await house.client()).ask() == 200

    assert await second.ask() == 0
    assert await first.ask() == 200


async def test_who_was_closed_and_takes_nothing_makes_room(house: House) -> None:
    for _ in range(MOST):
        client = await house.client()
        client.say(GIVE_MUCH)
        await asyncio.sleep(0.1)
        client.say(NONSENSE)
    await asyncio.sleep(0.1)
    assert [await (await house.client()).ask() for _ in range(MOST)] == [200] * MOST


async def test_who_is_being_answered_does_not_make_room(house: House) -> None:
    working = [await house.client() for _ in range(MOST)]
    for client in working:
        client.say(WAIT)
    await asyncio.sleep(0.1)

    assert await (await house.client()).status() == 503

    house.go_on.set()
    assert [await client.status() for client in working] == [200] * MOST
    assert await (await house.client()).ask() == 200


async def test_websockets_and_others_take_no_places_of_one_another(house: House) -> None:
    sockets = [await house.client() for _ in range(MOST)]
    assert [await socket.ask(UPGRADE) for socket in sockets] == [101] * MOST
    others = [await house.client() for _ in range(MOST)]
    assert [await client.ask() for client in others] == [200] * MOST

    assert await (await house.client()).ask(UPGRADE) == 503  # one WebSocket too many; it took the place of one at rest

    assert [await client.ask() for client in others] == [0, *[200] * (MOST - 1)]


async def test_a_websocket_that_does_not_take_its_end_keeps_its_place(house: House) -> None:
    sockets = [await house.client() for _ in range(MOST)]
    assert [await socket.ask(UPGRADE) for socket in sockets] == [101] * MOST
    house.go_on.set()  # the server closes them, and waits for the clients to do so too
    await asyncio.sleep(0.1)
    refused = await house.client()
    assert await refused.ask(UPGRADE) == 503
    sockets[0].close()
    await asyncio.sleep(0.1)

    assert await (await house.client()).ask(UPGRADE) == 101


async def test_what_ended_has_no_place_any_more(house: House) -> None:
    for _ in range(3):
        some = [await house.client() for _ in range(MOST)]
        assert [await client.ask() for client in some] == [200] * MOST
        for client in some:
            client.close()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("limit", [256, 1024, 4096, 20_000, 65_536, 2**30])
def test_descriptors_suffice_for_all_connections_and_leave_some_for_the_files(limit: int) -> None:
    shares = share_out(limit)
    assert shares.sockets > 0
    assert shares.http > 0
    assert limit - shares.sockets - HTTP_EACH * shares.http >= min(limit // 4, 1024)


def test_who_has_plenty_takes_all_that_may_be_had() -> None:
    assert share_out(PLENTY) == Shares(SOCKETS_MOST, HTTP_MOST)
