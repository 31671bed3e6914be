"""`python -m chaos`: one run of load and faults against a served platform; ends with 1 when anything does not hold."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from chaos.history import moment
from chaos.run import Run


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    arguments.add_argument(
        "--minutes", type=float, default=15, help="it kills for so long; the other faults are met in any case"
    )
    arguments.add_argument("--helpers", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--time-decides", action="store_true", help="fewer kills than asked for are no failure")
    given = arguments.parse_args()
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="haloop-chaos-") as folder:
        end = moment() + given.minutes * 60
        run = Run(Path(folder), given.helpers, given.kills, given.seed, end, lambda line: print(line, flush=True))
        report = asyncio.run(run.go())
    for line in dict.fromkeys(report.wrong):
        print(f"WRONG {line}")
    if report.kills < given.kills:
        print(f"only {report.kills} of {given.kills} kills in {given.minutes} minutes")
    for line in report.lines:
        print(line)
    return 1 if report.wrong or (report.kills < given.kills and not given.time_decides) else 0


if __name__ == "__main__":
    sys.exit(main())
