"""2. Telling: notifications a second through the whole handler, from the outbox row to the last commit."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks import population
from benchmarks.haloops import a_host, open_haloop, publish
from benchmarks.report import Report, median, seconds, spread
from haloop.matching.filter import Filter

SCALES = {"smoke": [200], "small": [1_000, 10_000], "full": [1_000, 10_000]}


async def measure(folder: Path, count: int) -> float:
    """Seconds to tell one post to so many helpers."""
    path = folder / "haloop.db"
    await population.make_database(path)
    helpers = population.add_helpers(path, count)
    wish = Filter.model_validate({"job_types": ["farming"], "meals": ["breakfast"]})
    population.add_subscriptions(path, helpers, [wish] * count)
    async with open_haloop(folder) as haloop:
        await publish(haloop, await a_host(haloop))
        begun = time.perf_counter()
        await haloop.jobs.run_until_empty()
        return time.perf_counter() - begun


def run(scale: str, runs: int) -> None:
    report = Report("telling", "Telling one post", scale)
    for count in SCALES[scale]:
        times = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                times.append(asyncio.run(measure(Path(folder), count)))
        report.add(
            what=f"{count:,} helpers",
            whole=spread(times, seconds),
            each_second=f"{count / median(times):,.0f}",
            aim="< 5 s" if count == 10_000 else "",
        )
    report.finish()
