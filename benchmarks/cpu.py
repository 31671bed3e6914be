"""What a request costs: CPU of this process, without a server or a client, so that a change of the code can be seen."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Message, Scope

from benchmarks.haloops import open_haloop
from benchmarks.one_process import make, paths
from benchmarks.report import Report, median

SCALES = {"smoke": (20, 50), "small": (200, 200), "full": (5_000, 500)}  # posts, requests


async def ask(app: ASGIApp, path: str, headers: Mapping[str, str]) -> int:
    """One GET through the whole application; answers the status."""
    found: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        found.append(message)

    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("haloop.test", 80),
        "headers": [(b"host", b"haloop.test"), *((k.lower().encode(), v.encode()) for k, v in headers.items())],
    }  # fmt: skip
    await app(scope, receive, send)
    return int(found[0]["status"])


async def measure(folder: Path, posts: int, requests: int, runs: int, report: Report) -> None:
    post_id, token = await make(folder, posts)
    async with open_haloop(folder) as haloop:
        for what, (path, headers) in paths(post_id, token).items():
            cold = await _cost(haloop.asgi, path, headers, 1)
            warm = median([await _cost(haloop.asgi, path, headers, requests) for _ in range(runs)])
            report.add(what=f"{posts:,} posts, {what}", first=f"{cold:.2f} ms", then=f"{warm:.2f} ms")


async def _cost(app: ASGIApp, path: str, headers: Mapping[str, str], requests: int) -> float:
    """Milliseconds of CPU a request, all threads."""
    begun = time.process_time()
    for _ in range(requests):
        if await ask(app, path, headers) != 200:
            raise RuntimeError(f"{path} did not answer 200")
    return (time.process_time() - begun) / requests * 1000


def run(scale: str, runs: int) -> None:
    report = Report("cpu", "CPU a request", scale)
    posts, requests = SCALES[scale]
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name), posts, requests, runs, report))
    report.finish()
