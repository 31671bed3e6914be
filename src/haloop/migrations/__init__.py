"""The database's history (Alembic), and how to bring a database up to date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from haloop.core.database import Database


def config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "haloop:migrations")
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database) -> None:
    """Brings the database to the newest revision; does nothing when it is there."""
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))


async def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    async with database.engine.connect() as connection:
        current = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return current == newest
