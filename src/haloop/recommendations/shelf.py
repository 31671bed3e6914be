"""All open posts as columns, read in a few queries, however many helpers they are then looked at for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.reads import Query, Row, Rows
from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.columns import Posts, whole
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows, post_terms
from haloop.posts.models import PostRow
from haloop.recommendations.models import DESCRIBED_BYTES

TERMS_AT_ONCE = 200
TERMS_KEPT = 2000  # words; a byte for each post


_row = post_rows.c
_NUMBERS = (
    _row.region,
    _row.latitude,
    _row.longitude,
    _row.starts_on,
    _row.latest_arrival + _row.min_stay - 1,
    _row.min_stay,
    _row.places,
    _row.hours_per_day,
    DESCRIBED_BYTES,
    *(_row[name] for name in OPTION_LISTS),
)
_OPEN = Query(
    sa.select(_row.post_id, _row.host_id, _row.owner_id, _row.published_at, *_NUMBERS)
    .join(PostRow, PostRow.id == _row.post_id)
    .where(_row.latest_arrival >= sa.bindparam("today", type_=sa.Integer))
    .order_by(_row.post_id)
)
_MARK = Query(
    sa.select(
        sa.func.count(), sa.func.max(_row.published_at), sa.func.sum(_row.version), sa.func.sum(_row.host_version)
    )
)

Mark = tuple[object, ...]


async def mark_of(rows: Rows) -> Mark:
    """Changes whenever a post is published, changed or closed."""
    ((mark,),) = await rows.scan((_MARK, {}))
    return mark


async def read_posts(rows: Rows, today: date) -> list[Row]:
    """The open posts as `posts_of` takes them, read beside the event loop."""
    (found,) = await rows.scan((_OPEN, {"today": day_number(today)}))
    return found


def posts_of(found: list[Row], zone: ZoneInfo) -> Posts:
    """As columns, without their words (`add_terms`); the days of publishing are those of the zone."""
    ids, hosts, owners, published, *numbers = zip(*found, strict=True) if found else ((),) * (4 + len(_NUMBERS))
    region, latitude, longitude, starts, ends, min_stay, places, hours, described, *masks = map(whole, numbers)
    return Posts(
        ids=ids,
        hosts=hosts,
        owners=owners,
        region=region,
        latitude=latitude,
        longitude=longitude,
        starts=starts,
        ends=ends,
        min_stay=min_stay,
        places=places,
        hours_per_day=hours,
        published=whole([day_number(instant.astimezone(zone).date()) for instant in published]),
        described=described,
        options=dict(zip(OPTION_LISTS, masks, strict=True)),
        terms={},
    )


async def add_terms(session: AsyncSession, posts: Posts, tokens: Iterable[str]) -> None:
    """Notes which of the posts have the words."""
    missing = sorted(set(tokens).difference(posts.terms))
    if not missing:
        return
    if len(posts.terms) + len(missing) > TERMS_KEPT:
        posts.terms.clear()
    place = {post_id: place for place, post_id in enumerate(posts.ids)}
    for start in range(0, len(missing), TERMS_AT_ONCE):
        some = missing[start : start + TERMS_AT_ONCE]
        rows = await session.execute(
            sa.select(post_terms.c.term, post_terms.c.post_id).where(post_terms.c.term.in_(some))
        )
        having = defaultdict[str, list[int]](list)
        for term, post_id in rows:
            if post_id in place:
                having[term].append(place[post_id])
        for term in some:
            has = np.zeros(len(posts.ids), np.bool_)
            has[having[term]] = True
            posts.terms[term] = has
