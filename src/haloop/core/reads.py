"""The hot reads: Selects compiled once, run past SQLAlchemy's session and not past its types.

A Select costs more to build, cache-key and bring through a session than to answer (docs/performance.md). What is read
on nearly every request is therefore a `Query`, and is asked of `Rows`: of this process's own read connections, or of
a session inside a transaction, which gives the same rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from haloop.core.errors import Unavailable

NEAR_PATIENCE = 0.05  # seconds; the event loop stands still meanwhile, but readers wait for nobody in WAL mode
FAR_PATIENCE = 5.0  # seconds
TICK = 10_000  # steps of SQLite's virtual machine; one takes some 10 ns, or 50 where it is looking up
QUICK = 10  # ticks of one statement: one or two milliseconds
MOST = 10_000  # ticks of one statement: a few seconds

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
# Yields what to ask, is sent the rows, returns what it made of them. It may be begun anew, and asks nothing else.
Plan = Generator[Ask, list[Row], T]


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

    async def follow(self, plan: Callable[[], Plan[T]]) -> T:
        """For what may have to look at many rows, where one answer decides what is asked next. On SQLite all of it is
        read at one moment."""

    async def scan(self, *asked: Ask) -> list[list[Row]]:
        """For what may have to look at many rows; several at once, answered in their order."""
        return await self.follow(lambda: _each(asked))


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

    async def follow(self, plan: Callable[[], Plan[T]]) -> T:
        return await _follow(plan(), self.by_key)


class EngineRows(Rows):
    """Rows from a pool of connections, each statement on its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(readonly=True)

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(query.select, dict(values))]

    async def follow(self, plan: Callable[[], Plan[T]]) -> T:
        return await _follow(plan(), self.by_key)

    async def close(self) -> None:
        """The pool belongs to the database."""


class SqliteRows(Rows):
    """Rows from read-only connections on a SQLite file in WAL mode, where a reader never waits for a writer.

    What an index finds is read on the event loop: it takes less time than handing it to a thread. What may scan is
    read on a thread, a whole plan in one go. One that turns out to be long is begun anew on another thread, so that
    those behind it do not wait for it."""

    def __init__(self, path: str, dialect: sa.Dialect) -> None:
        self._near = _Reader(path, dialect, NEAR_PATIENCE, MOST)
        self._quick = _Reader(path, dialect, FAR_PATIENCE, QUICK)
        self._long = _Reader(path, dialect, FAR_PATIENCE, MOST)
        self._quick_thread = ThreadPoolExecutor(1, thread_name_prefix="scans")
        self._long_thread = ThreadPoolExecutor(1, thread_name_prefix="long scans")

    async def by_key(self, query: Query, values: Values) -> list[Row]:
        return self._near.rows(query, values)

    async def follow(self, plan: Callable[[], Plan[T]]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._quick_thread, self._quick.follow, plan)
        except _TooLong:
            return await loop.run_in_executor(self._long_thread, self._long.follow, plan)

    async def close(self) -> None:
        for thread in (self._quick_thread, self._long_thread):
            thread.shutdown(cancel_futures=True)
        for reader in (self._near, self._quick, self._long):
            reader.close()


class _TooLong(Unavailable):
    """A statement took more ticks than its reader takes."""


class _Reader:
    """A connection for reading, opened when it is needed first, and anew after an error: the file may be another."""

    def __init__(self, path: str, dialect: sa.Dialect, patience: float, most: int) -> None:
        self._uri = f"{Path(path).absolute().as_uri()}?mode=rw"  # never makes a file; "ro" could not read the WAL alone
        self._dialect = dialect
        self._patience = patience
        self._most = most
        self._ticks = 0
        self._connection: sqlite3.Connection | None = None

    def rows(self, query: Query, values: Values) -> list[Row]:
        compiled = query.compiled(self._dialect)
        arguments = compiled.arguments(values)
        self._ticks = 0
        with self._answering():
            # fetchall: an unread cursor would hold its snapshot and let the write-ahead log grow.
            raw = self._opened().execute(compiled.sql, arguments).fetchall()
        return compiled.rows(raw)

    def follow(self, plan: Callable[[], Plan[T]]) -> T:
        """What the plan returns, all of it read at one moment."""
        following = plan()
        self._ticks = 0
        with self._answering():
            self._opened().execute("BEGIN")
        try:
            query, values = next(following)
            while True:
                query, values = following.send(self.rows(query, values))
        except StopIteration as end:
            return cast("T", end.value)
        finally:
            if self._connection is not None:
                self._connection.rollback()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            # Used by one thread at a time, but closed by another.
            self._connection = sqlite3.connect(
                self._uri, uri=True, isolation_level=None, timeout=self._patience, check_same_thread=False
            )
            self._connection.execute("PRAGMA query_only=ON")
            self._connection.set_progress_handler(self._tick, TICK)
        return self._connection

    def _tick(self) -> bool:
        """Whether to stop. SQLite counts the steps of all runs of a statement together: it cannot be told `most`."""
        self._ticks += 1
        return self._ticks > self._most

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:  # it does not answer, or is no database
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise _TooLong from error
            self.close()
            raise Unavailable from error
