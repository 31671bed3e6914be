"""The rule as SQL, read in both directions: posts for a filter, and subscriptions for a post."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.facts import Day, FilterFacts, PostFacts
from haloop.matching.filter import HOURS_MOST, OPTION_LIST_OF
from haloop.matching.tables import post_rows, post_terms, subscription_rows, subscription_terms

ANY_OF: Final = ("job_types", "accommodations", "meals", "experiences")
ALL_OF: Final = ("amenities", "environments")

_ONE: Final = sa.literal_column("1", sa.Integer)
_ALL_HOURS: Final = range(1, HOURS_MOST + 1)

Clause = sa.ColumnElement[bool]
Values = dict[str, object]


class Words(StrEnum):
    """How many posts have the terms of a text (`matching/terms.py`): it decides how those that have all are found."""

    RARE = "rare"  # few have the rarest
    SELDOM = "seldom"  # many have each, few have all
    OFTEN = "often"  # many have each, and some of them all
    COMMON = "common"  # many have all


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything of a filter that changes the text of its statement; the rest are values. Lists of regions come in a
    few lengths only (filled up with repeats), so that statements stay few."""

    named: frozenset[str]
    crosses_meridian: bool
    regions: int
    terms: int
    words: Words = Words.RARE

    @classmethod
    def of(cls, wanted: FilterFacts, words: Words = Words.RARE) -> Shape:
        lengths = _length(wanted.regions), len(wanted.tokens)
        return cls(frozenset(wanted.named()), wanted.west > wanted.east, *lengths, words)


def search_values(wanted: FilterFacts, today: Day, prefix: str = "", first_term: str | None = None) -> Values:
    """The values of `search_clauses`, some of which a shape may not need. `first_term` is the one to begin with."""
    first = max(wanted.from_day, today)
    values: Values = {
        "first": first,
        "until": wanted.until_day,
        "days": wanted.until_day - first + 1,
        **{f"hours{place}": min(hours, wanted.max_hours) for place, hours in enumerate(_ALL_HOURS)},
        **_numbered("region", sorted(wanted.regions)),
        **term_values(wanted.tokens, first_term),
    }
    names = ("west", "south", "east", "north", "group_size", "max_hours", "max_min_stay", *OPTION_LIST_OF)
    values |= {name: getattr(wanted, name) for name in names}
    return {prefix + name: value for name, value in values.items()}


def search_clauses(
    shape: Shape, prefix: str = "", *, seeks: Collection[str] = ("latest_arrival", "region")
) -> dict[str, Clause]:
    """What must hold of a row of `post_rows`, by the filter's field; both dates are "stay", which is always there: a
    post whose latest arrival has passed fits nobody. The columns of `seeks` may be looked up in an index. Where
    that is the one by region, hours and latest arrival, the hours are listed one by one, named or not: an index is
    sought by its next column only behind an equal value."""
    post = post_rows.c

    def whole(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(prefix + name, type_=sa.Integer)

    def mask(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(prefix + name, type_=sa.BigInteger)

    latest_arrival, region = (
        column if column.name in seeks else _unindexed(column) for column in (post.latest_arrival, post.region)
    )
    stay = latest_arrival >= whole("first")
    if "available_until" in shape.named:
        stay = sa.and_(stay, post.earliest_departure <= whole("until"), post.min_stay <= whole("days"))
    asked, hours = shape.named | {"stay"}, post.hours_per_day <= whole("max_hours")
    if "region" in seeks and "regions" in asked:
        asked |= {"max_hours_per_day"}
        hours = post.hours_per_day.in_([whole(f"hours{place}") for place in range(len(_ALL_HOURS))])
    clauses = {
        "stay": stay,
        "regions": region.in_([whole(f"region{place}") for place in range(shape.regions)]),
        "bbox": _in_box(whole, crosses_meridian=shape.crosses_meridian),
        "group_size": post.places >= whole("group_size"),
        "max_hours_per_day": hours,
        "max_min_stay_days": post.min_stay <= whole("max_min_stay"),
        **{field: post[field].bitwise_and(mask(field)) != 0 for field in ANY_OF},
        **{field: post[field].bitwise_and(mask(field)) == mask(field) for field in ALL_OF},
        "excluded_requirements": post.requirements.bitwise_and(mask("excluded_requirements")) == 0,
    }
    if "text" in asked:
        clauses["text"] = _has_terms(shape, prefix)
    return {field: clause for field, clause in clauses.items() if field in asked}


def matching_values(post: PostFacts, today: Day) -> Values:
    """The values of `matching_clauses`."""
    return {
        "post_id": post.post_id,
        "latest_arrival": post.latest_arrival,
        "need_until": max(post.earliest_departure, today + post.min_stay - 1),
        **{name: getattr(post, name) for name in ("min_stay", "places", "hours_per_day", "latitude", "longitude")},
        **{name: getattr(post, name) for name in OPTION_LISTS},
    }


def matching_clauses() -> list[Clause]:
    """What must hold of a row of `subscription_rows` for an open post (region aside). The post's terms are read from
    `post_terms`: they may be thousands."""
    wanted = subscription_rows.c

    def whole(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(name, type_=sa.Integer)

    def mask(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(name, type_=sa.BigInteger)

    return [
        # SQLite asks them in this order. What one of the wanted options decides comes first: it shuts out the most.
        *(sa.or_(wanted[field] == 0, wanted[field].bitwise_and(mask(field)) != 0) for field in ANY_OF),
        wanted.from_day <= whole("latest_arrival"),
        wanted.until_day >= whole("need_until"),
        wanted.span >= whole("min_stay"),
        wanted.group_size <= whole("places"),
        wanted.max_hours >= whole("hours_per_day"),
        wanted.max_min_stay >= whole("min_stay"),
        *(wanted[field].bitwise_and(mask(field)) == wanted[field] for field in ALL_OF),
        wanted.excluded_requirements.bitwise_and(mask("requirements")) == 0,
        wanted.south <= whole("latitude"),
        wanted.north >= whole("latitude"),
        _holds_longitude(whole("longitude")),
        sa.or_(wanted.term_count == 0, wanted.term_count == _shared_terms()),
    ]


def _in_box(whole: Callable[[str], sa.BindParameter[int]], *, crosses_meridian: bool) -> Clause:
    post = post_rows.c
    west, east = post.longitude >= whole("west"), post.longitude <= whole("east")
    across = sa.or_(west, east) if crosses_meridian else sa.and_(west, east)
    return sa.and_(post.latitude >= whole("south"), post.latitude <= whole("north"), across)


def _holds_longitude(longitude: sa.BindParameter[int]) -> Clause:
    """Between west and east, or outside of them where the box crosses the 180th meridian."""
    west, east = subscription_rows.c.west, subscription_rows.c.east
    after_west, before_east = west <= longitude, east >= longitude
    return sa.or_(sa.and_(after_west, before_east), sa.and_(west > east, sa.or_(after_west, before_east)))


def term_values(terms: Collection[str], first_term: str | None = None) -> Values:
    """The values of `posts_with`; the list of `first_term` is the one that is gone through."""
    ordered = sorted(terms, key=lambda term: (term != first_term, term))
    return {f"term{place}": term for place, term in enumerate(ordered)}


def posts_with(terms: int, prefix: str = "") -> sa.Select[UUID]:
    """The posts that have all of so many terms, along the list of the first."""
    listed = post_terms.alias("listed")
    select = sa.select(listed.c.post_id).where(listed.c.term == _term(prefix, 0))
    return select.where(*has_all(listed.c.post_id, range(1, terms), prefix))


def has_all(post_id: sa.ColumnElement[UUID], places: range, prefix: str = "") -> list[Clause]:
    """Asks a post for the terms at these places, for one after the other, until it has one not."""
    had = sa.select(sa.func.count()).select_from(post_terms).where(_Is(post_terms.c.post_id, post_id))
    had = had.correlate_except(post_terms)
    return [had.where(post_terms.c.term == _term(prefix, place)).scalar_subquery() == _ONE for place in places]


def _has_terms(shape: Shape, prefix: str) -> Clause:
    """By the list of those that have them where it is short; else each post is asked, for a page is soon full."""
    post_id = post_rows.c.post_id
    if shape.words in (Words.OFTEN, Words.COMMON):
        return sa.and_(*has_all(post_id, range(shape.terms), prefix))
    if shape.words is Words.SELDOM:
        return post_id.in_(posts_with(shape.terms, prefix))
    return sa.and_(post_id.in_(posts_with(1, prefix)), *has_all(post_id, range(1, shape.terms), prefix))


class _Is(FunctionElement[bool]):
    """Equality, said to SQLite as a range: of two unique indexes it would take the one that begins with this column,
    where a term's other posts are far away, unless it had statistics."""

    inherit_cache = True
    type = sa.Boolean()

    def self_group(self, against: object = None) -> _Is:  # noqa: ARG002  # its name
        return self  # a condition as it is: SQLAlchemy would compare it with 1, for SQLite has no booleans


@compiles(_Is)
def _equals(element: _Is, compiler: SQLCompiler, **kw: object) -> str:
    left, right = (compiler.process(each, **kw) for each in element.clauses)
    return f"{left} = {right}"


@compiles(_Is, "sqlite")
def _between(element: _Is, compiler: SQLCompiler, **kw: object) -> str:
    left, right = (compiler.process(each, **kw) for each in element.clauses)
    return f"{left} BETWEEN {right} AND {right}"


def _term(prefix: str, place: int) -> sa.BindParameter[str]:
    return sa.bindparam(f"{prefix}term{place}", type_=post_terms.c.term.type)


def _shared_terms() -> sa.ScalarSelect[int]:
    """How many of a subscription's terms the post has."""
    return (
        sa.select(sa.func.count())
        .select_from(subscription_terms.join(post_terms, post_terms.c.term == subscription_terms.c.term))
        .where(
            subscription_terms.c.no == subscription_rows.c.no,
            post_terms.c.post_id == sa.bindparam("post_id", type_=post_terms.c.post_id.type),
        )
        .correlate(subscription_rows)
        .scalar_subquery()
    )


def _unindexed(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The same value, which SQLite's planner does not look up in an index (a unary plus; nothing to MariaDB)."""
    return sa.UnaryExpression(column, operator=operators.custom_op("+"), type_=column.type)


def _length(values: Iterable[object]) -> int:
    """The length of the list that takes these values: the next power of two."""
    count = len(list(values))
    return 1 << (count - 1).bit_length() if count else 0


def _numbered(name: str, values: list[int] | list[str]) -> Values:
    return {f"{name}{place}": values[min(place, len(values) - 1)] for place in range(_length(values))}
