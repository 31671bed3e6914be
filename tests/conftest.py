"""The world of the API tests: an own database, media folder and clock for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import pytest

from haloop import migrations
from haloop.core.database import Database
from tests.world import World, open_world


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database made by the migrations once; tests copy it."""
    path = tmp_path_factory.mktemp("database") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}", synchronous="NORMAL")
        await migrations.upgrade(database)
        await database.close()

    anyio.run(make)
    return path


@pytest.fixture
def new_world(migrated_database: Path, tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[World]]:
    """Opens a world; two worlds of one test stand on the same database and media folder, like two processes."""
    database = tmp_path / "haloop.db"
    shutil.copy(migrated_database, database)

    def make(**settings: object) -> AbstractAsyncContextManager[World]:
        return open_world(tmp_path, database, settings)

    return make


@pytest.fixture
async def world(new_world: Callable[..., AbstractAsyncContextManager[World]]) -> AsyncIterator[World]:
    async with new_world() as world:
        yield world
