"""WebSockets for clients that cannot be trusted: who takes nothing is not heard, who only makes noise is let go."""

from __future__ import annotations

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

NOISE_MOST = 1000  # pings and pongs between two pings of ours, which go out every 20 s
PARTS_MOST = 1000  # frames of one message, whose size is bounded besides


class PatientSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which would answer pings, and have events answered, without end while nothing is taken."""

    _noise = 0

    async def receive(self) -> ASGIReceiveEvent:
        await self.writable.wait()  # what came is read on when what was sent is taken
        return await super().receive()

    def handle_ping(self) -> None:
        if self._is_bearable():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._is_bearable():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= PARTS_MOST:
            self.transport.abort()
        elif not self.transport.is_closing():
            super().handle_cont(event)

    def send_keepalive_ping(self) -> None:
        self._noise = 0
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        self.transport.abort()  # closing would wait until it has taken what was sent

    def _is_bearable(self) -> bool:
        self._noise += 1
        if self._noise > NOISE_MOST or not self.writable.is_set():
            self.transport.abort()
        return not self.transport.is_closing()
