"""What a route may ask for: the engines, and a session that reads. Routes that write open `engines.units.begin()`
themselves, after slow work and once their input holds, so that the write lock is held briefly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.reads import Rows
from haloop.engines.box import Engines


def engines_of(request: Request) -> Engines:
    return cast("Engines", request.app.state.engines)


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with engines_of(request).database.reading() as session:
        yield session


async def _engines(request: Request) -> Engines:
    """async, as all dependencies here: FastAPI would run a plain function on a thread."""
    return engines_of(request)


async def _rows(request: Request) -> Rows:
    return engines_of(request).database.rows


# scope="function": the session ends with the handler, before the answer goes out.
Reading = Annotated[AsyncSession, Depends(_reading, scope="function")]
RowsOf = Annotated[Rows, Depends(_rows)]
EnginesOf = Annotated[Engines, Depends(_engines)]
