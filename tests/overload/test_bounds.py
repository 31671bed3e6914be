"""Bounds on what a process has in hand: the surplus is refused at once, and those within are served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Scope

from haloop.core.overload import ARRIVED, WAITED_MOST, BoundedRequests
from haloop.web.problems import answer, handle_errors
from tests.expectations import problem

pytestmark = pytest.mark.anyio


class Kitchen:
    """An application whose every answer waits until it may be served."""

    def __init__(self) -> None:
        self.waiting = asyncio.Semaphore(0)
        self.serve = asyncio.Event()
        self.app = FastAPI()
        handle_errors(self.app)
        self.app.add_api_route("/dish", self._dish)
        self.app.add_api_route("/order", self._order, methods=["POST"])
        self.app.add_api_route("/healthz", lambda: "alive")

    async def _dish(self) -> str:
        self.waiting.release()
        await self.serve.wait()
        return "dish"

    async def _order(self, request: Request) -> int:
        return len(await request.body())


def client_of(app: ASGIApp) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://haloop.test")


async def test_what_is_beyond_the_bound_is_refused_at_once_and_later_taken_again() -> None:
    kitchen = Kitchen()
    async with client_of(BoundedRequests(kitchen.app, answer=answer, working_most=3)) as client:
        within = [asyncio.create_task(client.get("/dish")) for _ in range(3)]
        for _ in within:
            await kitchen.waiting.acquire()

        beyond = await client.get("/dish")

        problem(beyond, 503, "unavailable")
        assert beyond.headers["retry-after"] == "2"
        assert (await client.get("/healthz")).status_code == 200  # who watches the process must see that it lives
        kitchen.serve.set()
        assert [(await one).status_code for one in within] == [200] * 3
        assert (await client.get("/dish")).status_code == 200


async def test_who_waited_too_long_for_the_event_loop_is_refused_and_not_served_late() -> None:
    kitchen = Kitchen()
    kitchen.serve.set()
    app = BoundedRequests(kitchen.app, answer=answer)
    for waited, status in ((0.0, 200), (WAITED_MOST + 0.1, 503)):
        statuses: list[int] = []

        async def send(message: Message, statuses: list[int] = statuses) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await app({**scope_of("GET", "/dish"), ARRIVED: time.monotonic() - waited}, receive_nothing, send)
        assert statuses == [status]


async def slow_body(go_on: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"a"
    await go_on.wait()
    yield b"b"


async def test_slow_bodies_do_not_take_the_places_of_others() -> None:
    kitchen, go_on = Kitchen(), asyncio.Event()
    kitchen.serve.set()
    app = BoundedRequests(kitchen.app, answer=answer, working_most=2, arriving_most=4)
    receiving = [asyncio.create_task(order(app, go_on)) for _ in range(4)]
    await asyncio.sleep(0.05)
    async with client_of(app) as client:
        problem(await client.post("/order", content=b"x"), 503, "unavailable")  # four bodies are on their way
    go_on.set()
    assert await asyncio.gather(*receiving) == [200] * 4
    async with client_of(app) as client:
        assert (await client.get("/dish")).status_code == 200


async def test_a_body_that_dawdles_is_answered_with_408() -> None:
    kitchen = Kitchen()
    app = BoundedRequests(kitchen.app, answer=answer, body_within=0.05)
    assert await order(app, asyncio.Event()) == 408


async def test_who_does_not_take_his_answer_is_let_go() -> None:
    kitchen = Kitchen()
    kitchen.serve.set()
    app = BoundedRequests(kitchen.app, answer=answer, working_most=1, reads_within=0.05)

    async def never(message: Message) -> None:
        await asyncio.Event().wait()

    await app(scope_of("GET", "/dish"), receive_nothing, never)
    async with client_of(app) as client:
        assert (await client.get("/dish")).status_code == 200


def scope_of(method: str, path: str) -> Scope:
    return {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "scheme": "http",
            "http_version": "1.1", "server": ("haloop.test", 80)}  # fmt: skip


async def receive_nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def order(app: ASGIApp, go_on: asyncio.Event) -> int:
    """POST /order whose second half comes when it may; the status."""
    parts = slow_body(go_on)
    statuses: list[int] = []

    async def receive() -> Message:
        body = await anext(parts)
        return {"type": "http.request", "body": body, "more_body": body == b"a"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope_of("POST", "/order"), receive, send)
    return statuses[0]
