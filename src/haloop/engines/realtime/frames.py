"""Frames before Engine.IO has them: one that it cannot decode would end its task with a traceback and leave the
connection in its books, its account online, until a ping is missed."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haloop.core.logs import Seldom

KINDS: Final = tuple("0123456")  # of packets; "b", bytes as text, is long polling's
NOTHING: Final = "6"  # the packet that says nothing

log = structlog.get_logger()


class CarefulFrames:
    """Hands on a text frame that is no packet as one that says nothing, with a line in the log now and then."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._seldom = Seldom(10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def careful() -> Message:
            message = await receive()
            text = message.get("text")
            if text is None or text.startswith(KINDS):
                return message
            if times := self._seldom.times():
                log.warning("frame_without_sense", times=times)
            return {**message, "text": NOTHING}

        await self._app(scope, careful, send)
