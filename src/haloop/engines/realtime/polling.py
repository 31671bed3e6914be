"""Bounds on long polling, with which some clients of Engine.IO begin.

A session on a WebSocket ends with its connection, and connections are counted (engines/descriptors.py). One that polls
needs none: each handshake leaves it in memory until it has missed a ping."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haloop.core.asgi import Answer
from haloop.core.errors import Problem, Unavailable
from haloop.core.http import client_network
from haloop.core.logs import Seldom
from haloop.core.overload import TooSlow
from haloop.engines.realtime.sockets import PATH, SocketRealtime

SESSIONS_MOST = 1000  # that poll or have not upgraded yet; some 14 kB each
SESSIONS_OF_ONE = 100  # of one address, so that it takes none of the others' places
REQUESTS_EACH = 2  # in hand for each session: one waits for packets, one brings some
UNTAKEN_MOST = 100  # packets of a session that wait for its next request, beyond which it is not heard
SIGNS_IN_WITHIN = 30.0  # seconds, after which a session may lose its place to another
ANSWERED_WITHIN = 60.0  # seconds; one that waits for packets is answered within 45
SWEEPS_EVERY = 0.1  # seconds, however many are refused meanwhile
NAMED: Final = re.compile(rb'"sid\\?":\\?"([\w-]+)')  # in the answer to a handshake, JSONP's too

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Place:
    """Of one session; without an id while its handshake is under way."""

    network: str
    begun: float  # by time.monotonic()
    engine_id: str | None = None


class BoundedPolling:
    """Refuses handshakes and requests of long polling beyond the bounds by 503 with Retry-After. WebSockets pass."""

    def __init__(
        self,
        app: ASGIApp,
        realtime: SocketRealtime,
        *,
        answer: Answer,
        most: int = SESSIONS_MOST,
        most_of_one: int = SESSIONS_OF_ONE,
        signs_in_within: float = SIGNS_IN_WITHIN,
        answered_within: float = ANSWERED_WITHIN,
    ) -> None:
        self._app, self._realtime, self._answer = app, realtime, answer
        self._most, self._most_of_one = most, most_of_one
        self._signs_in_within, self._answered_within = signs_in_within, answered_within
        self._places: dict[_Place, None] = {}  # the oldest first
        self._sessions: Counter[str] = Counter()  # places, by network
        self._requests: Counter[str] = Counter()  # in hand, by network
        self._in_hand = 0
        self._swept = 0.0
        self._seldom = Seldom(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not f"{scope['path']}/".startswith(f"/{PATH}/"):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            if _asked(scope, "transport") == "websocket":
                await self._app(scope, receive, send)
            else:  # Engine.IO would begin a session that polls
                await send({"type": "websocket.close"})
            return
        network = client_network(Request(scope))
        engine_id = _asked(scope, "sid")
        if scope["method"] != "POST" or self._realtime.engine_session(engine_id) is None:
            receive = _no_body  # none is wanted, and Engine.IO would wait for it before it looks at anything
        if not self._may_ask(network) or (scope["method"] == "POST" and self._takes_nothing(engine_id)):
            await self._refuse(Unavailable(), scope, receive, send)
            return
        with self._asking(network):
            if engine_id is not None:
                await self._hand_on(scope, receive, send)
                return
            place = await self._take(network)
            if place is None:
                await self._refuse(Unavailable(), scope, receive, send)
                return
            try:
                await self._hand_on(scope, receive, _naming(place, send))
            finally:
                if place.engine_id is None:  # it was no handshake, or none that is understood
                    self._give_back(place)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """To Engine.IO, which would wait for a body, and for its answer to be taken, without end."""
        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            async with asyncio.timeout(self._answered_within):
                first = await receive()
                if first["type"] != "http.disconnect":  # which Engine.IO takes for a request without a method
                    await self._app(scope, _beginning_with(first, receive), watched)
        except TimeoutError:
            if not answered:
                await self._refuse(TooSlow(), scope, receive, send)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        if times := self._seldom.times():
            log.warning("overloaded", what="polling", in_hand=self._in_hand, sessions=len(self._places), times=times)
        await self._answer(Request(scope), problem)(scope, receive, send)

    def _may_ask(self, network: str) -> bool:
        return (
            self._in_hand < self._most * REQUESTS_EACH and self._requests[network] < self._most_of_one * REQUESTS_EACH
        )

    @contextlib.contextmanager
    def _asking(self, network: str) -> Iterator[None]:
        self._in_hand += 1
        self._requests[network] += 1
        try:
            yield
        finally:
            self._in_hand -= 1
            _take_one(self._requests, network)

    def _takes_nothing(self, engine_id: str | None) -> bool:
        session = self._realtime.engine_session(engine_id)
        return session is not None and session.queue.qsize() >= UNTAKEN_MOST

    async def _take(self, network: str) -> _Place | None:
        if self._is_full(network):
            await self._sweep()
        if self._is_full(network):
            await self._make_room(network)
        if self._is_full(network):
            return None
        place = _Place(network, time.monotonic())
        self._places[place] = None
        self._sessions[network] += 1
        return place

    def _is_full(self, network: str) -> bool:
        return len(self._places) >= self._most or self._sessions[network] >= self._most_of_one

    async def _sweep(self) -> None:
        """Gives back what is in use no more. Only when a place is wanted, for otherwise nobody needs to know."""
        if time.monotonic() - self._swept < SWEEPS_EVERY:
            return
        self._swept = time.monotonic()
        for place in list(self._places):
            if await self._is_over(place):
                self._give_back(place)

    async def _make_room(self, network: str) -> None:
        """Takes a place from whoever has most, if that is more than the network will have: so a flood from many
        addresses, too, leaves some to the others. Who signed in keeps his."""
        ((largest, places),) = self._sessions.most_common(1)
        if places <= self._sessions[network] + 1:
            return
        for place in self._places:
            named = place.engine_id if place.network == largest else None
            if named is not None and (self._has_upgraded(named) or not self._realtime.has_signed_in(named)):
                self._give_back(place)
                if not self._has_upgraded(named):
                    await self._realtime.let_go(named)
                return

    def _has_upgraded(self, engine_id: str) -> bool:
        session = self._realtime.engine_session(engine_id)
        return session is not None and bool(session.upgraded)

    async def _is_over(self, place: _Place) -> bool:
        if place.engine_id is None or place not in self._places:
            return False
        session = self._realtime.engine_session(place.engine_id)
        age = time.monotonic() - place.begun
        if session is not None and not session.closed:
            if session.upgraded:
                return True
            if age < self._signs_in_within or self._realtime.has_signed_in(place.engine_id):
                return False
        elif age < self._realtime.pings_every:
            return False  # the ping that Engine.IO has prepared for it sleeps on, and keeps all of it in memory
        await self._realtime.let_go(place.engine_id)
        return True

    def _give_back(self, place: _Place) -> None:
        if place in self._places:
            del self._places[place]
            _take_one(self._sessions, place.network)


def _asked(scope: Scope, name: str) -> str | None:
    """What the query says; without a `sid` it is a handshake."""
    named = parse_qs(scope["query_string"].decode("utf-8", "replace")).get(name)
    return named[0] if named else None


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _beginning_with(first: Message, receive: Receive) -> Receive:
    left = [first]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def _naming(place: _Place, send: Send) -> Send:
    """Notes the id that the answer to a handshake has."""

    async def named(message: Message) -> None:
        if place.engine_id is None and (found := NAMED.search(message.get("body", b""))):
            place.engine_id = found[1].decode()
        await send(message)

    return named


def _take_one(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]  # or there would be one for each address that ever came
