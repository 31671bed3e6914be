"""How common a text's terms are: it decides where a search for them begins (`predicate.py`).

The list of the posts that have a term costs about 1 µs a post; asking a post for its terms costs about 3 µs. A short
list is gone through; with a long one, where a page is soon full, each post is asked. But long lists of terms that are
seldom together (or never) make a short one of posts that have all, and asking each post would not fill a page soon."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import Final

import sqlalchemy as sa

from haloop.core.reads import Plan, Query
from haloop.matching.predicate import Words, has_all, posts_with, term_values

COMMON: Final = 10_000  # posts; from here on a term is common; counted no further
ASKED: Final = 1_000  # of the posts that have the rarest of common terms so many are asked for the others
SELDOM, NEARLY_ALWAYS = 0.05, 0.5  # parts of them that have all
WEIGHED: Final = 8  # so many terms are counted, the longest: long words are rare

_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_COUNT: Final = Query(sa.select(sa.func.count()).select_from(posts_with(1).limit(_LIMIT).subquery()))


@lru_cache(maxsize=32)
def _together(terms: int) -> Query:
    """How many of the first `limit` posts that have the first of so many terms have all."""
    some = posts_with(1).limit(_LIMIT).subquery()
    return Query(sa.select(sa.func.count()).select_from(some).where(*has_all(some.c.post_id, range(1, terms))))


def weighed(terms: Set[str]) -> Plan[tuple[str | None, Words]]:
    """The rarest term (None of none), and how many posts have them."""
    posts, rarest = COMMON + 1, None
    for term in sorted(terms, key=lambda term: (-len(term), term))[:WEIGHED]:
        ((count,),) = yield _COUNT, {**term_values({term}), "limit": min(posts, COMMON)}
        if count < posts:
            posts, rarest = count, term
    if rarest is None or posts < COMMON:
        return rarest, Words.RARE
    if len(terms) == 1:
        return rarest, Words.COMMON
    asked = {**term_values(terms, rarest), "limit": ASKED}
    ((together,),) = yield _together(len(terms)), asked
    if together < SELDOM * min(ASKED, posts):
        return rarest, Words.SELDOM
    return rarest, Words.OFTEN if together < NEARLY_ALWAYS * min(ASKED, posts) else Words.COMMON
