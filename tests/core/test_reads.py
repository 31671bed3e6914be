"""The hot reads' own connections: one moment for a plan, long ones out of the way, a file that goes and comes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from haloop.core import reads
from haloop.core.database import Database
from haloop.core.errors import Unavailable
from haloop.core.reads import Plan, Query

pytestmark = pytest.mark.anyio

NUMBERS = sa.table("numbers", sa.column("number", sa.Integer))
COUNT = Query(sa.select(sa.func.count()).select_from(NUMBERS))
_one, _other = NUMBERS.alias(), NUMBERS.alias()
PAIRS = Query(sa.select(sa.func.count()).select_from(_one.join(_other, _one.c.number <= _other.c.number)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with the numbers from 1 to 100."""
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        connection.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in range(1, 101)])
        connection.commit()
    return path


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


def write(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def write_text(file: Path, text: str) -> None:
    file.write_text(text)


def move(file: Path, target: Path) -> None:
    assert not target.exists()
    file.rename(target)


async def test_a_plan_sees_one_moment(path: Path, database: Database) -> None:
    def plan() -> Plan[tuple[int, int]]:
        ((before,),) = yield COUNT, {}
        write(path, "DELETE FROM numbers")
        ((after,),) = yield COUNT, {}
        return before, after

    assert await database.rows.follow(plan) == (100, 100)
    assert await database.rows.scan((COUNT, {})) == [[(0,)]]


async def test_a_long_plan_is_begun_anew_out_of_the_way_of_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "TICK", 1000)
    monkeypatch.setattr(reads, "QUICK", 2)
    database = Database(f"sqlite+aiosqlite:///{path}")
    begun = 0

    def plan() -> Plan[int]:
        nonlocal begun
        begun += 1
        ((count,),) = yield PAIRS, {}
        return int(count)

    for times in (2, 4, 6):  # each statement by itself: what it took before does not count
        assert await database.rows.follow(plan) == 5050
        assert begun == times
        assert await database.rows.scan((COUNT, {})) == [[(100,)]]
    await database.close()


async def test_a_plan_without_end_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "TICK", 1000)
    monkeypatch.setattr(reads, "QUICK", 1)
    monkeypatch.setattr(reads, "MOST", 2)
    database = Database(f"sqlite+aiosqlite:///{path}")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await database.rows.scan((PAIRS, {}))
        assert await database.rows.scan((COUNT, {})) == [[(100,)]]
    await database.close()


async def test_a_plan_that_fails_leaves_no_moment_held(path: Path, database: Database) -> None:
    def plan() -> Plan[int]:
        yield COUNT, {}
        raise LookupError

    with pytest.raises(LookupError):
        await database.rows.follow(plan)
    write(path, "DELETE FROM numbers")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


async def test_a_file_that_is_away_is_not_made_and_read_again_when_it_is_back(path: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    away = tmp_path / "away.db"
    move(path, away)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await database.rows.scan((COUNT, {}))
        with pytest.raises(Unavailable):
            await database.rows.by_key(COUNT, {})
    move(away, path)
    assert await database.rows.scan((COUNT, {})) == [await database.rows.by_key(COUNT, {})] == [[(100,)]]
    await database.close()


async def test_another_file_in_its_place_is_found(path: Path, database: Database) -> None:
    write(path, "ALTER TABLE numbers RENAME TO figures")
    with pytest.raises(Unavailable):
        await database.rows.by_key(COUNT, {})
    write(path, "ALTER TABLE figures RENAME TO numbers")
    assert await database.rows.by_key(COUNT, {}) == [(100,)]


async def test_a_file_that_is_no_database_does_not_answer(path: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    move(path, tmp_path / "away.db")
    write_text(path, "no database " * 100)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await database.rows.by_key(COUNT, {})
    await database.close()
