"""The similarity: what the formula promises, and that its two executions agree on every input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching import similarity
from haloop.matching.columns import NEVER, Posts, Scorer, options_of, whole
from haloop.matching.facts import Day, FilterFacts, PostFacts, day_number
from haloop.matching.filter import OPTION_LIST_OF
from haloop.matching.predicate import ALL_OF, ANY_OF
from haloop.matching.rule import fits
from haloop.matching.similarity import Liking, Offer, Shown, Taste, Wish, allowed, score

from .builders import TODAY, a_filter, a_post
from .generator import Generator, facts_of_filter, facts_of_post

EVERY = {name: (1 << len(vocabulary().options[name])) - 1 for name in OPTION_LISTS}
NOW = day_number(TODAY)


def an_offer(published: Day = NOW, described: int = 0, **changes: Any) -> Offer:  # Any: whatever `post_facts` takes
    return Offer(a_post(**changes), published, described)


def a_taste(*wishes: dict[str, Any], shown: Sequence[Shown] = ()) -> Taste:  # Any: JSON
    return Taste(tuple(Wish(FilterFacts.of(a_filter(**wish))) for wish in wishes), Liking.of(shown))


def looked_at(post: PostFacts, strength: int = 1000) -> Shown:
    options = {name: getattr(post, name) for name in OPTION_LISTS}
    return Shown(post.region, post.latitude, post.longitude, options, strength)


def columns_of(offers: Sequence[Offer]) -> Posts:
    facts = [offer.facts for offer in offers]
    names = ("region", "latitude", "longitude", "starts", "ends", "min_stay", "places", "hours_per_day")
    tokens = {token for post in facts for token in post.tokens}
    return Posts(
        ids=[post.post_id for post in facts],
        hosts=[post.host_id for post in facts],
        owners=[post.owner_id for post in facts],
        **{name: whole([getattr(post, name) for post in facts]) for name in names},
        published=whole([offer.published for offer in offers]),
        described=whole([offer.described for offer in offers]),
        options=options_of([[getattr(post, name) for name in OPTION_LISTS] for post in facts]),
        terms={token: whole([token in post.tokens for post in facts]).astype(bool) for token in tokens},
    )


class World:
    """Random posts and tastes that lie close to each other's edges."""

    def __init__(self, seed: int) -> None:
        self.generator = Generator(seed)
        self.random = Random(seed)  # noqa: S311  # a test's world, to be made again from its seed
        self.today = day_number(self.generator.today)
        self.plain = [self.generator.post() for _ in range(6)]
        self.offers = [self.offer(facts_of_post(post)) for post in self.plain]

    def offer(self, facts: PostFacts) -> Offer:
        known = {name: getattr(facts, name) & EVERY[name] for name in OPTION_LISTS}
        published = self.today - self.random.choice((0, 1, 13, 29, 30, 31, 400))
        return Offer(replace(facts, **known), published, self.random.choice((0, 1, 599, 600, 9000)))

    def wish(self) -> FilterFacts:
        wanted = facts_of_filter(self.generator.filter(self.random.choice(self.plain)))
        return replace(wanted, **{name: getattr(wanted, name) & EVERY[of] for name, of in OPTION_LIST_OF.items()})

    def taste(self) -> Taste:
        pick = self.random
        wishes = [self.wish() for _ in range(pick.choice((0, 1, 1, 2, 4)))]
        asking = [
            similarity.wish_of(wish, pick.choice((0, 1, 90, 1000)), self.today) for wish in wishes if wish.named()
        ]
        strengths = (4000, 1000, 500, 1, -2000, -3)
        shown = [
            looked_at(self.offer(facts_of_post(self.generator.post())).facts, pick.choice(strengths))
            for _ in range(pick.choice((0, 1, 3, 12)))
        ]
        return Taste(tuple(asking), Liking.of(shown))


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_over_columns_it_is_the_same_number(seed: int) -> None:
    world = World(seed)
    tastes = [world.taste() for _ in range(3)]
    scorer = Scorer(columns_of(world.offers), world.today)
    for taste, scores in zip(tastes, scorer.scores(tastes), strict=True):
        expected = [
            score(offer, taste, world.today) if allowed(offer, taste, world.today) else int(NEVER)
            for offer in world.offers
        ]
        assert scores.tolist() == expected


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_a_post_that_is_better_in_one_criterion_and_equal_elsewhere_never_ranks_lower(seed: int) -> None:
    world = World(seed)
    offer, taste = world.offers[0], world.taste()
    facts = offer.facts
    before = score(offer, taste, world.today)
    better: list[Offer] = [
        replace(offer, published=min(world.today, offer.published + 5)),
        replace(offer, described=offer.described + 100),
        replace(offer, facts=replace(facts, places=facts.places + 1)),
    ]
    if facts.hours_per_day > 1:
        better.append(replace(offer, facts=replace(facts, hours_per_day=facts.hours_per_day - 1)))
    for name in (*ANY_OF, *ALL_OF):
        for wish in taste.wishes:
            wanted = getattr(wish.wanted, name) & ~getattr(facts, name)
            liked = all(taste.liking.features.get((name, place), 0) >= 0 for place in _places(wanted))
            if wanted and liked:
                better.append(replace(offer, facts=replace(facts, **{name: getattr(facts, name) | wanted})))
    for (name, place), weight in taste.liking.features.items():
        if weight >= 0 and name != "region":
            better.append(replace(offer, facts=replace(facts, **{name: getattr(facts, name) | 1 << place})))
    for other in better:
        assert score(other, taste, world.today) >= before


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_no_criterion_is_valued_above_its_full_term_and_a_fit_has_them_all(seed: int) -> None:
    world = World(seed)
    wanted = world.wish()
    for offer in world.offers:
        for name in Wish(wanted).criteria:
            value = similarity.term(offer.facts, wanted, name, world.today)
            assert 0 <= value <= 1000
            if fits(offer.facts, wanted, world.today):
                assert value > 0
                if name not in (*ANY_OF, "stay"):
                    assert value == 1000


def _places(mask: int) -> list[int]:
    return [place for place in range(63) if mask >> place & 1]


def test_every_criterion_of_a_filter_has_its_weight() -> None:
    everything = a_filter(
        regions=["TW-HUA"], bbox=[120, 22, 122, 25], available_from="2026-12-01", available_until="2026-12-20",
        group_size=2, max_hours_per_day=5, max_min_stay_days=9, job_types=["farming"], accommodations=["tent"],
        meals=["lunch"], experiences=["surfing"], amenities=["wifi"], environments=["step-free"], text="sea",
        excluded_requirements=["own-scooter"],
    )  # fmt: skip
    wish = Wish(FilterFacts.of(everything))
    assert set(wish.criteria) == set(similarity.CRITERIA)
    assert similarity.WISH - len(wish.criteria) < sum(wish.weights().values()) <= similarity.WISH
    whole_score = similarity.WISH + similarity.FRESHNESS + similarity.DESCRIPTION + sum(similarity.LIKENESS.values())
    assert whole_score == 1000


def test_what_cannot_be_done_stays_hard_whichever_wish_says_so() -> None:
    lifting = an_offer(requirements=["heavy-lifting"], experiences=["surfing"])
    taste = a_taste({"experiences": ["surfing"]}, {"group_size": 1, "excluded_requirements": ["heavy-lifting"]})
    assert not allowed(lifting, taste, NOW)
    assert allowed(an_offer(experiences=["surfing"]), taste, NOW)


def test_a_stay_must_be_possible_in_the_free_time_of_a_wish() -> None:
    december = an_offer()  # 1 to 31 December, 7 days at least
    july = {"available_from": "2027-07-01", "available_until": "2027-07-31", "group_size": 1}
    week = {"available_from": "2026-12-20", "available_until": "2026-12-26", "group_size": 1}
    assert not allowed(december, a_taste(july), NOW)
    assert allowed(december, a_taste(july, week), NOW)
    assert not allowed(december, a_taste({**week, "available_until": "2026-12-25"}), NOW)
    assert allowed(december, a_taste(july, {"job_types": ["farming"]}), NOW)
    assert allowed(december, a_taste(shown=[looked_at(a_post())]), NOW)
    assert not allowed(december, Taste(), day_number(date(2026, 12, 26)))


def test_a_wish_whose_dates_have_passed_still_says_what_is_liked() -> None:
    wanted = FilterFacts.of(a_filter(available_until="2026-11-01", experiences=["surfing"]))
    wish = similarity.wish_of(wanted, 0, NOW)
    assert wish.criteria == ("experiences",)
    assert allowed(an_offer(experiences=["surfing"]), Taste((wish,)), NOW)


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_a_wish_whose_dates_have_passed_frees_nobody_from_the_dates_of_another(seed: int) -> None:
    world = World(seed)
    over = FilterFacts.of(a_filter(available_until=world.generator.today - timedelta(days=1), experiences=["surfing"]))
    past = similarity.wish_of(over, 0, world.today)
    taste = world.taste()
    ahead = tuple(wish for wish in taste.wishes if not wish.past)
    with_it = replace(taste, wishes=(past, *ahead))
    without = replace(taste, wishes=ahead)
    scorer = Scorer(columns_of(world.offers), world.today)
    for offer, value in zip(world.offers, next(scorer.scores([with_it])), strict=True):
        assert allowed(offer, with_it, world.today) == allowed(offer, without, world.today) == (value != NEVER)


@pytest.mark.parametrize(
    ("taste", "nothing"),
    [
        (Taste(), True),
        (a_taste({"excluded_requirements": ["heavy-lifting"]}), True),
        (a_taste(shown=[looked_at(a_post(job_types=["farming"]), -2000)]), True),
        (a_taste({"excluded_requirements": ["heavy-lifting"]}, shown=[looked_at(a_post(), -2000)]), True),
        (a_taste({"group_size": 2}), False),
        (a_taste(shown=[looked_at(a_post())]), False),
    ],
)
def test_what_is_excluded_or_put_away_says_nothing_of_what_is_liked(taste: Taste, nothing: bool) -> None:
    assert taste.knows_nothing == nothing


def test_the_second_wish_counts_as_the_first_does() -> None:
    surf, tea = an_offer(experiences=["surfing"]), an_offer(job_types=["farming"])
    first = a_taste({"experiences": ["surfing"]}, {"job_types": ["farming"]})
    second = a_taste({"job_types": ["farming"]}, {"experiences": ["surfing"]})
    neither = an_offer(meals=["lunch"])
    for taste in (first, second):
        assert score(surf, taste, NOW) == score(tea, taste, NOW) > score(neither, taste, NOW)


def test_nearer_is_better_and_far_away_is_all_the_same() -> None:
    taste = a_taste({"regions": ["TW-TTT"]}, shown=[looked_at(a_post(latitude=22.8, longitude=121.1))])
    points = [(22.9, 121.1), (23.1, 121.2), (23.4, 121.3)]
    near = [score(an_offer(latitude=north, longitude=east), taste, NOW) for north, east in points]
    assert near == sorted(near, reverse=True)
    assert len(set(near)) == 3
    far = [score(an_offer(latitude=25.0 + step, longitude=121.5), taste, NOW) for step in (0, 0.1)]
    assert far[0] == far[1] < near[-1]


def test_signals_fade_by_half_in_their_half_life_and_dismissals_count_against() -> None:
    assert [similarity.strength("opened", days) for days in (0, 30, 60)] == [1000, 500, 250]
    assert similarity.strength("dismissed", 90) == -1000
    farm, cafe = a_post(job_types=["farming"]), a_post(job_types=["barista"])
    taste = a_taste(shown=[looked_at(farm, -2000)])
    assert score(Offer(farm, NOW, 0), taste, NOW) < score(Offer(cafe, NOW, 0), taste, NOW)


def test_many_signals_say_more_than_one() -> None:
    farm = a_post(job_types=["farming"])
    few, many = (a_taste(shown=[looked_at(farm)] * count) for count in (1, 10))
    assert 0 < similarity.likeness(farm, few.liking) < similarity.likeness(farm, many.liking)


@pytest.mark.parametrize("field", ["available_from", "available_until"])
def test_how_much_of_the_free_time_a_stay_can_take_counts(field: str) -> None:
    wanted = FilterFacts.of(a_filter(**{field: "2026-12-20"}))
    short = a_post(starts_on="2026-12-14", ends_on="2026-12-26")
    longer = a_post(starts_on="2026-12-01", ends_on="2027-01-26")
    assert similarity.term(short, wanted, "stay", NOW) < similarity.term(longer, wanted, "stay", NOW)
