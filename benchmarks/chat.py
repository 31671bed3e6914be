"""7. Chat: round trips of one conversation, messages a second of many, memory of a connection, others meanwhile.

Each message counts when it has reached both sides; afterwards every socket's numbers are checked: 1, 2, 3 … once each,
in order. Everything is on: membership, `client_id`, unread counts, rate limits (with a raised factor), and every answer
comes after a commit with `synchronous=FULL`."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import websockets

from benchmarks import population
from benchmarks.processes import Server, connected, get_once, serve, tokens_for
from benchmarks.report import Report, median, percentile, seconds, spread
from haloop.core.ids import new_id

# Conversations at once, messages of each.
SCALES = {"smoke": [(2, 20)], "small": [(50, 100)], "full": [(50, 400), (500, 40)]}
SOCKETS = {"smoke": 20, "small": 500, "full": 2_000}
ROUND_TRIPS = {"smoke": 20, "small": 200, "full": 1_000}
AIMS = {50: "≥ 1,500 / s", 500: "≥ 1,200 / s"}
_NUMBER = re.compile(r'"number":(\d+)')


@dataclass(frozen=True, slots=True)
class Pair:
    conversation_id: UUID
    helper: str  # a session's token
    host: str


async def make(folder: Path, conversations: int) -> list[Pair]:
    """So many helpers, as many hosts, a conversation of each two; written past the services."""
    path = folder / "haloop.db"
    await population.make_database(path)
    population.add_posts(path, 200)
    accounts = population.add_helpers(path, 2 * conversations)
    helpers, owners = accounts[:conversations], accounts[conversations:]
    hosts, ids = [new_id() for _ in owners], [new_id() for _ in owners]
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(hosts)")]
        example = dict(zip(columns, connection.execute("SELECT * FROM hosts").fetchone(), strict=True))
        for host, owner in zip(hosts, owners, strict=True):
            row = {**example, "id": host.bytes, "account_id": owner.bytes}
            marks = ",".join("?" * len(columns))
            connection.execute(f"INSERT INTO hosts ({','.join(columns)}) VALUES ({marks})", list(row.values()))  # noqa: S608  # names of columns
        connection.executemany(
            "INSERT INTO conversations (id, helper_id, host_id, last_number, helper_read, host_read, helper_unread,"
            " host_unread, created_at, active_at) VALUES (?, ?, ?, 0, 0, 0, 0, 0, ?, ?)",
            (
                (id_.bytes, helper.bytes, host.bytes, population.INSTANT, population.INSTANT)
                for id_, helper, host in zip(ids, helpers, hosts, strict=True)
            ),
        )
        connection.commit()
    tokens = await tokens_for(folder, accounts)
    return [Pair(*three) for three in zip(ids, tokens[:conversations], tokens[conversations:], strict=True)]


@dataclass
class Client:
    """One connected side; notes the numbers that it hears, and the moments of its acks."""

    socket: websockets.ClientConnection
    conversation_id: UUID
    heard: list[int] = field(default_factory=list)
    acks: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    arrivals: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    sent: int = 0

    async def listen(self) -> None:
        async for packet in self.socket:
            text = str(packet)
            if text.startswith('42["message:new"'):
                found = _NUMBER.search(text)
                self.heard.append(int(found[1]) if found else 0)
                self.arrivals.put_nowait(time.perf_counter())
            elif text.startswith("43"):
                number, answer = text[2:].split("[", 1)
                if not answer.startswith('{"ok":true'):
                    raise RuntimeError(answer)
                self.acks.pop(int(number)).set_result(None)
            elif text == "2":
                await self.socket.send("3")

    async def send(self) -> None:
        """Sends a message and waits for its ack."""
        self.sent += 1
        body = {
            "conversation_id": str(self.conversation_id),
            "client_id": str(new_id()),
            "body": "Could I come a day earlier, with the bus at nine?",
        }
        acked = self.acks[self.sent] = asyncio.get_running_loop().create_future()
        await self.socket.send(f"42{self.sent}" + json.dumps(["message:send", body]))
        await acked


async def round_trips(server: Server, pair: Pair, count: int) -> tuple[list[float], list[float]]:
    """From sending to the ack, and to the arrival at the other side, one at a time."""
    acks, arrivals = [], []
    async with connected(server, [pair.helper, pair.host]) as (one, other):
        helper, host = (Client(socket, pair.conversation_id) for socket in (one, other))
        listening = [asyncio.create_task(client.listen()) for client in (helper, host)]
        for number in range(count + 10):
            begun = time.perf_counter()
            await helper.send()
            acked = time.perf_counter()
            arrived = await host.arrivals.get()
            if number >= 10:  # the first warm up
                acks.append(acked - begun)
                arrivals.append(arrived - begun)
        check([helper, host], count + 10)
        await stop(listening)
    return acks, arrivals


async def talk(server: Server, pairs: list[Pair], each: int) -> tuple[float, list[float], list[float]]:
    """Both sides of every conversation send as fast as they are answered. Messages a second until the last has reached
    both sides, seconds until each ack, and seconds of others' requests meanwhile."""
    async with connected(server, [token for pair in pairs for token in (pair.helper, pair.host)]) as sockets:
        clients = [Client(socket, pairs[place // 2].conversation_id) for place, socket in enumerate(sockets)]
        listening = [asyncio.create_task(client.listen()) for client in clients]
        latencies: list[float] = []

        async def chatter(client: Client) -> None:
            for _ in range(each // 2):
                begun = time.perf_counter()
                await client.send()
                latencies.append(time.perf_counter() - begun)

        others: list[float] = []
        reading = asyncio.create_task(read_meanwhile(server, others))
        begun = time.perf_counter()
        await asyncio.gather(*map(chatter, clients))
        for client in clients:
            for _ in range(each // 2 * 2):
                await client.arrivals.get()
        took = time.perf_counter() - begun
        reading.cancel()
        check(clients, each // 2 * 2)
        await stop(listening)
    return len(pairs) * (each // 2 * 2) / took, latencies, others


async def read_meanwhile(server: Server, latencies: list[float]) -> None:
    while True:
        latencies.append(await get_once(server, "/posts"))
        await asyncio.sleep(0.05)


def check(clients: list[Client], count: int) -> None:
    for client in clients:
        if client.heard[-count:] != list(range(client.heard[-1] - count + 1, client.heard[-1] + 1)):
            raise RuntimeError("a message was lost, doubled or reordered")


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def memory(server: Server, tokens: list[str]) -> float:
    """KB of resident memory a connected socket."""
    before = server.memory()
    async with connected(server, tokens):
        return (server.memory() - before) * 1024 / len(tokens)


def run(scale: str, runs: int) -> None:
    report = Report("chat", "Chat", scale)
    with tempfile.TemporaryDirectory() as name:
        (pair,) = asyncio.run(make(Path(name), 1))
        with serve(Path(name)) as server:
            found = [asyncio.run(round_trips(server, pair, ROUND_TRIPS[scale])) for _ in range(runs)]
        for place, what in enumerate(("ack", "arrival at the other side")):
            values = [found_[place] for found_ in found]
            report.add(
                what=f"one conversation: {what}",
                **{
                    f"p{round(part * 100)}": spread([percentile(run_, part) for run_ in values], seconds)
                    for part in (0.5, 0.95, 0.99)
                },
                aim="p50 < 3 ms",
            )
    for conversations, each in SCALES[scale]:
        with tempfile.TemporaryDirectory() as name:
            pairs = asyncio.run(make(Path(name), conversations))
            with serve(Path(name)) as server:
                _many(report, server, pairs, each, runs)
    with tempfile.TemporaryDirectory() as name:
        pairs = asyncio.run(make(Path(name), SOCKETS[scale] // 2))
        with serve(Path(name)) as server:
            cost = asyncio.run(memory(server, [token for pair in pairs for token in (pair.helper, pair.host)]))
        report.add(what=f"a connected socket, of {SOCKETS[scale]:,}", rate=f"{cost:.0f} KB", aim="< 60 KB")
    report.finish()


def _many(report: Report, server: Server, pairs: list[Pair], each: int, runs: int) -> None:
    rates, latencies, others, costs = [], list[float](), list[float](), []
    for _ in range(runs):
        before = server.cpu()
        rate, acks, meanwhile = asyncio.run(talk(server, pairs, each))
        costs.append((server.cpu() - before) / (len(pairs) * each) * 1000)
        rates.append(rate)
        latencies += acks
        others += meanwhile
    report.add(
        what=f"{len(pairs)} conversations at full speed",
        p50=seconds(percentile(latencies, 0.5)), p95=seconds(percentile(latencies, 0.95)),
        p99=seconds(percentile(latencies, 0.99)), rate=spread(rates, lambda value: f"{value:,.0f} / s"),
        cpu=f"{median(costs):.2f} ms a message", posts_p95=seconds(percentile(others, 0.95)) if others else "",
        aim=AIMS.get(len(pairs), ""),
    )  # fmt: skip
