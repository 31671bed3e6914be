"""The hot reads: Selects compiled once, run past SQLAlchemy's session and not past its types.

A Select costs more to build, cache-key and bring through a session than to answer (docs/performance.md). What is read
on nearly every request is therefore a `Query`, and is asked of `Rows`: of this process's own read connections, or of
a session inside a transaction, which gives the same rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from haloop.core.errors import Unavailable

FAR_PATIENCE = 5.0  # seconds
NEAR_PATIENCE = 0.05  # seconds; the event loop stands still meanwhile, but readers wait for nobody in WAL mode

T = TypeVar("T")
Row = tuple[Any, ...]  # Any: a column's own type
Values = Mapping[str, object]


class Query:
    """A Select over columns whose values are all bindparams (no expanding IN); compiled once for each dialect."""

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:  # Any: whatever columns
        self.select = select
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: sa.Dialect) -> Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = Compiled(self.select, dialect)
        return found


Ask = tuple[Query, Values]
Plan = Generator[Ask, list[Row], T]  # yields what to ask, is sent the rows, returns what it made of them


class OfSome:
    """A Select of what belongs to some owners: a `Query` for one of them, a Select for many. `owner` is its column."""

    def __init__(
        self,
        select: sa.Select[*tuple[Any, ...]],  # Any: as in Query
        owner: InstrumentedAttribute[UUID],
    ) -> None:
        self._select = select
        self._owner = owner
        self._of_one = Query(select.where(owner == sa.bindparam("owner", type_=owner.type)))

    def ask(self, owner: UUID, values: Values) -> Ask:
        return self._of_one, {**values, "owner": owner}

    def of_many(self, owners: Iterable[UUID]) -> sa.Select[*tuple[Any, ...]]:  # Any: as in Query
        return self._select.where(self._owner.in_(owners))


class Compiled:
    """The SQL text, how values are bound, and how raw rows become Python's."""

    def __init__(self, select: sa.Select[*tuple[Any, ...]], dialect: sa.Dialect) -> None:
        compiled = select.compile(dialect=dialect)
        if not isinstance(compiled, sa.sql.compiler.SQLCompiler):
            raise TypeError("not a Select")
        self.sql = compiled.string
        self._order = tuple(compiled.positiontup or ())
        self._fixed = dict(compiled.params)
        self._bind = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._results: list[Callable[[Any], Any] | None] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in select.selected_columns
        ]

    def arguments(self, values: Values) -> list[object]:
        given = {**self._fixed, **values}
        return [process(given[name]) if (process := self._bind[name]) else given[name] for name in self._order]

    def rows(self, raw: Iterable[Sequence[Any]]) -> list[Row]:
        results = self._results
        return [
            tuple([process(value) if process else value for process, value in zip(results, row, strict=True)])
            for row in raw
        ]


def _each(asked: Iterable[Ask]) -> Plan[list[list[Row]]]:
    found = []
    for ask in asked:
        rows = yield ask
        found.append(rows)
    return found


class Rows(Protocol):
    """Where a Query's rows come from."""

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        """For some dozen rows that an index finds at once."""

    async def follow(self, plan: Plan[T]) -> T:
        """For what may have to look at many rows, where one answer decides what is asked next."""

    async def scan(self, *asked: Ask) -> list[list[Row]]:
        """For what may have to look at many rows; several at once, answered in their order."""
        return await self.follow(_each(asked))


async def _follow(plan: Plan[T], read: Callable[[Query, Values], Awaitable[list[Row]]]) -> T:
    try:
        query, values = next(plan)
        while True:
            query, values = plan.send(await read(query, values))
    except StopIteration as end:
        return cast("T", end.value)


class SessionRows(Rows):
    """Rows as a session sees them: inside a transaction, its own changes included."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        return [tuple(row) for row in await self._session.execute(query.select, dict(values))]

    async def follow(self, plan: Plan[T]) -> T:
        return await _follow(plan, self.by_key)


class EngineRows(Rows):
    """Rows from a pool of connections, each statement on its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(readonly=True)

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(query.select, dict(values))]

    async def follow(self, plan: Plan[T]) -> T:
        return await _follow(plan, self.by_key)

    async def close(self) -> None:
        """The pool belongs to the database."""


class SqliteRows(Rows):
    """Rows from two read-only connections on a SQLite file in WAL mode, where a reader never waits for a writer.

    What an index finds is read on the event loop: it takes less time than handing it to a thread. What may scan is
    read on a thread of its own, a whole plan in one go."""

    def __init__(self, path: str, dialect: sa.Dialect) -> None:
        self._path = path
        self._dialect = dialect
        self._near: sqlite3.Connection | None = None
        self._far: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="scans")

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        if self._near is None:
            self._near = self._open(NEAR_PATIENCE)
        return self._rows(self._near, query, values)

    async def follow(self, plan: Plan[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._follow, plan)

    def _follow(self, plan: Plan[T]) -> T:
        if self._far is None:
            self._far = self._open(FAR_PATIENCE)
        far = self._far
        try:
            query, values = next(plan)
            while True:
                query, values = plan.send(self._rows(far, query, values))
        except StopIteration as end:
            return cast("T", end.value)

    def _open(self, patience: float) -> sqlite3.Connection:
        # Each connection is used by one thread at a time, but closed by another.
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=patience, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _rows(self, connection: sqlite3.Connection, query: Query, values: Values) -> list[Row]:
        compiled = query.compiled(self._dialect)
        try:
            # fetchall: an unread cursor would hold its snapshot and let the write-ahead log grow.
            return compiled.rows(connection.execute(compiled.sql, compiled.arguments(values)).fetchall())
        except sqlite3.OperationalError as error:
            raise Unavailable from error

    async def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        for connection in (self._near, self._far):
            if connection is not None:
                connection.close()
        self._near = self._far = None
