"""Many small changes in one go: a plain function that is handed a transaction, past SQLAlchemy's session.

For what must carry many writes a second (chat): its statements are compiled once, as those of core/reads.py, and the
function runs from BEGIN to COMMIT without returning to the event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from haloop.core.reads import Query, Row, Values

SIZES = (1, 8, 64, 200)  # how many keys a statement of `padded` takes

Broken = (sqlite3.IntegrityError, sa.exc.IntegrityError)  # a constraint that does not hold, for `except`


class Change:
    """An Insert, Update or Delete whose values are all bindparams; compiled once for each dialect."""

    def __init__(self, statement: sa.Insert | sa.Update | sa.Delete, columns: Sequence[str] | None = None) -> None:
        """`columns`: those that an Insert gives; None for the values that the statement names."""
        self.statement = statement
        self._columns = columns
        self._compiled: dict[str, CompiledChange] = {}

    def compiled(self, dialect: sa.Dialect) -> CompiledChange:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self.statement.compile(dialect=dialect, column_keys=self._columns)
            if not isinstance(compiled, sa.sql.compiler.SQLCompiler):
                raise TypeError("not a change of rows")
            process = {n: b.type.dialect_impl(dialect).bind_processor(dialect) for n, b in compiled.binds.items()}
            order = [(name, process[name]) for name in compiled.positiontup or ()]
            fixed = {} if self._columns else dict(compiled.params)
            found = self._compiled[dialect.name] = CompiledChange(compiled.string, order, fixed)
        return found


@dataclass(frozen=True, slots=True)
class CompiledChange:
    """The SQL text, each value's name with what binds it, and the values that the statement itself holds."""

    sql: str
    order: Sequence[tuple[str, Callable[[Any], Any] | None]]  # Any: a column's own type
    fixed: dict[str, object]

    def arguments(self, given: Values) -> list[object]:
        values = {**self.fixed, **given} if self.fixed else given
        return [process(values[name]) if process else values[name] for name, process in self.order]


class Transaction(Protocol):
    """What the function may do. A constraint that does not hold raises one of `Broken`."""

    def rows(self, query: Query, values: Values) -> list[Row]:
        """All rows, this transaction's own changes included."""

    def change(self, change: Change, *values: Values) -> None:
        """Once for each of the values."""

    def savepoint(self) -> AbstractContextManager[None]:
        """What is done within is undone by an error that leaves it, and nothing else."""


class SqliteTransaction:
    """On a connection that is used by one thread at a time; see Database.at_once."""

    def __init__(self, connection: sqlite3.Connection, dialect: sa.Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def rows(self, query: Query, values: Values) -> list[Row]:
        compiled = query.compiled(self._dialect)
        return compiled.rows(self._connection.execute(compiled.sql, compiled.arguments(values)).fetchall())

    def change(self, change: Change, *values: Values) -> None:
        compiled = change.compiled(self._dialect)
        self._connection.executemany(compiled.sql, map(compiled.arguments, values))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._connection.execute("SAVEPOINT one")
        try:
            yield
        except Exception:
            if self._connection.in_transaction:  # a full disk has rolled back everything already
                self._connection.execute("ROLLBACK TO one")
            raise
        self._connection.execute("RELEASE one")


class EngineTransaction:
    """On any database of SQLAlchemy's, inside AsyncConnection.run_sync."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, query: Query, values: Values) -> list[Row]:
        return [tuple(row) for row in self._connection.execute(query.select, dict(values))]

    def change(self, change: Change, *values: Values) -> None:
        self._connection.execute(change.statement, [dict(given) for given in values])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self._connection.begin_nested():
            yield


def padded(name: str, keys: Sequence[UUID]) -> tuple[int, dict[str, UUID]]:
    """How many keys the statement must take, and its values `name0`, `name1`, …: the last key fills up the rest."""
    size = next(size for size in SIZES if size >= len(keys))
    return size, {f"{name}{place}": keys[min(place, len(keys) - 1)] for place in range(size)}


def any_of(column: InstrumentedAttribute[Any], name: str, size: int) -> sa.ColumnElement[bool]:
    """`column IN (:name0, :name1, …)` for what `padded` gives. Any: an id, or an id that may be missing."""
    return column.in_([sa.bindparam(f"{name}{place}", type_=column.type) for place in range(size)])
