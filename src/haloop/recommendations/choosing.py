"""Chooses for many helpers among the open posts of one moment (NumPy): scores, what is shut out, the choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from haloop.matching.columns import NEVER, Posts, Scorer, Scores
from haloop.matching.facts import Day
from haloop.recommendations.choice import A_DAY, VARIETY, VARIETY_AT_FIRST, Candidate, choose
from haloop.recommendations.listed import Listed, shown
from haloop.recommendations.signals import Known

# A host has at most 20 open posts, of which 2 are taken: so many candidates hold five, and some to vary.
CANDIDATES: Final = 64
SPARE: Final = 3  # chosen besides, for posts that are closed before the choice is stored
AT_ONCE: Final = 128  # helpers whose scores are reckoned together
NOWHERE: Final = 0  # no region has this number
OLDER: Final = 10_000_000  # more than any score: what was seen longer ago comes first


class Chooser:
    """Chooses on a day; the same answer for the same posts and the same that is known, whoever asks in which order."""

    def __init__(self, posts: Posts, today: Day) -> None:
        self.posts = posts
        self._scorer = Scorer(posts, today)
        self._place = {post_id: place for place, post_id in enumerate(posts.ids)}
        self._of_owner = defaultdict[UUID, list[int]](list)
        for place, owner_id in enumerate(posts.owners):
            self._of_owner[owner_id].append(place)

    def choose(self, known: Sequence[Known]) -> Iterator[tuple[UUID, list[Candidate]]]:
        """For each helper what fills today's list up to five, best first, and a few to spare."""
        for start in range(0, len(known), AT_ONCE):
            some = known[start : start + AT_ONCE]
            tastes = [one.taste for one in some]
            for one, taste, scores in zip(some, tastes, self._scorer.scores(tastes), strict=True):
                variety = VARIETY_AT_FIRST if taste.knows_nothing else VARIETY
                yield one.account_id, self._chosen(one, scores, variety)

    def _chosen(self, known: Known, scores: Scores, variety: int) -> list[Candidate]:
        """The best that were not seen lately; where fewer remain, those that were seen, the longest ago first."""
        place = self._place
        today = [place[one.post_id] for one in known.listed if one.post_id in place]
        beside = [self._beside(one) for one in shown(known.listed)]
        scores[[*today, *self._of_owner.get(known.account_id, ())]] = NEVER
        scores[[place[post_id] for post_id in known.barred if post_id in place]] = NEVER
        seen = [(day, place[post_id]) for post_id, day in known.seen.items() if post_id in place]
        again = [self._candidate(at, int(scores[at]) - day * OLDER) for day, at in seen if scores[at] != NEVER]
        scores[[at for _, at in seen]] = NEVER
        wanted = A_DAY - len(beside) + SPARE
        chosen = choose(self._best(scores), wanted, beside=beside, variety=variety)
        if len(chosen) < wanted:
            again.sort(key=lambda one: (-one.score, one.post_id))
            chosen += choose(again, wanted - len(chosen), beside=[*beside, *chosen], variety=0)
        return chosen

    def _best(self, scores: Scores) -> list[Candidate]:
        """The candidates with the highest scores, equal ones by id (the order of the columns)."""
        count = len(scores)
        keys = scores.astype(np.int64) * count + np.arange(count - 1, -1, -1)
        least = max(0, count - CANDIDATES)
        top = np.argpartition(keys, least)[least:] if least else np.arange(count)
        top = top[np.argsort(keys[top])[::-1]]
        return [self._candidate(at, int(scores[at])) for at in top.tolist() if scores[at] != NEVER]

    def _beside(self, one: Listed) -> Candidate:
        """What is shown already; a post that was closed since counts for its host, and for no region."""
        at = self._place.get(one.post_id)
        return Candidate(one.post_id, one.host_id, NOWHERE if at is None else int(self.posts.region[at]), 0)

    def _candidate(self, at: int, score: int) -> Candidate:
        return Candidate(self.posts.ids[at], self.posts.hosts[at], int(self.posts.region[at]), score)
