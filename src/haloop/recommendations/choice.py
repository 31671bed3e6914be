"""The choice of a few posts among those that suit best: at most two of a host, and a little variety."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

A_DAY: Final = 5
OF_A_HOST: Final = 2
# Millionths that a post loses for each one of the same region that is chosen already. Who has shown nothing yet sees
# different regions first.
VARIETY: Final = 30_000
VARIETY_AT_FIRST: Final = 1_000_000


class Candidate(NamedTuple):
    """A post that may be chosen; `score` in millionths."""

    post_id: UUID
    host_id: UUID
    region: int
    score: int


def choose(
    candidates: Sequence[Candidate], count: int, *, beside: Iterable[Candidate] = (), variety: int = VARIETY
) -> list[Candidate]:
    """So many of the candidates (best first, equal ones by id), or fewer where there are no more; `beside` are those
    that stand on the list already. Deterministic."""
    chosen = list(beside)
    before = len(chosen)
    hosts = Counter(one.host_id for one in chosen)
    regions = Counter(one.region for one in chosen)
    left = [one for one in candidates if hosts[one.host_id] < OF_A_HOST]
    while left and len(chosen) - before < count:
        # max answers the first of equal ones: the best score, then the least id
        best = max(left, key=lambda one: one.score - variety * regions[one.region])
        left.remove(best)
        chosen.append(best)
        regions[best.region] += 1
        hosts[best.host_id] += 1
        if hosts[best.host_id] == OF_A_HOST:
            left = [one for one in left if one.host_id != best.host_id]
    return chosen[before:]
