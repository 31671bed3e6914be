"""The relational database: column types, and sessions that read or write on SQLite or MariaDB."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from haloop.core.errors import Unavailable
from haloop.core.reads import EngineRows, SqliteRows
from haloop.core.transactions import EngineTransaction, SqliteTransaction, Transaction
from haloop.core.turns import turn

Synchronous = Literal["FULL", "NORMAL"]
T = TypeVar("T")
EPOCH = date(1970, 1, 1).toordinal()
# Seconds that a session waits here, for the writers before it or for a connection, before it is answered with 503.
PATIENCE = 10.0


class Id(sa.types.TypeDecorator[UUID]):
    """A UUID in 16 bytes, ordered as it was made (UUIDv7)."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(mysql.BINARY(16) if dialect.name in ("mysql", "mariadb") else sa.LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: sa.Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> UUID | None:  # noqa: ARG002
        return None if value is None else UUID(bytes=bytes(value))


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC with milliseconds; naive values are refused."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(mysql.DATETIME(fsp=3) if dialect.name in ("mysql", "mariadb") else sa.DateTime())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


class DayNumber(sa.types.TypeDecorator[date]):
    """A date as days since 1970-01-01, so that a CHECK can reckon with it on every database."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else value.toordinal() - EPOCH

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> date | None:  # noqa: ARG002
        return None if value is None else date.fromordinal(value + EPOCH)


class Exact(sa.types.TypeDecorator[str]):
    """A short string that is compared byte by byte (slugs, keys, tokens), whatever the server's collation."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self._length = length

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.VARCHAR(self._length, charset="utf8mb4", collation="utf8mb4_bin"))
        return dialect.type_descriptor(sa.String(self._length))


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {UUID: Id, datetime: Instant}  # noqa: RUF012  # read once by SQLAlchemy


class Database:
    """Sessions on one database. On SQLite readers never wait for writers, and writers queue here (an asyncio lock)
    rather than in SQLite's back-off."""

    def __init__(self, url: str, *, synchronous: Synchronous = "FULL") -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._synchronous = synchronous
        self._write_lock = asyncio.Lock()
        self._at_once: sqlite3.Connection | None = None
        self._at_once_thread = ThreadPoolExecutor(1, thread_name_prefix="writes")
        # hide_parameters: an error's text reaches the log, and what people wrote must not.
        if self.is_sqlite:
            self.engine = create_async_engine(self.url, hide_parameters=True, pool_timeout=PATIENCE)
            _prepare_sqlite(self.engine.sync_engine, synchronous)
        else:
            self.engine = create_async_engine(
                self.url,
                pool_pre_ping=True,
                pool_recycle=1800,
                pool_timeout=PATIENCE,
                isolation_level="READ COMMITTED",
                hide_parameters=True,
            )
        # The hot reads' own connections: see core/reads.py.
        self.rows: SqliteRows | EngineRows = (
            SqliteRows(self.url.database, self.engine.dialect)
            if self.is_sqlite and self.url.database
            else EngineRows(self.engine)
        )
        self._writers = async_sessionmaker(self.engine, expire_on_commit=False)
        self._readers = async_sessionmaker(self.engine.execution_options(readonly=True), expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reads alone; it sees one moment of the database."""
        async with self._readers() as session:
            with _dependency():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back by any error."""
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                await stack.enter_async_context(self._turn())
            session = await stack.enter_async_context(self._writers())
            with _dependency():
                async with session.begin():
                    yield session

    async def at_once(self, work: Callable[[Transaction], T]) -> T:
        """What the function answers, once the transaction it was given is committed; an error rolls everything back.
        The function runs off the event loop and must not touch what belongs to it."""
        with _dependency():
            if not (self.is_sqlite and self.url.database):
                async with self.engine.begin() as connection:
                    return await connection.run_sync(lambda synchronous: work(EngineTransaction(synchronous)))
            async with self._turn():
                return await asyncio.get_running_loop().run_in_executor(self._at_once_thread, self._in_thread, work)

    def _in_thread(self, work: Callable[[Transaction], T]) -> T:
        connection = self._at_once
        if connection is None:
            path = str(self.url.database)
            # One thread at a time uses it, and another closes it.
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
            for pragma in _pragmas(self._synchronous):
                connection.execute(f"PRAGMA {pragma}")
            self._at_once = connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            answer = work(SqliteTransaction(connection, self.engine.dialect))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return answer

    def _turn(self) -> AbstractAsyncContextManager[None]:
        """This process's turn to write; raises Unavailable when those before take too long."""
        return turn(self._write_lock, PATIENCE)

    async def close(self) -> None:
        self._at_once_thread.shutdown()
        if self._at_once is not None:
            self._at_once.close()
        await self.rows.close()
        await self.engine.dispose()


class _dependency:  # noqa: N801  # reads as a statement
    """Turns "the database does not answer" into a 503; every other error goes on as it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (OperationalError, PoolTimeoutError, sqlite3.OperationalError)):
            raise Unavailable from error


def _pragmas(synchronous: Synchronous) -> tuple[str, ...]:
    return (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        f"synchronous={synchronous}",
        "temp_store=MEMORY",
    )


def _prepare_sqlite(engine: sa.Engine, synchronous: Synchronous) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:  # Any: aiosqlite's adapted connection
        connection.isolation_level = None  # SQLAlchemy sends BEGIN itself
        cursor = connection.cursor()
        for pragma in _pragmas(synchronous):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get("readonly", False)
        # A writer takes the lock at once: a read that later writes could otherwise find its snapshot outdated.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
