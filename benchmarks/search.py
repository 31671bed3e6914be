"""3. Search: the first page and its total, over many open posts."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import population
from benchmarks.haloops import open_haloop
from benchmarks.report import Report, percentile, seconds, spread
from haloop.app import Haloop
from haloop.matching import sql
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.posts.search import find
from haloop.posts.views import Viewer

SCALES = {"smoke": [200], "small": [1_000, 10_000], "full": [1_000, 10_000, 100_000]}
TIMES = 60

FILTERS: Mapping[str, Mapping[str, object]] = {
    "none": {},
    "typical: region, hours, meals": {"regions": ["TW-HUA", "TW-TTT"], "max_hours_per_day": 5, "meals": ["breakfast"]},
    "typical: job, dates": {
        "job_types": ["farming", "reception"],
        "available_from": population.TODAY.isoformat(),
        "available_until": population.TODAY.replace(year=population.TODAY.year + 1).isoformat(),
    },
    "selective": {
        "regions": ["TW-KIN"], "job_types": ["web-development"], "accommodations": ["single-room"],
        "amenities": ["wifi", "workspace"],
    },
    "finds nothing": {"max_hours_per_day": 1, "amenities": ["wifi", "workspace", "parking", "bicycle-provided"]},
    "box": {"bbox": [121.2, 23.5, 121.8, 24.2]},
    "text: one word": {"text": "lantern"},
    "text: one word, hours, meals": {"text": "lantern", "max_hours_per_day": 5, "meals": ["breakfast"]},
    "text: two words": {"text": "scuba kayaking"},
    "text: two words, hours": {"text": "scuba kayaking", "max_hours_per_day": 5},
    "text: four words": {"text": "old goat lantern sea"},
    "text: a label": {"text": "寵物友善"},
    "text: two labels": {"text": "單人房 提供早餐"},
    "text: two words, region": {"text": "old goat", "regions": ["TW-NAN"]},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of each search: of the ids alone, and with `total`; and the total."""

    without: list[float]
    with_total: list[float]
    total: int


async def measure(haloop: Haloop, wanted: Filter) -> Run:
    engines = haloop.engines
    viewer = Viewer(engines.media, "", engines.clock.today(), engines.rendered)
    rows, today = engines.database.rows, day_number(viewer.today)
    without, with_total, total = [], [], 0
    for _ in range(TIMES):
        begun = time.perf_counter()
        await sql.search(rows, wanted, today, limit=21)
        between = time.perf_counter()
        found = await find(rows, engines.clock, viewer, wanted)
        without.append(between - begun)
        with_total.append(time.perf_counter() - between)
        total = found.total or 0
    return Run(without, with_total, total)


async def measure_all(report: Report, folder: Path, count: int, runs: int) -> None:
    await population.make_database(folder / "haloop.db")
    population.add_posts(folder / "haloop.db", count)
    async with open_haloop(folder) as haloop:
        for name, wanted in FILTERS.items():
            found = [await measure(haloop, Filter.model_validate(wanted)) for _ in range(runs)]
            report.add(
                what=f"{count:,} posts, {name}",
                found=f"{found[0].total:,}",
                p50=spread([percentile(run.without, 0.5) for run in found], seconds),
                p95=spread([percentile(run.without, 0.95) for run in found], seconds),
                p50_total=spread([percentile(run.with_total, 0.5) for run in found], seconds),
                p95_total=spread([percentile(run.with_total, 0.95) for run in found], seconds),
                aim="p95 < 30 ms" if count == 100_000 else "",
            )


def run(scale: str, runs: int) -> None:
    report = Report("search", f"Search, {TIMES} times each", scale)
    for count in SCALES[scale]:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure_all(report, Path(folder), count, runs))
    report.finish()
