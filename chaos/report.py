"""What a run found, in figures that docs/reliability.md quotes."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from chaos.browsers import Browser
from chaos.client import Notes
from chaos.oracle import Judgement
from chaos.process import Platform


@dataclass(slots=True)
class Report:
    seed: int
    helpers: int
    others: list[str]  # the faults besides kills that it is to meet
    subscriptions: int = 0
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    rests: list[float] = field(default_factory=list)  # seconds from the last start to rest
    must: int = 0
    either: int = 0
    told: int = 0
    wrong: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, judgement: Judgement) -> None:
        self.must += judgement.must
        self.either += judgement.either
        self.told += judgement.told

    def missed(self, kills: int) -> list[str]:
        """What it lacks of so many kills, and of each other fault once; without these it shows nothing."""
        few = [f"{self.kills} kills, and at least {kills} are wanted"] if self.kills < kills else []
        return few + [f"never {name}" for name in self.others if name not in self.faults]

    def conclude(self, notes: Notes, platform: Platform, browsers: list[Browser], deeds: int) -> None:
        self.wrong += notes.wrong
        log = platform.log.read_text("utf-8", "replace")
        events = Counter(event for event in re.findall(r'"event": "(\w+)"', log) if event != "request")
        # Each has a line of its own, but for refusals beyond the bound, which share one a second.
        if notes.statuses[503] > events["unavailable"] and not events["overloaded"]:
            self.wrong.append(f"{notes.statuses[503]} times 503, {events['unavailable']} causes in the log")
        if "unexpected_error" in events:
            self.wrong.append(f"{events['unexpected_error']} unexpected errors in the log: {_first_error(log)}")
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(notes.statuses.items()))
        self.lines += [
            f"seed {self.seed}, {self.helpers} helpers, {self.subscriptions} subscriptions, {len(browsers)} browsers",
            f"{self.kills} kills -9, other faults: {', '.join(self.faults) or 'none'}",
            f"{deeds} deeds; answers {answers}; slowest answer {notes.slowest:.1f} s",
            f"unanswered {notes.unanswered}, answered but lost on the way {notes.lost}",
            f"(helper, post) that had to be told {self.must}, either way allowed {self.either}, told {self.told}",
            f"start to first answer: median {median(platform.starts):.2f} s, most {max(platform.starts):.2f} s",
            f"until at rest: median {median(self.rests or [0]):.2f} s, most {max(self.rests or [0]):.2f} s",
            f"browsers connected {sum(b.connections for b in browsers)} times",
            f"they heard {sum(b.heard for b in browsers)} events, {sum(b.again for b in browsers)} of them again",
            f"log: {dict(events)}",
            f"{self.kills} kills, {len(self.faults)} other faults, {self.told} told; wrong: {len(self.wrong)}",
        ]  # fmt: skip


def _first_error(log: str) -> str:
    line = next(line for line in log.splitlines() if "unexpected_error" in line)
    found = json.loads(line).get("exception", [{}])
    return str([(part.get("exc_type"), part.get("exc_value")) for part in found])[:400]
