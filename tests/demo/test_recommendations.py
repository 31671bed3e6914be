"""The demo's helpers and posts as a population: everyone gets five that suit, with reasons, and the same again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import pytest
import sqlalchemy as sa

from haloop.accounts.models import HelperRow, HostRow
from haloop.core.translations import translator
from haloop.demo.seed import reader_of
from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.rule import fits
from haloop.posts.facts import facts_of
from haloop.posts.models import PostRow
from haloop.posts.views import Viewer
from haloop.recommendations import service
from haloop.recommendations.making import Maker
from haloop.recommendations.models import RecommendationRow
from haloop.recommendations.signals import Known, read_known, read_known_of
from tests.world import World

pytestmark = pytest.mark.anyio

OpenDemo = Callable[[], AbstractAsyncContextManager[World]]


async def population(world: World) -> tuple[list[Known], dict[UUID, PostFacts]]:
    """What is known of all helpers, and the facts of all posts."""
    async with world.haloop.engines.database.reading() as session:
        helpers = list(await session.scalars(sa.select(HelperRow.account_id).order_by(HelperRow.account_id)))
        known = await read_known(session, helpers, world.clock.today(), world.haloop.engines.clock.zone)
        rows = await session.execute(sa.select(PostRow, HostRow).join(HostRow, HostRow.id == PostRow.host_id))
        return known, {post.id: facts_of(post, host) for post, host in rows}


async def lists(world: World) -> dict[UUID, list[UUID]]:
    row = RecommendationRow
    async with world.haloop.engines.database.reading() as session:
        found: dict[UUID, list[UUID]] = {}
        for account_id, post_id in await session.execute(
            sa.select(row.account_id, row.post_id).order_by(row.account_id, row.rank)
        ):
            found.setdefault(account_id, []).append(post_id)
        return found


async def test_every_helper_of_the_demo_gets_five_that_suit(open_demo: OpenDemo) -> None:
    async with open_demo() as world:
        engines, today = world.haloop.engines, day_number(world.clock.today())
        known, facts = await population(world)
        zone = engines.clock.zone
        for one in known:
            assert await read_known_of(engines.database.rows, one.account_id, world.clock.today(), zone) == one
        maker = await Maker.open(engines, world.clock.today())
        await maker.fill(known)
        made = await lists(world)
        async with engines.units.begin() as work:
            await work.session.execute(sa.delete(RecommendationRow))
        for one in known[::-1]:
            await maker.fill(await maker.read([one.account_id]))
        assert await lists(world) == made

        assert len(known) == len(made) == 13
        suiting, possible = 0, 0
        for one in known:
            picks = made[one.account_id]
            assert len(picks) == 5
            assert max(Counter(facts[post_id].host_id for post_id in picks).values()) <= 2
            wanted = [FilterFacts.of(named.wanted) for named in one.wishes]
            fit = [post_id for post_id in facts if any(fits(facts[post_id], wish, today) for wish in wanted)]
            assert not any(facts[post_id].requirements & one.taste.excluded for post_id in picks)
            suiting += len(set(picks) & set(fit))
            possible += min(5, len(fit))
        # Posts that fit a subscription wholly come before others, but for variety and a host's two.
        assert suiting >= 0.8 * possible


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_every_pick_says_why_in_the_readers_language(open_demo: OpenDemo, language: str) -> None:
    async with open_demo() as world:
        engines = world.haloop.engines
        known, _ = await population(world)
        viewer = Viewer(engines.media, "", world.clock.today(), engines.rendered)
        for one in known:
            reader = reader_of(one.account_id, world.clock.now())
            found = await service.todays(world.haloop.web.state.visits, viewer, reader, translator(language))
            names = [named.name for named in one.wishes]
            for item in found.items:
                assert 1 <= len(item.reasons) <= 3
                assert all(reason.text and "{" not in reason.text for reason in item.reasons)
                said = [reason.detail["subscription"] for reason in item.reasons if "subscription" in reason.detail]
                assert set(said) <= set(names)
            assert any("subscription" in reason.detail for item in found.items for reason in item.reasons)
