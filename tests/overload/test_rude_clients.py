"""Clients that dawdle, flood or talk nonsense, on the wire: they are let go, and others notice nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx2
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from haloop.engines import patient_protocol
from haloop.engines.patient_socket import NOISE_MOST, PARTS_MOST, PatientSocket
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


@pytest.mark.parametrize(("version", "hosts", "status"), [
    (b"1.1", 0, b"400"), (b"1.1", 1, b"200"), (b"1.1", 2, b"400"), (b"1.0", 0, b"200"), (b"1.0", 2, b"400"),
])  # fmt: skip
async def test_a_request_names_one_host(port: int, version: bytes, hosts: int, status: bytes) -> None:
    head = b"GET /healthz HTTP/" + version + b"\r\nConnection: close\r\n" + b"Host: a\r\n" * hosts
    assert (await say(port, head + b"\r\n")).startswith(b"HTTP/1.1 " + status + b" ")


async def test_a_body_larger_than_announced_does_not_become_an_answer_to_another(port: int) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    assert (await say(port, head + b"Content-Length: 999999999\r\n\r\n{")).startswith(b"HTTP/1.1 413 ")


async def test_what_is_sent_ahead_of_its_answers_has_a_bound(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    last = whole.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert (await say(port, whole * 50 + last)).count(b"200 OK") == 51
    assert (await say(port, whole * 5000 + last)).count(b"200 OK") < 5000


async def test_a_trailer_is_no_header(world: World, port: int) -> None:
    helper = await world.helper()
    head = (
        b"POST /api/notifications/read HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    body = b'Transfer-Encoding: chunked\r\n\r\nd\r\n{"all": true}\r\n0\r\n'
    signed = f"Authorization: Bearer {helper.token}\r\n".encode()
    assert (await say(port, head + signed + body + b"\r\n")).startswith(b"HTTP/1.1 200 ")
    assert (await say(port, head + body + signed + b"\r\n")).startswith(b"HTTP/1.1 401 ")


async def test_endless_trailers_are_refused(port: int) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    answered = await say(port, head + b"X: y\r\n" * 200_000)
    assert answered == b"" or answered.startswith(b"HTTP/1.1 400 ")


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


UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def raw_frame(opcode: int, data: bytes = b"", *, fin: bool = True) -> bytes:
    """A frame under the mask 0, of less than 126 bytes or less than 64 kB."""
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return bytes([0x80 * fin | opcode]) + length + bytes(4) + data


TEXT, CONTINUED, PING, PONG = 1, 0, 9, 10
NOISE = {
    "pings": raw_frame(PING, b"x") * (NOISE_MOST + 1),
    "pongs": raw_frame(PONG, b"x") * (NOISE_MOST + 1),
    "parts": raw_frame(TEXT, b"4", fin=False) + raw_frame(CONTINUED, fin=False) * (PARTS_MOST + 1),
}


@pytest.mark.parametrize("frames", NOISE.values(), ids=NOISE)
async def test_who_only_makes_noise_on_a_socket_is_let_go(port: int, frames: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frames)
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE):
            await reader.read()
    writer.close()


async def test_some_pings_are_answered(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(raw_frame(PING, b"are you there") * 20)
    async with asyncio.timeout(PATIENCE):
        for _ in range(20):
            await reader.readuntil(b"are you there")
    writer.close()


async def test_who_takes_no_answers_is_not_heard_until_he_does(world: World) -> None:
    """His acks would be kept until the memory is full."""
    socket = PatientSocket(Config(world.haloop.asgi, log_config=None), ServerState(), {})
    socket.pause_writing()
    socket.queue.put_nowait({"type": "websocket.receive", "text": "2"})

    receiving = asyncio.create_task(socket.receive())
    await asyncio.sleep(0.01)
    assert not receiving.done()

    socket.resume_writing()
    assert await receiving == {"type": "websocket.receive", "text": "2"}
