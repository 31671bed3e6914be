"""`python -m chaos.overload`: four times the rate that a served platform can serve for a minute, a flood of handshakes
for long polling, and 5,000 sockets.

First the rate that it can serve is measured (clients who ask again once answered); then four times that rate is asked
for, whatever is answered, and the clients note latencies, refusals and the process's memory."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import sys
import tempfile
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import quantiles

from chaos.history import History, moment
from chaos.people import People, settle_people
from chaos.polling import handshakes
from chaos.process import Platform
from chaos.wire import Wire

CLIENTS = 32  # that measure the rate
FACTOR = 4
UNDER_WAY_MOST = 3000  # requests of the flood that wait for their answers
PATIENCE = 30.0  # seconds for an answer
KEPT_FOR = 20.0  # seconds that a connection may be idle: the platform closes it after 30
RECOVERS_WITHIN = 5.0  # seconds
MEMORY_MOST = 600 * 2**20  # bytes
USUAL_FILES = 1024  # open ones, the soft limit
PATHS = ("/api/posts?meals=breakfast", "/api/subscriptions", "/api/notifications", "/posts", "/")


@dataclass(slots=True)
class Answers:
    """What came of some requests: statuses (0: none) and seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of those answered with 200
    without_retry_after: int = 0

    def line(self) -> str:
        cuts = quantiles(self.seconds, n=100) if len(self.seconds) > 1 else [0.0] * 99
        counts = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{counts}; of the served: median {cuts[49] * 1000:.0f} ms, 99 of 100 below {cuts[98] * 1000:.0f} ms"


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0


class Asker:
    """Asks on connections that are kept, as a proxy does; with little work, for the clients share the machine."""

    def __init__(self, platform: Platform, people: People) -> None:
        self._port, self._people, self._rng = platform.port, people, Random(1)
        self._idle = deque[_Connection]()  # the last one that was used is the first to be used again

    async def ask(self, into: Answers) -> None:
        token, path = self._rng.choice(self._people.helpers).token, self._rng.choice(PATHS)
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        begun, head = moment(), b""
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                head = await self._answer_to(request.encode())
        status = int(head[9:12] or 0)
        into.statuses[status] += 1
        if status == 200:
            into.seconds.append(moment() - begun)
        elif status in (429, 503):
            into.without_retry_after += b"\r\nretry-after:" not in head

    async def _answer_to(self, request: bytes) -> bytes:
        """The head of the answer, in lower case; its body is read and dropped."""
        connection = await self._connection()
        connection.writer.write(request)
        head = (await connection.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        await connection.reader.readexactly(length)
        connection.idle_since = moment()
        self._idle.append(connection)
        return head

    async def _connection(self) -> _Connection:
        while self._idle and moment() - self._idle[0].idle_since > KEPT_FOR:
            self._idle.popleft().writer.close()
        if self._idle:
            return self._idle.pop()
        return _Connection(*await asyncio.open_connection("127.0.0.1", self._port))

    async def closed_loop(self, seconds: float) -> Answers:
        """`CLIENTS` who ask again as soon as they are answered."""
        answers, end = Answers(), moment() + seconds

        async def one() -> None:
            while moment() < end:
                await self.ask(answers)

        await asyncio.gather(*(one() for _ in range(CLIENTS)))
        return answers

    async def flood(self, rate: float, seconds: float, into: Answers) -> None:
        """So many a second, whatever is answered."""
        begun, asked, under_way = moment(), 0, set[asyncio.Task[None]]()
        while (gone := moment() - begun) < seconds:
            while asked < gone * rate and len(under_way) < UNDER_WAY_MOST:
                task = asyncio.create_task(self.ask(into))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                asked += 1
            await asyncio.sleep(0.005)
        await asyncio.gather(*under_way)


async def run(folder: Path, seconds: float, sockets: int) -> list[str]:
    """Prints what was measured; answers what does not hold."""
    platform, wrong = Platform(folder), list[str]()
    people = await settle_people(platform, History(), Random(1), 4, max(200, sockets // 10 + 1))
    # It begins as most shells have it, and has to take by itself what it may have; the clients need as much.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(USUAL_FILES, hard), hard))
    await platform.start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asker = Asker(platform, people)
    try:
        calm = await asker.closed_loop(5)
        rate = calm.statuses[200] / 5
        print(f"calm: {rate:.0f} answers/s; {calm.line()}; {platform.memory() / 2**20:.0f} MiB")
        wrong += await overload(platform, asker, rate * FACTOR, seconds)
        wrong += await handshakes(platform, people, seconds / 2)
        wrong += await many_sockets(platform, people, sockets)
    finally:
        await platform.kill()
    return wrong


async def overload(platform: Platform, asker: Asker, rate: float, seconds: float) -> list[str]:
    answers, most = Answers(), 0
    flood = asyncio.create_task(asker.flood(rate, seconds, answers))
    while not flood.done():
        most = max(most, platform.memory())
        await asyncio.wait([flood], timeout=0.5)
    await flood
    ended = moment()
    after = await asker.closed_loop(2)
    while after.statuses[503] and moment() - ended < 2 * RECOVERS_WITHIN:
        after = await asker.closed_loop(2)
    recovered = moment() - ended
    print(f"asked for {rate:.0f}/s during {seconds:.0f} s: {answers.line()}; at most {most / 2**20:.0f} MiB")
    print(f"recovered within {recovered:.1f} s: {after.line()}")
    checks = {
        "answers other than 200, 429 and 503": set(answers.statuses) - {0, 200, 429, 503},
        "unanswered": answers.statuses[0],
        "refusals without Retry-After": answers.without_retry_after,
        "memory": most > MEMORY_MOST,
        "no recovery": recovered > RECOVERS_WITHIN or set(after.statuses) != {200},
    }
    return [f"{what}: {found}" for what, found in checks.items() if found]


async def many_sockets(platform: Platform, people: People, count: int) -> list[str]:
    """So many sockets at once (ten an account), then searches beside them."""
    before, begun = platform.memory(), moment()
    at_once = asyncio.Semaphore(50)

    async def connect(number: int) -> Wire:
        async with at_once:
            return await Wire.connect(platform.port, people.helpers[number // 10].token)

    wires = await asyncio.gather(*(connect(number) for number in range(count)), return_exceptions=True)
    connected = [wire for wire in wires if isinstance(wire, Wire)]
    seconds, grown = moment() - begun, platform.memory() - before
    beside = Answers()
    for _ in range(20):
        await Asker(platform, people).ask(beside)
    each = grown / max(1, len(connected)) / 1024
    print(f"{len(connected)} of {count} sockets in {seconds:.1f} s, {each:.0f} KiB each; beside them {beside.line()}")
    await asyncio.gather(*(wire.close() for wire in connected))
    ended = moment()
    alive = False
    while not alive and moment() - ended < RECOVERS_WITHIN:
        alive = await platform.answers()  # waits for a second
    print(f"after all have gone it answers within {moment() - ended:.1f} s")
    return [] if len(connected) == count and alive and set(beside.statuses) == {200} else ["sockets"]


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m chaos.overload", description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--sockets", type=int, default=5000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="haloop-overload-") as folder:
        wrong = asyncio.run(run(Path(folder), given.seconds, given.sockets))
    for line in wrong:
        print(f"WRONG {line}")
    print(f"overload: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
