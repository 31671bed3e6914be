"""Makes recommendations: for one helper at the first visit of a day, for thousands in the night. With NumPy, so it is
imported where something is made and not at start-up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from haloop.accounts.models import HelperRow
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.matching.columns import NEVER, Scorer, Scores
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows
from haloop.recommendations.choice import A_DAY, VARIETY, VARIETY_AT_FIRST, Candidate, choose
from haloop.recommendations.models import DismissedRow, RecommendationRow
from haloop.recommendations.shelf import add_terms, read_posts
from haloop.recommendations.signals import Known, chunks, read_known

# A host has at most 20 open posts, of which 2 are taken: so many candidates hold five, and some to vary.
CANDIDATES: Final = 64
SPARE: Final = 3  # chosen besides, for posts that are closed before the choice is stored
AT_ONCE: Final = 128  # helpers whose scores are reckoned together
OLDER: Final = 10_000_000  # more than any score: what was seen longer ago comes first

Choices = Mapping[UUID, list[Candidate]]


@dataclass(slots=True)
class Maker:
    """Chooses among the open posts of one moment, for a day."""

    engines: Engines
    day: date
    scorer: Scorer
    _place: dict[UUID, int]
    _of_owner: dict[UUID, list[int]]

    @classmethod
    async def open(cls, engines: Engines, day: date) -> Maker:
        async with engines.database.reading() as session:
            posts = await read_posts(session, day)
        scorer = await asyncio.to_thread(Scorer, posts, day_number(day))
        of_owner = defaultdict[UUID, list[int]](list)
        for place, owner_id in enumerate(posts.owners):
            of_owner[owner_id].append(place)
        return cls(engines, day, scorer, {post_id: place for place, post_id in enumerate(posts.ids)}, of_owner)

    async def make(self, account_ids: Sequence[UUID], *, only_new: bool = False) -> int:
        """Fills the helpers' lists of the day up to five and stores them in one transaction; answers how many lists
        were begun or filled. `only_new` leaves lists alone that were begun."""
        async with self.engines.database.reading() as session:
            known = await read_known(session, account_ids, self.day)
            tokens = {token for one in known for named in one.wishes for token in named.wish.wanted.tokens}
            await add_terms(session, self.scorer.posts, tokens)
        choices = await asyncio.to_thread(self._choices, known)
        async with self.engines.units.begin() as work:
            return await _store(work, self.day, choices, only_new=only_new)

    def _choices(self, known: Sequence[Known]) -> Choices:
        return dict(self._chosen(known))

    def _chosen(self, known: Sequence[Known]) -> Iterator[tuple[UUID, list[Candidate]]]:
        for start in range(0, len(known), AT_ONCE):
            some = known[start : start + AT_ONCE]
            tastes = [one.taste for one in some]
            for one, taste, scores in zip(some, tastes, self.scorer.scores(tastes), strict=True):
                variety = VARIETY_AT_FIRST if taste.knows_nothing else VARIETY
                yield one.account_id, self._choose(one, scores, variety)

    def _choose(self, known: Known, scores: Scores, variety: int) -> list[Candidate]:
        """The best that were not seen lately; where fewer remain, those that were seen, the longest ago first."""
        place, posts = self._place, self.scorer.posts
        today = [place[post_id] for post_id in known.today if post_id in place]
        beside = [Candidate(posts.ids[at], posts.hosts[at], int(posts.region[at]), 0)
                  for at in today if posts.ids[at] not in known.barred]  # fmt: skip
        scores[[*today, *self._of_owner.get(known.account_id, ())]] = NEVER
        scores[[place[post_id] for post_id in known.barred if post_id in place]] = NEVER
        seen = [(day, place[post_id]) for post_id, day in known.seen.items() if post_id in place]
        again = [
            Candidate(posts.ids[at], posts.hosts[at], int(posts.region[at]), int(scores[at]) - day * OLDER)
            for day, at in seen
            if scores[at] != NEVER
        ]
        scores[[at for _, at in seen]] = NEVER
        wanted = A_DAY - len(beside) + SPARE
        chosen = choose(self._best(scores), wanted, beside=beside, variety=variety)
        if len(chosen) < wanted:
            again.sort(key=lambda one: (-one.score, one.post_id))
            chosen += choose(again, wanted - len(chosen), beside=[*beside, *chosen], variety=0)
        return chosen

    def _best(self, scores: Scores) -> list[Candidate]:
        """The candidates with the highest scores, equal ones by id (the order of the columns)."""
        posts, count = self.scorer.posts, len(scores)
        keys = scores.astype(np.int64) * count + np.arange(count - 1, -1, -1)
        least = max(0, count - CANDIDATES)
        top = np.argpartition(keys, least)[least:] if least else np.arange(count)
        top = top[np.argsort(keys[top])[::-1]]
        return [
            Candidate(posts.ids[at], posts.hosts[at], int(posts.region[at]), int(scores[at]))
            for at in top.tolist()
            if scores[at] != NEVER
        ]


async def make_one(engines: Engines, account_id: UUID) -> None:
    """Begins the list of today of a helper, or fills it again."""
    await (await Maker.open(engines, engines.clock.today())).make([account_id])


async def _store(work: UnitOfWork, day: date, choices: Choices, *, only_new: bool) -> int:
    """Judges the choices once more on what holds now (posts closed, lists begun meanwhile), and adds rows."""
    ids = list(choices)
    begun, dismissed, living = defaultdict[UUID, dict[UUID, int]](dict), set[tuple[UUID, UUID]](), list[UUID]()
    for some in chunks(ids):
        # The lock keeps two makers of one list apart where the database writes side by side.
        living += await work.session.scalars(
            sa.select(HelperRow.account_id)
            .where(HelperRow.account_id.in_(some))
            .order_by(HelperRow.account_id)
            .with_for_update()
        )
        row = RecommendationRow
        rows = await work.session.execute(
            sa.select(row.account_id, row.post_id, row.rank).where(row.account_id.in_(some), row.day == day)
        )
        for account_id, post_id, rank in rows:
            begun[account_id][post_id] = rank
        put_away = await work.session.execute(
            sa.select(DismissedRow.account_id, DismissedRow.post_id).where(DismissedRow.account_id.in_(some))
        )
        dismissed.update((account_id, post_id) for account_id, post_id in put_away)
    open_ = await _still_open(work, day, {one.post_id for chosen in choices.values() for one in chosen})
    new: list[dict[str, object]] = []
    for account_id in living:
        had = begun[account_id]
        if had and only_new:
            continue
        shown = sum((account_id, post_id) not in dismissed for post_id in had)
        good = [
            one.post_id
            for one in choices[account_id]
            if one.post_id in open_ and one.post_id not in had and (account_id, one.post_id) not in dismissed
        ]
        first = max(had.values(), default=0) + 1
        for rank, post_id in enumerate(good[: max(0, A_DAY - shown)], start=first):
            new.append({"account_id": account_id, "day": day, "rank": rank, "post_id": post_id})
    if new:
        await work.session.execute(sa.insert(RecommendationRow), new)
    return len({row["account_id"] for row in new})


async def _still_open(work: UnitOfWork, day: date, post_ids: set[UUID]) -> set[UUID]:
    found = set[UUID]()
    for some in chunks(sorted(post_ids)):
        found.update(
            await work.session.scalars(
                sa.select(post_rows.c.post_id).where(
                    post_rows.c.post_id.in_(some), post_rows.c.latest_arrival >= day_number(day)
                )
            )
        )
    return found
