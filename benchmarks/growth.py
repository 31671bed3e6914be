"""Draws how costs grow with the data, from the results of the full scale: docs/growth.svg, both axes logarithmic."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from benchmarks.report import RESULTS

DRAWN = ("search", "matching")  # benchmarks
TARGET = Path(__file__).parent.parent / "docs" / "growth.svg"
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 860, 420, 70, 50, 30, 250
SIZES = (1_000, 1_000_000)
TIMES = (0.1, 1_000.0)  # ms
COLOURS = ("#0e5a49", "#bf2c43", "#1271a3", "#b57600", "#6b4fa0", "#4a615a")

Line = list[tuple[float, float]]  # (size, ms)


def milliseconds(text: str) -> float:
    """ "2.1 ms [2.0 ms–2.4 ms]" or "0.31 s" as milliseconds."""
    number, unit = text.split()[:2]
    return float(number) * (1000 if unit == "s" else 1)


def lines() -> dict[str, Line]:
    """What is drawn, by its name."""
    found: dict[str, Line] = {}
    for row in _rows("search"):
        posts, what = row["what"].split(" posts, ", 1)
        if what in ("none", "typical: region, hours, meals", "finds nothing", "text: one word"):
            name = f"search, {what} (p95)"
            found.setdefault(name, []).append((float(posts.replace(",", "")), milliseconds(row["p95_total"])))
    for row in _rows("matching"):
        if "(4 %)" in row["fitting"]:
            size = float(row["what"].split()[0].replace(",", ""))
            found.setdefault("matching, 4 % fit (whole)", []).append((size, milliseconds(row["whole"])))
    return found


def _rows(name: str) -> Iterable[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((RESULTS / f"{name}-full.json").read_text())["rows"]
    return rows


def _x(size: float) -> float:
    part = math.log(size / SIZES[0]) / math.log(SIZES[1] / SIZES[0])
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def _y(ms: float) -> float:
    part = math.log(max(ms, TIMES[0]) / TIMES[0]) / math.log(TIMES[1] / TIMES[0])
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)


def draw(found: dict[str, Line]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f7f9f5"/>',
    ]
    for size in (1_000, 10_000, 100_000, 1_000_000):
        parts.append(f'<path d="M{_x(size):.0f} {TOP}V{HEIGHT - BOTTOM}" stroke="#d5dfd6"/>')
        parts.append(f'<text x="{_x(size):.0f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    for ms in (0.1, 1, 10, 100, 1_000):
        parts.append(f'<path d="M{LEFT} {_y(ms):.0f}H{WIDTH - RIGHT}" stroke="#d5dfd6"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{_y(ms) + 4:.0f}" text-anchor="end">{ms:g} ms</text>')
    for place, (name, line) in enumerate(found.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(f"{_x(size):.0f},{_y(ms):.0f}" for size, ms in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{_x(s):.0f}" cy="{_y(ms):.0f}" r="4" fill="{colour}"/>' for s, ms in line]
        y = TOP + 20 + place * 22
        parts.append(f'<path d="M{WIDTH - RIGHT + 20} {y - 4}h22" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 50}" y="{y}">{name}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}">open posts, or subscriptions</text></svg>')
    return "\n".join(parts) + "\n"


def redraw() -> None:
    TARGET.write_text(draw(lines()))


if __name__ == "__main__":
    redraw()
