"""Search in SQL: pages, order, counts, near misses, and the plans that keep it quick."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.core.database import Database
from haloop.core.errors import Invalid
from haloop.core.ids import new_id
from haloop.core.reads import SessionRows
from haloop.matching import sql, terms
from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.filter import FIELDS, NUMBERS, Filter
from haloop.matching.predicate import Words
from haloop.matching.rule import fits

from .builders import TODAY, a_filter, a_post
from .generator import Generator, facts_of_post, filter_json
from .oracle import PlainPost
from .store import OPENED, plans, publish, statements, taken_for

DAY = day_number(TODAY)

pytestmark = pytest.mark.anyio


async def pages(session: AsyncSession, limit: int, sort: sql.Sort, day: int = DAY, **asked: Any) -> list[sql.Hit]:
    """All hits, read page by page."""
    found: list[sql.Hit] = []
    while True:
        after = found[-1].key if found else None
        page = await sql.search(SessionRows(session), Filter(), day, limit=limit, sort=sort, after=after, **asked)
        found += page
        if len(page) < limit:
            return found


def posts_with_ties() -> tuple[list[PostFacts], dict[int, int]]:
    """Thirty posts that share few days of beginning, ends and minutes of opening."""
    posts = [
        a_post(starts_on=f"2026-11-{20 + place % 4}" if place % 3 else f"2026-12-0{1 + place % 2}",
               ends_on=f"2026-12-{20 + place % 3}")
        for place in range(30)
    ]  # fmt: skip
    return posts, {place: place % 4 for place in range(30)}


@pytest.mark.parametrize("limit", [1, 2, 7, 30, 31])
async def test_newest_gives_each_post_once_the_last_opened_first(database: Database, limit: int) -> None:
    posts, opened = posts_with_ties()
    async with database.writing() as session:
        await publish(session, *posts, opened=opened)
    places = {post.post_id: place for place, post in enumerate(posts)}
    expected = sorted(places, key=lambda post_id: (opened[places[post_id]], post_id), reverse=True)
    async with database.reading() as session:
        assert [hit.post_id for hit in await pages(session, limit, "newest")] == expected


@pytest.mark.parametrize("limit", [1, 2, 7, 30, 31])
async def test_starting_soon_gives_upcoming_posts_then_running_ones(database: Database, limit: int) -> None:
    posts, opened = posts_with_ties()
    async with database.writing() as session:
        await publish(session, *posts, opened=opened)
    upcoming = sorted((post.starts, post.post_id) for post in posts if post.starts >= DAY)
    running = sorted((post.latest_arrival, post.post_id) for post in posts if post.starts < DAY)
    assert upcoming
    assert running
    async with database.reading() as session:
        hits = await pages(session, limit, "starting_soon")
    assert [hit.post_id for hit in hits] == [post_id for _, post_id in upcoming + running]


async def test_a_list_keeps_its_order_over_midnight(database: Database) -> None:
    posts, opened = posts_with_ties()
    async with database.writing() as session:
        await publish(session, *posts, opened=opened)
    async with database.reading() as session:
        first = await sql.search(SessionRows(session), Filter(), DAY, limit=10, sort="starting_soon")
        day = day_number(TODAY) + 8  # every post has begun by now
        rest = await sql.search(
            SessionRows(session), Filter(), day, limit=50, sort="starting_soon", after=first[-1].key, sort_day=DAY
        )
    assert len({hit.post_id for hit in first + rest}) == len(first + rest) == 30


async def test_a_host_s_posts_alone_are_found(database: Database) -> None:
    host_id = new_id()
    mine = [replace(a_post(), host_id=host_id) for _ in range(5)]
    async with database.writing() as session:
        await publish(session, *mine, *(a_post() for _ in range(5)))
    async with database.reading() as session:
        for sort in sql.KEY_TYPES:
            hits = await pages(session, 2, sort, host_id=host_id)
            assert {hit.post_id for hit in hits} == {post.post_id for post in mine}
        assert await sql.count(SessionRows(session), Filter(), DAY, host_id=host_id) == (5, False)


@pytest.mark.parametrize(("counted_to", "expected"), [(9, (9, True)), (10, (10, False)), (11, (10, False))])
async def test_counting_stops(
    database: Database, monkeypatch: pytest.MonkeyPatch, counted_to: int, expected: tuple[int, bool]
) -> None:
    monkeypatch.setattr(sql, "COUNTED_TO", counted_to)
    async with database.writing() as session:
        await publish(session, *(a_post() for _ in range(10)))
    async with database.reading() as session:
        assert await sql.count(SessionRows(session), Filter(), DAY) == expected


@pytest.mark.parametrize(
    ("limit", "sort", "asked"),
    [
        (5, "newest", 2),  # the page is full: how many are there?
        (6, "newest", 1),  # it is not: that was all
        (2, "starting_soon", 2),  # what has not begun fills the page
        (4, "starting_soon", 3),  # what has begun fills it up
        (6, "starting_soon", 2),
    ],
)
async def test_a_first_page_asks_no_more_than_it_must(
    database: Database, limit: int, sort: sql.Sort, asked: int
) -> None:
    begun, to_come = (
        {"starts_on": "2026-11-01", "ends_on": "2026-12-20"},
        {"starts_on": "2026-12-01", "ends_on": "2026-12-20"},
    )
    async with database.writing() as session:
        await publish(session, *(a_post(**begun) for _ in range(2)), *(a_post(**to_come) for _ in range(3)))
    async with statements(database) as seen, database.reading() as session:
        hits, count = await sql.first_page(SessionRows(session), Filter(), DAY, limit=limit, sort=sort)
    assert (len(hits), count, len(seen)) == (min(limit, 5), (5, False), asked)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("newest", (1, "no id")),
        ("newest", ("x", str(new_id()))),
        ("newest", (10**30, str(new_id()))),
        ("starting_soon", (2, 1, str(new_id()))),
        ("starting_soon", (0, 10**30, str(new_id()))),
        ("starting_soon", ()),
    ],
)
async def test_a_forged_key_is_a_bad_cursor(database: Database, sort: sql.Sort, key: sql.Key) -> None:
    async with database.reading() as session:
        with pytest.raises(Invalid) as raised:
            await sql.search(SessionRows(session), Filter(), DAY, limit=1, sort=sort, after=key)
    assert raised.value.slug == "bad_cursor"


async def test_a_post_that_is_put_again_is_found_as_it_is_now(database: Database) -> None:
    post = a_post(title="surf camp", meals=["breakfast"])
    later = replace(a_post(title="surf farm", meals=["dinner"]), post_id=post.post_id)
    async with database.writing() as session:
        await publish(session, post)
        await sql.put_post(session, later, version=7, host_version=3, published_at=OPENED)
    async with database.reading() as session:
        assert await sql.search(SessionRows(session), a_filter(text="camp"), DAY, limit=1) == []
        assert await sql.search(SessionRows(session), a_filter(meals=["breakfast"]), DAY, limit=1) == []
        found = await sql.search(SessionRows(session), a_filter(text="surf farm", meals=["dinner"]), DAY, limit=2)
    assert [(hit.post_id, hit.version, hit.host_version) for hit in found] == [(post.post_id, 7, 3)]


async def test_a_removed_post_is_found_no_more_and_removing_it_twice_is_fine(database: Database) -> None:
    post = a_post(title="surf")
    async with database.writing() as session:
        await publish(session, post)
        await sql.remove_post(session, post.post_id)
        await sql.remove_post(session, post.post_id)
        assert await sql.search(SessionRows(session), Filter(), DAY, limit=1) == []
        await sql.put_post(session, post, version=1, host_version=1, published_at=OPENED)
        assert await sql.search(SessionRows(session), a_filter(text="surf"), DAY, limit=1) != []


async def test_near_misses_name_what_one_field_shuts_out(database: Database) -> None:
    near = a_post(title="near", places=2, hours_per_day=6, min_stay_days=10, job_types=["farming"])
    far = a_post(title="far", places=1, hours_per_day=8, min_stay_days=14, job_types=["farming"])
    async with database.writing() as session:
        await publish(session, near, far)
    async with database.reading() as session:

        async def found(**wanted: Any) -> list[tuple[str, int | None, int, list[str]]]:  # Any: JSON
            names = {near.post_id: "near", far.post_id: "far"}
            misses = await sql.near_misses(session, a_filter(**wanted), DAY)
            return [(miss.field, miss.value, miss.count, [names[id_] for id_ in miss.post_ids]) for miss in misses]

        assert await found() == []
        assert await found(group_size=3) == [("group_size", 2, 1, ["near"])]
        assert await found(max_hours_per_day=5) == [("max_hours_per_day", 6, 1, ["near"])]
        assert await found(max_min_stay_days=9) == [("max_min_stay_days", 10, 1, ["near"])]
        assert await found(meals=["dinner"]) == [("meals", None, 2, ["far", "near"])]
        assert await found(meals=["dinner"], group_size=3) == []
        assert await found(group_size=2) == [("group_size", 1, 1, ["far"])]
        assert await found(job_types=["reception"], group_size=2) == [("job_types", None, 1, ["near"])]
        assert await found(available_from="2026-12-22", available_until="2026-12-31") == [
            ("available_from", None, 1, ["far"])
        ]
        assert await found(available_from="2026-12-01", available_until="2026-12-09") == [
            ("available_until", None, 2, ["far", "near"])
        ]


@pytest.mark.parametrize("words", Words)
@pytest.mark.parametrize("seed", range(5))
async def test_near_misses_are_those_of_brute_force(database: Database, seed: int, words: Words) -> None:
    make = Generator(seed)
    plain = [make.post() for _ in range(40)]
    posts = [facts_of_post(post) for post in plain]
    day = day_number(make.today)
    async with database.writing() as session:
        await publish(session, *posts)
    compared = 0
    async with database.reading() as session:
        for _ in range(25):
            wanted = a_plain_filter(make, plain)
            with taken_for(words):
                misses = await sql.near_misses(session, wanted, day)
            said = [(miss.field, miss.value, miss.count, miss.post_ids) for miss in misses]
            assert said == by_brute_force(wanted, posts, day)
            for miss in misses:
                loosened = {hit.post_id for hit in await sql.search(SessionRows(session), miss.filter, day, limit=99)}
                whole = {hit.post_id for hit in await sql.search(SessionRows(session), wanted, day, limit=99)}
                assert whole <= loosened
                assert len(loosened - whole) == miss.count
            compared += len(said)
    assert compared > 10


def a_plain_filter(make: Generator, plain: list[PlainPost]) -> Filter:
    """A generated filter, its options within the vocabulary."""
    return Filter.model_validate(filter_json(make.filter(make.random.choice(plain))))


def by_brute_force(
    wanted: Filter, posts: list[PostFacts], day: int
) -> list[tuple[str, int | None, int, tuple[Any, ...]]]:
    """Tries every value of a number, one by one, and counts by the rule."""

    def fitting(filter_: Filter) -> list[PostFacts]:
        return [post for post in posts if fits(post, FilterFacts.of(filter_), day)]

    whole = {post.post_id for post in fitting(wanted)}
    misses = []
    for field in wanted.named():
        value: int | None = None
        new: list[PostFacts] = []
        if field in NUMBERS:
            number: int = getattr(wanted, field)
            steps = range(number - 1, 0, -1) if field == "group_size" else range(number + 1, NUMBERS[field] + 1)
            for step in steps:
                new = [post for post in fitting(wanted.with_value(field, step)) if post.post_id not in whole]
                if new:
                    value = step
                    break
        else:
            new = [post for post in fitting(wanted.without(field)) if post.post_id not in whole]
        if new:
            newest = tuple(post.post_id for post in reversed(new))[:3]
            misses.append((field, value, len(new), newest))
    return sorted(misses, key=lambda miss: (-miss[2], FIELDS.index(miss[0])))


@pytest.mark.parametrize(
    ("sort", "after", "indexes"),
    [
        ("newest", None, {"ix_post_rows_newest"}),
        ("newest", (1_800_000_000_000, str(new_id())), {"ix_post_rows_newest"}),
        ("starting_soon", None, {"ix_post_rows_upcoming", "ix_post_rows_running"}),
        ("starting_soon", (0, DAY, str(new_id())), {"ix_post_rows_upcoming", "ix_post_rows_running"}),
        ("starting_soon", (1, DAY, str(new_id())), {"ix_post_rows_running"}),
    ],
)
async def test_every_walk_follows_its_index_and_sorts_nothing(
    database: Database, sort: sql.Sort, after: sql.Key | None, indexes: set[str]
) -> None:
    wanted = a_filter(
        regions=["TW-HUA"], available_from="2026-12-01", available_until="2026-12-31", meals=["dinner"], group_size=2,
        bbox=[121, 23, 122, 24],
    )  # fmt: skip
    for filter_ in (Filter(), wanted):
        async with plans(database) as seen, database.reading() as session:
            await sql.search(SessionRows(session), filter_, DAY, limit=21, sort=sort, after=after)
        walks = [step for step in seen if "post_rows" in step]
        assert {index for index in indexes if any(f"COVERING INDEX {index}" in step for step in walks)} == indexes
        assert all("COVERING INDEX" in step for step in walks), walks
        # What is sorted is the few that were found, after the walk: one sort each.
        assert (
            len([step for step in seen if "TEMP B-TREE" in step]) == len([step for step in seen if "found" in step]) / 2
        )
        if after:
            assert all("SEARCH" in step for step in seen if "post_rows" in step), seen


@pytest.mark.parametrize("hours", [{}, {"max_hours_per_day": 5}])
async def test_a_count_looks_at_what_is_open_in_the_wanted_regions_alone(
    database: Database, hours: dict[str, int]
) -> None:
    async with plans(database) as seen, database.reading() as session:
        await sql.count(SessionRows(session), a_filter(regions=["TW-HUA", "TW-TTT"], meals=["dinner"], **hours), DAY)
    sought = "ix_post_rows_region (region=? AND hours_per_day=? AND latest_arrival>?)"
    assert any(f"SEARCH post_rows USING COVERING INDEX {sought}" in step for step in seen), seen


async def test_words_are_looked_up_by_term(database: Database) -> None:
    async with plans(database) as seen, database.reading() as session:
        await sql.search(SessionRows(session), a_filter(text="surf camp"), DAY, limit=21)
    index = "USING COVERING INDEX ix_post_terms_term"
    assert any(f"SEARCH listed {index} (term=?)" in step for step in seen), seen
    # A post is asked for a word in that word's list, where the posts of a search are side by side.
    assert any(f"SEARCH post_terms {index} (term=? AND post_id>? AND post_id<?)" in step for step in seen), seen


async def test_what_is_common_decides_where_a_search_begins(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three posts with "surf" and three with "camp" one has both, another three have both "tea" and "hill"."""
    titles = ("surf", "surf", "surf camp", "camp", "camp", "tea hill", "tea hill", "tea hill", "rare")
    monkeypatch.setattr(terms, "COMMON", 3)
    async with database.writing() as session:
        await publish(session, *(a_post(title=title) for title in titles))

    async def judged(text: str) -> tuple[Words, bool]:
        """The words' kind, and whether a search for them goes in the order of the list."""
        async with plans(database) as seen, database.reading() as session:
            _, words = await SessionRows(session).follow(lambda: terms.weighed(sql.flat(a_filter(text=text)).tokens))
            await sql.search(SessionRows(session), a_filter(text=text), DAY, limit=21)
        return words, any("ix_post_rows_newest" in step for step in seen)

    assert await judged("tea") == (Words.COMMON, True)
    assert await judged("rare") == await judged("tea rare") == await judged("nowhere") == (Words.RARE, False)
    assert await judged("tea hill") == (Words.COMMON, True)
    assert await judged("surf camp") == (Words.OFTEN, True)
    assert await judged("surf hill") == (Words.SELDOM, False)


@pytest.mark.parametrize("words", Words)
async def test_words_are_counted_along_their_list(database: Database, words: Words) -> None:
    """But for regions, which have an index, and a common word beside other fields, which shut out more."""
    async with database.writing() as session:
        await publish(session, a_post(title="surf camp"))

    async def along(**fields: Any) -> bool:
        with taken_for(words):
            async with plans(database) as seen, database.reading() as session:
                await sql.count(SessionRows(session), a_filter(**fields), DAY)
        return any("SEARCH post_rows USING PRIMARY KEY (post_id=?)" in step for step in seen)

    assert await along(text="surf camp")
    assert await along(text="surf camp", max_hours_per_day=5) == (words is not Words.COMMON)


async def test_statements_bind_few_values(database: Database) -> None:
    wanted = a_filter(text=" ".join(str(number) for number in range(32)), regions=["TW-HUA", "TW-KEE", "TW-LIE"])
    async with statements(database) as seen, database.reading() as session:
        await sql.search(SessionRows(session), wanted, DAY, limit=21)
        await sql.matching_page(session, a_post(description=" ".join(str(number) for number in range(2000))), DAY)
    assert max(len(parameters) for _, parameters in seen) < 64
