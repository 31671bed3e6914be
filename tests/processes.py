"""The command `haloop` as a process of its own, with a log that tests read."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

PATIENCE = 90.0  # seconds; a machine may be busy
COMMAND = [sys.executable, "-c", "from haloop.cli import main; main()"]
SECRET = "a secret of the tests, 32 bytes long at least"  # signs nothing but tests' sessions


@dataclass
class Haloop:
    """A running (or ended) process; `address` is where it is served, `output` what it printed and logged."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8", "replace")

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def wait_for(self, text: str) -> None:
        """Until it has printed the text."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.output:
            assert self.process.poll() is None, f"it ended:\n{self.output[-3000:]}"
            assert time.monotonic() < deadline, f"{text!r} never came:\n{self.output[-3000:]}"
            time.sleep(0.02)

    def wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, f"it ended:\n{self.output[-3000:]}"
            assert time.monotonic() < deadline, f"it did not come to answer:\n{self.output[-3000:]}"
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`: nothing more is written, said or tidied up."""
        self.process.kill()
        self.process.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> float:
        """Asks it to end; answers the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(by)
        self.process.wait(30)
        return time.monotonic() - begun

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.address}/healthz").status_code == 200
        except httpx2.TransportError:
            return False


@contextmanager
def started(folder: Path, *arguments: str, port: int | None = None, **settings: str) -> Iterator[Haloop]:
    """`haloop …` in a folder, with a port of its own unless one is given; killed at the end if it still runs."""
    port = port or free_port()
    log = folder / f"haloop-{port}-{time.monotonic_ns()}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [*COMMAND, *arguments, "--port", str(port)],
            cwd=folder,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield Haloop(process, f"http://127.0.0.1:{port}", log)
    finally:
        process.kill()
        process.wait()


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`haloop …` until it ends, both streams in `stdout`; fails when it does not end by itself."""
    return subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This one without its own HALOOP_ settings, with the given ones; `secret_key="x"` is HALOOP_SECRET_KEY=x."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HALOOP_")}
    wide = {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    return {**own, **wide, **{f"HALOOP_{name.upper()}": value for name, value in settings.items()}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
