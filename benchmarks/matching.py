"""1. Matching: one post against many subscriptions; each measurement in a process of its own, for its memory."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import population
from benchmarks.report import Report, median, seconds, spread
from haloop.core.database import Database
from haloop.engines.server import settle
from haloop.matching import sql
from haloop.matching.facts import day_number

SCALES = {"smoke": [2_000], "small": [10_000, 100_000], "full": [10_000, 100_000, 1_000_000]}
PAGES = (50, 200)
PAGE = 1000


async def measure(path: Path, job: str) -> dict[str, float]:
    """Walks all candidates in the pages that telling uses; seconds, and the most memory of the process in MB."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    facts, today = population.a_post(job), day_number(population.TODAY)
    settle()  # as a server does when it is built
    begun, first, found, after = time.perf_counter(), 0.0, 0, sql.START
    sizes = iter(PAGES)
    async with database.reading() as session:
        while True:
            size = next(sizes, PAGE)
            page = await sql.matching_page(session, facts, today, after, size)
            first = first or time.perf_counter() - begun
            found += len(page)
            if len(page) < size:
                break
            after = page[-1].position
    whole = time.perf_counter() - begun
    await database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "whole": whole, "found": found, "peak": peak}


def run(scale: str, runs: int) -> None:
    report = Report("matching", "Matching one post", scale)
    with tempfile.TemporaryDirectory() as folder:
        for count in SCALES[scale]:
            path = Path(folder) / f"{count}.db"
            asyncio.run(population.make_database(path))
            helpers = population.add_helpers(path, max(1, count // 5))
            population.add_subscriptions(path, helpers, population.wishes(count))
            for share, (job, _) in population.SHARES.items():
                _measure_runs(report, path, count, share, job, runs)
            path.unlink()
    report.finish()


def _measure_runs(report: Report, path: Path, count: int, share: str, job: str, runs: int) -> None:
    command = [sys.executable, "-m", "benchmarks.matching", str(path), job]
    found = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(runs)]
    aim = "< 0.3 s" if (count, share) == (1_000_000, "4 %") else ""
    report.add(
        what=f"{count:,} subscriptions",
        fitting=f"{found[0]['found']:,} ({share})",
        first_page=spread([run["first"] for run in found], seconds),
        whole=spread([run["whole"] for run in found], seconds),
        peak_memory=f"{median([run['peak'] for run in found]):.0f} MB",
        aim=aim,
    )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(sys.argv[1]), sys.argv[2]))))
