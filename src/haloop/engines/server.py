"""Serves a web process with uvicorn."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

FRAME_MOST = 100_000  # bytes a WebSocket frame


def server(asgi: ASGIApp, host: str, port: int, trusted_proxies: str) -> uvicorn.Server:
    """`trusted_proxies`: addresses whose X-Forwarded-* headers count, separated by commas."""
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="on",
            ws_max_size=FRAME_MOST,
            ws_per_message_deflate=False,  # costs memory and time, and our events are small
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=trusted_proxies or None,
            server_header=False,
            h11_max_incomplete_event_size=64 * 1024,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=10,
            limit_concurrency=None,
        )
    )


def run(serving: Coroutine[Any, Any, None]) -> None:  # Any: what a coroutine is sent, which is nothing
    """Runs to the end on the fastest event loop that is there (uvloop, else asyncio's)."""
    with asyncio.Runner(loop_factory=auto_loop_factory(use_subprocess=False)) as runner:
        runner.run(serving)
