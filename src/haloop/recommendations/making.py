"""Makes lists: reads what is known of helpers, has posts chosen for them, stores the choice. With NumPy, so it is
imported where something is made and not at start-up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HelperRow
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows
from haloop.recommendations.choice import A_DAY, Candidate
from haloop.recommendations.choosing import Chooser
from haloop.recommendations.models import DismissedRow, RecommendationRow
from haloop.recommendations.shelf import add_terms, posts_of, read_posts
from haloop.recommendations.signals import Known, chunks, read_known

Choices = Mapping[UUID, list[Candidate]]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the lists of a day from the open posts of one moment."""

    engines: Engines
    day: date
    chooser: Chooser

    @classmethod
    async def open(cls, engines: Engines, day: date) -> Maker:
        found = await read_posts(engines.database.rows, day)
        return cls(engines, day, await asyncio.to_thread(lambda: Chooser(posts_of(found), day_number(day))))

    async def make(self, account_ids: Sequence[UUID]) -> int:
        """Begins the lists of the helpers, or fills them again; answers how many were changed."""
        return await self.fill(await self.read(account_ids))

    async def read(self, account_ids: Sequence[UUID]) -> list[Known]:
        """What is known of the helpers."""
        async with self.engines.database.reading() as session:
            return await read_known(session, account_ids, self.day)

    async def fill(self, known: Sequence[Known], *, only_new: bool = False) -> int:
        """Fills the helpers' lists of the day up to five and stores them in one transaction; answers how many lists
        were begun or filled. `only_new` leaves lists alone that were begun. One at a time: words are kept."""
        async with self.engines.database.reading() as session:
            tokens = {token for one in known for named in one.wishes for token in named.wish.wanted.tokens}
            await add_terms(session, self.chooser.posts, tokens)
        choices = await asyncio.to_thread(self._choices, known)
        async with self.engines.units.begin() as work:
            return await _store(work, self.day, choices, only_new=only_new)

    def _choices(self, known: Sequence[Known]) -> Choices:
        return dict(self.chooser.choose(known))


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
