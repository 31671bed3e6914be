"""From a post and its host to the facts that matching knows."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.facts import PostFacts, post_facts
from haloop.posts.models import PostRow


def facts_of(post: PostRow, host: HostRow) -> PostFacts:
    """The facts of a publishable post; raises ValueError for one that lacks a part (never published as such)."""
    if (
        post.starts_on is None
        or post.ends_on is None
        or post.places is None
        or post.hours_per_day is None
        or post.min_stay_days is None
        or host.account_id is None
    ):
        raise ValueError(f"post {post.id} is not publishable")
    return post_facts(
        post_id=post.id,
        host_id=host.id,
        owner_id=host.account_id,
        region=host.region,
        latitude=host.public_latitude,
        longitude=host.public_longitude,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        places=post.places,
        hours_per_day=post.hours_per_day,
        min_stay_days=post.min_stay_days,
        title=post.title,
        description=post.description,
        benefits=post.benefits,
        host_name=host.name,
        locality=host.locality,
        **{name: getattr(post, name) for name in OPTION_LISTS},
    )


async def facts_of_open(session: AsyncSession, post_ids: Collection[UUID]) -> dict[UUID, PostFacts]:
    """The facts of those that are published, by id."""
    rows = await session.execute(
        sa.select(PostRow, HostRow)
        .join(HostRow, HostRow.id == PostRow.host_id)
        .where(PostRow.id.in_(post_ids), PostRow.status == "published")
    )
    return {post.id: facts_of(post, host) for post, host in rows}
