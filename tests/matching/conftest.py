"""A database with the flat tables alone: matching knows the tables of the features by name only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from haloop.core.database import Database

from .store import create_tables


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}", synchronous="NORMAL")
    await create_tables(database)
    yield database
    await database.close()
