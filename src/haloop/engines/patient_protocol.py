"""HTTP for clients that cannot be trusted to finish: a head has to arrive whole, soon, and in few bytes."""

from __future__ import annotations

import asyncio
import time

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from haloop.core.overload import ARRIVED

HEAD_MOST = 64 * 1024  # bytes of request line and headers, and of a chunked body's trailers
HEAD_WITHIN = 20.0  # seconds
PIPELINED_MOST = 100  # requests that were sent before those in front of them were answered


class _RefusedError(Exception):
    """Ends the parsing of what has come, in the middle if need be."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for ever, keep whatever comes and take trailers for headers."""

    head_within = HEAD_WITHIN
    _head_bytes = 0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait_for_head()

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
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._head_bytes = 0
        self._waiting = self.loop.call_later(self.head_within, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
