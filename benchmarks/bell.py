"""4. Publish to bell: from the host's request to the arrival in connected clients of another process."""

from __future__ import annotations

import asyncio
import tempfile
import time
from itertools import chain
from pathlib import Path

import websockets

from benchmarks import population
from benchmarks.haloops import a_host, open_haloop, photo_ids
from benchmarks.processes import Server, connected, hear_new, post, serve, title_of, tokens_for
from benchmarks.report import Report, percentile, seconds, spread
from haloop.core.clock import Clock
from haloop.matching.filter import Filter

# (subscriptions, of which so many fit and are connected)
SCALES = {
    "smoke": [(100, 1), (100, 10)],
    "small": [(100, 1), (10_000, 100)],
    "full": [(100, 1), (100, 100), (10_000, 1), (10_000, 100), (10_000, 1_000)],
}
BURST = 150
BURST_SECONDS = 5.0
BURST_HEARERS = 20


async def make(folder: Path, subscriptions: int, fitting: int) -> tuple[list[str], str, list[str]]:
    """The tokens of those who fit, the host's token, its photos."""
    path = folder / "haloop.db"
    await population.make_database(path)
    helpers = population.add_helpers(path, subscriptions)
    fits = Filter.model_validate({"job_types": ["farming"]})
    others = Filter.model_validate({"job_types": ["other"], "meals": ["dinner"]})
    population.add_subscriptions(path, helpers, [fits] * fitting + [others] * (subscriptions - fitting))
    async with open_haloop(folder) as haloop:
        host = await a_host(haloop)
        photos = [str(photo_id) for photo_id in await photo_ids(haloop, host)]
    *tokens, host_token = await tokens_for(folder, [*helpers[:fitting], host.account_id])
    return tokens, host_token, photos


def a_body(photos: list[str], title: str = "A post") -> dict[str, object]:
    today = Clock().today()
    return {
        "title": title, "description": "A day by the sea.", "starts_on": today.isoformat(),
        "ends_on": today.replace(year=today.year + 1).isoformat(), "places": 2, "hours_per_day": 4, "min_stay_days": 14,
        "job_types": ["farming"], "accommodations": ["single-room"], "photos": photos, "status": "published",
    }  # fmt: skip


async def measure(
    server: Server, tokens: list[str], host: str, photos: list[str], runs: int
) -> tuple[list[float], list[float], list[float]]:
    """First, last and all arrivals, in seconds after the request was sent."""
    firsts, lasts, all_ = [], [], list[float]()
    async with connected(server, tokens) as sockets:
        for number in range(runs + 1):
            hearing = [asyncio.create_task(hear_new(one)) for one in sockets]
            await asyncio.sleep(0.2)
            begun = time.perf_counter()
            await post(server, "/api/posts", a_body(photos, f"Post {number}"), host)
            arrivals = [at - begun for at, _ in await asyncio.gather(*hearing)]
            if number:  # the first warms up
                firsts.append(min(arrivals))
                lasts.append(max(arrivals))
                all_ += arrivals
    return firsts, lasts, all_


async def burst(server: Server, tokens: list[str], hosts: list[tuple[str, list[str]]]) -> list[float]:
    """150 posts in 5 s: for each, when the last of its hearers heard, in seconds after its request."""
    sent: dict[str, float] = {}
    async with connected(server, tokens) as sockets:

        async def hear_all(one: websockets.ClientConnection) -> list[tuple[float, str]]:
            return [await hear_new(one) for _ in range(BURST)]

        hearing = [asyncio.create_task(hear_all(one)) for one in sockets]
        begun = time.perf_counter()
        posting = []
        for number in range(BURST):
            await asyncio.sleep(max(0.0, begun + number * BURST_SECONDS / BURST - time.perf_counter()))
            host, photos = hosts[number % len(hosts)]
            title = f"Burst {number}"
            sent[title] = time.perf_counter()
            posting.append(asyncio.create_task(post(server, "/api/posts", a_body(photos, title), host)))
        await asyncio.gather(*posting)
        heard = await asyncio.gather(*hearing)
    last: dict[str, float] = {}
    for at, packet in chain.from_iterable(heard):
        title = title_of(packet)
        last[title] = max(at, last.get(title, 0.0))
    return [last[title] - begun for title, begun in sent.items()]


def run(scale: str, runs: int) -> None:
    report = Report("bell", "Publish to bell", scale)
    for subscriptions, fitting in SCALES[scale]:
        with tempfile.TemporaryDirectory() as name:
            tokens, host, photos = asyncio.run(make(Path(name), subscriptions, fitting))
            with serve(Path(name)) as server:
                firsts, lasts, all_ = asyncio.run(measure(server, tokens, host, photos, runs))
            report.add(
                what=f"{subscriptions:,} subscriptions, {fitting:,} fit and are connected",
                first=spread(firsts, seconds), last=spread(lasts, seconds),
                p50=seconds(percentile(all_, 0.5)), p95=seconds(percentile(all_, 0.95)),
                aim="first < 40 ms" + (", last < 500 ms" if fitting == 1_000 else ""),
            )  # fmt: skip
    if scale != "smoke":
        _burst(report, runs)
    report.finish()


def _burst(report: Report, runs: int) -> None:
    bursts = [_one_burst() for _ in range(runs)]
    waits = list(chain.from_iterable(bursts))
    report.add(
        what=f"burst of {BURST} posts in {BURST_SECONDS:.0f} s, {BURST_HEARERS} hearers",
        first=spread([min(one) for one in bursts], seconds), last=spread([max(one) for one in bursts], seconds),
        p50=seconds(percentile(waits, 0.5)), p95=seconds(percentile(waits, 0.95)), aim="nobody waits > 2 s",
    )  # fmt: skip


def _one_burst() -> list[float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens, host, photos = asyncio.run(make(folder, 100, BURST_HEARERS))
        hosts = [(host, photos), *asyncio.run(_more_hosts(folder, 9))]
        with serve(folder) as server:
            return asyncio.run(burst(server, tokens, hosts))


async def _more_hosts(folder: Path, count: int) -> list[tuple[str, list[str]]]:
    """A host has 20 open posts at most."""
    async with open_haloop(folder) as haloop:
        hosts = [await a_host(haloop) for _ in range(count)]
        photos = [[str(photo_id) for photo_id in await photo_ids(haloop, host)] for host in hosts]
    tokens = await tokens_for(folder, [host.account_id for host in hosts])
    return list(zip(tokens, photos, strict=True))
