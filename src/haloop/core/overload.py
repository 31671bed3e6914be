"""What keeps a process answering when more is asked of it than it can do: bounds on what it has in hand, patience with
slow clients. Plain ASGI, as core/asgi.py.

Requests under way share one event loop and one writer: beyond some number each more makes all of them slower and none
sooner. So the surplus is refused at once, which costs next to nothing, with the time after which to come again."""

from __future__ import annotations

import asyncio
import contextlib
import time

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haloop.core.asgi import Answer
from haloop.core.errors import Problem, Unavailable
from haloop.core.messages import msg

WORKING_MOST = 128  # requests being worked on; docs/reliability.md says why so many
WAITED_MOST = 1.0  # seconds that a request may have waited for the event loop
ARRIVED = "haloop.arrived"  # in a request's scope: when its head was read, by time.monotonic()
ARRIVING_MOST = 1024  # requests whose body is still on its way
BODY_WITHIN = 120.0  # seconds for a whole body: 8 MB at 0.5 Mbit/s
READS_WITHIN = 60.0  # seconds for a client to take a part of its answer
ALWAYS = {"/healthz", "/metrics"}  # who watches this process must see that it lives
NEVER = float("inf")
LOGS_EVERY = 1.0  # seconds

log = structlog.get_logger()


class TooSlow(Problem):
    status = 408
    slug = "too_slow"
    title = msg("Too slow")

    def __init__(self) -> None:
        super().__init__(msg("The request did not arrive in time. Send it again."))

    def headers(self) -> dict[str, str]:
        return {"Connection": "close"}


class _BodyTooSlowError(Exception):
    """A body does not arrive."""


class BoundedRequests:
    """Refuses requests beyond the bounds by 503 with Retry-After; answers 408 to a body that dawdles."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        answer: Answer,
        working_most: int = WORKING_MOST,
        arriving_most: int = ARRIVING_MOST,
        body_within: float = BODY_WITHIN,
        reads_within: float = READS_WITHIN,
    ) -> None:
        self._app = app
        self._answer = answer
        self.working_most, self.arriving_most = working_most, arriving_most
        self.body_within, self.reads_within = body_within, reads_within
        self._working = self._arriving = 0
        self._note = _OncePerSecond("requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        waited = time.monotonic() - scope.get(ARRIVED, NEVER)
        if waited > WAITED_MOST or self._working >= self.working_most or self._arriving >= self.arriving_most:
            self._note(self._working)
            await self._answer(Request(scope), Unavailable())(scope, receive, send)
            return
        under_way = _UnderWay(self, receive, send)
        self._working += 1
        try:
            with contextlib.suppress(_BodyTooSlowError):
                await self._app(scope, under_way.receive, under_way.send)
        finally:
            self._working -= under_way.works
        if under_way.gave_up and not under_way.answered:
            await self._answer(Request(scope), TooSlow())(scope, receive, send)

    def waits_for_client(self, by: int) -> None:
        """Moves a request between being worked on (-1) and waiting for its body (+1)."""
        self._working -= by
        self._arriving += by

    def works_no_more(self) -> None:
        self._working -= 1


class _OncePerSecond:
    """Logs the cause of refusals, however many there are."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last = 0.0

    def __call__(self, in_hand: int) -> None:
        if time.monotonic() - self._last > LOGS_EVERY:
            self._last = time.monotonic()
            log.warning("overloaded", what=self._what, in_hand=in_hand)


class _UnderWay:
    """One request between server and application. While its client is waited for it does not count as work, so that
    slow clients cannot take the places of the others."""

    def __init__(self, bounded: BoundedRequests, receive: Receive, send: Send) -> None:
        self._bounded, self._receive, self._send = bounded, receive, send
        self._arrived = False
        self._until = time.monotonic() + bounded.body_within
        self.works = True
        self.answered = False
        self.gave_up = False

    async def receive(self) -> Message:
        if self._arrived or not self.works:
            return await self._receive()  # until the client goes away
        self._bounded.waits_for_client(1)
        try:
            async with asyncio.timeout(self._until - time.monotonic()):
                message = await self._receive()
        except TimeoutError as error:
            self.gave_up = True
            raise _BodyTooSlowError from error
        finally:
            self._bounded.waits_for_client(-1)
        self._arrived = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.gave_up:
            return  # nobody reads it: the body did not come, or the answer was not taken
        if message["type"] == "http.response.start":
            self.answered = True
            if self.works:
                self.works = False
                self._bounded.works_no_more()
        try:
            async with asyncio.timeout(self._bounded.reads_within):
                await self._send(message)
        except TimeoutError:
            self.gave_up = True  # the server closes a connection whose answer was not completed
