"""All open posts as columns, read in a few queries, however many helpers they are then looked at for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.columns import Posts, whole
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows, post_terms
from haloop.posts.models import PostRow

TERMS_AT_ONCE = 200
TERMS_KEPT = 2000  # words; a byte for each post


async def read_posts(session: AsyncSession, today: date) -> Posts:
    """The open posts, without their words (`add_terms`)."""
    row = post_rows.c
    # In bytes on both databases: a Chinese character says about what three letters do.
    described = sa.func.length(sa.cast(PostRow.description, sa.LargeBinary))
    found = (
        await session.execute(
            sa.select(row.post_id, row.host_id, row.owner_id, row.published_at, row.region, row.latitude, row.longitude,
                      row.starts_on, row.latest_arrival + row.min_stay - 1, row.min_stay, row.places, row.hours_per_day,
                      described, *(row[name] for name in OPTION_LISTS))
            .join(PostRow, PostRow.id == row.post_id)
            .where(row.latest_arrival >= day_number(today))
            .order_by(row.post_id)
        )
    ).all()  # fmt: skip
    ids, hosts, owners, published, *numbers = zip(*found, strict=True) if found else ((),) * (13 + len(OPTION_LISTS))
    region, latitude, longitude, starts, ends, min_stay, places, hours, described_, *masks = map(whole, numbers)
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
        published=whole([day_number(instant.date()) for instant in published]),
        described=described_,
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
