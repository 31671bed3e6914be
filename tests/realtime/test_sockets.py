"""Real time over a real server: who may connect, what they hear, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from uuid import UUID

import pytest
import websockets
from structlog.testing import capture_logs

from haloop.accounts.limits import SESSION_IDLE
from haloop.app import living_sessions
from haloop.core.logs import Seldom
from haloop.core.unit_of_work import Emit
from haloop.engines.realtime.manager import QUEUE_MOST
from haloop.engines.realtime.sockets import SOCKETS_MOST, CarefulPacket, watch_sessions
from tests.live import Refused, Socket, serving
from tests.world import PASSWORD, Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    async with serving(world.haloop.asgi) as port:
        yield port


async def test_a_connected_helper_hears_of_a_post_that_fits_with_the_reason(world: World, port: int) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "Surf in July", regions=["TW-TTT"], experiences=["surfing"])
    socket = await Socket.connect(port, helper.token)
    assert await socket.hear("notification:unread") == {"unread": 0}

    post = await world.publish(host)

    notification = await socket.hear("notification:new")
    assert notification["post"]["id"] == post["id"]
    assert notification["title"] == post["title"]
    assert notification["body"] == "Fits “Surf in July”: Taitung, 4 h a day, surfing"
    assert await socket.hear("notification:unread") == {"unread": 1}
    (stored,) = await world.notifications(helper)
    assert notification == stored  # what is pushed is what is fetched
    await socket.close()


async def test_a_reader_of_chinese_hears_in_chinese(world: World, port: int) -> None:
    helper, host = await world.helper(), await world.host()
    await helper.patch("/api/account", {"locale": "zh-TW"})
    await world.subscribe(helper, "夏天衝浪", experiences=["surfing"])
    socket = await Socket.connect(port, helper.token)
    await world.publish(host)
    notification = await socket.hear("notification:new")
    assert "衝浪體驗" in notification["body"]
    assert "臺東縣" in notification["body"]
    await socket.close()


async def test_every_device_hears_and_reading_on_one_is_heard_on_the_other(world: World, port: int) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    one, two = await Socket.connect(port, helper.token), await Socket.connect(port, helper.token)
    await world.publish(host)
    first, second = await one.hear("notification:new"), await two.hear("notification:new")
    assert first == second
    for socket in (one, two):
        while (await socket.hear("notification:unread"))["unread"] != 1:
            pass

    await helper.post("/api/notifications/read", {"ids": [first["id"]]})

    for socket in (one, two):
        assert await socket.hear("notification:unread") == {"unread": 0}
        await socket.close()


async def test_nobody_hears_what_is_for_another(world: World, port: int) -> None:
    helper, stranger, host = await world.helper(), await world.helper(), await world.host()
    await world.subscribe(helper)
    await world.subscribe(stranger, "Elsewhere", regions=["TW-KIN"])
    listening, others = await Socket.connect(port, helper.token), await Socket.connect(port, stranger.token)
    owner = await Socket.connect(port, host.token)
    await world.publish(host)
    await listening.hear("notification:new")
    await asyncio.sleep(0.2)
    for socket in (others, owner):
        heard = [socket.events.get_nowait() for _ in range(socket.events.qsize())]
        assert "notification:new" not in [name for name, _ in heard]
    for socket in (listening, others, owner):
        await socket.close()


async def test_a_helper_who_was_away_is_sent_the_total_and_finds_the_rest_by_fetching(world: World, port: int) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    await world.publish(host)
    await asyncio.wait_for(_told(world, helper), 5)
    socket = await Socket.connect(port, helper.token)
    assert await socket.hear("notification:unread") == {"unread": 1}
    assert len(await world.notifications(helper)) == 1
    await socket.close()


async def _told(world: World, helper: Person) -> None:
    while not await world.notifications(helper):  # noqa: ASYNC110  # another task makes it so
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c"])
async def test_who_is_not_signed_in_is_refused(port: int, token: str | None) -> None:
    with pytest.raises(Refused, match="not_signed_in"):
        await Socket.connect(port, token)


async def test_the_cookie_signs_in_from_this_site_and_a_foreign_origin_is_refused(world: World, port: int) -> None:
    helper = await world.helper()
    cookie = f"haloop_session={helper.token}"
    socket = await Socket.connect(port, Cookie=cookie, Origin=f"http://127.0.0.1:{port}")
    await socket.close()
    with pytest.raises(Refused, match="cross_site"):
        await Socket.connect(port, Cookie=cookie, Origin="https://elsewhere.example")
    with pytest.raises(Refused, match="cross_site"):
        await Socket.connect(port, helper.token, Origin="null")


async def test_signing_out_closes_the_sockets_of_that_session_alone(world: World, port: int) -> None:
    helper = await world.helper()
    login = await world.client.post("/api/auth/login", json={"email": helper.account["email"], "password": PASSWORD})
    world.client.cookies.clear()
    first, second = await Socket.connect(port, helper.token), await Socket.connect(port, login.json()["token"])

    await helper.post("/api/auth/logout")

    await asyncio.wait_for(first.closed.wait(), 5)
    await asyncio.sleep(0.1)
    assert not second.closed.is_set()
    with pytest.raises(Refused, match="not_signed_in"):
        await Socket.connect(port, helper.token)
    await second.close()


async def test_a_session_that_runs_out_closes_its_sockets(world: World, port: int) -> None:
    helper = await world.helper()
    socket = await Socket.connect(port, helper.token)
    engines = world.haloop.engines
    watch = asyncio.create_task(
        watch_sessions(world.haloop.realtime, lambda ids: living_sessions(engines, ids), every=0.02)
    )
    await asyncio.sleep(0.1)
    assert not socket.closed.is_set()
    world.clock.travel(seconds=SESSION_IDLE.total_seconds() + 1)
    await asyncio.wait_for(socket.closed.wait(), 5)
    watch.cancel()


@pytest.mark.parametrize(("factor", "most"), [(1, 10), (0.25, 2)])
async def test_an_account_has_ten_sockets_at_most_times_the_factor(
    new_world: Callable[..., AbstractAsyncContextManager[World]], factor: float, most: int
) -> None:
    async with new_world(rate_limit_factor=factor) as world, serving(world.haloop.asgi) as port:
        helper = await world.helper()
        sockets = [await Socket.connect(port, helper.token) for _ in range(most)]
        with pytest.raises(Refused, match="rate_limited"):
            await Socket.connect(port, helper.token)
        await sockets.pop().close()
        await asyncio.sleep(0.1)
        sockets.append(await Socket.connect(port, helper.token))
        for socket in sockets:
            await socket.close()


async def test_without_rate_limits_an_account_has_as_many_sockets_as_it_likes(world: World, port: int) -> None:
    helper = await world.helper()
    for socket in [await Socket.connect(port, helper.token) for _ in range(SOCKETS_MOST + 2)]:
        await socket.close()


@pytest.mark.parametrize(
    "packet",
    [
        '42["typing"]',
        '42["join",null]',
        "42[]",
        "42",
        "42{",
        '42["message:send",{}]',
        "4",
        "9",
        "",
        '451-["x"]',
        b"\x00",
        "42" + "[" * 5000,
        "42" + '["x","' + "y" * 200_000 + '"]',
    ],
)
async def test_a_malformed_or_unknown_packet_leaves_the_server_and_others_as_they_were(
    world: World, port: int, packet: str | bytes
) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper)
    good, bad = await Socket.connect(port, helper.token), await Socket.connect(port, host.token)
    await bad.send_raw(packet)
    await asyncio.sleep(0.05)
    await world.publish(host)
    assert (await good.hear("notification:new"))["kind"] == "post_match"
    assert (await world.client.get("/healthz")).status_code == 200
    await good.close()
    await bad.close()


NO_PACKETS = ("", "b", "bAAA!", "[", "9", "\x00", "\N{OCTOPUS}")  # Engine.IO cannot decode them


@pytest.mark.parametrize(
    "packet",
    [*NO_PACKETS, "42[]", "42{}", "42nonsense secret", "42[1]", "42", "4", "45", '451-["x"]', "43", "43[]", "44", "47",
     "4x", "42" + "[" * 5000, b"\xff\x00", b"42[]", "42999999999999999999999999", "40{"],
)  # fmt: skip
async def test_nonsense_costs_a_line_of_the_log_without_its_text_and_no_traceback(
    world: World, port: int, packet: str | bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CarefulPacket, "seldom", Seldom(0))
    helper = await world.helper()
    socket = await Socket.connect(port, helper.token)
    with capture_logs() as logs:
        await socket.send_raw(packet)
        assert (await socket.ask("message:send", {}))["error"]["type"] == "validation"
    told = [line for line in logs if line["event"] != "request"]
    what = "frame_without_sense" if packet in NO_PACKETS else "packet_without_sense"
    assert told == [{"event": what, "times": 1, "log_level": "warning"}]
    assert not caplog.records
    await socket.close()


async def test_much_nonsense_costs_few_lines(world: World, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CarefulPacket, "seldom", Seldom(60))
    socket = await Socket.connect(port, (await world.helper()).token)
    with capture_logs() as logs:
        for _ in range(100):
            await socket.send_raw("42[]")
        await socket.ask("message:send", {})
    assert [line["times"] for line in logs if line["event"] == "packet_without_sense"] == [1]
    assert CarefulPacket.seldom.times() == 0
    await socket.close()


@pytest.mark.parametrize("event", ['42["disconnect"]', '42["disconnect","x"]', '42["connect",{},{}]', '420["connect"]'])
async def test_a_client_cannot_play_the_connection_s_own_events(world: World, port: int, event: str) -> None:
    """Else a socket that says "disconnect" stays open, counts for nothing and outlives its session."""
    helper = await world.helper()
    socket, other = await Socket.connect(port, helper.token), await Socket.connect(port, helper.token)
    await socket.send_raw(event)
    await socket.send_raw('421["unknown"]')
    await other.close()

    assert world.haloop.realtime.sessions()
    assert (await helper.post("/api/auth/logout")).status_code == 204

    await asyncio.wait_for(socket.closed.wait(), 5)


async def test_a_client_that_takes_nothing_is_let_go_and_costs_the_others_nothing(world: World, port: int) -> None:
    helper = await world.helper()
    good = await Socket.connect(port, helper.token)
    stuck = await websockets.connect(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", max_queue=1)
    await stuck.recv()
    await stuck.send(f'40{{"token":"{helper.token}"}}')
    await stuck.recv()  # and no more from here on
    account_id, text = UUID(helper.account["id"]), "x" * 20_000
    engine = world.haloop.realtime.server.eio
    for number in range(2 * QUEUE_MOST):
        await world.haloop.realtime.send([Emit("filler", {"number": number, "text": text}, account_id)])
        await asyncio.sleep(0)
        assert all(socket.queue.qsize() <= QUEUE_MOST + 1 for socket in engine.sockets.values())
    assert [(await good.hear("filler"))["number"] for _ in range(2 * QUEUE_MOST)] == list(range(2 * QUEUE_MOST))
    assert sum(not socket.closed for socket in engine.sockets.values()) == 1
    await good.close()
    stuck.transport.abort()


async def test_a_connection_on_which_nobody_signs_in_is_closed(world: World, port: int) -> None:
    helper = await world.helper()
    good = await Socket.connect(port, helper.token)
    silent = await websockets.connect(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket")
    await silent.recv()
    await world.haloop.realtime.let_strangers_go()  # seen for the first time: it may still be on its way
    await silent.send("3")
    await world.haloop.realtime.let_strangers_go()
    async with asyncio.timeout(5):
        with suppress(websockets.ConnectionClosed):
            while True:
                await silent.recv()
    assert not good.closed.is_set()
    await world.haloop.realtime.send([Emit("still", {}, UUID(helper.account["id"]))])
    assert await good.hear("still") == {}
    await good.close()
