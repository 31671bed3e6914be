"""Real time by python-socketio in this process: rooms for accounts and for sessions."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
import socketio
import structlog

from haloop.core.errors import Problem
from haloop.core.http import said_errors
from haloop.core.logs import Seldom
from haloop.core.translations import Translator, translator
from haloop.core.unit_of_work import Disconnect, Emit, Signal
from haloop.engines.realtime.manager import QueueManager, close_now

PATH = "socket.io"
SOCKETS_MOST = 10  # an account, times the factor of all rate limits
FRAME_MOST = 100_000  # bytes
SENT_AT_ONCE = 50  # signals
NONSENSE = "nonsense"  # an event without a handler

log = structlog.get_logger()

Environ = Mapping[str, Any]  # Any: WSGI-like, as python-socketio hands it over


class OrJson:
    """JSON for python-socketio, which passes options that orjson does not know."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str, **_options: object) -> object:
        return orjson.loads(text)


class CarefulPacket(socketio.packet.Packet):  # type: ignore[misc]  # python-socketio has no types
    """What a client sends; nonsense becomes an event that nobody handles, and a line in the log now and then instead of
    a traceback for each. The line has none of the client's text."""

    uses_binary_events = False  # ours have no bytes: nothing is searched for them
    seldom = Seldom(10)

    packet_type: int
    namespace: str | None
    id: int | None
    data: object

    def __init__(self, *what: object, encoded_packet: str | bytes | None = None, **more: object) -> None:
        # An empty one would not be decoded at all, and pass for an event without a name.
        super().__init__(*what, encoded_packet="?" if encoded_packet in ("", b"") else encoded_packet, **more)

    def decode(self, encoded_packet: str | bytes) -> int:
        """Answers how many binary attachments follow: none, for no event here has any."""
        try:
            super().decode(encoded_packet)
            if self._has_sense():
                return 0
        except (ValueError, TypeError):  # no number, no JSON, bytes
            pass
        if times := self.seldom.times():
            log.warning("packet_without_sense", times=times)
        self.packet_type, self.namespace, self.id, self.data = socketio.packet.EVENT, None, None, [NONSENSE]
        return 0

    def _has_sense(self) -> bool:
        if self.packet_type == socketio.packet.EVENT:
            return isinstance(self.data, list) and len(self.data) > 0 and isinstance(self.data[0], str)
        if self.packet_type == socketio.packet.ACK:
            return isinstance(self.data, list) and self.id is not None
        return self.packet_type in (socketio.packet.CONNECT, socketio.packet.DISCONNECT)


class Refused(Exception):  # noqa: N818  # an answer, not a failure
    """Why a connection is not accepted: a slug of the API."""


@dataclass(frozen=True, slots=True)
class Identity:
    account_id: UUID
    session_id: UUID
    language: str


EventHandler = Callable[[Identity, object], Awaitable[Mapping[str, object] | None]]


class Gate(Protocol):
    async def admit(self, environ: Environ, auth: object) -> Identity:
        """Who is connecting; raises Refused."""

    async def greet(self, identity: Identity) -> Sequence[Emit]:
        """What a new connection is sent at once (the unread totals)."""

    async def appeared(self, account_id: UUID, *, online: bool) -> None:
        """An account's first socket has come, or its last has gone."""


class SocketRealtime:
    """haloop.engines.realtime.protocol.Realtime for one process. `rate_limit_factor` multiplies how many sockets an
    account may have; 0 takes the limit away."""

    def __init__(self, rate_limit_factor: float = 1.0) -> None:
        self._sockets_most = SOCKETS_MOST * rate_limit_factor if rate_limit_factor else math.inf
        self.server = socketio.AsyncServer(
            client_manager=QueueManager(),
            async_mode="asgi",
            json=OrJson,
            serializer=CarefulPacket,
            cors_allowed_origins=[],  # the gate judges the origin itself, by the same rule as the API
            max_http_buffer_size=FRAME_MOST,
            always_connect=False,
        )
        self._gate: Gate | None = None
        self._sockets: dict[UUID, dict[str, UUID]] = {}  # account → socket → session
        self._identities: dict[str, Identity] = {}  # by socket
        self._strangers: set[str] = set()  # connections that had not signed in at the last look
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)

    def open_gate(self, gate: Gate) -> None:
        """Until this is called every connection is refused."""
        self._gate = gate

    def on(self, event: str, handle: EventHandler) -> None:
        """Handles an event of browsers; its answer, or the problem it raises, is the event's ack."""

        async def received(sid: str, *payload: object) -> dict[str, object] | None:
            identity = self._identities.get(sid)
            if identity is None:
                return None
            try:
                answer = await handle(identity, payload[0] if payload else None)
            except Problem as problem:
                return {"error": _told(problem, translator(identity.language))}
            except Exception:  # the event's border: the process and the socket live on
                log.exception("event_failed", event=event)
                return {"error": {"type": "unexpected", "detail": ""}}
            return None if answer is None else {"ok": True, **answer}

        self.server.on(event, received)

    async def send(self, signals: Sequence[Signal]) -> None:
        for number, signal in enumerate(signals, 1):
            if number % SENT_AT_ONCE == 0:
                await asyncio.sleep(0)  # what is queued goes out, and others have their turn
            if isinstance(signal, Disconnect):
                await self.end_sessions({signal.session_id})
            elif signal.account_id in self._sockets:
                await self.server.emit(signal.event, dict(signal.payload), room=_room(signal.account_id))

    async def connected(self, account_ids: Collection[UUID]) -> set[UUID]:
        return {account_id for account_id in account_ids if account_id in self._sockets}

    def sessions(self) -> set[UUID]:
        """The sessions behind all sockets."""
        return {session_id for sockets in self._sockets.values() for session_id in sockets.values()}

    async def end_sessions(self, session_ids: Collection[UUID]) -> None:
        ended = [
            sid
            for sockets in self._sockets.values()
            for sid, session_id in sockets.items()
            if session_id in session_ids
        ]
        for sid in ended:
            await self.server.disconnect(sid)

    @property
    def pings_every(self) -> float:
        """Seconds."""
        return float(self.server.eio.ping_interval)

    def engine_session(self, engine_id: str | None) -> Any:  # Any: python-engineio's socket, or None
        return self.server.eio.sockets.get(engine_id)

    def has_signed_in(self, engine_id: str) -> bool:
        return self.server.manager.sid_from_eio_sid(engine_id, "/") in self._identities

    async def let_go(self, engine_id: str) -> None:
        """Closes an Engine.IO session, whatever its transport, and forgets it at once."""
        await close_now(self.server.eio.sockets.pop(engine_id, None))

    async def let_strangers_go(self) -> None:
        """Closes the connections that had not signed in at the last call either."""
        signed_in = {self.server.manager.eio_sid_from_sid(sid, "/") for sid in self._identities}
        strangers = set(self.server.eio.sockets) - signed_in
        for engine_id in strangers & self._strangers:
            await close_now(self.server.eio.sockets.get(engine_id))
        self._strangers = strangers - self._strangers

    async def _connect(self, sid: str, environ: Environ | None = None, auth: object = None, *_more: object) -> None:
        if sid in self._identities or environ is None:
            return  # an event that a client called "connect"
        try:
            identity = await self._admit(environ, auth)
        except Refused as refused:
            raise socketio.exceptions.ConnectionRefusedError(str(refused)) from refused
        is_first = identity.account_id not in self._sockets
        self._sockets.setdefault(identity.account_id, {})[sid] = identity.session_id
        self._identities[sid] = identity
        await self.server.enter_room(sid, _room(identity.account_id))
        # After this returns the client is connected; the totals are read then, so that none falls in between.
        self._later(self._greet(sid, identity))
        if is_first and self._gate is not None:
            self._later(self._gate.appeared(identity.account_id, online=True))

    async def _admit(self, environ: Environ, auth: object) -> Identity:
        if self._gate is None:
            raise Refused("unavailable")
        identity = await self._gate.admit(environ, auth)
        if len(self._sockets.get(identity.account_id, {})) + 1 > self._sockets_most:
            raise Refused("rate_limited")
        return identity

    async def _greet(self, sid: str, identity: Identity) -> None:
        if self._gate is None:
            return
        for emit in await self._gate.greet(identity):
            await self.server.emit(emit.event, dict(emit.payload), to=sid)

    async def _disconnect(self, sid: str, *_reason: object) -> None:
        if self.server.manager.is_connected(sid, "/"):
            return  # an event that a client called "disconnect"; else it would stay, and no logout would close it
        identity = self._identities.pop(sid, None)
        if identity is None:
            return
        account_id = identity.account_id
        sockets = self._sockets.get(account_id, {})
        sockets.pop(sid, None)
        if not sockets:
            self._sockets.pop(account_id, None)
            if self._gate is not None:
                self._later(self._gate.appeared(account_id, online=False))

    def _later(self, work: Awaitable[None]) -> None:
        self.server.start_background_task(_logged, work)


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # a background task's border
        log.exception("socket_task_failed")


def _told(problem: Problem, t: Translator) -> dict[str, object]:
    """An ack has no form with fields beside it: its `detail` says what the first of them lacks."""
    if not problem.errors:
        return {"type": problem.slug, "detail": t.message(problem.detail)}
    detail = t.message(problem.errors[0].message)
    return {"type": problem.slug, "detail": detail, "errors": said_errors(problem.errors, t)}


def _room(account_id: UUID) -> str:
    return f"account:{account_id}"


async def watch_sessions(
    realtime: SocketRealtime, living: Callable[[list[UUID]], Awaitable[set[UUID]]], every: float = 60.0
) -> None:
    """Closes the sockets of sessions that have run out or were ended elsewhere, and those that nobody has signed in
    on; runs until it is cancelled."""
    while True:
        await asyncio.sleep(every)
        await realtime.let_strangers_go()
        held = list(realtime.sessions())
        for start in range(0, len(held), 500):
            some = held[start : start + 500]
            try:
                alive = await living(some)
            except Exception:  # the database may be away for a while; the next round looks again
                log.exception("sessions_not_checked")
                break
            await realtime.end_sessions(set(some) - alive)
