"""The SQL engine: keeps the flat rows, searches posts for a filter and matches subscriptions for a post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.paging import COUNTED_TO, bad_cursor
from haloop.core.reads import Plan, Query, Row, Rows, SessionRows
from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.facts import LAST_DAY, Day, FilterFacts, PostFacts
from haloop.matching.filter import FIELDS, NUMBERS, OPTION_LIST_OF, Filter
from haloop.matching.predicate import Shape, Values, Words, matching_values, search_values
from haloop.matching.statements import (
    WHOLE,
    Order,
    count_query,
    matching_select,
    near_count_select,
    near_select,
    nearest_select,
    search_query,
)
from haloop.matching.tables import post_rows, post_terms, subscription_rows, subscription_terms
from haloop.matching.terms import weighed

Sort = Literal["newest", "starting_soon"]
Key = tuple[str | int, ...]
KEY_TYPES: Final[dict[Sort, tuple[type, ...]]] = {"newest": (int, str), "starting_soon": (int, int, str)}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Hit(NamedTuple):
    """A post that was found: by which walk, and at which instant or day of it."""

    post_id: UUID
    version: int
    host_version: int
    place: datetime | Day
    order: Order

    @property
    def key(self) -> Key:
        """Where a list goes on behind it (as `after`, and in the cursor)."""
        if isinstance(self.place, datetime):
            return ((self.place - _EPOCH) // timedelta(milliseconds=1), str(self.post_id))
        return (int(self.order is Order.RUNNING), self.place, str(self.post_id))


class Count(NamedTuple):
    """How many fit, counted to 1,000; `capped`: there are more."""

    total: int
    capped: bool


class Position(NamedTuple):
    """How far matching came: region 0 (anywhere) is walked first, then the post's region, each by `no`."""

    region: int
    no: int


START: Final = Position(0, 0)


class Candidate(NamedTuple):
    """A subscription whose row fits the post; whoever writes something re-checks it by the rule."""

    region: int
    no: int
    account_id: UUID

    @property
    def position(self) -> Position:
        return Position(self.region, self.no)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What one field shuts out: `value` is the loosened number, None where the field is left out; `filter` is the
    filter that results; `count` stops at 1,000; `hits` are the newest, at most 3."""

    field: str
    value: int | None
    filter: Filter
    count: int
    hits: tuple[Hit, ...]

    @property
    def post_ids(self) -> tuple[UUID, ...]:
        return tuple(hit.post_id for hit in self.hits)


def flat(wanted: Filter | FilterFacts) -> FilterFacts:
    return FilterFacts.of(wanted) if isinstance(wanted, Filter) else wanted


# Writing


async def put_post(
    session: AsyncSession, facts: PostFacts, *, version: int, host_version: int, published_at: datetime
) -> None:
    """Makes or replaces the rows of a published post."""
    same = ("post_id", "host_id", "owner_id", "region", "latitude", "longitude", "min_stay", "places", "hours_per_day")
    row = {name: getattr(facts, name) for name in (*same, *OPTION_LISTS)} | {
        "version": version,
        "host_version": host_version,
        "published_at": published_at,
        "starts_on": facts.starts,
        "latest_arrival": facts.latest_arrival,
        "earliest_departure": facts.earliest_departure,
    }
    await session.execute(sa.delete(post_rows).where(post_rows.c.post_id == facts.post_id))
    await session.execute(sa.insert(post_rows), row)
    of_post = post_terms.c.post_id == facts.post_id
    had = set(await session.scalars(sa.select(post_terms.c.term).where(of_post)))
    if gone := sorted(had - facts.tokens):
        await session.execute(
            sa.delete(post_terms).where(of_post, post_terms.c.term == sa.bindparam("gone")),
            [{"gone": term} for term in gone],
        )
    if new := sorted(facts.tokens - had):
        await session.execute(sa.insert(post_terms), [{"post_id": facts.post_id, "term": term} for term in new])


async def remove_post(session: AsyncSession, post_id: UUID) -> None:
    """Takes a post out of search and matching: it was closed or deleted, or its host suspended."""
    await session.execute(sa.delete(post_rows).where(post_rows.c.post_id == post_id))
    await session.execute(sa.delete(post_terms).where(post_terms.c.post_id == post_id))


async def put_subscription(session: AsyncSession, no: int, account_id: UUID, wanted: Filter | FilterFacts) -> None:
    """Makes or replaces the rows of an active subscription."""
    facts = flat(wanted)
    same = (
        "from_day",
        "until_day",
        "span",
        "group_size",
        "max_hours",
        "max_min_stay",
        "west",
        "south",
        "east",
        "north",
    )
    row = {name: getattr(facts, name) for name in (*same, *OPTION_LIST_OF)}
    row |= {"no": no, "account_id": account_id, "term_count": len(facts.tokens)}
    await remove_subscription(session, no)
    regions = sorted(facts.regions) or [0]
    await session.execute(sa.insert(subscription_rows), [{**row, "region": region} for region in regions])
    if facts.tokens:
        terms = [{"no": no, "term": term} for term in sorted(facts.tokens)]
        await session.execute(sa.insert(subscription_terms), terms)


async def remove_subscription(session: AsyncSession, no: int) -> None:
    """Takes a subscription out of matching: it was paused or deleted."""
    await session.execute(sa.delete(subscription_rows).where(subscription_rows.c.no == no))
    await session.execute(sa.delete(subscription_terms).where(subscription_terms.c.no == no))


# Searching


async def search(
    rows: Rows,
    wanted: Filter | FilterFacts,
    today: Day,
    *,
    limit: int,
    sort: Sort = "newest",
    after: Key | None = None,
    sort_day: Day | None = None,
    host_id: UUID | None = None,
) -> list[Hit]:
    """The open posts that fit, in order, behind the key `after`. `sort_day` is the day that divides upcoming from
    running posts (today, or the day of the list's first page). Raises Invalid `bad_cursor` for a key that is none."""

    def plan() -> Plan[list[Hit]]:
        searched = yield from _searched(flat(wanted), today, host_id)
        return (yield from _walked(searched, today, limit, sort, after, sort_day))

    return await rows.follow(plan)


async def first_page(
    rows: Rows,
    wanted: Filter | FilterFacts,
    today: Day,
    *,
    limit: int,
    sort: Sort = "newest",
    host_id: UUID | None = None,
) -> tuple[list[Hit], Count]:
    """The first hits of a search and how many there are in all, read in one go. What is less than a page is not counted
    once more."""

    def plan() -> Plan[tuple[list[Hit], Count]]:
        searched = yield from _searched(flat(wanted), today, host_id)
        # Of words that are seldom together all posts are found before the first is known: looked for once, not twice.
        seldom = searched.shape.words is Words.SELDOM
        most = COUNTED_TO + 1 if seldom else limit
        hits = yield from _walked(searched, today, most, sort)
        if seldom or len(hits) < limit:
            return hits[:limit], _count(len(hits))
        return hits, (yield from _counted(searched))

    return await rows.follow(plan)


async def count(rows: Rows, wanted: Filter | FilterFacts, today: Day, host_id: UUID | None = None) -> Count:
    """How many open posts fit."""

    def plan() -> Plan[Count]:
        searched = yield from _searched(flat(wanted), today, host_id)
        return (yield from _counted(searched))

    return await rows.follow(plan)


class _Searched(NamedTuple):
    """What the statements of one search have in common."""

    shape: Shape
    values: Values
    of_host: bool


def _searched(facts: FilterFacts, today: Day, host_id: UUID | None) -> Plan[_Searched]:
    first_term, words = yield from weighed(facts.tokens)
    values = search_values(facts, today, first_term=first_term) | {"host_id": host_id}
    return _Searched(Shape.of(facts, words), values, host_id is not None)


def _walked(
    searched: _Searched, today: Day, limit: int, sort: Sort, after: Key | None = None, sort_day: Day | None = None
) -> Plan[list[Hit]]:
    """The hits of the sort's walks, of the next one only what the one before has left room for."""
    shape, values, of_host = searched
    values = values | {"sort_day": today if sort_day is None else sort_day}
    hits: list[Hit] = []
    for order, behind in _walks(sort, after):
        query = search_query(shape, order, after=behind is not None, of_host=of_host)
        found = yield query, values | (behind or {}) | {"limit": limit - len(hits)}
        hits += [_hit(row, order) for row in found]
        if len(hits) >= limit:
            break
    return hits


def _counted(searched: _Searched) -> Plan[Count]:
    query = count_query(searched.shape, of_host=searched.of_host)
    ((found,),) = yield query, searched.values | {"limit": COUNTED_TO + 1}
    return _count(found)


def _count(found: int) -> Count:
    return Count(min(found, COUNTED_TO), found > COUNTED_TO)


_BY_REGION: Final = Query(
    sa.select(post_rows.c.region, sa.func.count())
    .where(post_rows.c.latest_arrival >= sa.bindparam("today", type_=sa.Integer))
    .group_by(post_rows.c.region)
)


async def count_by_region(rows: Rows, today: Day) -> dict[int, int]:
    """How many open posts each region has, by its number; regions without one are left out."""
    (found,) = await rows.scan((_BY_REGION, {"today": today}))
    return dict(found)


def _walks(sort: Sort, after: Key | None) -> list[tuple[Order, Values | None]]:
    """The walks that are left of a sort, the first from behind a key."""
    walks = [Order.NEWEST] if sort == "newest" else [Order.UPCOMING, Order.RUNNING]
    if after is None:
        return [(order, None) for order in walks]
    try:
        number, post_id = after[-2:]
        values: Values = {"after_value": _value(sort, int(number)), "after_id": UUID(str(post_id))}
        left = walks if sort == "newest" else walks[(0, 1).index(int(after[0])) :]
    except (ValueError, OverflowError) as error:
        raise bad_cursor() from error
    return [(order, values if place == 0 else None) for place, order in enumerate(left)]


def _value(sort: Sort, number: int) -> datetime | Day:
    if sort == "newest":
        return _EPOCH + timedelta(milliseconds=number)
    if abs(number) > LAST_DAY:
        raise OverflowError(number)
    return number


def _hit(row: Row, order: Order) -> Hit:
    post_id, version, host_version, place = row
    return Hit(post_id, version, host_version, place, order)


# Matching


async def matching_page(
    session: AsyncSession, facts: PostFacts, today: Day, after: Position = START, limit: int = 1000
) -> list[Candidate]:
    """The next subscriptions whose rows fit the post, behind a position: region 0 by `no`, then the post's region.
    Fewer than `limit` means that these were the last. The post's own rows must be in place (`put_post`)."""
    if facts.latest_arrival < today:
        return []
    values = matching_values(facts, today)
    walks = [(0, after.no), (facts.region, 0)] if after.region == 0 else [(facts.region, after.no)]
    page: list[Candidate] = []
    for region, no in walks:
        where = {"region": region, "no": no, "limit": limit - len(page)}
        page += [Candidate(*row) for row in await session.execute(matching_select(), values | where)]
        if len(page) >= limit:
            break
    return page


# Near misses

_Asked = Callable[..., tuple[Shape, Values]]  # the statement's shape and values for a filter, and a prefix


async def near_misses(session: AsyncSession, wanted: Filter, today: Day, limit: int = len(FIELDS)) -> list[NearMiss]:
    """For each named field what fits without it, or with its number loosened just enough, and does not fit the whole
    filter: most first, then in the order of the fields. A loosening that finds nothing is left out."""
    first_term, words = await SessionRows(session).follow(lambda: weighed(flat(wanted).tokens))

    def asked(of: Filter, prefix: str = "") -> tuple[Shape, Values]:
        facts = flat(of)
        return Shape.of(facts, words), search_values(facts, today, prefix, first_term)

    found = [await _near_miss(session, wanted, field, asked) for field in wanted.named()]
    return sorted((miss for miss in found if miss), key=lambda miss: -miss.count)[:limit]


async def _near_miss(session: AsyncSession, wanted: Filter, field: str, asked: _Asked) -> NearMiss | None:
    whole, denied = asked(wanted, WHOLE)
    denied |= {"limit": COUNTED_TO}
    without = wanted.without(field)
    value: int | None = None
    if field in NUMBERS:
        shape, values = asked(without)
        number = await session.scalar(nearest_select(shape, whole, field), denied | values)
        if number is None:
            return None
        value = number if 1 <= number <= NUMBERS[field] else None
    loosened = without if value is None else wanted.with_value(field, value)
    shape, values = asked(loosened)
    count = await session.scalar(near_count_select(shape, whole, field), denied | values) or 0
    if not count:
        return None
    rows = await session.execute(near_select(shape, whole, field), denied | values)
    return NearMiss(field, value, loosened, count, tuple(_hit(tuple(row), Order.NEWEST) for row in rows))
