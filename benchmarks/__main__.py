"""`python -m benchmarks`: runs the named benchmarks, or all."""

from __future__ import annotations

import argparse
import logging

import structlog

from benchmarks import (
    bell,
    chat,
    cpu,
    growth,
    matching,
    one_process,
    quality,
    recommending,
    search,
    startup,
    telling,
)

ALL = {
    "matching": matching.run,
    "telling": telling.run,
    "search": search.run,
    "bell": bell.run,
    "cpu": cpu.run,
    "http": one_process.run,
    "startup": startup.run,
    "chat": chat.run,
    "recommending": recommending.run,
    "quality": quality.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(ALL)}; none means all")
    parser.add_argument("--scale", choices=("smoke", "small", "full"), default="small")
    parser.add_argument("--runs", type=int, default=3, help="medians are of so many")
    chosen = parser.parse_args()
    if unknown := set(chosen.names).difference(ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for name in chosen.names or ALL:
        ALL[name](chosen.scale, chosen.runs)
        if chosen.scale == "full" and name in growth.DRAWN:
            growth.redraw()


if __name__ == "__main__":
    main()
