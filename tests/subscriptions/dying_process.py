"""Processes that die at a given step: reads `[folder, step, "publish", body, token]` (the last three may be missing)
as JSON lines, runs each in a fork of itself (Python and the platform are loaded once) and prints its exit status.

Steps are counted before and after each commit, and before and after each sending of signals; at the given one the
process ends at once, as by `kill -9`. What it sent is written down, one line each, before the next step."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from haloop.core.unit_of_work import Emit, Signal
from haloop.engines.realtime.sockets import SocketRealtime
from tests.world import open_world

DIED = 9


class Steps:
    def __init__(self, last: int) -> None:
        self._last = last
        self._count = 0

    def step(self) -> None:
        self._count += 1
        if self._count == self._last:
            os._exit(DIED)


async def main(folder: Path, last: int, action: list[str]) -> None:
    steps = Steps(last)
    async with open_world(folder, folder / "haloop.db", {}) as world:
        event.listen(Session, "before_commit", lambda _session: steps.step())
        event.listen(Session, "after_commit", lambda _session: steps.step())
        _write_down(world.haloop.realtime, folder / "sent", steps)
        await world.haloop.jobs.take_over()
        if action[:1] == ["publish"]:
            headers = {"Authorization": f"Bearer {action[2]}", "Idempotency-Key": "one"}
            response = await world.client.post("/api/posts", json=json.loads(action[1]), headers=headers)
            (folder / "answered").write_text(f"{response.status_code} {response.text}")
        await world.run_jobs()


def _write_down(realtime: SocketRealtime, path: Path, steps: Steps) -> None:
    """Everyone counts as connected, and the wire is a file."""

    async def connected(account_ids: Collection[UUID]) -> set[UUID]:
        return set(account_ids)

    async def send(signals: Sequence[Signal]) -> None:
        steps.step()
        with path.open("a") as file:
            for signal in signals:
                if isinstance(signal, Emit) and signal.event == "notification:new":
                    file.write(f"{signal.payload['id']}\n")
        steps.step()

    realtime.connected = connected  # type: ignore[method-assign]  # the far end of the wire, in another process
    realtime.send = send  # type: ignore[method-assign]  # as above


def run_in_a_fork(folder: str, last: int, *action: str) -> int:
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)  # what is logged must not look like a status
        asyncio.run(main(Path(folder), last, list(action)))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{run_in_a_fork(*json.loads(line))}\n")
        sys.stdout.flush()
