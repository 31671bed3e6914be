"""Turns: one at a time, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from haloop.core.errors import Unavailable


@asynccontextmanager
async def turn(lock: asyncio.Lock, patience: float) -> AsyncIterator[None]:
    """Holds the lock; raises Unavailable when those before take longer than `patience` seconds."""
    try:
        async with asyncio.timeout(patience):
            await lock.acquire()
    except TimeoutError as error:
        raise Unavailable from error
    try:
        yield
    finally:
        lock.release()
