"""The choice among candidates, and the chooser over columns: what holds for every population."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from haloop.matching.similarity import Liking, Offer, Taste, allowed, score
from haloop.recommendations.choice import A_DAY, OF_A_HOST, VARIETY_AT_FIRST, Candidate, choose
from haloop.recommendations.choosing import SPARE, Chooser
from haloop.recommendations.listed import Listed, shown
from haloop.recommendations.signals import Known, NamedWish, Signal
from tests.matching.builders import a_filter
from tests.matching.test_similarity import World, columns_of, looked_at
from tests.world import START

candidates = st.lists(
    st.builds(
        Candidate,
        post_id=st.integers(1, 2**60).map(lambda number: UUID(int=number)),
        host_id=st.integers(1, 6).map(lambda number: UUID(int=number)),
        region=st.integers(1, 4),
        score=st.integers(-100_000, 1_000_000),
    ),
    max_size=30,
    unique_by=lambda one: one.post_id,
).map(lambda some: sorted(some, key=lambda one: (-one.score, one.post_id)))


@given(candidates, st.integers(0, 8), st.integers(0, 3))
def test_at_most_two_of_a_host_and_as_many_as_there_are(some: list[Candidate], count: int, before: int) -> None:
    beside, left = some[:before], some[before:]
    chosen = choose(left, count, beside=beside)
    hosts = Counter(one.host_id for one in [*beside, *chosen])
    assert all(hosts[one.host_id] <= OF_A_HOST for one in chosen)
    possible = Counter(one.host_id for one in left)
    room = {host: max(0, OF_A_HOST - sum(one.host_id == host for one in beside)) for host in possible}
    assert len(chosen) == min(count, sum(min(room[host], possible[host]) for host in possible))
    assert len(set(chosen)) == len(chosen)
    assert choose(left, count, beside=beside) == chosen


@given(candidates)
def test_without_variety_the_best_come_first_and_equal_ones_by_id(some: list[Candidate]) -> None:
    chosen = choose(some, 5, variety=0)
    assert chosen == sorted(chosen, key=lambda one: (-one.score, one.post_id))


@given(candidates)
def test_at_first_different_regions_come_before_second_ones(some: list[Candidate]) -> None:
    chosen = choose(some, 5, variety=2 * VARIETY_AT_FIRST)
    regions = [one.region for one in chosen]
    firsts = len(dict.fromkeys(regions))
    assert len(set(regions[:firsts])) == firsts


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=20))
def test_of_a_list_five_are_shown_at_most_two_of_a_host_and_as_many_as_can_be(rows: list[tuple[int, bool]]) -> None:
    listed = [Listed(UUID(int=rank), UUID(int=host), rank, START, gone) for rank, (host, gone) in enumerate(rows)]
    found = shown(listed)
    left = [one for one in listed if not one.hidden]
    assert found == [one for one in left if one in found]
    assert max(Counter(one.host_id for one in found).values(), default=0) <= OF_A_HOST
    possible = sum(min(OF_A_HOST, count) for count in Counter(one.host_id for one in left).values())
    assert len(found) == min(A_DAY, possible)
    first = shown(left[:1])
    assert found[:1] == first  # what comes first by rank is not given up for what comes later


class Population:
    """Posts of a few hosts, and helpers who have seen some of them."""

    def __init__(self, seed: int) -> None:
        self.world, self.random = World(seed), Random(seed)  # noqa: S311  # a test's world
        self.today = self.world.today
        hosts = [UUID(int=number) for number in range(1, 6)]
        offers = self.world.offers + [other for number in (1, 2, 3) for other in World(seed + number).offers]
        self.offers = sorted((self._of(offer, hosts) for offer in offers), key=lambda offer: offer.facts.post_id)

    def _of(self, offer: Offer, hosts: list[UUID]) -> Offer:
        host = self.random.choice(hosts)
        return replace(offer, facts=replace(offer.facts, host_id=host, owner_id=UUID(int=host.int + 100)))

    def helper(self) -> Known:
        pick = self.random
        known = Known(UUID(int=pick.choice((101, 102, 999))))
        for wish in self.world.taste().wishes:
            known.wishes.append(NamedWish(UUID(int=1), "Wish", a_filter(), START, wish))
        for offer in pick.sample(self.offers, pick.choice((0, 2))):
            known.signals.append(Signal("opened", offer.facts.post_id, START, looked_at(offer.facts)))
        posts = [offer.facts.post_id for offer in self.offers]
        known.barred.update(pick.sample(posts, pick.choice((0, 3))))
        known.seen = {
            post_id: self.today - pick.randint(1, 14) for post_id in pick.sample(posts, pick.choice((0, 9, 20)))
        }
        for rank, offer in enumerate(pick.sample(self.offers, pick.choice((0, 0, 2, 7)))):
            post_id, put_away = offer.facts.post_id, offer.facts.post_id in known.barred
            known.listed.append(Listed(post_id, offer.facts.host_id, rank, START, put_away))
        return known


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_a_list_holds_only_what_may_be_on_it_and_repeats_only_what_it_must(seed: int) -> None:
    population = Population(seed)
    helpers = [population.helper() for _ in range(3)]
    chooser = Chooser(columns_of(population.offers), population.today)
    together = [picks for _, picks in chooser.choose(helpers)]
    alone = [picks for one in helpers for _, picks in chooser.choose([one])]
    assert together == alone
    offers = {offer.facts.post_id: offer for offer in population.offers}
    for known, picks in zip(helpers, together, strict=True):
        taste = Taste(tuple(one.wish for one in known.wishes), Liking.of(one.shown for one in known.signals))
        may = {
            post_id
            for post_id, offer in offers.items()
            if allowed(offer, taste, population.today)
            and offer.facts.owner_id != known.account_id
            and post_id not in known.barred
            and post_id not in {one.post_id for one in known.listed}
        }
        chosen = [one.post_id for one in picks]
        assert set(chosen) <= may
        assert len(chosen) <= A_DAY + SPARE
        hosts = Counter(offers[post_id].facts.host_id for post_id in chosen)
        hosts.update(one.host_id for one in shown(known.listed))
        assert all(hosts[offers[post_id].facts.host_id] <= OF_A_HOST for post_id in chosen)
        again = [post_id for post_id in chosen if post_id in known.seen]
        if again:
            left = may.difference(known.seen, chosen)
            assert all(hosts[offers[post_id].facts.host_id] >= OF_A_HOST for post_id in left)
            assert chosen[-len(again) :] == again
        for one in picks:
            if one.post_id not in known.seen:
                assert one.score == score(offers[one.post_id], taste, population.today)
