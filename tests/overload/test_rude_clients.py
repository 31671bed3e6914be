"""Clients that dawdle, flood or talk nonsense, on the wire: they are let go, and others notice nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from haloop.engines import patient_protocol
from tests.live import Socket, serving
from tests.world import World

pytestmark = pytest.mark.anyio

PATIENCE = 5.0


@pytest.fixture
async def port(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(patient_protocol.PatientProtocol, "head_within", 0.3)
    async with serving(world.haloop.asgi) as port:
        yield port


@pytest.fixture(autouse=True)
async def _others_notice_nothing(port: int) -> AsyncIterator[None]:
    yield
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200


async def say(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Sends the parts; answers all that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts", [[], [b"GET / HT"], [b"GET / HTTP/1.1\r\n", b"A: b\r\n"]], ids=["none", "line", "head"]
)
async def test_a_head_that_does_not_come_to_its_end_is_not_waited_for(port: int, parts: list[bytes]) -> None:
    assert await say(port, *parts) == b""


async def test_a_head_in_drops_has_one_deadline_for_all(port: int) -> None:
    drops = [bytes([byte]) for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyy"]
    assert await say(port, *drops, pause=0.02) == b""


async def test_a_kept_connection_may_rest_but_not_dawdle(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    answered = await say(port, whole, whole, b"GET /hea", pause=0.5)
    assert answered.count(b"200 OK") == 2


@pytest.mark.parametrize("head", [b"X: " + b"y" * 2_000_000, b"X: y\r\n" * 200_000], ids=["one", "many"])
async def test_endless_headers_are_refused(port: int, head: bytes) -> None:
    answered = await say(port, b"GET / HTTP/1.1\r\nHost: a\r\n" + head)
    assert answered == b"" or answered.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"HELO there\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
async def test_what_is_no_http_is_refused(port: int, nonsense: bytes) -> None:
    assert (await say(port, nonsense)).startswith(b"HTTP/1.1 400 ")


async def test_two_lengths_are_refused(port: int) -> None:
    """Request smuggling: a proxy might read the other one."""
    both = (
        b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert (await say(port, both)).startswith(b"HTTP/1.1 400 ")


async def test_a_body_larger_than_announced_does_not_become_an_answer_to_another(port: int) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    assert (await say(port, head + b"Content-Length: 999999999\r\n\r\n{")).startswith(b"HTTP/1.1 413 ")


FRAMES = [
    *(
        "",
        "9",
        "4",
        "42",
        "42[",
        '42["x"',
        "42{}",
        "42[]",
        "42[1]",
        '42["connect"]',
        '42["connect",{},{}]',
        "6",
        "\x00",
    ),
    *('42["disconnect"]', '42["typing"]', '42/other,["x",1]', "43[]", '451-["x"]', '42999999999999999999["x"]'),
    *("4\N{OCTOPUS}", "[" * 10_000, '42["x",' + "[" * 5_000 + "]" * 5_000 + "]"),
]


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
async def test_a_malformed_frame_ends_at_most_its_own_connection(world: World, port: int, frame: str) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    rude, other = await Socket.connect(port, helper.token), await Socket.connect(port, helper.token)
    await rude.send_raw(frame)
    await rude.send_raw(b"\xff\x00binary")
    post = await world.publish(host)
    assert (await other.hear("notification:new"))["post_id"] == post["id"]
    await rude.close()
    await other.close()


async def test_a_huge_frame_ends_its_connection(world: World, port: int) -> None:
    helper = await world.helper()
    rude = await Socket.connect(port, helper.token)
    await rude.send_raw('42["' + "x" * 200_000)
    async with asyncio.timeout(PATIENCE):
        await rude.closed.wait()
