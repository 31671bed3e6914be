"""8. The daily run: time, CPU and peak memory of `haloop recommend` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import population
from benchmarks.haloops import settings_of
from benchmarks.report import Report, seconds
from haloop.core.vocabulary import vocabulary
from haloop.matching.facts import day_number
from haloop.matching.filter import OPTION_LIST_OF, Filter

# helpers, open posts, days of lists that are there already
SCALES = {
    "smoke": [(200, 200, 2)],
    "small": [(10_000, 5_000, 14)],
    "full": [(10_000, 5_000, 14), (100_000, 20_000, 14)],
}
WISHES, OPENED, DISMISSED = 3, 8, 1  # of each helper, on average (of wishes: 0 to 6)
A_DAY = 5
ROWS_AT_ONCE = 200_000


def wishes(count: int) -> Iterator[Filter]:
    """Filters as people make them: two to four fields, and few twice the same."""
    random_, known = random.Random(population.SEED), vocabulary()
    regions = [region.code for region in known.regions]
    for _ in range(count):
        wanted: dict[str, object] = {}
        if random_.random() < 0.5:
            wanted["regions"] = random_.sample(regions, random_.choice((1, 2, 3)))
        if random_.random() < 0.4:
            first = population.TODAY + timedelta(days=random_.randint(0, 150))
            wanted["available_from"] = first
            wanted["available_until"] = first + timedelta(days=random_.choice((14, 30, 60)))
        if random_.random() < 0.3:
            wanted["max_hours_per_day"] = random_.choice((4, 5, 6))
        if random_.random() < 0.1:
            wanted["text"] = random_.choice(population.WORDS)
        for field in random_.sample(list(OPTION_LIST_OF), random_.choice((1, 2))):
            options = known.options[OPTION_LIST_OF[field]]
            wanted[field] = [option.slug for option in random_.sample(options, random_.choice((1, 2, 3)))]
        yield Filter.model_validate(wanted)


def make(path: Path, helpers: int, posts: int, days: int) -> None:
    asyncio.run(population.make_database(path))
    population.add_posts(path, posts)
    ids = population.add_helpers(path, helpers)
    random_ = random.Random(population.SEED)
    owners = [random_.choice(ids) for _ in range(helpers * WISHES)]
    population.add_subscriptions(path, owners, wishes(helpers * WISHES))
    now = datetime.now(UTC)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE accounts SET seen_at = ?", (_text(now),))
        database.execute("UPDATE subscriptions SET updated_at = ?", (_text(now - timedelta(days=20)),))
        known = [row[0] for row in database.execute("SELECT id FROM posts")]
        instants = [_text(now - timedelta(days=day)) for day in range(60)]
        for table, each in (("opened_posts", OPENED), ("dismissed_posts", DISMISSED)):
            _insert(
                database,
                f"INSERT INTO {table} (account_id, post_id, at) VALUES (?, ?, ?)",  # noqa: S608  # our own names
                ((one.bytes, post, random_.choice(instants)) for one in ids for post in random_.sample(known, each)),
            )
        today = day_number(population.TODAY)
        _insert(
            database,
            'INSERT INTO recommendations (account_id, day, "rank", post_id) VALUES (?, ?, ?, ?)',
            (
                (one.bytes, today - 1 - place // A_DAY, place % A_DAY + 1, post)
                for one in ids
                for place, post in enumerate(random_.sample(known, days * A_DAY))
            ),
        )
        database.commit()


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S.000000")


def _insert(database: sqlite3.Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    some: list[tuple[object, ...]] = []
    for row in rows:
        some.append(row)
        if len(some) == ROWS_AT_ONCE:
            database.executemany(statement, some)
            some.clear()
    database.executemany(statement, some)


def measure(folder: Path) -> tuple[float, float, float]:
    """Seconds, seconds of CPU (all threads), and the peak of resident memory in MB, of the whole process."""
    settings = settings_of(folder)
    environment = {**os.environ, "HALOOP_DATABASE_URL": settings.database_url, "HALOOP_MEDIA_URL": settings.media_url}
    command = [sys.executable, "-c", "from haloop.cli import main; main()", "recommend"]
    begun = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((folder / "log").read_text())
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(scale: str, runs: int) -> None:  # noqa: ARG001  # a run leaves nothing to do for a second one
    report = Report("recommending", "The daily run", scale)
    for helpers, posts, days in SCALES[scale]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make(folder / "haloop.db", helpers, posts, days)
            whole, cpu, memory = measure(folder)
            again, _, _ = measure(folder)
            with closing(sqlite3.connect(folder / "haloop.db")) as database:
                (lists,) = database.execute(
                    "SELECT count(DISTINCT account_id) FROM recommendations WHERE day = ?",
                    (day_number(population.TODAY),),
                ).fetchone()
        report.add(
            what=f"{helpers:,} helpers, {posts:,} posts, {days} days of lists",
            whole=seconds(whole), cpu=seconds(cpu), peak=f"{memory:,.0f} MB", lists=f"{lists:,}",
            each_second=f"{lists / whole:,.0f}", again=seconds(again),
            aim="< 600 s, < 2,000 MB" if helpers == 100_000 else "",
        )  # fmt: skip
    report.finish()
