"""Alembic's environment: runs on a connection that is handed in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import haloop.accounts.models
import haloop.chat.models
import haloop.core.idempotency
import haloop.engines.jobs.outbox
import haloop.matching.tables
import haloop.notifications.models
import haloop.photos.models
import haloop.posts.models
import haloop.recommendations.models
import haloop.subscriptions.models  # noqa: F401  # their tables register on import
from haloop.core.database import Base, DayNumber, Exact, Id, Instant

OWN_TYPES = (Id, Instant, DayNumber, Exact)


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # Any: whatever Alembic renders
    """Our column types by their names."""
    if kind != "type" or not isinstance(item, OWN_TYPES):
        return False
    autogen.imports.add("from haloop.core import database as types")
    arguments = str(item.length) if isinstance(item, Exact) else ""
    return f"types.{type(item).__name__}({arguments})"


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
