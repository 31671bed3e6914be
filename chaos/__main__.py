"""`python -m chaos`: one run of load and faults against a served platform; ends with 1 when anything does not hold, or
when it met too little to say so."""

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
    arguments.add_argument("--time-decides", action="store_true", help="half of the kills are enough")
    given = arguments.parse_args()
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="haloop-chaos-") as folder:
        end = moment() + given.minutes * 60
        run = Run(Path(folder), given.helpers, given.kills, given.seed, end, lambda line: print(line, flush=True))
        report = asyncio.run(run.go())
    for line in dict.fromkeys(report.wrong):
        print(f"WRONG {line}")
    least = -(-given.kills // 2) if given.time_decides else given.kills
    missed = report.missed(least)
    for line in missed:
        print(f"TOO LITTLE {line}")
    for line in report.lines:
        print(line)
    return 1 if report.wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
