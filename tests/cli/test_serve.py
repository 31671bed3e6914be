"""`haloop serve` as a real process on a real file: killed, stopped, started again."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import date, timedelta
from pathlib import Path

import anyio
import httpx2
import pytest
import websockets

from tests.live import Socket
from tests.processes import SECRET, Haloop, free_port, started
from tests.world import PASSWORD, Json, a_host, a_picture, a_post

ROUNDS = 4

Serve = Callable[[], AbstractContextManager[Haloop]]


@pytest.fixture
def serve(tmp_path: Path, migrated_database: Path) -> Serve:
    """Starts the platform on the test's own database, each time on the same port."""
    shutil.copy(migrated_database, tmp_path / "haloop.db")
    port = free_port()
    return lambda: started(tmp_path, "serve", port=port, secret_key=SECRET, rate_limit_factor="0")


def register(address: str, email: str, **profile: object) -> httpx2.Client:
    body = {"email": email, "password": PASSWORD, "name": "Somebody", **profile}
    answer = httpx2.post(f"{address}/api/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    headers = {"Authorization": f"Bearer {answer.cookies['haloop_session']}"}
    return httpx2.Client(base_url=address, headers=headers, timeout=30)


def body_of_a_post(host: httpx2.Client, **fields: object) -> Json:
    picture = {"file": ("a.jpg", a_picture(), "image/jpeg")}
    photos = [host.post("/api/photos", files=picture).json()["id"] for _ in range(3)]
    starts_on = date.today() + timedelta(days=30)  # noqa: DTZ011  # a month away, whichever day it is
    days = {"starts_on": starts_on.isoformat(), "ends_on": (starts_on + timedelta(days=60)).isoformat()}
    return a_post(photos=photos, status="published", **days, **fields)


def wait_for(helper: httpx2.Client, count: int) -> list[Json]:
    """The helper's notifications, as soon as there are so many."""
    deadline = time.monotonic() + 20
    while True:
        items: list[Json] = helper.get("/api/notifications", params={"limit": 50}).json()["items"]
        if len(items) >= count:
            return items
        assert time.monotonic() < deadline, f"{len(items)} of {count} were told"
        time.sleep(0.05)


def test_what_was_answered_with_201_is_told_after_kill_9(serve: Serve) -> None:
    published: list[str] = []
    with serve() as haloop:
        haloop.wait_until_it_serves()
        helper = register(haloop.address, "helper@example.org", helper={"bio": ""})
        host = register(haloop.address, "host@example.org", host=a_host())
        wish = {"name": "By the sea", "filter": {"experiences": ["surfing"]}}
        assert helper.post("/api/subscriptions", json=wish).status_code == 201
        body = body_of_a_post(host)
    with closing(helper), closing(host):
        for _ in range(ROUNDS):
            with serve() as haloop:
                haloop.wait_until_it_serves()
                wait_for(helper, len(published))
                answer = host.post("/api/posts", json=body)
                haloop.kill()
                assert answer.status_code == 201
                published.append(answer.json()["id"])
        with serve() as haloop:
            haloop.wait_until_it_serves()
            told = [item["post_id"] for item in wait_for(helper, ROUNDS)]
            assert told == published[::-1]
            assert helper.get("/api/notifications/unread").json() == {"unread": ROUNDS}
            time.sleep(1.5)  # the runner looks again: nothing is told twice
            assert len(wait_for(helper, ROUNDS)) == ROUNDS


def test_all_that_is_logged_is_one_json_line_each_with_nothing_that_a_client_wrote(
    serve: Serve, tmp_path: Path
) -> None:
    async def send_what_is_no_text(port: int, query: str) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket{query}") as client:
            await client.recv()
            await client.send(b"\xff", text=True)
            async with asyncio.timeout(5):
                await client.wait_closed()
        assert client.close_code == 1007

    with serve() as haloop:
        haloop.wait_until_it_serves()
        with closing(register(haloop.address, "helper@example.org", helper={"bio": ""})) as helper:
            wish = {"name": "By the sea", "filter": {"experiences": ["surfing"]}}
            assert helper.post("/api/subscriptions", json=wish).status_code == 201
            with closing(sqlite3.connect(tmp_path / "haloop.db")) as database:
                database.execute("UPDATE subscriptions SET filter = 'no JSON'")
                database.commit()
            answer = helper.get("/api/subscriptions", params={"q": "a secret query"})
            assert answer.status_code == 500
            asyncio.run(send_what_is_no_text(haloop.port, "&q=a%20secret%20query"))
            unknown = {"EIO": "4", "transport": "polling", "sid": "a secret sid"}
            assert httpx2.get(f"{haloop.address}/socket.io/", params=unknown).status_code == 400
            token = helper.headers["Authorization"].removeprefix("Bearer ")
        haloop.stop()

        lines = [json.loads(line) for line in haloop.output.splitlines()]
        failures = [line for line in lines if line["event"] != "request"]
        assert [line["event"] for line in failures] == [
            "unexpected_error",
            "Invalid UTF-8 sequence received from client.",
        ]
        assert failures[0]["exception"][0]["exc_type"] == "JSONDecodeError"
        assert failures[1]["exception"][0]["exc_type"] == "UnicodeDecodeError"
        assert (failures[1]["logger"], failures[1]["level"]) == ("uvicorn.error", "error")
        for secret in ("secret query", "secret%20query", "secret sid", token, "helper@example.org", PASSWORD):
            assert secret not in haloop.output


def test_sigterm_ends_it_within_seconds_with_browsers_connected(serve: Serve) -> None:
    with serve() as haloop:
        haloop.wait_until_it_serves()
        helper = register(haloop.address, "helper@example.org", helper={"bio": ""})
        token = helper.headers["Authorization"].removeprefix("Bearer ")

        async def connect_and_stop() -> float:
            browser = await Socket.connect(haloop.port, token)
            assert await browser.hear("notification:unread") == {"unread": 0}
            seconds = await anyio.to_thread.run_sync(haloop.stop)
            with anyio.fail_after(5):
                await browser.closed.wait()
            await browser.close()
            return seconds

        with closing(helper), socket.create_connection(("127.0.0.1", haloop.port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\n")  # one who never finishes asking
            assert helper.get("/healthz").status_code == 200  # and one who keeps the connection open
            assert anyio.run(connect_and_stop) < 5
        assert "Traceback" not in haloop.output
        assert haloop.process.returncode in (0, 143, -signal.SIGTERM)
