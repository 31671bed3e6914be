"""How common a text's terms are: it decides where a search for them begins (`predicate.py`).

The list of the posts that have a term costs about 1 µs a post; asking a post for its terms costs about 3 µs. A rare
term is looked up as a list; with a common one, where the list is long and a page soon full, each post is asked."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

import sqlalchemy as sa

from haloop.core.reads import Query, Rows
from haloop.matching.tables import post_terms

COMMON: Final = 10_000  # posts; from here on a term is common; counted no further
WEIGHED: Final = 8  # so many terms are counted, the longest: long words are rare

_found = (
    sa.select(post_terms.c.post_id)
    .where(post_terms.c.term == sa.bindparam("term", type_=post_terms.c.term.type))
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .subquery()
)
_COUNT: Final = Query(sa.select(sa.func.count()).select_from(_found))


async def weighed(rows: Rows, terms: Set[str]) -> tuple[str | None, bool]:
    """The rarest term (None of none), and whether it is common all the same."""
    longest = sorted(terms, key=lambda term: (-len(term), term))[:WEIGHED]
    if not longest:
        return None, False
    counted = await rows.scan(*((_COUNT, {"term": term, "limit": COMMON}) for term in longest))
    counts = [count for ((count,),) in counted]
    posts, rarest = min(zip(counts, longest, strict=True))
    return rarest, posts >= COMMON
