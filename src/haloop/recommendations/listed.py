"""Lists of a day as they are shown: of the rows by rank, the first five that may be shown together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.reads import OfSome, Values
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


_row, _post, _gone, _written = RecommendationRow, PostRow, DismissedRow, WrittenRow
_begins = sa.bindparam("begins", type_=_written.at.type)
_hidden = sa.or_(
    sa.exists().where(_gone.account_id == _row.account_id, _gone.post_id == _row.post_id),
    sa.exists().where(_written.account_id == _row.account_id, _written.post_id == _row.post_id, _written.at < _begins),
    sa.and_(_post.status == Status.CLOSED, _post.closed_at < _begins),
)
LISTED: Final = OfSome(
    sa.select(_row.account_id, _row.post_id, _post.host_id, _row.rank, _row.made_at, _hidden)
    .join(_post, _post.id == _row.post_id)
    .where(_row.day == sa.bindparam("today", type_=_row.day.type))
    .order_by(_row.account_id, _row.rank),
    _row.account_id,
)


def day_values(day: date, zone: ZoneInfo) -> Values:
    """What LISTED is asked with, for a day in the zone."""
    return {"today": day, "begins": datetime.combine(day, time(), zone)}


def listed_of(rows: Iterable[Sequence[Any]]) -> Mapping[UUID, list[Listed]]:  # Any: LISTED's columns
    """The rows of LISTED by helper, by rank; nothing for who has none."""
    found = defaultdict[UUID, list[Listed]](list)
    for account_id, post_id, host_id, rank, made_at, hidden in rows:
        found[account_id].append(Listed(post_id, host_id, rank, made_at, hidden))
    return found


async def read_listed(
    session: AsyncSession, account_ids: Sequence[UUID], day: date, zone: ZoneInfo
) -> Mapping[UUID, list[Listed]]:
    """The rows of the helpers' lists of a day (in `zone`), by rank; nothing for who has none."""
    return listed_of(await session.execute(LISTED.of_many(account_ids), day_values(day, zone)))
