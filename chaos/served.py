"""What `haloop serve` runs, with a clock whose offset (seconds) lies in a file: `python -m chaos.served PORT FILE`."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from haloop.app import build
from haloop.config import Settings
from haloop.core.clock import Clock, system_now
from haloop.core.logs import set_up_logs
from haloop.engines.server import run, server


class OffsetSource:
    """The system's time plus what the file says; read each time, so that a jump is seen at once."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return system_now() + timedelta(seconds=float(self._file.read_text() or 0))


def main(port: int, offset: Path) -> None:
    set_up_logs("json")
    settings = Settings()
    haloop = build(settings, Clock(settings.timezone, OffsetSource(offset)))
    run(server(haloop.asgi, "127.0.0.1", port, settings.trusted_proxies).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
