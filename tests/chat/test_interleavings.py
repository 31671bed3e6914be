"""Random interleavings of two members with two devices each and a stranger, with lost acks, lost connections and
restarts of the server, against a simple model: a list of messages and two marks."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.chat.conftest import Talk, begin_talk
from tests.live import Socket, serving
from tests.world import Json, Person, World, open_world

T = TypeVar("T")
DEVICES = ("helper's phone", "helper's laptop", "host's phone", "host's laptop")

devices = st.sampled_from(DEVICES)


@dataclass
class Device:
    """A client as the contract wants it: it keeps what it knows by number, sends again what got no answer, and fetches
    what it lacks."""

    person: Person
    socket: Socket | None = None
    known: dict[int, Json] = field(default_factory=dict)
    waiting: list[Json] = field(default_factory=list)  # sent, and not yet known to be stored

    def hear(self) -> None:
        while self.socket is not None and not self.socket.events.empty():
            event, payload = self.socket.events.get_nowait()
            if event == "message:new":
                self.learn(payload)

    def learn(self, message: Json) -> None:
        number = message["number"]
        assert self.known.setdefault(number, message) == message, "a number names one message, for ever"

    def last_in_a_row(self) -> int:
        number = 0
        while number + 1 in self.known:
            number += 1
        return number


class Interleavings(RuleBasedStateMachine):
    empty: Path  # a migrated database, set by the test

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        shutil.copy(self.empty, Path(self.folder.name) / "haloop.db")
        self.sent: dict[str, str] = {}  # client_id → body, of both sides
        self.read = {"helper": 0, "host": 0}
        self.run(self.begin())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def begin(self) -> None:
        await self.start_server()
        self.talk: Talk = await begin_talk(self.world)
        people = (self.talk.helper, self.talk.helper, self.talk.host, self.talk.host)
        self.devices = {name: Device(person) for name, person in zip(DEVICES, people, strict=True)}
        self.stranger = await Socket.connect(self.port, self.talk.stranger.token)

    async def start_server(self) -> None:
        folder = Path(self.folder.name)
        self.stack = AsyncExitStack()
        self.world: World = await self.stack.enter_async_context(open_world(folder, folder / "haloop.db", {}))
        self.port = await self.stack.enter_async_context(serving(self.world.haloop.asgi))

    @property
    def path(self) -> str:
        return self.talk.path

    async def connected(self, device: Device) -> Socket:
        if device.socket is None or device.socket.closed.is_set():
            device.socket = await Socket.connect(self.port, device.person.token)
        return device.socket

    async def deliver(self, device: Device, body: Json, *, by_http: bool) -> None:
        """Sends and waits for the answer; what is answered is known."""
        if by_http:
            answer = await device.person.post(f"{self.path}/messages", body)
            assert answer.status_code in (200, 201), answer.text
            message = answer.json()
        else:
            socket = await self.connected(device)
            message = (await socket.ask("message:send", {"conversation_id": self.talk.id, **body}))["message"]
        assert (message["client_id"], message["body"]) == (body["client_id"], body["body"])
        device.learn(message)

    async def catch_up(self, device: Device) -> None:
        await self.connected(device)
        for body in device.waiting:
            await self.deliver(device, body, by_http=False)
        device.waiting.clear()
        device.hear()
        more = True
        while more:
            after = device.last_in_a_row()
            page = (await device.person.get(f"{self.path}/messages", after=after, limit=3)).json()
            for message in page["items"]:
                device.learn(message)
            more = page["has_after"]

    def a_message(self) -> Json:
        client_id = f"c{len(self.sent)}"
        self.sent[client_id] = f"message {client_id}"
        return {"client_id": client_id, "body": self.sent[client_id]}

    @rule(name=devices, by_http=st.booleans())
    def send(self, name: str, by_http: bool) -> None:
        self.run(self.deliver(self.devices[name], self.a_message(), by_http=by_http))

    @rule(names=st.lists(devices, min_size=2, max_size=6), by_http=st.booleans())
    def send_at_once(self, names: list[str], by_http: bool) -> None:
        async def all_of_them() -> None:
            for name in names:
                await self.connected(self.devices[name])
            sends = [self.deliver(self.devices[name], self.a_message(), by_http=by_http) for name in names]
            await asyncio.gather(*sends)

        self.run(all_of_them())

    @rule(name=devices, twice=st.booleans())
    def send_and_lose_the_ack(self, name: str, twice: bool) -> None:
        """The packet goes out and the line is cut: perhaps it arrived."""
        device, body = self.devices[name], self.a_message()

        async def lose() -> None:
            socket = await self.connected(device)
            for _ in range(1 + twice):
                await socket.send_raw(
                    f'421["message:send",{{"conversation_id":"{self.talk.id}","client_id":"{body["client_id"]}",'
                    f'"body":"{body["body"]}"}}]'
                )
            await socket.close()

        self.run(lose())
        device.hear()
        device.waiting.append(body)

    @rule(name=devices)
    def cut(self, name: str) -> None:
        device = self.devices[name]
        if device.socket is not None:
            self.run(device.socket.close())
            device.hear()
            device.socket = None

    @rule(name=devices)
    def come_back(self, name: str) -> None:
        self.run(self.catch_up(self.devices[name]))

    @rule(name=devices, up_to=st.integers(0, 40), by_http=st.booleans())
    def mark_read(self, name: str, up_to: int, by_http: bool) -> None:
        device, side = self.devices[name], name.split("'", maxsplit=1)[0]

        async def mark() -> int:
            before = (await device.person.get(self.path)).json()["last_number"]
            if by_http:
                answer = (await device.person.post(f"{self.path}/read", {"up_to": up_to})).json()
            else:
                socket = await self.connected(device)
                answer = await socket.ask("message:read", {"conversation_id": self.talk.id, "up_to": up_to})
            assert answer["unread"] >= 0
            after = (await device.person.get(self.path)).json()
            # A message whose ack was lost may have arrived meanwhile: the mark is clamped to what was there.
            mine: int = after["read_up_to"]["mine"]
            assert max(self.read[side], min(up_to, before)) <= mine
            assert mine <= max(self.read[side], min(up_to, after["last_number"]))
            return mine

        self.read[side] = self.run(mark())

    @rule()
    def restart_the_server(self) -> None:
        async def restart() -> None:
            for device in self.devices.values():
                device.hear()
                if device.socket is not None:
                    await device.socket.close()
                    device.hear()
                    device.socket = None
            await self.stranger.close()
            await self.stack.aclose()
            await self.start_server()
            people = [self.talk.helper, self.talk.host, self.talk.stranger]
            for person in people:
                person.client = self.world.client
            self.stranger = await Socket.connect(self.port, self.talk.stranger.token)

        self.run(restart())

    @rule()
    def a_stranger_tries(self) -> None:
        async def try_all() -> None:
            here = {"conversation_id": self.talk.id}
            for event, more in (
                ("message:send", {"client_id": "c0", "body": "Me too"}),
                ("message:read", {"up_to": 1}),
                ("typing", {"is_typing": True}),
            ):
                answer = await self.stranger.ask(event, {**here, **more})
                assert answer["error"]["type"] == "not_found"
            for path in (self.path, f"{self.path}/messages"):
                assert (await self.talk.stranger.get(path)).status_code == 404

        self.run(try_all())

    @invariant()
    def a_stranger_hears_nothing(self) -> None:
        while not self.stranger.events.empty():
            event, payload = self.stranger.events.get_nowait()
            assert event in ("notification:unread", "conversation:unread"), (event, payload)
            assert payload.get("conversation_id") is None

    @precondition(lambda self: self.sent)
    @rule()
    def all_agree(self) -> None:
        """Everyone comes back: each device has every message once, in one order; marks and counts are the model's."""

        async def compare() -> None:
            for device in self.devices.values():
                await self.catch_up(device)
            whole = self.devices[DEVICES[0]].known
            for device in self.devices.values():
                await self.catch_up(device)  # what the later ones had waiting
                assert list(range(1, len(self.sent) + 1)) == sorted(device.known)
                assert device.known == whole
            assert {m["client_id"]: m["body"] for m in whole.values()} == self.sent
            for side, other in (("helper", "host"), ("host", "helper")):
                person = self.talk.helper if side == "helper" else self.talk.host
                shown = (await person.get(self.path)).json()
                assert shown["read_up_to"] == {"mine": self.read[side], "theirs": self.read[other]}
                unread = [
                    m for m in whole.values()
                    if m["number"] > self.read[side] and m["sender_id"] != person.account["id"]
                ]  # fmt: skip
                assert shown["unread"] == len(unread)
                assert (await person.get("/api/conversations/unread")).json() == {"unread": len(unread)}

        self.run(compare())

    def teardown(self) -> None:
        async def end() -> None:
            for device in self.devices.values():
                if device.socket is not None:
                    await device.socket.close()
            await self.stranger.close()
            await self.stack.aclose()

        if self.sent:
            self.all_agree()
        self.run(end())
        self.runner.close()
        self.folder.cleanup()


def test_every_interleaving_gives_both_sides_every_message_once_in_order(migrated_database: Path) -> None:
    Interleavings.empty = migrated_database
    machine: Any = Interleavings.TestCase  # Any: made by Hypothesis
    machine.settings = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    machine().runTest()
