"""Chat over sockets: both sides and every device hear; strangers hear nothing; bad packets are answered or dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.live import Socket, serving
from tests.world import Person, World

pytestmark = pytest.mark.anyio


@dataclass
class Room:
    id: str
    helper: Socket
    helper_phone: Socket
    host: Socket
    stranger: Socket
    people: tuple[Person, Person, Person]
    port: int


@pytest.fixture
async def room(world: World) -> AsyncIterator[Room]:
    async with serving(world.haloop.asgi) as port:
        helper, host, stranger = await world.helper(), await world.host(), await world.register(helper=True, host=True)
        started = await helper.post("/api/conversations", {"host_id": host.account["host"]["id"]})
        tokens = (helper.token, helper.token, host.token, stranger.token)
        sockets = [await Socket.connect(port, token) for token in tokens]
        one, phone, other, third = sockets
        yield Room(started.json()["id"], one, phone, other, third, (helper, host, stranger), port)
        for socket in sockets:
            await socket.close()


async def test_a_message_reaches_every_device_of_both_sides_after_its_ack_and_nobody_else(room: Room) -> None:
    sent = await room.helper.ask("message:send", {"conversation_id": room.id, "client_id": "1", "body": "Hello"})
    assert sent["ok"]
    for socket in (room.helper, room.helper_phone, room.host):
        assert await socket.hear("message:new") == sent["message"]
    assert await room.host.hear("conversation:unread") is not None
    await asyncio.sleep(0.1)
    heard = [room.stranger.events.get_nowait()[0] for _ in range(room.stranger.events.qsize())]
    assert "message:new" not in heard


async def test_the_post_asked_about_is_its_hosts_own_and_what_is_heard_is_what_is_fetched(
    world: World, room: Room
) -> None:
    helper, host, _ = room.people
    post = await world.publish(host)
    asked = {"conversation_id": room.id, "body": "Is this still free?", "post_id": post["id"]}
    for sender, socket in ((helper, room.helper), (host, room.host)):
        ack = (await socket.ask("message:send", {**asked, "client_id": "1"}))["message"]
        for person, device, told in ((helper, room.helper_phone, None), (host, room.host, 0)):
            heard = await device.hear("message:new")
            assert (heard["post"]["mine"], heard["post"]["told"]) == (person is host, told)
            latest = (await person.get(f"/api/conversations/{room.id}/messages", limit=1)).json()["items"]
            assert latest == [heard]
            if person is sender:
                assert ack == heard
                again = await person.post(f"/api/conversations/{room.id}/messages", {"client_id": "1", "body": "?"})
                assert (again.status_code, again.json()) == (200, heard)


async def test_the_same_client_id_over_socket_and_http_is_one_message(room: Room) -> None:
    body = {"conversation_id": room.id, "client_id": "same", "body": "Hello"}
    first = await room.helper.ask("message:send", body)
    again = await room.helper.ask("message:send", body)
    assert first["message"] == again["message"]
    by_http = await room.people[0].post(
        f"/api/conversations/{room.id}/messages", {"client_id": "same", "body": "Hello"}
    )
    assert (by_http.status_code, by_http.json()["id"]) == (200, first["message"]["id"])


async def test_reading_is_heard_by_both_sides_and_the_total_by_the_reader(room: Room) -> None:
    await room.helper.ask("message:send", {"conversation_id": room.id, "client_id": "1", "body": "Hello"})
    answer = await room.host.ask("message:read", {"conversation_id": room.id, "up_to": 2**53 - 1})
    assert answer == {"ok": True, "unread": 0}
    read = await room.helper_phone.hear("message:read")
    assert read == {"conversation_id": room.id, "up_to": 1, "reader_id": room.people[1].account["id"]}
    while (await room.host.hear("conversation:unread"))["total"] != 0:
        pass


async def presence_of(socket: Socket, account_id: str) -> bool:
    """The next word about the account."""
    while (told := await socket.hear("presence"))["account_id"] != account_id:
        pass
    return bool(told["online"])


async def test_presence_is_told_to_those_who_share_a_conversation_from_its_start(world: World, room: Room) -> None:
    helper, host, stranger = (str(person.account["id"]) for person in room.people)
    assert await presence_of(room.helper_phone, host)
    await room.host.close()
    assert not await presence_of(room.helper_phone, host)
    room.host = await Socket.connect(room.port, room.people[1].token)
    assert await presence_of(room.helper_phone, host)
    assert await presence_of(room.host, helper)
    await room.people[2].post("/api/conversations", {"host_id": room.people[1].account["host"]["id"]})
    assert await presence_of(room.stranger, host)
    assert await presence_of(room.host, stranger)
    await room.stranger.close()
    assert not await presence_of(room.host, stranger)
    heard = [room.helper.events.get_nowait() for _ in range(room.helper.events.qsize())]
    assert not [payload for name, payload in heard if name == "presence" and payload["account_id"] == stranger]


async def test_an_error_names_the_field_in_the_readers_language(world: World, room: Room) -> None:
    await room.people[0].patch("/api/account", {"locale": "zh-TW"})
    reader = await Socket.connect(room.port, room.people[0].token)
    body = {"conversation_id": room.id, "client_id": "1"}
    for socket, text in ((room.helper, "Write something, or add a photo."), (reader, "寫點什麼，或加一張照片。")):
        answer = await socket.ask("message:send", {**body, "body": ""})
        fault = {"loc": ["body", "body"], "msg": text, "type": "empty_message"}
        assert answer["error"] == {"type": "validation", "detail": text, "errors": [fault]}
    answer = await room.helper.ask("message:send", {**body, "body": "a\tb"})
    assert answer["error"]["detail"] == "Control characters are not allowed."
    unknown = await room.helper.ask("message:send", {**body, "body": "x", "post_id": room.id})
    assert unknown["error"]["detail"] == "There is no such post of this host."
    assert unknown["error"]["errors"][0]["loc"] == ["body", "post_id"]
    stranger = await room.stranger.ask("message:send", {**body, "body": "x"})
    assert stranger["error"] == {"type": "not_found", "detail": "There is nothing here, or it is not yours."}
    await reader.close()


async def test_typing_and_presence_stay_inside_the_conversation(world: World, room: Room) -> None:
    await room.host.ask("message:send", {"conversation_id": room.id, "client_id": "1", "body": "Hello"})
    await room.host.ask("typing", {"conversation_id": "x"})
    for _ in range(2):  # the second within a second is dropped
        assert await room.host.ask("typing", {"conversation_id": room.id, "is_typing": True}) == {"ok": True}
    typed = await room.helper.hear("typing")
    assert typed == {"conversation_id": room.id, "is_typing": True, "account_id": room.people[1].account["id"]}
    await room.host.close()
    gone = await room.helper_phone.hear("presence")
    while gone["online"]:
        gone = await room.helper_phone.hear("presence")
    assert gone == {"account_id": room.people[1].account["id"], "online": False}
    heard = [room.stranger.events.get_nowait()[0] for _ in range(room.stranger.events.qsize())]
    assert "typing" not in heard
    assert "presence" not in heard


@pytest.mark.parametrize("event", ["message:send", "message:read", "typing"])
@pytest.mark.parametrize(
    "payload", [None, 1, "x", [], {}, {"conversation_id": 1}, {"conversation_id": None, "body": [], "up_to": "x"}]
)
async def test_a_bad_payload_gets_an_error_and_the_next_event_works(room: Room, event: str, payload: object) -> None:
    answer = await room.helper.ask(event, payload)
    assert answer["error"]["type"] == "validation"
    good = await room.helper.ask("message:send", {"conversation_id": room.id, "client_id": "1", "body": "Hello"})
    assert good["ok"]


async def test_a_stranger_gets_not_found_for_every_event(room: Room) -> None:
    send = {"conversation_id": room.id, "client_id": "1", "body": "Hello"}
    read, typing = {"conversation_id": room.id, "up_to": 1}, {"conversation_id": room.id, "is_typing": True}
    for event, payload in (("message:send", send), ("message:read", read), ("typing", typing)):
        assert (await room.stranger.ask(event, payload))["error"]["type"] == "not_found"
    assert (await room.people[0].get(f"/api/conversations/{room.id}")).json()["last_number"] == 0
