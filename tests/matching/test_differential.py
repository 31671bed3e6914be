"""Every execution of the rule says the same of every pair: reference, explanation, SQL both ways, and the oracle.

HALOOP_FUZZ_PAIRS sets how many pairs are tried (`make fuzz`: 100,000)."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from haloop.core.database import Database
from haloop.core.reads import SessionRows
from haloop.matching import sql
from haloop.matching.explanation import explain
from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.predicate import Words
from haloop.matching.rule import fits

from .generator import Generator, facts_of_filter, facts_of_post
from .oracle import PlainFilter, PlainPost, judge
from .store import create_tables, matches, publish, subscribe, taken_for

PAIRS = int(os.environ.get("HALOOP_FUZZ_PAIRS", "2000"))
POSTS, FILTERS = 10, 25  # of a world
BATCHES = -(-PAIRS // (POSTS * FILTERS))

Pairs = set[tuple[int, int]]  # (post, filter) by their places


@pytest.mark.anyio
async def test_all_executions_agree_on_every_pair_differential(tmp_path: Path) -> None:
    fitting = 0
    for seed in range(BATCHES):
        database = Database(f"sqlite+aiosqlite:///{tmp_path / f'{seed}.db'}", synchronous="NORMAL")
        await create_tables(database)
        try:
            fitting += await agreed(database, seed)
        finally:
            await database.close()
            (tmp_path / f"{seed}.db").unlink()
    share = fitting / (BATCHES * POSTS * FILTERS)
    assert 0.1 < share < 0.5, f"{share:.0%} of the pairs fit: too one-sided to tell much"


async def agreed(database: Database, seed: int) -> int:
    """How many pairs of a world fit; fails with the first pair on which the executions differ."""
    make = Generator(seed)
    posts = [make.post() for _ in range(POSTS)]
    filters = [make.filter(make.random.choice(posts)) for _ in range(FILTERS)]
    post_facts, filter_facts = [facts_of_post(post) for post in posts], [facts_of_filter(each) for each in filters]
    async with database.writing() as session:
        await publish(session, *post_facts)
        await subscribe(session, filter_facts)
    today = make.today
    expected = {(p, f) for p in range(POSTS) for f in range(FILTERS) if judge(posts[p], filters[f], today)}
    for name, pairs in (await executions(database, post_facts, filter_facts, today)).items():
        for p, f in sorted(pairs ^ expected):
            raise AssertionError(difference(name, seed, today, posts[p], filters[f], said=(p, f) in pairs))
    return len(expected)


async def executions(
    database: Database, posts: list[PostFacts], filters: list[FilterFacts], today: date
) -> dict[str, Pairs]:
    """What each execution finds."""
    day = day_number(today)
    places = {post.post_id: place for place, post in enumerate(posts)}
    all_pairs = [(p, f) for p in range(len(posts)) for f in range(len(filters))]
    found: dict[str, Pairs] = {
        "rule": {(p, f) for p, f in all_pairs if fits(posts[p], filters[f], day)},
        "explanation": {(p, f) for p, f in all_pairs if explain(posts[p], filters[f], day).fits},
        "newest": set(),
        "starting_soon": set(),
        **{f"words {words}": set() for words in Words},
        "matching": set(),
    }
    async with database.reading() as session:
        for f, wanted in enumerate(filters):
            newest = await sql.search(SessionRows(session), wanted, day, limit=POSTS + 1)
            soon = await sql.search(SessionRows(session), wanted, day, limit=POSTS + 1, sort="starting_soon")
            found["newest"] |= {(places[hit.post_id], f) for hit in newest}
            found["starting_soon"] |= {(places[hit.post_id], f) for hit in soon}
            for words in Words:
                with taken_for(words):
                    hits = await sql.search(SessionRows(session), wanted, day, limit=POSTS + 1)
                    assert await sql.count(SessionRows(session), wanted, day) == (len(hits), False)
                found[f"words {words}"] |= {(places[hit.post_id], f) for hit in hits}
        for p, post in enumerate(posts):
            found["matching"] |= {(p, candidate.no - 1) for candidate in await matches(session, post, day)}
    return found


def difference(name: str, seed: int, today: date, post: PlainPost, wanted: PlainFilter, *, said: bool) -> str:
    return f"{name} says {said}, the oracle {not said} (seed {seed}, today {today}):\n{post}\n{wanted}"
