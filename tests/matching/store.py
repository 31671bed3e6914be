"""Puts posts and subscriptions into a database, with stand-ins for the features' rows that own them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.database import Base, Database, Id
from haloop.core.ids import new_id
from haloop.matching import sql, tables, terms
from haloop.matching.facts import Day, FilterFacts, PostFacts
from haloop.matching.filter import Filter
from haloop.matching.predicate import Words

OPENED = datetime(2026, 11, 1, tzinfo=UTC)

metadata = sa.MetaData(naming_convention=Base.metadata.naming_convention)
posts = sa.Table("posts", metadata, sa.Column("id", Id, primary_key=True))
subscriptions = sa.Table("subscriptions", metadata, sa.Column("no", sa.Integer, primary_key=True))
for table in (tables.post_rows, tables.post_terms, tables.subscription_rows, tables.subscription_terms):
    table.to_metadata(metadata)


async def create_tables(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


async def drop_tables(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)


async def publish(session: AsyncSession, *given: PostFacts, opened: Mapping[int, int] | None = None) -> None:
    """Publishes posts a minute apart, or `opened` minutes after OPENED, by their place."""
    await session.execute(sa.insert(posts), [{"id": facts.post_id} for facts in given])
    for place, facts in enumerate(given):
        at = OPENED + timedelta(minutes=place if opened is None else opened[place])
        await sql.put_post(session, facts, version=1, host_version=1, published_at=at)


async def subscribe(session: AsyncSession, wanted: Iterable[Filter | FilterFacts]) -> list[int]:
    """Makes active subscriptions with the numbers 1, 2, 3 …"""
    given = dict(enumerate(wanted, start=1))
    await session.execute(sa.insert(subscriptions), [{"no": no} for no in given])
    for no, filter_ in given.items():
        await sql.put_subscription(session, no, new_id(), filter_)
    return list(given)


async def matches(session: AsyncSession, facts: PostFacts, today: Day, *, limit: int = 1000) -> list[sql.Candidate]:
    """Every candidate, walked in pages."""
    found: list[sql.Candidate] = []
    while page := await sql.matching_page(session, facts, today, found[-1].position if found else sql.START, limit):
        found += page
    return found


@asynccontextmanager
async def statements(database: Database) -> AsyncIterator[list[tuple[str, Any]]]:
    """Every SELECT that is run meanwhile, with its parameters (Any: the driver's)."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@asynccontextmanager
async def plans(database: Database) -> AsyncIterator[list[str]]:
    """SQLite's plan of every statement that is run meanwhile, step by step, filled in at the end."""
    steps: list[str] = []
    async with statements(database) as seen:
        yield steps
    async with database.engine.connect() as connection:
        for statement, parameters in seen:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row.detail for row in rows]


@contextmanager
def taken_for(words: Words) -> Iterator[None]:
    """Takes every text whose words are there at all for one of a kind (a single word is rare or common)."""
    if words is Words.RARE:
        yield
        return
    parts = {Words.SELDOM: (2, 2), Words.OFTEN: (0, 2), Words.COMMON: (0, 0)}
    seldom, nearly_always = parts[words]
    with patch.multiple(terms, COMMON=1, SELDOM=seldom, NEARLY_ALWAYS=nearly_always):
        yield
