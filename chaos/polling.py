"""A flood of handshakes for long polling on which nobody signs in, from some addresses, and others who connect."""

from __future__ import annotations

import asyncio
from collections import Counter

import websockets

from chaos.history import moment
from chaos.people import People
from chaos.process import Platform
from chaos.wire import Refused, Wire

CONNECTIONS = 20
GROWS_MOST = 64 * 2**20  # bytes: 1,000 sessions of 14 kB, and what their requests leave
HANDSHAKE = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n"


class _Poller:
    """One connection from an address of its own (all of 127.0.0.0/8 is this machine), and what came of its
    handshakes."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self.statuses: Counter[int] = Counter()
        self.without_retry_after = 0

    async def handshakes(self, seconds: float) -> None:
        """One after another; a single one if there is no time."""
        end = moment() + seconds
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0))
        while True:
            writer.write(HANDSHAKE)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await _body(reader, head)
            status = int(head[9:12])
            self.statuses[status] += 1
            self.without_retry_after += status == 503 and b"\r\nretry-after:" not in head
            if moment() >= end:
                break
        writer.close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    """Reads it to its end and drops it."""
    if b"\r\ncontent-length: " in head:
        await reader.readexactly(int(head.partition(b"\r\ncontent-length: ")[2].split(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


async def handshakes(platform: Platform, people: People, seconds: float) -> list[str]:
    """Prints what came of it; answers what does not hold."""
    before = most = platform.memory()
    pollers = [_Poller(platform.port, f"127.0.1.{number + 1}") for number in range(CONNECTIONS)]
    flood = asyncio.gather(*(poller.handshakes(seconds) for poller in pollers))
    others, kept_out, number = 0, 0, 0
    while not flood.done():
        await asyncio.sleep(0.5)
        most, number = max(most, platform.memory()), number + 1
        polls = _Poller(platform.port, f"127.0.2.{number % 200 + 1}")
        await polls.handshakes(0)
        kept_out += polls.statuses[200] == 0
        try:
            await (await Wire.connect(platform.port, people.helpers[number % len(people.helpers)].token)).close()
        except (OSError, Refused, websockets.WebSocketException):
            kept_out += 1
        others += 2
    await flood
    statuses = sum((poller.statuses for poller in pollers), Counter[int]())
    print(
        f"{sum(statuses.values())} handshakes for polling in {seconds:.0f} s: {statuses[200]} taken, {statuses[503]} "
        f"refused; {others - kept_out} of {others} others connected; "
        f"from {before / 2**20:.0f} to at most {most / 2**20:.0f} MiB"
    )
    checks = {
        "answers to handshakes other than 200 and 503": set(statuses) - {200, 503},
        "refused handshakes without Retry-After": sum(poller.without_retry_after for poller in pollers),
        "others that a flood of handshakes kept out": kept_out,
        "memory of handshakes": most - before > GROWS_MOST,
    }
    return [f"{what}: {found}" for what, found in checks.items() if found]
