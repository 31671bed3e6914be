"""5. One process: requests a second, p95 and CPU of what people ask most, and others' p95 while people sign in."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import population
from benchmarks.haloops import a_host, open_haloop, publish
from benchmarks.processes import Server, get, get_once, post, serve, tokens_for
from benchmarks.report import Report, median, percentile, seconds, spread
from haloop.accounts.models import AccountRow
from haloop.core.security import Passwords

SCALES = {"smoke": [50], "small": [200], "full": [200, 5_000]}
CLIENTS = (1, 10)
AIMS = {"GET /api/posts": 900, "GET /api/posts/{id}": 1500, "GET /api/auth/me": 1500, "page /posts": 350}
EMAIL = "bench@example.org"
PASSWORD = "a password of a benchmark"  # noqa: S105  # a benchmark's account
HTML = {"Accept": "text/html"}


async def make(folder: Path, posts: int) -> tuple[str, str]:
    """A post's id and a helper's token; the helper can sign in."""
    path = folder / "haloop.db"
    await population.make_database(path)
    population.add_posts(path, posts)
    (helper,) = population.add_helpers(path, 1)
    async with open_haloop(folder) as haloop:
        post_id = await publish(haloop, await a_host(haloop))
        hashed = await Passwords().hash(PASSWORD)
        async with haloop.engines.units.begin() as work:
            row = await work.session.get_one(AccountRow, helper)
            row.email = row.email_key = EMAIL
            row.password_hash = hashed
    (token,) = await tokens_for(folder, [helper])
    return str(post_id), token


def paths(post_id: str, token: str) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    signed = {"Authorization": f"Bearer {token}"}
    return {
        "yardstick: GET /healthz": ("/healthz", {}),
        "GET /api/posts": ("/api/posts", {}),
        "GET /api/posts/{id}": (f"/api/posts/{post_id}", {}),
        "GET /api/auth/me": ("/api/auth/me", signed),
        "GET /api/recommendations": ("/api/recommendations", signed),
        "page / of a helper": ("/", {**signed, **HTML}),
        "page /account": ("/account", {**signed, **HTML}),
        "page /posts": ("/posts", HTML),
        "page /posts/{id}": (f"/posts/{post_id}", HTML),
    }


def run(scale: str, runs: int) -> None:
    report = Report("http", "One process", scale)
    length = 0.5 if scale == "smoke" else 3.0
    for posts in SCALES[scale]:
        with tempfile.TemporaryDirectory() as name:
            post_id, token = asyncio.run(make(Path(name), posts))
            with serve(Path(name)) as server:
                for what, (path, headers) in paths(post_id, token).items():
                    for clients in CLIENTS:
                        _measure(report, server, f"{posts:,} posts, {what}", path, headers, clients, runs, length)
                for clients in CLIENTS:
                    _sign_ins(report, server, f"{posts:,} posts", clients, runs, length)
    report.finish()


def _measure(
    report: Report,
    server: Server,
    what: str,
    path: str,
    headers: Mapping[str, str],
    clients: int,
    runs: int,
    length: float,
) -> None:
    rates, slowest, costs = [], [], []
    for _ in range(runs):
        before = server.cpu()
        found = asyncio.run(get(server, path, clients, length, headers))
        costs.append((server.cpu() - before) / len(found) * 1000)
        rates.append(len(found) / length)
        slowest.append(percentile(found, 0.95))
    aim = next((f">= {aim}/s" for name, aim in AIMS.items() if what.endswith(name) and clients > 1), "")
    report.add(
        what=what, clients=clients, each_second=spread(rates, lambda rate: f"{rate:,.0f}"),
        p95=spread(slowest, seconds), cpu=f"{median(costs):.2f} ms", aim=aim,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignIns:
    """Seconds: of each sign-in, of CPU for each, and the p95 of another request alone and meanwhile."""

    taken: list[float]
    cpu: float
    alone: float
    meanwhile: float


def _sign_ins(report: Report, server: Server, what: str, clients: int, runs: int, length: float) -> None:
    found = [asyncio.run(_signing_in(server, clients, length)) for _ in range(runs)]
    report.add(
        what=f"{what}, sign-in", clients=clients,
        each_second=spread([len(run.taken) / length for run in found], lambda rate: f"{rate:,.0f}"),
        p95=spread([percentile(run.taken, 0.95) for run in found], seconds),
        cpu=f"{median([run.cpu for run in found]) * 1000:.2f} ms", aim="",
    )  # fmt: skip
    report.add(
        what=f"{what}, others while so many sign in (alone {seconds(median([run.alone for run in found]))})",
        clients=clients, p95=spread([run.meanwhile for run in found], seconds), aim="< 40 ms" if clients > 1 else "",
    )  # fmt: skip


async def _signing_in(server: Server, clients: int, length: float) -> SignIns:
    """So many people sign in again and again: at first by themselves, then while others ask 100 times a second."""
    alone, taken = percentile(await _paced(server, length), 0.95), list[float]()

    async def sign_in() -> None:
        while True:
            begun = time.perf_counter()
            await post(server, "/api/auth/login", {"email": EMAIL, "password": PASSWORD})
            taken.append(time.perf_counter() - begun)

    people = [asyncio.create_task(sign_in()) for _ in range(clients)]
    before = server.cpu()
    await asyncio.sleep(length)
    by_themselves, cost = list(taken), (server.cpu() - before) / len(taken)
    meanwhile = percentile(await _paced(server, length), 0.95)
    for person in people:
        person.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*people)
    return SignIns(by_themselves, cost, alone, meanwhile)


async def _paced(server: Server, length: float) -> list[float]:
    """A hundred requests a second, each on time whatever the last one took."""
    begun = time.perf_counter()
    asking = []
    for number in range(int(length * 100)):
        await asyncio.sleep(max(0.0, begun + number / 100 - time.perf_counter()))
        asking.append(asyncio.create_task(get_once(server, "/api/posts")))
    return list(await asyncio.gather(*asking))
