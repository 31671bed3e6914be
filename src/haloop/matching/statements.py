"""The engine's SELECTs: one for each shape of a filter, made once, so that SQLAlchemy compiles them once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from haloop.core.reads import Query
from haloop.matching.predicate import Clause, Shape, Words, matching_clauses, posts_with, search_clauses
from haloop.matching.tables import post_rows, subscription_rows

WHOLE: Final = "whole_"  # prefix of the values of the whole filter, where a loosened one is searched


class Order(StrEnum):
    """The walks that the two sorts are made of."""

    NEWEST = "newest"
    UPCOMING = "upcoming"
    RUNNING = "running"


_SORT_COLUMN: Final[dict[Order, sa.ColumnElement[Any]]] = {  # Any: instants and days
    Order.NEWEST: post_rows.c.published_at,
    Order.UPCOMING: post_rows.c.starts_on,
    Order.RUNNING: post_rows.c.latest_arrival,
}
# A walk goes along its own index, whatever else there is to seek by.
_SEEKS: Final = {Order.NEWEST: (), Order.UPCOMING: (), Order.RUNNING: ("latest_arrival",)}


@lru_cache(maxsize=512)
def search_query(shape: Shape, order: Order, *, after: bool, of_host: bool) -> Query:
    """Rows (post_id, version, host_version, sort column) of one walk; values: `search_values`, `limit`, and as asked
    for `sort_day`, `host_id`, `after_value` and `after_id`."""
    post = post_rows.c
    column = _SORT_COLUMN[order]
    clauses = list(search_clauses(shape, seeks=_SEEKS[order]).values())
    if of_host:
        clauses.append(_of_host())
    sort_day = sa.bindparam("sort_day", type_=sa.Integer)
    if order is Order.UPCOMING:
        clauses.append(post.starts_on >= sort_day)
    elif order is Order.RUNNING:
        clauses.append(post.starts_on < sort_day)
    if after:
        clauses += _behind(column, descending=order is Order.NEWEST)
    limit = sa.bindparam("limit", type_=sa.Integer)
    return Query(_first(clauses, column, limit, descending=order is Order.NEWEST))


@lru_cache(maxsize=512)
def count_query(shape: Shape, *, of_host: bool) -> Query:
    """The number that fits, counted to `limit`; values: `search_values`, `limit`, `host_id`. Along the list of those
    that have the words, unless there is a shorter one, or the list is so long that the other fields come first."""
    by_words = "text" in shape.named and "regions" not in shape.named and not of_host
    if by_words and (shape.words is not Words.COMMON or shape.named == {"text"}):
        clauses = search_clauses(shape, seeks=())
        del clauses["text"]
        listed = posts_with(shape.terms).subquery()
        return Query(_counted(clauses.values(), listed.join(post_rows, post_rows.c.post_id == listed.c.post_id)))
    return Query(_counted([*search_clauses(shape).values(), *([_of_host()] if of_host else [])]))


@lru_cache(maxsize=1)
def matching_select() -> sa.Select[int, int, UUID]:
    """One region's next subscriptions; values: `matching_values`, `region`, `no`, `limit`."""
    row = subscription_rows.c
    return (
        sa.select(row.region, row.no, row.account_id)
        .where(row.region == sa.bindparam("region"), row.no > sa.bindparam("no"), *matching_clauses())
        .order_by(row.no)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _first(
    clauses: Sequence[Clause],
    column: sa.ColumnElement[Any],  # Any: instants and days
    limit: int | sa.BindParameter[int],
    *,
    descending: bool,
) -> sa.Select[UUID, int, int, Any]:
    """The first rows of a walk in the order of a column, as (post_id, version, host_version, the column). Those that
    fit are found in the index alone, which holds all that the rule looks at; their versions are looked up afterwards.
    Asked for at once, SQLite would look up every row that the walk passes, at five times the cost."""

    def ordered(*keys: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
        return [key.desc() if descending else key for key in keys]

    post_id = post_rows.c.post_id
    found = (
        sa.select(post_id, column.label("place"))
        .where(*clauses)
        .order_by(*ordered(column, post_id))
        .limit(limit)
        .subquery("found")
    )
    post = post_rows.alias("post")
    return (
        sa.select(post.c.post_id, post.c.version, post.c.host_version, found.c.place)
        .join_from(found, post, post.c.post_id == found.c.post_id)
        .order_by(*ordered(found.c.place, found.c.post_id))
    )


# Near misses: what fits a loosened filter and not the whole one. They differ in one field: only its clause is denied.


@lru_cache(maxsize=512)
def near_select(loosened: Shape, whole: Shape, field: str) -> sa.Select[UUID, int, int, Any]:
    """The newest three, as rows of `search_query`."""
    return _first(_near_clauses(loosened, whole, field), post_rows.c.published_at, 3, descending=True)


@lru_cache(maxsize=512)
def near_count_select(loosened: Shape, whole: Shape, field: str) -> sa.Select[int]:
    """How many, counted to `limit`."""
    return _counted(_near_clauses(loosened, whole, field))


@lru_cache(maxsize=512)
def nearest_select(without: Shape, whole: Shape, field: str) -> sa.Select[Any]:  # Any: NULL where there is none
    """The number of the field that lets something fit and is nearest to the wanted one."""
    post = post_rows.c
    nearest = {
        "group_size": sa.func.max(post.places),
        "max_hours_per_day": sa.func.min(post.hours_per_day),
        "max_min_stay_days": sa.func.min(post.min_stay),
    }
    return sa.select(nearest[field]).where(*_near_clauses(without, whole, field))


def _near_clauses(loosened: Shape, whole: Shape, field: str) -> list[Clause]:
    denied = "stay" if field in ("available_from", "available_until") else field
    return [*search_clauses(loosened).values(), sa.not_(search_clauses(whole, WHOLE)[denied])]


def _counted(clauses: Iterable[Clause], among: sa.FromClause = post_rows) -> sa.Select[int]:
    limit = sa.bindparam("limit", type_=sa.Integer)
    found = sa.select(sa.literal_column("1")).select_from(among).where(*clauses).limit(limit).subquery()
    return sa.select(sa.func.count()).select_from(found)


def _of_host() -> Clause:
    return post_rows.c.host_id == sa.bindparam("host_id", type_=post_rows.c.host_id.type)


def _behind(column: sa.ColumnElement[Any], *, descending: bool) -> list[Clause]:
    """Behind (after_value, after_id), in the form that seeks on both databases."""
    value = sa.bindparam("after_value", type_=column.type)
    post_id = post_rows.c.post_id
    last = sa.bindparam("after_id", type_=post_id.type)
    if descending:
        return [column <= value, sa.or_(column < value, post_id < last)]
    return [column >= value, sa.or_(column > value, post_id > last)]
