"""Lists of a day as they are shown: of the rows by rank, the first five that may be shown together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.posts.models import PostRow, Status
from haloop.recommendations.choice import A_DAY, OF_A_HOST
from haloop.recommendations.models import DismissedRow, RecommendationRow, WrittenRow


class Listed(NamedTuple):
    """A row of a list. `hidden`: put away, or closed or written about before its day began."""

    post_id: UUID
    host_id: UUID
    rank: int
    made_at: datetime
    hidden: bool = False


def shown(listed: Iterable[Listed]) -> list[Listed]:
    """Of the rows by rank those that are shown: five at most, and two of a host. A row that has no place stays: it is
    shown again when one before it is put away."""
    hosts = Counter[UUID]()
    found: list[Listed] = []
    for one in listed:
        if not one.hidden and hosts[one.host_id] < OF_A_HOST and len(found) < A_DAY:
            hosts[one.host_id] += 1
            found.append(one)
    return found


async def read_listed(
    session: AsyncSession, account_ids: Sequence[UUID], day: date, zone: ZoneInfo
) -> Mapping[UUID, list[Listed]]:
    """The rows of the helpers' lists of a day (in `zone`), by rank; nothing for who has none."""
    row, post, gone, written = RecommendationRow, PostRow, DismissedRow, WrittenRow
    begins = datetime.combine(day, time(), zone)
    hidden = sa.or_(
        sa.exists().where(gone.account_id == row.account_id, gone.post_id == row.post_id),
        sa.exists().where(written.account_id == row.account_id, written.post_id == row.post_id, written.at < begins),
        sa.and_(post.status == Status.CLOSED, post.closed_at < begins),
    )
    rows = await session.execute(
        sa.select(row.account_id, row.post_id, post.host_id, row.rank, row.made_at, hidden)
        .join(post, post.id == row.post_id)
        .where(row.account_id.in_(account_ids), row.day == day)
        .order_by(row.account_id, row.rank)
    )
    found = defaultdict[UUID, list[Listed]](list)
    for account_id, post_id, host_id, rank, made_at, gone_since in rows:
        found[account_id].append(Listed(post_id, host_id, rank, made_at, gone_since))
    return found
