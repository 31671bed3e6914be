"""How well a post suits a taste: one whole number of millionths, more is better; equal numbers are ordered by id.

    score = best wish + (the other wishes) / 8 + likeness + freshness + description

- A *wish* is a subscription's filter: the sum over its named fields of weight × term. A wish that its own dates make
  impossible counts nothing. Its weights sum to WISH, less for a wish that names little, and fade with its age.
- *Likeness* to what was looked at: a weight for every option and region, and the nearest of a few places.
- A *term* is a whole number of thousandths, a *weight* one of thousandths too, so a product is in millionths.

Only sums of weighted terms, ranges and linear decay over whole numbers: what a function score can reckon as well.
`columns.py` is the same formula over all posts at once; this is the reference."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from haloop.core.vocabulary import vocabulary
from haloop.matching.facts import LAST_DAY, Day, FilterFacts, Mask, PostFacts, flat_degrees
from haloop.matching.predicate import ALL_OF, ANY_OF
from haloop.matching.rule import in_box

FULL: Final = 1000  # a term that holds wholly

# The weights, in thousandths of a whole score.
WISH: Final = 450
FRESHNESS: Final = 60
DESCRIPTION: Final = 40
LIKENESS: Final[Mapping[str, int]] = {
    "job_types": 120,
    "experiences": 120,
    "region": 60,
    "accommodations": 38,
    "environments": 38,
    "near": 30,
    "meals": 22,
    "amenities": 22,
}
# What a named field counts beside the other named ones of its wish. "stay" is both dates together.
CRITERIA: Final[Mapping[str, int]] = {
    "regions": 16,
    "bbox": 16,
    "stay": 14,
    "group_size": 8,
    "max_hours_per_day": 5,
    "max_min_stay_days": 5,
    "job_types": 16,
    "accommodations": 7,
    "meals": 5,
    "experiences": 16,
    "amenities": 5,
    "environments": 6,
    "text": 12,
}
# What a signal counts, in thousandths, and the days after which it counts half.
SIGNALS: Final[Mapping[str, tuple[int, int]]] = {
    "subscription": (1000, 180),
    "written": (4000, 90),
    "opened": (1000, 30),
    "dismissed": (-2000, 90),
}

SPECIFIC: Final = 40  # a wish whose named fields count so much says what it wants; one that names little counts half
OTHERS: Final = 8  # the other wishes count an eighth
FIRST_OF_ANY: Final = 750  # for the first of "any of"; the rest by the share of the wanted that is there
OUTSIDE: Final = 500  # at the edge of the wanted area, and then less
METRES_OUTSIDE: Final = 200  # that take a thousandth off: nothing is left at 100 km
METRES_NEAR: Final = 60  # the same for places looked at: nothing is left at 60 km
LONGEST_STAY: Final = 90  # days; free time beyond counts no more
FRESH_FOR: Final = 30  # days since the last opening
DESCRIBED: Final = 600  # bytes of a description that says enough (200 Chinese characters)
PRIOR: Final = 2000  # signals weigh against so much: a single one says less than ten
PLACES_MOST: Final = 8

LIKED_LISTS: Final = tuple(name for name in LIKENESS if name not in ("region", "near"))
Feature = tuple[str, int]  # (option list, place in it) or ("region", number)


@dataclass(frozen=True, slots=True)
class Offer:
    """A post as the formula knows it; `described` is the length of its description in bytes."""

    facts: PostFacts
    published: Day
    described: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription asks for; `fade` in thousandths. `past`: it named dates, and they are over."""

    wanted: FilterFacts
    fade: int = FULL
    past: bool = False

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that it names; dates are one, requirements are none: they are hard."""
        named = [name for name in self.wanted.named() if name != "excluded_requirements"]
        return tuple(dict.fromkeys("stay" if name.startswith("available_") else name for name in named))

    def weights(self) -> dict[str, int]:
        """Thousandths for each criterion: WISH in all for a fresh wish that says what it wants."""
        criteria = self.criteria
        named = sum(CRITERIA[name] for name in criteria)
        whole = WISH * self.fade * (SPECIFIC + min(named, SPECIFIC))
        return {name: whole * CRITERIA[name] // (2 * SPECIFIC * FULL * named) for name in criteria}


@dataclass(frozen=True, slots=True)
class Place:
    """A public point that was looked at (degrees × 100,000) and its weight in thousandths."""

    latitude: int
    longitude: int
    weight: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A post that somebody opened, wrote about or put away; `strength` in thousandths, below 0 for the last."""

    region: int
    latitude: int
    longitude: int
    options: Mapping[str, Mask]
    strength: int


@dataclass(frozen=True, slots=True)
class Liking:
    """What was looked at, summed up: millionths for each option and region, and the places that count most."""

    features: Mapping[Feature, int] = field(default_factory=dict)
    places: tuple[Place, ...] = ()

    @classmethod
    def of(cls, shown: Iterable[Shown]) -> Liking:
        """Each post's options of a list share its strength; all is set against the sum of strengths and PRIOR."""
        sums = defaultdict[Feature, int](int)
        points: dict[tuple[int, int], int] = {}
        total = PRIOR
        for post in shown:
            total += abs(post.strength)
            sums["region", post.region] += post.strength * FULL
            for name in LIKED_LISTS:
                options = _places(post.options[name])
                for option in options:
                    sums[name, option] += post.strength * (FULL // len(options))
            if post.strength > 0:
                point = post.latitude, post.longitude
                points[point] = max(points.get(point, 0), min(post.strength, FULL))
        features = {feature: LIKENESS[feature[0]] * value // total for feature, value in sums.items()}
        strongest = sorted(points.items(), key=lambda item: (-item[1], item[0]))[:PLACES_MOST]
        places = tuple(Place(*point, LIKENESS["near"] * strength // FULL) for point, strength in strongest)
        return cls(features, places)


@dataclass(frozen=True, slots=True)
class Taste:
    """All that the choice for a helper is made from. `excluded`: requirements that any of the wishes cannot do."""

    wishes: tuple[Wish, ...] = ()
    liking: Liking = field(default_factory=Liking)

    @property
    def excluded(self) -> Mask:
        mask = 0
        for wish in self.wishes:
            mask |= wish.wanted.excluded_requirements
        return mask

    @property
    def free_times(self) -> tuple[FilterFacts, ...]:
        """One of these must allow a stay; empty when nothing is said. A wish whose dates are over says nothing of when
        its helper is free as long as another wish does."""
        return tuple(wish.wanted for wish in self.wishes if not wish.past)

    @property
    def knows_nothing(self) -> bool:
        """Whether nothing says what the helper likes; what is only excluded or put away does not."""
        return not any(wish.criteria for wish in self.wishes) and not any(
            weight > 0 for weight in self.liking.features.values()
        )


def fade(days: int, half_life: int) -> int:
    """Thousandths that are left of a signal after so many days."""
    return round(FULL * math.pow(0.5, max(days, 0) / half_life))


def strength(signal: str, days: int) -> int:
    """What a signal of SIGNALS counts after so many days, in thousandths."""
    weight, half_life = SIGNALS[signal]
    return weight * fade(days, half_life) // FULL


def wish_of(wanted: FilterFacts, days: int, today: Day) -> Wish:
    """The wish of a subscription that was last changed so many days ago. Dates that have passed are left out: the rest
    still says what its helper likes."""
    past = wanted.until_day < today
    if past:
        nothing = FilterFacts()
        wanted = replace(wanted, from_day=nothing.from_day, until_day=nothing.until_day, span=nothing.span)
    return Wish(wanted, strength("subscription", days), past)


def allowed(offer: Offer, taste: Taste, today: Day) -> bool:
    """What stays hard: the post is open, asks for nothing that the helper cannot do, and a stay is possible in the free
    time of one wish at least, if any names it or leaves it open."""
    facts = offer.facts
    cannot: Mask = facts.requirements & taste.excluded
    return (
        facts.latest_arrival >= today
        and cannot == 0
        and (not taste.free_times or any(possible(facts, wanted, today) for wanted in taste.free_times))
    )


def possible(post: PostFacts, wanted: FilterFacts, today: Day) -> bool:
    """Whether the dates of a filter allow a stay: the rule's own condition."""
    first = max(wanted.from_day, today)
    return (
        post.latest_arrival >= first
        and wanted.until_day >= post.earliest_departure
        and wanted.until_day >= first + post.min_stay - 1
    )


def score(offer: Offer, taste: Taste, today: Day) -> int:
    """How well the post suits, in millionths; says nothing of what is `allowed`."""
    wishes = [wish_score(offer.facts, wish, today) for wish in taste.wishes]
    best = max(wishes, default=0)
    return (
        best
        + (sum(wishes) - best) // OTHERS
        + likeness(offer.facts, taste.liking)
        + FRESHNESS * freshness(offer.published, today)
        + DESCRIPTION * (min(offer.described, DESCRIBED) * FULL // DESCRIBED)
    )


def wish_score(post: PostFacts, wish: Wish, today: Day) -> int:
    """What one wish finds in the post, in millionths; 0 where its dates allow no stay."""
    if not possible(post, wish.wanted, today):
        return 0
    return sum(weight * term(post, wish.wanted, name, today) for name, weight in wish.weights().items())


def likeness(post: PostFacts, liking: Liking) -> int:
    """How like the post is to what was looked at, in millionths; below 0 for what is like posts put away."""
    options = sum(
        weight
        for (name, place), weight in liking.features.items()
        if (post.region == place if name == "region" else getattr(post, name) >> place & 1)
    )
    nearest = max((place.weight * near(post, place) for place in liking.places), default=0)
    return options + nearest


def near(post: PostFacts, place: Place) -> int:
    """1000 at the place, 0 from 60 km on."""
    metres = distance(post.latitude - place.latitude, post.longitude - place.longitude)
    return max(0, FULL - metres // METRES_NEAR)


def freshness(published: Day, today: Day) -> int:
    """1000 on the day of publishing, 0 after 30 days."""
    return min(FULL, max(0, FRESH_FOR - (today - published)) * FULL // FRESH_FOR)


def distance(latitudes: int, longitudes: int) -> int:
    """Metres between two points, from the difference of their degrees × 100,000: on a plane, as at 23.7° north."""
    north, east = abs(latitudes) * 1113 // 1000, abs(longitudes) * 1019 // 1000
    return math.isqrt(north * north + east * east)


def term(post: PostFacts, wanted: FilterFacts, criterion: str, today: Day) -> int:
    """How far one criterion of a filter holds, in thousandths; never less for a post that is better in it."""
    if criterion in (*ANY_OF, *ALL_OF):
        asked: Mask = getattr(wanted, criterion)
        offered: Mask = getattr(post, criterion)
        shared, count = (asked & offered).bit_count(), asked.bit_count()
        if criterion in ALL_OF:
            return FULL * shared // count
        return FIRST_OF_ANY + (FULL - FIRST_OF_ANY) * shared // count if shared else 0
    match criterion:
        case "regions":
            return FULL if post.region in wanted.regions else outside(_to_regions(post, wanted.regions))
        case "bbox":
            return FULL if in_box(post, wanted) else outside(_to_box(post, wanted))
        case "stay":
            return _stay(post, wanted, today)
        case "group_size":
            return FULL * min(post.places, wanted.group_size) // wanted.group_size
        case "max_hours_per_day":
            return max(0, FULL - 250 * max(0, post.hours_per_day - wanted.max_hours))
        case "max_min_stay_days":
            return max(0, FULL - FULL * max(0, post.min_stay - wanted.max_min_stay) // wanted.max_min_stay)
        case "text":
            return FULL * len(wanted.tokens & post.tokens) // len(wanted.tokens)
        case _:
            raise KeyError(criterion)


def outside(metres: int) -> int:
    """A term for a post outside of the wanted area."""
    return max(0, OUTSIDE - metres // METRES_OUTSIDE)


def centre(region: int) -> tuple[int, int]:
    """A region's centre, degrees × 100,000, by its number."""
    found = vocabulary().regions[region - 1]
    return flat_degrees(found.latitude), flat_degrees(found.longitude)


def window(wanted: FilterFacts, today: Day) -> int:
    """Days of free time that count, from today on."""
    if wanted.until_day == LAST_DAY:
        return LONGEST_STAY
    return min(LONGEST_STAY, wanted.until_day - max(wanted.from_day, today) + 1)


def _stay(post: PostFacts, wanted: FilterFacts, today: Day) -> int:
    """How much of the free time the post can take."""
    longest = min(post.ends, wanted.until_day) - max(post.starts, wanted.from_day, today) + 1
    days = window(wanted, today)
    return FULL * min(longest, days) // days if possible(post, wanted, today) else 0


def _to_regions(post: PostFacts, regions: Iterable[int]) -> int:
    """Metres to the nearest centre."""
    centres = map(centre, regions)
    return min(distance(post.latitude - latitude, post.longitude - longitude) for latitude, longitude in centres)


def _to_box(post: PostFacts, wanted: FilterFacts) -> int:
    """Metres to the nearest edge of the box."""
    latitudes = max(0, wanted.south - post.latitude, post.latitude - wanted.north)
    west, east = wanted.west - post.longitude, post.longitude - wanted.east
    longitudes = max(0, west, east) if wanted.west <= wanted.east else max(0, min(west, east))
    return distance(latitudes, longitudes)


def _places(mask: Mask) -> list[int]:
    return [place for place in range(mask.bit_length()) if mask >> place & 1]
