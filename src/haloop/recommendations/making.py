"""Makes lists: reads what is known of helpers, has posts chosen for them, stores the choice. With NumPy, so it is
imported where something is made and not at start-up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from haloop.accounts.models import HelperRow
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows
from haloop.recommendations.choice import A_DAY, Candidate
from haloop.recommendations.choosing import Chooser
from haloop.recommendations.listed import Listed, read_listed, shown
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
        return cls(
            engines, day, await asyncio.to_thread(lambda: Chooser(posts_of(found, engines.clock.zone), day_number(day)))
        )

    async def read(self, account_ids: Sequence[UUID]) -> list[Known]:
        """What is known of the helpers."""
        async with self.engines.database.reading() as session:
            return await read_known(session, account_ids, self.day, self.engines.clock.zone)

    async def fill(self, known: Sequence[Known], *, only_new: bool = False) -> int:
        """Fills the helpers' lists of the day up to five and stores them in one transaction; answers how many lists
        were begun or filled. `only_new` leaves lists alone that were begun. One at a time: words are kept."""
        async with self.engines.database.reading() as session:
            tokens = {token for one in known for named in one.wishes for token in named.wish.wanted.tokens}
            await add_terms(session, self.chooser.posts, tokens)
        choices = await asyncio.to_thread(self._choices, known)
        if not any(choices.values()):
            return 0
        async with self.engines.units.begin() as work:
            return await _store(work, self.day, self.engines.clock.zone, choices, only_new=only_new)

    def _choices(self, known: Sequence[Known]) -> Choices:
        return dict(self.chooser.choose(known))


async def _store(work: UnitOfWork, day: date, zone: ZoneInfo, choices: Choices, *, only_new: bool) -> int:
    """Judges the choices once more on what holds now (posts closed, lists begun meanwhile), and adds rows."""
    ids = list(choices)
    begun, dismissed, living = dict[UUID, list[Listed]](), set[tuple[UUID, UUID]](), list[UUID]()
    for some in chunks(ids):
        # The lock keeps two makers of one list apart where the database writes side by side.
        living += await work.session.scalars(
            sa.select(HelperRow.account_id)
            .where(HelperRow.account_id.in_(some))
            .order_by(HelperRow.account_id)
            .with_for_update()
        )
        begun.update(await read_listed(work.session, some, day, zone))
        put_away = await work.session.execute(
            sa.select(DismissedRow.account_id, DismissedRow.post_id).where(DismissedRow.account_id.in_(some))
        )
        dismissed.update((account_id, post_id) for account_id, post_id in put_away)
    open_ = await _still_open(work, day, {one.post_id for chosen in choices.values() for one in chosen})
    new: list[dict[str, object]] = []
    for account_id in living:
        listed = begun.get(account_id, [])
        if listed and only_new:
            continue
        had = {one.post_id for one in listed}
        good = [
            one.post_id
            for one in choices[account_id]
            if one.post_id in open_ and one.post_id not in had and (account_id, one.post_id) not in dismissed
        ]
        first = max((one.rank for one in listed), default=0) + 1
        for rank, post_id in enumerate(good[: A_DAY - len(shown(listed))], start=first):
            new.append({"account_id": account_id, "day": day, "rank": rank, "post_id": post_id, "made_at": work.now})
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
