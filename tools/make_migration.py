"""Writes a migration from the difference between the models and a database made by the migrations so far."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

from haloop import migrations
from haloop.core.database import Database


async def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'empty.db'}")
        await migrations.upgrade(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(
                lambda sync: command.revision(migrations.config(sync), message, autogenerate=True)
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
