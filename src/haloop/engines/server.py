"""Serves a web process with uvicorn."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from socket import AI_PASSIVE, IPPROTO_TCP, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket
from typing import Any, Final

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from haloop.engines.descriptors import SOCKETS_MOST, raise_limit, share_out
from haloop.engines.patient_protocol import protocol_for
from haloop.engines.patient_socket import PatientSocket

FRAME_MOST = 100_000  # bytes a WebSocket frame

log = structlog.get_logger()


def listen(host: str, port: int) -> socket:
    """The address, taken before anything else is done; raises OSError where it cannot be had."""
    # The protocol is named, so that asyncio sets TCP_NODELAY on its connections.
    family, kind, protocol, _, address = getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP, flags=AI_PASSIVE)[
        0
    ]
    listening = socket(family, kind, protocol)
    try:
        listening.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening


def server(asgi: ASGIApp, host: str, port: int, trusted_proxies: str) -> uvicorn.Server:
    """With as many connections as this process may have descriptors for: it raises its soft limit to the hard one.
    `trusted_proxies`: addresses whose X-Forwarded-* headers count, separated by commas."""
    limit = raise_limit()
    shares = share_out(limit)
    if shares.sockets < SOCKETS_MOST:
        log.warning("few_descriptors", limit=limit, sockets=shares.sockets, http_connections=shares.http)
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            http=protocol_for(shares),
            ws=PatientSocket,
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
            timeout_keep_alive=30,
            timeout_graceful_shutdown=10,
        )
    )


# So many new objects before the young are looked at for garbage, and after a hundred such looks all objects. Python's
# 700 are soon there: telling one post to 1,000 helpers led to a full collection, which stops everything for 110 ms
# when they are connected.
YOUNG_MOST: Final = 5_000


def settle() -> None:
    """To be called once, when all is built: what is there now stays for good, and is looked at for garbage no more.
    Otherwise each full collection stops everything for as long as a hundred requests take (docs/performance.md)."""
    gc.freeze()
    gc.set_threshold(YOUNG_MOST, *gc.get_threshold()[1:])


def run(serving: Coroutine[Any, Any, None]) -> None:  # Any: what a coroutine is sent, which is nothing
    """Runs to the end on the fastest event loop that is there (uvloop, else asyncio's)."""
    with asyncio.Runner(loop_factory=auto_loop_factory(use_subprocess=False)) as runner:
        runner.run(serving)
