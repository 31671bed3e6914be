"""6. Start-up and memory: until ready, resident memory after it, and what a connected socket costs."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from benchmarks import population
from benchmarks.processes import Server, connected, serve, tokens_for
from benchmarks.report import Report, seconds, spread

SCALES = {"smoke": 20, "small": 500, "full": 2_000}


async def socket_cost(server: Server, tokens: list[str]) -> float:
    """KB of resident memory a connected socket."""
    before = server.memory()
    async with connected(server, tokens):
        return (server.memory() - before) * 1024 / len(tokens)


def run(scale: str, runs: int) -> None:
    report = Report("startup", "Start-up and memory", scale)
    ready, memory, costs = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(population.make_database(folder / "haloop.db"))
        population.add_posts(folder / "haloop.db", 200)
        helpers = population.add_helpers(folder / "haloop.db", SCALES[scale])
        tokens = asyncio.run(tokens_for(folder, helpers))
        for _ in range(runs):
            with serve(folder) as server:
                ready.append(server.ready_after)
                memory.append(server.memory())
                costs.append(asyncio.run(socket_cost(server, tokens)))
    report.add(what="ready after", value=spread(ready, seconds), aim="< 2 s")
    report.add(what="memory after start", value=spread(memory, lambda some: f"{some:.0f} MB"), aim="< 140 MB")
    report.add(
        what=f"a connected socket, of {SCALES[scale]:,}",
        value=spread(costs, lambda some: f"{some:.0f} KB"),
        aim="< 60 KB",
    )
    report.finish()
