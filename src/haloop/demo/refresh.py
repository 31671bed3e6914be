"""Keeps a demo fresh: seeded posts that have expired move forward by whole weeks, which tells nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.posts import service as posts
from haloop.posts.facts import facts_of
from haloop.posts.models import PostRow, Status
from haloop.posts.views import last_arrival
from haloop.subscriptions.models import TellingRow

OPEN_FOR = timedelta(days=21)  # a moved post can be reached for so long at least
WEEK = timedelta(days=7)
PAGE = 50


async def move_expired(engines: Engines, seeded: Sequence[UUID]) -> int:
    """Moves those of the seeded posts that are published and can no longer be reached; answers how many."""
    moved = 0
    for start in range(0, len(seeded), PAGE):
        async with engines.units.begin() as work:
            rows = await work.session.execute(
                sa.select(PostRow, HostRow)
                .join(HostRow, HostRow.id == PostRow.host_id)
                .where(PostRow.id.in_(seeded[start : start + PAGE]), PostRow.status == Status.PUBLISHED)
            )
            for post, host in rows.all():
                moved += await _move(work, post, host)
    return moved


async def _move(work: UnitOfWork, post: PostRow, host: HostRow) -> int:
    last = last_arrival(post.ends_on, post.min_stay_days)
    if last is None or post.starts_on is None or post.ends_on is None or last >= work.today:
        return 0
    weeks = -((last - work.today - OPEN_FOR) // WEEK)  # rounded up
    post.starts_on += weeks * WEEK
    post.ends_on += weeks * WEEK
    post.version += 1
    post.facts_version += 1
    await posts.index(work, post, host)
    telling = await work.session.get(TellingRow, post.id)
    if telling is not None and telling.done:
        # Told to the end with the new dates, as far as later edits are concerned.
        telling.facts_version, telling.told_facts = post.facts_version, facts_of(post, host).to_json()
    return 1
