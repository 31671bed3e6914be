"""Lists of posts: the search, a host's open posts, one's own posts, near misses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, cast
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.sessions import Reader
from haloop.core.clock import Clock
from haloop.core.paging import (
    LIMIT_DEFAULT,
    CountedPage,
    Cursor,
    Page,
    bad_cursor,
    decode_cursor,
    encode_cursor,
    query_hash,
)
from haloop.core.reads import Rows, SessionRows
from haloop.core.vocabulary import vocabulary
from haloop.matching import sql as matching
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.posts.models import PostRow
from haloop.posts.schemas import NearMiss, NearMisses, PostStatus, PostSummary, Relax, Sort
from haloop.posts.views import Viewer, summaries


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search, before its posts are shown; `total` and `total_capped` on the first page alone."""

    hits: list[matching.Hit]
    next_cursor: str | None
    total: int | None
    total_capped: bool | None

    @property
    def post_ids(self) -> list[UUID]:
        return [hit.post_id for hit in self.hits]


async def find(
    rows: Rows,
    clock: Clock,
    viewer: Viewer,
    wanted: Filter,
    *,
    sort: Sort = "newest",
    cursor: str | None = None,
    limit: int = 20,
    host_id: UUID | None = None,
) -> Found:
    """The open posts that fit, in order; raises Invalid `bad_cursor`."""
    now, query = clock.now(), query_hash("posts", wanted.to_query(), sort, host_id)
    after = decode_cursor(cursor, query, now, matching.KEY_TYPES[sort])
    today = day_number(viewer.today)
    total = capped = None
    if after is None:
        sort_day = viewer.today
        hits, (total, capped) = await matching.first_page(
            rows, wanted, today, sort=sort, limit=limit + 1, host_id=host_id
        )
    else:
        sort_day = after.day
        hits = await matching.search(
            rows,
            wanted,
            today,
            sort=sort,
            after=after.key,
            sort_day=day_number(sort_day),
            limit=limit + 1,
            host_id=host_id,
        )
    shown = hits[:limit]
    more = len(hits) > limit
    return Found(shown, encode_cursor(query, sort_day, shown[-1].key, now) if more else None, total, capped)


async def search(
    rows: Rows,
    clock: Clock,
    viewer: Viewer,
    wanted: Filter,
    *,
    sort: Sort = "newest",
    cursor: str | None = None,
    limit: int = 20,
    host_id: UUID | None = None,
) -> CountedPage[PostSummary]:
    """`find`, with the posts as summaries."""
    found = await find(rows, clock, viewer, wanted, sort=sort, cursor=cursor, limit=limit, host_id=host_id)
    return CountedPage(
        items=await summaries(rows, viewer, found.post_ids),
        next_cursor=found.next_cursor,
        total=found.total,
        total_capped=found.total_capped,
    )


async def page_json(rows: Rows, viewer: Viewer, found: Found) -> bytes:
    """A page of a search as CountedPage[PostSummary] in JSON. Each post is made once for its version and day; what a
    host sees of its own posts (`mine`, `told`) is made anew."""
    keys = [("json", hit.post_id, hit.version, hit.host_version, viewer.today) for hit in found.hits]
    items = [cast("_Item | None", viewer.rendered.get(key)) for key in keys]
    wanting = [place for place, item in enumerate(items) if item is None or viewer.owns(item.host_id)]
    fresh = await summaries(rows, viewer, [found.hits[place].post_id for place in wanting])
    by_id = {summary.id: summary for summary in fresh}
    for place in wanting:
        summary = by_id.get(found.hits[place].post_id)
        items[place] = None if summary is None else _Item(summary.host.id, summary.model_dump_json().encode())
        if summary is not None and not summary.mine:
            viewer.rendered.put(keys[place], items[place])
    end = orjson.dumps({"next_cursor": found.next_cursor, "total": found.total, "total_capped": found.total_capped})
    return b'{"items":[' + b",".join([item.json for item in items if item is not None]) + b"]," + end[1:]


class _Item(NamedTuple):
    host_id: UUID
    json: bytes


async def near_misses(session: AsyncSession, viewer: Viewer, wanted: Filter, limit: int = LIMIT_DEFAULT) -> NearMisses:
    """For each named field, what fits without it or with its number loosened, most first."""
    found = await matching.near_misses(session, wanted, day_number(viewer.today), limit)
    ids = {post_id for miss in found for post_id in miss.post_ids}
    shown = {post.id: post for post in await summaries(SessionRows(session), viewer, list(ids))}
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


async def count(rows: Rows, viewer: Viewer, wanted: Filter) -> int:
    """How many open posts fit, counted to 1,000."""
    return (await matching.count(rows, wanted, day_number(viewer.today))).total


async def counts_by_region(rows: Rows, viewer: Viewer) -> dict[str, int]:
    """How many open posts each region has, by its code; regions without one are left out."""
    counts = await matching.count_by_region(rows, day_number(viewer.today))
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
        items=await summaries(SessionRows(session), viewer, [row.id for row in shown]),
        next_cursor=encode_cursor(query, viewer.today, key, now) if more else None,
    )


def _place_of(after: Cursor) -> tuple[datetime, UUID]:
    """The last change and the id of the post that a cursor names; raises Invalid `bad_cursor` for a made-up one."""
    millisecond, post_id = cast("tuple[int, str]", after.key)
    try:
        return datetime.fromtimestamp(millisecond / 1000, UTC), UUID(post_id)
    except (ValueError, OverflowError, OSError) as error:
        raise bad_cursor() from error
