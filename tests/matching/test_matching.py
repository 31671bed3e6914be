"""Matching in SQL: a post meets every subscription that it fits, once, in pages of any size."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from haloop.core.database import Database
from haloop.core.ids import new_id
from haloop.core.reads import SessionRows
from haloop.matching import sql
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.matching.tables import subscription_rows, subscription_terms

from .builders import TODAY, a_filter, a_post
from .store import matches, plans, posts, publish, subscribe, subscriptions

DAY = day_number(TODAY)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 1000])
async def test_every_subscription_is_walked_once_anywhere_first_then_the_region(database: Database, limit: int) -> None:
    post = a_post(region="TW-HUA", title="surf")
    kinds = [
        a_filter(text="surf"),
        a_filter(regions=["TW-HUA", "TW-KEE"]),
        a_filter(regions=["TW-KEE"]),
        a_filter(group_size=1),
        a_filter(text="yoga"),
    ]
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, kinds * 4)
    async with database.reading() as session:
        found = await matches(session, post, DAY, limit=limit)
    anywhere = [no for no in range(1, 21) if (no - 1) % 5 in (0, 3)]
    region = [no for no in range(1, 21) if (no - 1) % 5 == 1]
    assert [candidate.no for candidate in found] == anywhere + region
    assert [candidate.region for candidate in found] == [0] * 8 + [post.region] * 4


async def test_a_walk_goes_on_behind_any_candidate(database: Database) -> None:
    post = a_post()
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, [a_filter(group_size=1), a_filter(regions=["TW-HUA"])] * 5)
    async with database.reading() as session:
        everyone = await matches(session, post, DAY)
        for place, candidate in enumerate(everyone):
            assert await sql.matching_page(session, post, DAY, candidate.position) == everyone[place + 1 :]


async def test_a_post_whose_time_has_passed_meets_nobody(database: Database) -> None:
    post = a_post(ends_on="2026-12-31", min_stay_days=7)
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, [Filter()])
    async with database.reading() as session:
        assert len(await matches(session, post, post.latest_arrival)) == 1
        assert await matches(session, post, post.latest_arrival + 1) == []


async def test_a_candidate_carries_its_account(database: Database) -> None:
    post, account_id = a_post(), new_id()
    async with database.writing() as session:
        await publish(session, post)
        await session.execute(sa.insert(subscriptions), {"no": 7})
        await sql.put_subscription(session, 7, account_id, Filter())
    async with database.reading() as session:
        assert await sql.matching_page(session, post, DAY) == [sql.Candidate(0, 7, account_id)]


async def test_a_changed_subscription_meets_what_it_wants_now(database: Database) -> None:
    post = a_post(title="surf")
    async with database.writing() as session:
        await publish(session, post)
        (no,) = await subscribe(session, [a_filter(regions=["TW-HUA", "TW-KEE"], text="surf camp")])
        assert await matches(session, post, DAY) == []
        await sql.put_subscription(session, no, new_id(), a_filter(text="surf"))
        assert [candidate.region for candidate in await matches(session, post, DAY)] == [0]
        await sql.remove_subscription(session, no)
        await sql.remove_subscription(session, no)
        assert await matches(session, post, DAY) == []


async def test_a_long_text_is_matched_word_by_word(database: Database) -> None:
    words = [f"word{number}" for number in range(3000)]
    post = a_post(description=" ".join(words))
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, [a_filter(text=" ".join(words[-9:])), a_filter(text="word2999 word3000")])
    async with database.reading() as session:
        assert [candidate.no for candidate in await matches(session, post, DAY)] == [1]


async def test_rows_go_with_their_post_and_subscription(database: Database) -> None:
    post = a_post(title="surf")
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, [a_filter(regions=["TW-HUA"], text="surf")])
        await session.execute(sa.delete(posts))
        await session.execute(sa.delete(subscriptions))
        assert await sql.search(SessionRows(session), Filter(), DAY, limit=1) == []
        for table in (subscription_rows, subscription_terms):
            assert (await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one() == 0


async def test_the_walk_seeks_in_the_key_and_scans_nothing(database: Database) -> None:
    async with plans(database) as seen, database.reading() as session:
        await sql.matching_page(session, a_post(), DAY, sql.Position(0, 5), 50)
    assert "SEARCH subscription_rows USING PRIMARY KEY (region=? AND no>?)" in seen
    assert not [step for step in seen if "SCAN" in step or "TEMP B-TREE" in step], seen


async def test_an_edited_post_is_judged_by_the_facts_that_are_handed_in(database: Database) -> None:
    post = a_post(places=1)
    async with database.writing() as session:
        await publish(session, post)
        await subscribe(session, [a_filter(group_size=3)])
    async with database.reading() as session:
        assert await matches(session, post, DAY) == []
        assert len(await matches(session, replace(post, places=3), DAY)) == 1
