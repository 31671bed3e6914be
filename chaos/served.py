"""What `haloop serve` runs, with a clock whose offset (seconds) lies in a file: `python -m chaos.served PORT FILE`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import typer

from haloop.cli import serve_by
from haloop.core.clock import system_now


class OffsetSource:
    """The system's time plus what the file says; read each time, so that a jump is seen at once."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return system_now() + timedelta(seconds=float(self._file.read_text() or 0))


def main(port: int, offset: Path) -> None:
    serve_by(OffsetSource(offset), "127.0.0.1", port)


if __name__ == "__main__":
    typer.run(main)
