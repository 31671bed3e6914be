"""Lists of posts: the search, a host's open posts, one's own posts, near misses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.sessions import Reader
from haloop.core.clock import Clock
from haloop.core.paging import (
    COUNTED_TO,
    CountedPage,
    Cursor,
    Page,
    bad_cursor,
    decode_cursor,
    encode_cursor,
    query_hash,
)
from haloop.core.vocabulary import vocabulary
from haloop.matching import sql as matching
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.posts.models import PostRow
from haloop.posts.schemas import NearMiss, NearMisses, PostStatus, PostSummary, Relax, Sort
from haloop.posts.views import Viewer, summaries


async def search(
    session: AsyncSession,
    clock: Clock,
    viewer: Viewer,
    wanted: Filter,
    *,
    sort: Sort = "newest",
    cursor: str | None = None,
    limit: int = 20,
    host_id: UUID | None = None,
) -> CountedPage[PostSummary]:
    """The open posts that fit, on the first page with their number."""
    now, query = clock.now(), query_hash("posts", wanted.to_query(), sort, host_id)
    after = decode_cursor(cursor, query, now, matching.KEY_TYPES[sort])
    sort_day = after.day if after else viewer.today
    today = day_number(viewer.today)
    hits = await matching.search(
        session,
        wanted,
        today,
        sort=sort,
        after=after.key if after else None,
        sort_day=day_number(sort_day),
        limit=limit + 1,
        host_id=host_id,
    )
    total = capped = None
    if after is None:
        counted = await matching.count(session, wanted, today, cap=COUNTED_TO, host_id=host_id)
        total, capped = counted.total, counted.capped
    shown = hits[:limit]
    more = len(hits) > limit
    return CountedPage(
        items=await summaries(session, viewer, [hit.post_id for hit in shown]),
        next_cursor=encode_cursor(query, sort_day, shown[-1].key, now) if more else None,
        total=total,
        total_capped=capped,
    )


async def near_misses(session: AsyncSession, viewer: Viewer, wanted: Filter) -> NearMisses:
    """For each named field, what fits without it or with its number loosened, most first."""
    found = await matching.near_misses(session, wanted, day_number(viewer.today))
    ids = {post_id for miss in found for post_id in miss.post_ids}
    shown = {post.id: post for post in await summaries(session, viewer, list(ids))}
    return NearMisses(
        items=[
            NearMiss(
                relax=Relax(field=miss.field, value=miss.value),
                filter=miss.filter.to_json(),
                count=miss.count,
                posts=[shown[post_id] for post_id in miss.post_ids if post_id in shown],
            )
            for miss in found
        ],
        next_cursor=None,
    )


async def count(session: AsyncSession, viewer: Viewer, wanted: Filter) -> int:
    """How many open posts fit, counted to 1,000."""
    return (await matching.count(session, wanted, day_number(viewer.today), cap=COUNTED_TO)).total


async def counts_by_region(session: AsyncSession, viewer: Viewer) -> dict[str, int]:
    """How many open posts each region has, by its code; regions without one are left out."""
    counts = await matching.count_by_region(session, day_number(viewer.today))
    return {region.code: counts[region.number] for region in vocabulary().regions if region.number in counts}


async def own_posts(
    session: AsyncSession,
    clock: Clock,
    viewer: Viewer,
    reader: Reader,
    *,
    status: PostStatus | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[PostSummary]:
    """The host's own posts in every state, newest change first."""
    now, query = clock.now(), query_hash("own posts", reader.host_id, status)
    after = decode_cursor(cursor, query, now, (int, str))
    select = (
        sa.select(PostRow.id, PostRow.updated_at)
        .where(PostRow.host_id == reader.host_id)
        .order_by(PostRow.updated_at.desc(), PostRow.id.desc())
        .limit(limit + 1)
    )
    if status is not None:
        select = select.where(PostRow.status == status)
    if after is not None:
        instant, post_id = _place_of(after)
        select = select.where(PostRow.updated_at <= instant, sa.or_(PostRow.updated_at < instant, PostRow.id < post_id))
    rows = (await session.execute(select)).all()
    shown, more = rows[:limit], len(rows) > limit
    key = (round(shown[-1].updated_at.timestamp() * 1000), str(shown[-1].id)) if shown else ()
    return Page(
        items=await summaries(session, viewer, [row.id for row in shown]),
        next_cursor=encode_cursor(query, viewer.today, key, now) if more else None,
    )


def _place_of(after: Cursor) -> tuple[datetime, UUID]:
    """The last change and the id of the post that a cursor names; raises Invalid `bad_cursor` for a made-up one."""
    millisecond, post_id = cast("tuple[int, str]", after.key)
    try:
        return datetime.fromtimestamp(millisecond / 1000, UTC), UUID(post_id)
    except (ValueError, OverflowError, OSError) as error:
        raise bad_cursor() from error
