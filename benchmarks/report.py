"""Tables on the terminal and JSON beside them, with what they were measured on."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
console = Console(width=140)


@dataclass
class Report:
    """One benchmark's rows; `aim` of a row is a text such as "< 0.3 s"."""

    name: str
    title: str
    scale: str
    rows: list[dict[str, Any]] = field(default_factory=list)  # Any: numbers and texts

    def add(self, **row: object) -> None:
        self.rows.append(row)
        console.print("  " + ", ".join(f"{name} {value}" for name, value in row.items()), style="dim")

    def finish(self) -> None:
        table = Table(title=f"{self.title} ({self.scale})")
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        for name in names:
            table.add_column(name, justify="left" if name in ("what", "aim") else "right")
        for row in self.rows:
            table.add_row(*(str(row.get(name, "")) for name in names))
        console.print(table)
        RESULTS.mkdir(exist_ok=True)
        result = {"benchmark": self.name, "scale": self.scale, "machine": machine(), "rows": self.rows}
        (RESULTS / f"{self.name}-{self.scale}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "load before": round(os.getloadavg()[0], 1),
    }


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float], show: Callable[[float], str]) -> str:
    """The median, and the least and most in brackets."""
    if len(values) == 1:
        return show(values[0])
    return f"{show(median(values))} [{show(min(values))}–{show(max(values))}]"


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.1f} ms" if value >= 0.001 else f"{value * 1000:.2f} ms"
