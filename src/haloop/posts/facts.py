"""From a post and its host to the facts that matching knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from haloop.accounts.models import HostRow
from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.facts import PostFacts, post_facts
from haloop.posts.models import PostRow

_COLUMNS: Final[Mapping[str, InstrumentedAttribute[Any]]] = {  # Any: a column's own type
    "post_id": PostRow.id,
    "host_id": HostRow.id,
    "owner_id": HostRow.account_id,
    "region": HostRow.region,
    "latitude": HostRow.public_latitude,
    "longitude": HostRow.public_longitude,
    "starts_on": PostRow.starts_on,
    "ends_on": PostRow.ends_on,
    "places": PostRow.places,
    "hours_per_day": PostRow.hours_per_day,
    "min_stay_days": PostRow.min_stay_days,
    "title": PostRow.title,
    "description": PostRow.description,
    "benefits": PostRow.benefits,
    "host_name": HostRow.name,
    "locality": HostRow.locality,
    **{name: getattr(PostRow, name) for name in OPTION_LISTS},
}
_NEEDED: Final = ("owner_id", "starts_on", "ends_on", "places", "hours_per_day", "min_stay_days")
FACT_COLUMNS: Final = tuple(_COLUMNS.values())


def facts_of(post: PostRow, host: HostRow) -> PostFacts:
    """The facts of a publishable post; raises ValueError for one that lacks a part (never published as such)."""
    return facts_from([getattr(host if column.class_ is HostRow else post, column.key) for column in FACT_COLUMNS])


def facts_from(row: Sequence[Any]) -> PostFacts:  # Any: a column's own type
    """The same, of a post and its host read as FACT_COLUMNS."""
    given = dict(zip(_COLUMNS, row, strict=True))
    if any(given[name] is None for name in _NEEDED):
        raise ValueError(f"post {given['post_id']} is not publishable")
    return post_facts(**given)


async def facts_of_open(session: AsyncSession, post_ids: Collection[UUID]) -> dict[UUID, PostFacts]:
    """The facts of those that are published, by id."""
    rows = await session.execute(
        sa.select(*FACT_COLUMNS)
        .join(HostRow, HostRow.id == PostRow.host_id)
        .where(PostRow.id.in_(post_ids), PostRow.status == "published")
    )
    return {facts.post_id: facts for facts in map(facts_from, rows)}
