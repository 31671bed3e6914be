"""HTTP for clients that cannot be trusted to finish: a head has to arrive whole, soon, and in few bytes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from haloop.core.errors import Unavailable
from haloop.core.http import problem_json
from haloop.core.logs import Seldom
from haloop.core.overload import ARRIVED
from haloop.engines.descriptors import Shares

HEAD_MOST = 64 * 1024  # bytes of request line and headers, and of a chunked body's trailers
HEAD_WITHIN = 20.0  # seconds
LOOKS_EVERY = 0.1  # seconds, for connections that do not end
PIPELINED_MOST = 100  # requests that were sent before those in front of them were answered

log = structlog.get_logger()


class _RefusedError(Exception):
    """Ends the parsing of what has come, in the middle if need be."""


class Connections:
    """The open HTTP connections of a server, so many at most: the one that has rested longest makes room for another.
    One rests while none of its requests is being answered; its next head may be on its way."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._seldom = Seldom(1)
        self._looked = 0.0  # in vain
        self._open: set[PatientProtocol] = set()
        self._resting: OrderedDict[PatientProtocol, None] = OrderedDict()

    def enter(self, connection: PatientProtocol) -> bool:
        """Whether there is room for it."""
        if len(self._open) >= self._shares.http:
            other = self._gives_way()
            if other is None:
                self._note_refusal("connections")
                return False
            self.leave(other)
            other.transport.abort()  # closing would wait until it has taken what was sent
        self._open.add(connection)
        self.rests(connection)
        return True

    def may_upgrade(self, connection: PatientProtocol) -> bool:
        """Whether there is room for a WebSocket; those that are being closed have their descriptors still."""
        if len(connection.connections) - len(self._open) < self._shares.sockets:
            return True
        self._note_refusal("sockets")
        return False

    def rests(self, connection: PatientProtocol) -> None:
        if connection in self._open:
            self._resting[connection] = None
            self._resting.move_to_end(connection)

    def works(self, connection: PatientProtocol) -> None:
        self._resting.pop(connection, None)

    def leave(self, connection: PatientProtocol) -> None:
        self._resting.pop(connection, None)
        self._open.discard(connection)

    def _gives_way(self) -> PatientProtocol | None:
        """The one that has rested longest; else one that was closed, and whose client does not take the last of what
        was sent, for it would stay for ever."""
        if self._resting:
            return next(iter(self._resting))
        if time.monotonic() - self._looked < LOOKS_EVERY:
            return None
        for each in self._open:
            if each.transport.is_closing():
                return each
        self._looked = time.monotonic()
        return None

    def _note_refusal(self, what: str) -> None:
        if times := self._seldom.times():
            log.warning("overloaded", what=what, in_hand=len(self._open), times=times)


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for ever, keep whatever comes and take trailers for headers. Made by
    `protocol_for`."""

    all_open: Connections
    head_within = HEAD_WITHIN
    _head_bytes = 0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if self.all_open.enter(self):
            self._wait_for_head()
        else:
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        if self._waiting is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._waiting is not None and self._head_bytes > HEAD_MOST:
            self.send_400_response("The headers are too large.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._waiting is not None:
            super().on_header(name, value)
            return
        # A trailer, which comes after the body: nothing here wants one, and a proxy has not looked at it.
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > HEAD_MOST:
            raise _RefusedError

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._head_bytes = 0
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise _RefusedError  # RFC 9112, 3.2: a proxy may have looked at another one
        if len(self.pipeline) >= PIPELINED_MOST:
            self.transport.abort()
            raise _RefusedError
        self.scope[ARRIVED] = time.monotonic()  # type: ignore[literal-required]  # a key of our own
        self.all_open.works(self)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None or self.transport.is_closing():
            self.all_open.rests(self)

    def handle_websocket_upgrade(self) -> None:
        if not self.all_open.may_upgrade(self):
            self._refuse()
            return
        super().handle_websocket_upgrade()
        self.all_open.leave(self)  # it is a WebSocket's now

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.all_open.leave(self)
        super().connection_lost(exc)

    def _refuse(self) -> None:
        """At once: a connection is refused before it has asked, for waiting would take the place that is not there."""
        answer = problem_json(Unavailable(), "en")
        lines = [b"HTTP/1.1 503 Service Unavailable", b"connection: close"]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(answer.body))
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._head_bytes = 0
        self._waiting = self.loop.call_later(self.head_within, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


def protocol_for(shares: Shares) -> type[PatientProtocol]:
    """The protocol of one server, which has so many connections open at most."""

    class Protocol(PatientProtocol):
        all_open = Connections(shares)

    return Protocol
