"""The rule as SQL, read in both directions: posts for a filter, and subscriptions for a post."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql import operators

from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.facts import Day, FilterFacts, PostFacts
from haloop.matching.filter import HOURS_MOST, OPTION_LIST_OF
from haloop.matching.tables import post_rows, post_terms, subscription_rows, subscription_terms

ANY_OF: Final = ("job_types", "accommodations", "meals", "experiences")
ALL_OF: Final = ("amenities", "environments")

_ALL_HOURS: Final = range(1, HOURS_MOST + 1)

Clause = sa.ColumnElement[bool]
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything of a filter that changes the text of its statement; the rest are values. Lists of regions and terms
    come in a few lengths only (filled up with repeats), so that statements stay few. `common`: many posts have its
    first term (`matching/terms.py`)."""

    named: frozenset[str]
    crosses_meridian: bool
    regions: int
    terms: int
    common: bool = False

    @classmethod
    def of(cls, wanted: FilterFacts, *, common: bool = False) -> Shape:
        lengths = _length(wanted.regions), _length(wanted.tokens)
        return cls(frozenset(wanted.named()), wanted.west > wanted.east, *lengths, common)


def search_values(wanted: FilterFacts, today: Day, prefix: str = "", first_term: str | None = None) -> Values:
    """The values of `search_clauses`, some of which a shape may not need. `first_term` is the one to begin with."""
    first = max(wanted.from_day, today)
    values: Values = {
        "first": first,
        "until": wanted.until_day,
        "days": wanted.until_day - first + 1,
        "term_count": len(wanted.tokens),
        **{f"hours{place}": min(hours, wanted.max_hours) for place, hours in enumerate(_ALL_HOURS)},
        **_numbered("region", sorted(wanted.regions)),
        **_numbered("term", sorted(wanted.tokens, key=lambda term: (term != first_term, term))),
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
        "text": _has_terms(shape, prefix),
    }
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


def _has_terms(shape: Shape, prefix: str) -> Clause:
    """Begins with the list of those that have the first term, or, where that would be long, asks each post how many it
    has: of a common term a page is soon full."""
    terms = [sa.bindparam(f"{prefix}term{place}", type_=post_terms.c.term.type) for place in range(shape.terms)]
    of_row = post_terms.c.post_id == post_rows.c.post_id
    had = sa.select(sa.func.count()).where(of_row, post_terms.c.term.in_(terms)).correlate(post_rows).scalar_subquery()
    has_all = had == sa.bindparam(f"{prefix}term_count", type_=sa.Integer)
    if shape.common or not terms:
        return has_all
    has_first = post_rows.c.post_id.in_(sa.select(post_terms.c.post_id).where(post_terms.c.term == terms[0]))
    return has_first if len(terms) == 1 else sa.and_(has_first, has_all)


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
